/** The clouds of Entra, each with its own audience for exchanged tokens and its own issuer. */
import { CLOUDS } from "../../graph";

/** Azure Government is one cloud for sign-in, whatever the impact level. */
export type EntraCloud = "public" | "usgovernment" | "china";

/**
 * Issuers of Entra's own tokens, without the tenant.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity,
 * for China https://docs.azure.cn/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */
const ISSUERS: Readonly<Record<EntraCloud, string>> = {
  public: "https://login.microsoftonline.com",
  usgovernment: "https://login.microsoftonline.us",
  china: "https://login.partner.microsoftonline.cn",
};

export const ENTRA_CLOUDS = Object.keys(ISSUERS) as readonly EntraCloud[];

/** The `iss` of tokens that a tenant issues in version 2, such as those of its managed identities. */
export function entraIssuer(cloud: EntraCloud, tenantId: string): string {
  return `${ISSUERS[cloud]}/${tenantId.toLowerCase()}/v2.0`;
}

/** Hosts whose tokens Entra exchanges for managed identities and its own services only. */
const ENTRA_HOSTS: readonly string[] = [
  ...Object.values(ISSUERS).map((issuer) => new URL(issuer).host),
  ...CLOUDS.map(({ loginEndpoint }) => new URL(loginEndpoint).host),
  "login.microsoft.com",
  "login.windows.net",
  "sts.windows.net",
];

/** Whether an issuer is Entra itself. */
export function isEntraIssuer(issuer: string): boolean {
  return URL.canParse(issuer) && ENTRA_HOSTS.includes(new URL(issuer).host);
}

/** What a token must be issued for so that Entra exchanges it, unless its issuer knows another name. */
export function tokenExchangeAudience(cloud: EntraCloud): string {
  return endpointsOf(cloud).federationAudience;
}

/** What the names of all vaults of the cloud end with. */
export function vaultDnsSuffix(cloud: EntraCloud): string {
  return endpointsOf(cloud).vaultDnsSuffix;
}

function endpointsOf(cloud: EntraCloud): (typeof CLOUDS)[number] {
  const known = CLOUDS.find(({ name }) => name === cloud);
  if (known === undefined) throw new RangeError(`no cloud named ${cloud}`);
  return known;
}
