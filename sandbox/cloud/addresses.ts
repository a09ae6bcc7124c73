import { MICROSOFT_GRAPH } from "../tenant/microsoft-services";

/** The service behind a host name of the public cloud. */
export type CloudService = "login" | "graph" | "resourceManager" | "vault" | "issuer";

/** Where the sandbox's cloud is found. The addresses are set as its doors open. */
export class CloudAddresses {
  /** `https://localhost:PORT`, as the other addresses. */
  login = "";
  graph = "";
  resourceManager = "";
  vault = "";
  issuer = "";

  /**
   * What follows the name of a vault in its host: `vault.localhost:PORT`. Clients compose the address of a vault from
   * it, and hold its first labels against the resource a vault asks them to have a token for.
   */
  get vaultSuffix(): string {
    return `vault.localhost:${new URL(this.vault).port}`;
  }

  /** What this cloud's own addresses are called where tokens are asked for them, by app id of the service. */
  namesOf(appId: string): readonly string[] {
    switch (appId) {
      case MICROSOFT_GRAPH.appId:
        return this.graph === "" ? [] : [this.graph];
      case AZURE_RESOURCE_MANAGER:
        return this.resourceManager === "" ? [] : [this.resourceManager];
      case AZURE_KEY_VAULT:
        return this.vault === "" ? [] : [`https://${this.vaultSuffix}`, "https://vault.localhost"];
      default:
        return [];
    }
  }

  /** The service of a host and port, as a client outside calls it; undefined when it is none of this cloud's. */
  serviceOf(host: string, port: number): CloudService | undefined {
    const name = host.toLowerCase();
    if (port === HTTPS_PORT && PUBLIC_HOSTS[name] !== undefined) return PUBLIC_HOSTS[name];
    if (port === HTTPS_PORT && name.endsWith(".vault.azure.net")) return "vault";
    if (name.endsWith(".vault.localhost") && (port === HTTPS_PORT || port === this.portOf("vault")))
      return "vault";
    if (!LOOPBACK.has(name)) return undefined;
    return SERVICES.find((service) => this.portOf(service) === port);
  }

  portOf(service: CloudService): number {
    return Number(new URL(this[service]).port);
  }
}

/** Names of the public cloud a client that cannot be configured calls; the server certificate is for them too. */
export const PUBLIC_HOSTS: Readonly<Record<string, CloudService>> = {
  "login.microsoftonline.com": "login",
  "login.microsoft.com": "login",
  "login.windows.net": "login",
  "sts.windows.net": "login",
  "graph.microsoft.com": "graph",
  "management.azure.com": "resourceManager",
  "token.actions.githubusercontent.com": "issuer",
};

/** Vault hosts: the public ones, and the sandbox's own. One label stands for `*`. */
export const VAULT_HOSTS = ["*.vault.azure.net", "*.vault.localhost"] as const;

const AZURE_KEY_VAULT = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
const AZURE_RESOURCE_MANAGER = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const HTTPS_PORT = 443;
const LOOPBACK = new Set(["localhost", "127.0.0.1"]);
const SERVICES = ["login", "graph", "resourceManager", "vault", "issuer"] as const;
