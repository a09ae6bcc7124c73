/** The national clouds: where Microsoft Graph, Entra sign-in and Key Vault live in each. */

/** One cloud: the endpoints that belong together. */
export interface GraphCloud {
  /** Name as the azuread provider spells it in `ARM_ENVIRONMENT`. */
  readonly name: string;
  /** Root of Microsoft Graph, without version and without trailing slash. */
  readonly graphEndpoint: string;
  /** Authority host of Entra sign-in, without trailing slash. */
  readonly loginEndpoint: string;
  /** The scope to ask a token for: all application permissions that were consented to. */
  readonly scope: string;
  /** Audience of a token from outside that Entra exchanges (workload identity federation). */
  readonly federationAudience: string;
  /**
   * What every vault's host name ends with, after the vault's own name and a dot.
   * https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers
   */
  readonly vaultDnsSuffix: string;
}

function cloud(
  name: string,
  graphEndpoint: string,
  loginEndpoint: string,
  audienceSuffix: string,
  vaultDnsSuffix: string,
): GraphCloud {
  return {
    name,
    graphEndpoint,
    loginEndpoint,
    scope: `${graphEndpoint}/.default`,
    federationAudience: `api://AzureADTokenExchange${audienceSuffix}`,
    vaultDnsSuffix,
  };
}

/** The global service. */
export const PUBLIC_CLOUD: GraphCloud = cloud(
  "public",
  "https://graph.microsoft.com",
  "https://login.microsoftonline.com",
  "",
  "vault.azure.net",
);

/**
 * All clouds with Microsoft Graph.
 *
 * @see https://learn.microsoft.com/graph/deployments
 */
export const CLOUDS: readonly GraphCloud[] = [
  PUBLIC_CLOUD,
  cloud(
    "usgovernment",
    "https://graph.microsoft.us",
    "https://login.microsoftonline.us",
    "USGov",
    "vault.usgovcloudapi.net",
  ),
  cloud(
    "usgovernmentl5",
    "https://dod-graph.microsoft.us",
    "https://login.microsoftonline.us",
    "USGov",
    "vault.usgovcloudapi.net",
  ),
  cloud(
    "china",
    "https://microsoftgraph.chinacloudapi.cn",
    "https://login.chinacloudapi.cn",
    "China",
    "vault.azure.cn",
  ),
];

const OTHER_NAMES: Readonly<Record<string, string>> = {
  global: "public",
  usgovernmentl4: "usgovernment",
  usgov: "usgovernment",
  dod: "usgovernmentl5",
};

/** The cloud of that name (case does not matter; `global`, `usgov` and `dod` are understood), if there is one. */
export function cloudByName(name: string): GraphCloud | undefined {
  const wanted = name.toLowerCase();
  return CLOUDS.find((known) => known.name === (OTHER_NAMES[wanted] ?? wanted));
}

/** The cloud whose Graph or sign-in host this URL points to, if it is one of Microsoft's. */
export function cloudByEndpoint(url: string): GraphCloud | undefined {
  const { host } = new URL(url);
  return CLOUDS.find(
    (known) => host === new URL(known.graphEndpoint).host || host === new URL(known.loginEndpoint).host,
  );
}
