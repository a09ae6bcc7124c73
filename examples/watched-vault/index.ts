/**
 * Everything that can stand around a vault: no public address, an audit log, and an alert 30 days before a credential ends.
 * In a healthy stack the alert never comes for the current credential: rotation is earlier.
 */
import { CredentialVault, SecretFreeApplication } from "certlock/components";

const tenantId = "7e0a0000-0000-4000-8000-000000000001";
const central = "/subscriptions/5b0a0000-0000-4000-8000-000000000001/resourceGroups/rg-central/providers";

const ledger = new SecretFreeApplication("ledger", {
  description: "Closes the ledger at the end of the month. Finance platform team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  certificate: {},
});

const vault = new CredentialVault("ledger", {
  vaultName: "kv-ledger-prod",
  resourceGroupName: "rg-identities",
  location: "westeurope",
  tenantId,
  owner: "finance-platform@contoso.com",
  privateEndpoint: {
    subnetId: `${central}/Microsoft.Network/virtualNetworks/hub/subnets/jobs`,
    privateDnsZoneId: `${central}/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net`,
  },
  auditLog: { workspaceId: `${central}/Microsoft.OperationalInsights/workspaces/log-central` },
  expiryAlert: {
    to: "actionGroups",
    actionGroupIds: [`${central}/Microsoft.Insights/actionGroups/identity-on-call`],
  },
  credentials: { ledger: ledger.certificate },
  readers: { job: { principalId: "0a0e0000-0000-4000-8000-00000000000a" } },
});

export const vaultSecretUri = vault.secretUris["ledger"];
