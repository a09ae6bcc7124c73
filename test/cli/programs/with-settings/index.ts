import * as azuread from "@pulumi/azuread";
import * as keyvault from "@pulumi/azure-native/keyvault";

new azuread.Application("app", { displayName: "app" });
new keyvault.Vault("orders", {
  resourceGroupName: "rg-orders",
  properties: {
    tenantId: "7e0a0000-0000-4000-8000-000000000001",
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
  },
});
