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

/** Keeps the log of the vault among the samples, so that the rule about that has nothing to say. */
export const auditLog: ResourceInput = {
  type: "azure-native:monitor:DiagnosticSetting",
  name: "audit",
  props: {
    resourceUri:
      "/subscriptions/8/resourceGroups/identities/providers/Microsoft.KeyVault/vaults/KV-billing-prod",
    workspaceId: "/workspaces/one",
    logs: [{ category: "AuditEvent", enabled: true }],
  },
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

export const registration: ResourceInput = {
  type: "azuread:index/applicationRegistration:ApplicationRegistration",
  name: "billing-api",
  props: {
    displayName: "billing-api",
    description: "Sends invoices. Owned by the finance platform team.",
    signInAudience: "AzureADMyOrg",
    objectId: "33333333-3333-3333-3333-333333333333",
    clientId: "66666666-6666-6666-6666-666666666666",
  },
};

export const registrationOwner: ResourceInput = {
  type: "azuread:index/applicationOwner:ApplicationOwner",
  name: "billing-api",
  props: {
    applicationId: "/applications/33333333-3333-3333-3333-333333333333",
    ownerObjectId: "22222222-2222-2222-2222-222222222222",
  },
};

export const federatedCredential: ResourceInput = {
  type: "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
  name: "billing-api",
  props: {
    applicationId: "/applications/33333333-3333-3333-3333-333333333333",
    displayName: "billing-api",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:contoso/billing:environment:production",
    audiences: ["api://AzureADTokenExchange"],
  },
};

export const flexibleFederatedCredential: ResourceInput = {
  type: "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential",
  name: "billing-api",
  props: {
    applicationId: "/applications/33333333-3333-3333-3333-333333333333",
    displayName: "billing-api",
    issuer: "https://token.actions.githubusercontent.com",
    claimsMatchingExpression: "claims['sub'] matches 'repo:contoso/billing:ref:refs/heads/release-*'",
    audience: "api://AzureADTokenExchange",
  },
};

export const vaultReader: ResourceInput = {
  type: "azure-native:authorization:RoleAssignment",
  name: "reader",
  props: {
    principalId: "44444444-4444-4444-4444-444444444444",
    roleDefinitionId:
      "/subscriptions/8/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
    scope:
      "/subscriptions/8/resourceGroups/identities/providers/Microsoft.KeyVault/vaults/kv-billing-prod/secrets/billing",
  },
};

export const automationAccount: ResourceInput = {
  type: "azure-native:automation:AutomationAccount",
  name: "jobs",
  props: {
    name: "jobs",
    resourceGroupName: "identities",
    identity: { type: "SystemAssigned" },
    disableLocalAuth: true,
  },
};
