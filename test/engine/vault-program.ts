/** One application and its vault with everything that can stand around it; the configuration changes single things. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { CredentialVault, SecretFreeApplication } from "../../components";

const config = new pulumi.Config("certlock-tenant");
const client = authorization.getClientConfigOutput();
const group = pulumi.interpolate`/subscriptions/${client.subscriptionId}/resourceGroups/rg-central/providers`;
const isStored = config.getBoolean("stored") ?? true;

const application = new SecretFreeApplication("billing-nightly", {
  description: "Nightly billing run",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  now: new Date(config.require("now")),
  certificate: { rotation: { epoch: config.require("epoch") }, keyBits: 2048 },
});
const vault = new CredentialVault("billing-nightly", {
  vaultName: "kv-billing-nightly",
  resourceGroupName: "rg-identities",
  tenantId: client.tenantId,
  privateEndpoint: {
    subnetId: pulumi.interpolate`${group}/Microsoft.Network/virtualNetworks/hub/subnets/jobs`,
    privateDnsZoneId: pulumi.interpolate`${group}/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net`,
  },
  auditLog: {
    workspaceId: pulumi.interpolate`${group}/Microsoft.OperationalInsights/workspaces/log-central`,
  },
  expiryAlert: {
    to: "webhook",
    url: config.requireSecret("webhook"),
    entraApplicationId: "api://expiry-hook",
  },
  owner: config.get("owner") ?? "finance-platform@contoso.com",
  credentials: isStored ? { "billing-nightly": application.certificate } : {},
  readers: { host: { principalId: client.objectId } },
});

export const vaultUri = vault.vaultUri;
export const vaultId = vault.vaultId;
export const secretUri = vault.secretUri("billing-nightly");
