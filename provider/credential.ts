/** Signs in without client secrets: certificate, workload identity federation, or Azure CLI. */
import { readFile } from "node:fs/promises";
import type { GraphCloud, TokenSource } from "../graph";
import { CLOUDS } from "../graph";
import { readAssertion } from "./assertion";
import { ProviderError } from "./errors";
import { type Environment, type Identity, readIdentity } from "./settings";

/**
 * The token source for the identity that the environment names. Reads files but contacts nobody; that happens
 * with the first token.
 *
 * @throws ProviderError CERTLOCK_CLIENT_SECRET_REFUSED, CERTLOCK_CREDENTIALS_INCOMPLETE
 */
export async function tokenSourceFromEnvironment(
  env: Environment,
  cloud: GraphCloud,
  fetchToken: typeof fetch = fetch,
): Promise<TokenSource> {
  return signIn(readIdentity(env), cloud, fetchToken);
}

async function signIn(identity: Identity, cloud: GraphCloud, fetchToken: typeof fetch): Promise<TokenSource> {
  // Imported here because it takes longer to load than the rest of the provider, and a preview does not need it.
  const library = await import("@azure/identity");
  const options = {
    authorityHost: cloud.loginEndpoint,
    // Entra vouches only for its own hosts; asking it about another one would fail.
    disableInstanceDiscovery: !CLOUDS.some(({ loginEndpoint }) => loginEndpoint === cloud.loginEndpoint),
  };
  switch (identity.kind) {
    case "certificate": {
      const certificate = await readPem(identity.certificatePath);
      const password = identity.certificatePassword;
      return new library.ClientCertificateCredential(
        identity.tenantId,
        identity.clientId,
        { certificate, ...(password === undefined ? {} : { certificatePassword: password }) },
        options,
      );
    }
    case "federation": {
      const { assertion, tenantId, clientId } = identity;
      const read = (): Promise<string> => readAssertion(assertion, cloud.federationAudience, fetchToken);
      return new library.ClientAssertionCredential(tenantId, clientId, read, options);
    }
    case "azure-cli": {
      const credential = new library.AzureCliCredential(
        identity.tenantId === undefined ? {} : { tenantId: identity.tenantId },
      );
      return {
        getToken: async (scopes, tokenOptions) => {
          try {
            return await credential.getToken(scopes, tokenOptions);
          } catch (error) {
            const said = error instanceof Error ? error.message : "";
            throw new Error(
              `no certificate (ARM_CLIENT_CERTIFICATE_PATH) and no federation (ARM_USE_OIDC=true) is configured, so Azure CLI was asked, which says: ${said}`,
              { cause: error },
            );
          }
        },
      };
    }
  }
}

/** Reads certificate and key; says what is wrong with the file without ever showing a line of it. */
async function readPem(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw incomplete(`The certificate file ${path} cannot be read (${code}).`);
  }
  const text = bytes.toString("latin1");
  // A PKCS#12 file is a DER sequence: the first byte is 0x30.
  if (bytes[0] === 0x30 && !text.includes("-----BEGIN")) {
    throw incomplete(
      `The certificate file ${path} is PKCS#12 (PFX), and this provider reads PEM. ` +
        "Where the azuread provider needs the PFX in ARM_CLIENT_CERTIFICATE_PATH, name the PEM in CERTLOCK_CLIENT_CERTIFICATE_PATH.",
    );
  }
  const absent = [
    ...(text.includes("-----BEGIN CERTIFICATE-----") ? [] : ["a certificate"]),
    ...(/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(text) ? [] : ["its private key"]),
  ];
  if (absent.length > 0) {
    throw incomplete(
      `The certificate file ${path} lacks ${absent.join(" and ")}; it must be PEM with both blocks.`,
    );
  }
  return text;
}

function incomplete(message: string): ProviderError {
  return new ProviderError("CERTLOCK_CREDENTIALS_INCOMPLETE", message);
}
