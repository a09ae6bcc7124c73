/** Resources around applications and vaults that no rule objects to, for tests that change one thing. */
import { ResourceInput } from "./harness/wire";

const principal = "44444444-4444-4444-4444-444444444444";
const location = "55555555-5555-5555-5555-555555555555";

export const workloadPolicy: ResourceInput = {
  type: "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
  name: "billing",
  props: {
    displayName: "billing",
    state: "enabled",
    conditions: {
      applications: { includedApplications: ["All"] },
      clientApplications: { includedServicePrincipals: [principal] },
      clientAppTypes: ["all"],
      locations: { includedLocations: ["All"], excludedLocations: [location] },
      users: { includedUsers: ["None"] },
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
  },
};

/** Judged by other rules than these: it is about people. */
export const peoplePolicy: ResourceInput = {
  ...workloadPolicy,
  props: {
    displayName: "people",
    state: "disabled",
    conditions: {
      applications: { includedApplications: ["Office365"] },
      clientAppTypes: ["browser"],
      users: { includedUsers: ["All"] },
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
  },
};

export const namedLocation: ResourceInput = {
  type: "azuread:index/namedLocation:NamedLocation",
  name: "billing",
  props: { displayName: "billing", ip: { ipRanges: ["198.51.100.0/24", "2001:db8::/32"], trusted: false } },
};

/** Ends 90 days after the run, in seconds. */
export const vaultSecret: ResourceInput = {
  type: "azure-native:keyvault:Secret",
  name: "billing",
  props: {
    vaultName: "kv-billing-prod",
    resourceGroupName: "identities",
    secretName: "billing",
    properties: {
      contentType: "application/x-pem-file",
      attributes: { enabled: true, expires: Math.round(Date.now() / 1000) + 90 * 86_400 },
    },
  },
};

/** Every kind of type token under which a type of Azure Native can arrive. */
export function nativeTokens(module: string, type: string, version = "v20230701"): readonly string[] {
  return [
    `azure-native:${module}:${type}`,
    `azure-native:${module}/${version}:${type}`,
    `azure-native:${module}/${version}preview:${type}`,
    `azure-native_${module}_${version}:${module}:${type}`,
    `azure-native_${module}_${version}preview:${module}:${type}`,
    `azure-nextgen:${module}/latest:${type}`,
  ];
}
