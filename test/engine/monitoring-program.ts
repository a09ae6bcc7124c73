/** Everything that watches credentials, around applications with keys of each kind; the configuration changes single things. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import {
  CredentialAlerts,
  CredentialMonitoring,
  CredentialVault,
  SecretFreeApplication,
} from "../../components";

const config = new pulumi.Config("certlock-tenant");
const client = authorization.getClientConfigOutput();
const resourceGroupName = "rg-identities";
const owners = ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"];
const networks = ["198.51.100.0/24", "2001:db8::/32"];

const monitoring = new CredentialMonitoring("identities", {
  resourceGroupName,
  workspace: { name: "log-identities", retentionDays: 180 },
  notify: {
    mail: { "on-call": "identity-on-call@contoso.com" },
    webhooks: { tickets: config.requireSecret("webhook") },
    teams: { webhookUrl: config.requireSecret("teams") },
  },
  tenantLog: { setup: config.getBoolean("tenantLog") === true ? "deployed" : "byHand" },
});

const vault = new CredentialVault("identities", {
  vaultName: "kv-identities",
  resourceGroupName,
  tenantId: client.tenantId,
  owner: "identity@contoso.com",
  allowedNetworks: ["198.51.100.0/24"],
  auditLog: { workspaceId: monitoring.workspaceId },
  expiryAlert: { to: "actionGroups", actionGroupIds: monitoring.actionGroupIds },
});
const vaultUri = vault.grantIssue("ledger", { pipeline: { principalId: client.objectId } });

const billing = new SecretFreeApplication("billing", {
  description: "Nightly billing run, whose key is kept in the state",
  owners,
  now: new Date(config.require("now")),
  certificate: { rotation: { epoch: config.require("epoch") }, keyBits: 2048 },
});
const ledger = new SecretFreeApplication("ledger", {
  description: "Ledger, whose key is born in the vault",
  owners,
  now: new Date(config.require("now")),
  certificate: { key: "vault", vaultUri, rotation: { epoch: config.require("epoch") }, keyBits: 2048 },
});
const billingVault = new CredentialVault("billing", {
  vaultName: "kv-billing",
  resourceGroupName,
  tenantId: client.tenantId,
  owner: "identity@contoso.com",
  allowedNetworks: ["198.51.100.0/24"],
  auditLog: { workspaceId: monitoring.workspaceId },
  expiryAlert: { to: "actionGroups", actionGroupIds: monitoring.actionGroupIds },
  credentials: { billing: billing.certificate },
});

const alerts = new CredentialAlerts("identities", {
  resourceGroupName,
  workspaceId: monitoring.workspaceId,
  actionGroupIds: monitoring.actionGroupIds,
  tenantId: client.tenantId,
  allowedInitiators: [client.objectId],
  applications: { billing: { application: billing, networks }, ledger: { application: ledger } },
  vaults: {
    identities: { vaultId: vault.vaultId, readers: [client.objectId] },
    billing: { vaultId: billingVault.vaultId },
  },
  sentinel: "also",
  alerts: { "policy-changed": { severity: config.getBoolean("loud") === true ? 1 : 2 } },
});

export const tenantLogCommand = monitoring.tenantLogCommand;
export const ruleIds = alerts.ruleIds;
export const leftOut = alerts.leftOut;
