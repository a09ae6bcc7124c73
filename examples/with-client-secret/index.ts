/**
 * What many teams deploy today: an application with client secrets and a vault that hands one out.
 * `pulumi preview --policy-pack policies` stops it and names each resource, the rule and the fix. Do not copy it:
 * the repository's own index.ts shows the same application without a secret.
 */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as azuread from "@pulumi/azuread";

const reports = new azuread.ApplicationRegistration("reports", {
  displayName: "reports",
  description: "Sends the weekly reports",
});

// A shared secret in the state, in the vault and, sooner or later, in a chat message.
const secret = new azuread.ApplicationPassword("reports-secret", {
  applicationId: reports.id,
  displayName: "weekly job",
});

// The same, less visible: declared inside the application.
export const legacyClientId = new azuread.Application("reports-legacy", {
  displayName: "reports-legacy",
  password: { displayName: "legacy job" },
}).clientId;

// Whoever deletes this vault can purge it too, and the secret inside never expires.
const vault = new keyvault.Vault("reports", {
  vaultName: "kv-reports-weekly",
  resourceGroupName: "rg-reports",
  location: "westeurope",
  properties: {
    tenantId: "7e0a0000-0000-4000-8000-000000000001",
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
  },
});

new keyvault.Secret("reports-secret", {
  vaultName: vault.name,
  resourceGroupName: "rg-reports",
  secretName: "reports-client-secret",
  properties: { value: secret.value },
});
