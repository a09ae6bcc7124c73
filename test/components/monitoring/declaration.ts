/** Components of monitoring with everything they need, each option changed by what a test gives. */
import { CredentialAlerts, CredentialMonitoring } from "../../../components";
import type { CredentialAlertsArgs, CredentialMonitoringArgs } from "../../../components";
import { SUBSCRIPTION } from "../recorder";
import { BILLING, PIPELINE, READER, TENANT } from "./query-values";

const resource = (type: string, name: string): string =>
  `${SUBSCRIPTION}/resourceGroups/rg-central/providers/${type}/${name}`;

export const WORKSPACE = resource("Microsoft.OperationalInsights/workspaces", "log-central");
export const ON_CALL = resource("Microsoft.Insights/actionGroups", "on-call");
export const VAULT_ID = resource("Microsoft.KeyVault/vaults", "kv-billing");

/** Options as a program in JavaScript, or a file, may have them. */
export type Anything<T> = { readonly [Name in keyof T]?: unknown } & Readonly<Record<string, unknown>>;

export function declareMonitoring(changed: Anything<CredentialMonitoringArgs> = {}, name = "identities") {
  const args = {
    resourceGroupName: "rg-identities",
    workspace: { name: "log-identities" },
    notify: { mail: { "on-call": "identity-on-call@contoso.com" } },
    ...changed,
  };
  return new CredentialMonitoring(name, args as CredentialMonitoringArgs);
}

export const APPLICATION = {
  objectId: BILLING.objectId,
  servicePrincipalObjectId: BILLING.principalId.toUpperCase(),
  certificate: {
    generation: 2,
    rotatesOn: "2027-01-20",
    validFrom: "2026-11-21T00:00:00Z",
    validUntil: "2027-03-26T00:00:00Z",
  },
};

/** Another application, by number: none may be named twice. */
export const applicationOf = (number: number) => ({
  ...APPLICATION,
  objectId: `0b0d0000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  servicePrincipalObjectId: `0b0f0000-0000-4000-8000-${String(number).padStart(12, "0")}`,
});

export function declareAlerts(changed: Anything<CredentialAlertsArgs> = {}, name = "identities") {
  const args = {
    resourceGroupName: "rg-identities",
    workspaceId: WORKSPACE,
    actionGroupIds: [ON_CALL],
    tenantId: TENANT,
    allowedInitiators: [PIPELINE],
    applications: { "billing-nightly": { application: APPLICATION, networks: [...BILLING.networks] } },
    vaults: { billing: { vaultId: VAULT_ID, readers: [READER] } },
    ...changed,
  };
  return new CredentialAlerts(name, args as CredentialAlertsArgs);
}
