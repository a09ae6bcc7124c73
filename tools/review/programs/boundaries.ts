/** One pull request that opens a vault, an audience, a network and a trust, and shuts a few others. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as azuread from "@pulumi/azuread";
import { owners, tenantId, type StepProgram } from "./stack";

export const program: StepProgram = (step) => {
  const before = step === "before";
  const application = new azuread.Application("orders-api", {
    displayName: "orders-api",
    description: "Takes orders. Integration team.",
    owners,
    signInAudience: before ? "AzureADMyOrg" : "AzureADMultipleOrgs",
  });
  const principal = new azuread.ServicePrincipal("orders-api", { clientId: application.clientId, owners });
  new azuread.ApplicationFederatedIdentityCredential("orders-api", {
    applicationId: application.id,
    displayName: "orders-api",
    issuer: "https://token.actions.githubusercontent.com",
    subject: before ? "repo:contoso/orders:environment:production" : "repo:contoso/orders:pull_request",
    audiences: ["api://AzureADTokenExchange"],
  });
  const office = new azuread.NamedLocation("offices", {
    displayName: "offices",
    ip: {
      ipRanges: before ? ["198.51.100.0/24", "203.0.113.0/24"] : ["198.51.100.0/24", "192.0.0.0/8"],
      trusted: false,
    },
  });
  new azuread.ConditionalAccessPolicy("orders-networks", {
    displayName: "orders-networks",
    state: before ? "enabled" : "enabledForReportingButNotEnforced",
    conditions: {
      applications: { includedApplications: ["All"] },
      clientApplications: { includedServicePrincipals: [principal.objectId] },
      clientAppTypes: ["all"],
      locations: { includedLocations: ["All"], excludedLocations: [office.objectId] },
      users: { includedUsers: ["None"] },
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
  });
  new keyvault.Vault("orders", {
    vaultName: "kv-orders-prod",
    resourceGroupName: "rg-identities",
    location: "westeurope",
    properties: {
      tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      publicNetworkAccess: before ? "disabled" : "enabled",
      networkAcls: {
        bypass: "None",
        defaultAction: before ? "Deny" : "Allow",
        ipRules: before ? [] : [{ value: "198.51.100.7" }],
      },
    },
  });
};
