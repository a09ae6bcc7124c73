import type { CloudAddresses } from "./addresses";

/** Name of the cloud, by which clients keep its settings. */
const CLOUD_NAME = "CertlockSandbox";

/** First api-version with the fields clients of today read. */
const CURRENT = "2019-05-01";

/**
 * What clients read to learn where a cloud is: a list of clouds for `2019-05-01` to `2020-06-01`, this one cloud since.
 * Services the sandbox does not have are left out rather than named wrongly; audiences stay those of the public cloud.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-services-resource-providers
 * @see https://github.com/hashicorp/go-azure-sdk/blob/main/sdk/internal/metadata/client.go for the fields of 2022-09-01
 * @returns undefined for an api-version Azure does not have here
 */
export function cloudMetadata(addresses: CloudAddresses, apiVersion: string): unknown {
  if (!/^20\d\d-\d\d-\d\d$/.test(apiVersion)) return undefined;
  if (apiVersion < CURRENT) {
    return {
      galleryEndpoint: "",
      graphEndpoint: addresses.graph,
      portalEndpoint: "",
      authentication: { loginEndpoint: addresses.login, audiences: AUDIENCES },
    };
  }
  const cloud = {
    name: CLOUD_NAME,
    portal: "",
    authentication: {
      loginEndpoint: addresses.login,
      audiences: AUDIENCES,
      tenant: "common",
      identityProvider: "AAD",
    },
    resourceManager: `${addresses.resourceManager}/`,
    microsoftGraphResourceId: `${addresses.graph}/`,
    // The Graph of Azure AD is gone; clients only compose names with it.
    graph: `${addresses.graph}/`,
    graphAudience: `${addresses.graph}/`,
    suffixes: { keyVaultDns: addresses.vaultSuffix },
  };
  return apiVersion < "2022-09-01" ? [cloud] : cloud;
}

const AUDIENCES = ["https://management.core.windows.net/", "https://management.azure.com/"];
