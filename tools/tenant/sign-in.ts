import { X509Certificate } from "node:crypto";
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from "@azure/msal-node";

export interface SignInOptions {
  /** Base address of the login service, e.g. `https://login.microsoftonline.com`. */
  readonly loginUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Certificate and PKCS#8 private key in PEM, in any order, as the vault keeps them. */
  readonly pem: string;
  readonly scope: string;
  readonly fetch: typeof fetch;
  /** The address the sandbox takes the request to come from. */
  readonly clientAddress?: string;
}

/**
 * Signs in with a certificate, through MSAL, as a workload would.
 *
 * @throws MSAL's ServerError; its `errorNo` and message carry the AADSTS number.
 */
export async function signIn(options: SignInOptions): Promise<string> {
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: options.clientId,
      authority: `${options.loginUrl}/${options.tenantId}`,
      knownAuthorities: [new URL(options.loginUrl).host],
      clientCertificate: {
        thumbprintSha256: thumbprintSha256(options.pem),
        privateKey: block(options.pem, "PRIVATE KEY"),
      },
    },
    system: { networkClient: networkThrough(options) },
  });
  const result = await client.acquireTokenByClientCredential({ scopes: [options.scope], skipCache: true });
  if (result === null) throw new Error("MSAL answered without a token.");
  return result.accessToken;
}

/** Upper-case hex SHA-256 of the certificate's DER form, as MSAL and the portal show it. */
export function thumbprintSha256(pem: string): string {
  return new X509Certificate(block(pem, "CERTIFICATE")).fingerprint256.replaceAll(":", "");
}

function block(pem: string, label: string): string {
  const found = new RegExp(`-----BEGIN ${label}-----[\\s\\S]+?-----END ${label}-----`).exec(pem);
  if (found === null) throw new Error(`The PEM text holds no ${label} block.`);
  return found[0];
}

function networkThrough({ fetch: send, clientAddress }: SignInOptions): INetworkModule {
  const request = async (method: string, url: string, options?: NetworkRequestOptions) => {
    const headers = { ...options?.headers };
    if (clientAddress !== undefined) headers["x-sandbox-client-address"] = clientAddress;
    const body = options?.body === undefined ? {} : { body: options.body };
    const answer = await send(url, { method, headers, ...body });
    return {
      headers: Object.fromEntries(answer.headers.entries()),
      // MSAL names the type of each answer and checks its members itself.
      body: (await answer.json()) as never,
      status: answer.status,
    };
  };
  return {
    sendGetRequestAsync: (url, options) => request("GET", url, options),
    sendPostRequestAsync: (url, options) => request("POST", url, options),
  };
}
