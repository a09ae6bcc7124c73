/** A vault that anybody can purge, and one that nobody can. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as resources from "@pulumi/azure-native/resources";
import { Output } from "@pulumi/pulumi";

export = () => {
  const { name } = new resources.ResourceGroup("identities", {
    resourceGroupName: "identities",
    location: "westeurope",
  });
  vault("reports", name, false);
  vault("billing", name, true);
  return {};
};

function vault(name: string, resourceGroupName: Output<string>, enablePurgeProtection: boolean): void {
  new keyvault.Vault(name, {
    resourceGroupName,
    location: "westeurope",
    vaultName: `kv-${name}-prod`,
    properties: {
      tenantId: "7e0a0000-0000-4000-8000-000000000001",
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection,
      networkAcls: { bypass: "None", defaultAction: "Deny" },
    },
  });
}
