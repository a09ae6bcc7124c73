import { signIn } from "./sign-in";

export interface GraphAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A signed-in caller of the tenant's Graph and Key Vault doors, over HTTPS like any client. */
export interface TenantCaller {
  graph(method: string, path: string, body?: unknown): Promise<GraphAnswer>;
  /** Reads the current version of a vault secret, named by its versionless URI. */
  secret(uri: string): Promise<string>;
}

/** What {@link callerOf} needs to know of a running sandbox. */
export interface TenantDoors {
  readonly loginUrl: string;
  readonly graphUrl: string;
  readonly vaultUrl: string;
  readonly deployer: {
    readonly tenantId: string;
    readonly clientId: string;
    readonly certificatePem: string;
    readonly privateKeyPem: string;
  };
}

/** Signs in as the sandbox's deployer, once an audience. */
export function callerOf(doors: TenantDoors, send: typeof fetch): TenantCaller {
  const { deployer, loginUrl, graphUrl, vaultUrl } = doors;
  const tokens = new Map<string, Promise<string>>();
  const token = (resource: string): Promise<string> => {
    const known = tokens.get(resource);
    if (known !== undefined) return known;
    const fresh = signIn({
      loginUrl,
      tenantId: deployer.tenantId,
      clientId: deployer.clientId,
      pem: `${deployer.certificatePem}\n${deployer.privateKeyPem}`,
      scope: `${resource}/.default`,
      fetch: send,
    });
    tokens.set(resource, fresh);
    return fresh;
  };
  const request = async (
    method: string,
    url: string,
    resource: string,
    body?: unknown,
  ): Promise<GraphAnswer> => {
    const answer = await send(url, {
      method,
      headers: { authorization: `Bearer ${await token(resource)}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  };
  return {
    graph: (method, path, body) => request(method, graphUrl + path, "https://graph.microsoft.com", body),
    secret: async (uri) => {
      const url = new URL(uri);
      const vault = url.hostname.split(".")[0] ?? "";
      const door = `${vaultUrl}/${vault}${url.pathname}?api-version=7.5`;
      const answer = await request("GET", door, "https://vault.azure.net");
      if (answer.status !== 200) throw new Error(`The vault answered ${answer.status} for ${uri}.`);
      return (answer.body as { value: string }).value;
    },
  };
}
