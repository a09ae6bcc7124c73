/**
 * One application with its vault, and everything that watches both: the workspace the logs go to, the people and the
 * channel that are told, an alert for each thing that can go wrong, a workbook.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  CredentialAlerts,
  CredentialMonitoring,
  CredentialVault,
  SecretFreeApplication,
} from "certlock/components";

const tenantId = "7e0a0000-0000-4000-8000-000000000001";
const resourceGroupName = "rg-identities";
const networks = ["198.51.100.0/24"];
const pipeline = "0a0e0000-0000-4000-8000-0000000000dd";
const host = "0a0e0000-0000-4000-8000-00000000000a";
const config = new pulumi.Config();

// First what others log into and are told by.
const monitoring = new CredentialMonitoring("identities", {
  resourceGroupName,
  workspace: { name: "log-identities" },
  notify: {
    mail: { "on-call": "identity-on-call@contoso.com" },
    teams: { webhookUrl: config.requireSecret("teamsWebhookUrl") },
  },
});

const billing = new SecretFreeApplication("billing-nightly", {
  description: "Closes the books of the day. Finance platform team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  certificate: {},
});

const vault = new CredentialVault("billing-nightly", {
  vaultName: "kv-billing-prod",
  resourceGroupName,
  tenantId,
  owner: "finance-platform@contoso.com",
  allowedNetworks: networks,
  auditLog: { workspaceId: monitoring.workspaceId },
  expiryAlert: { to: "actionGroups", actionGroupIds: monitoring.actionGroupIds },
  credentials: { "billing-nightly": billing.certificate },
  readers: { host: { principalId: host } },
});

const alerts = new CredentialAlerts("identities", {
  resourceGroupName,
  workspaceId: monitoring.workspaceId,
  actionGroupIds: monitoring.actionGroupIds,
  tenantId,
  allowedInitiators: [pipeline],
  applications: { "billing-nightly": { application: billing, networks } },
  // The deployment reads the vault's settings, never its secrets.
  vaults: { billing: { vaultId: vault.vaultId, readers: [host] } },
});

/** A Security Administrator runs this once; without it only the vault and the dates are watched. */
export const tenantLogCommand = monitoring.tenantLogCommand;
/** Alerts there is no rule of, with the reason. */
export const leftOut = alerts.leftOut;
