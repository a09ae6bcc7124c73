import {
  CredentialVault,
  RotationRunbook,
  type RotationRunbookArgs,
  SecretFreeApplication,
} from "../../../components";
import { SUBSCRIPTION, TENANT_ID } from "../recorder";

export const OWNERS = ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"];
export const NOW = new Date("2026-11-29T22:00:00Z");
export const GROUP = `${SUBSCRIPTION}/resourceGroups/rg-identities/providers`;
export const VAULT_ID = `${GROUP}/Microsoft.KeyVault/vaults/kv-billing`;
export const WORKSPACE_ID = `${GROUP}/Microsoft.OperationalInsights/workspaces/logs`;
export const ACTION_GROUP_ID = `${GROUP}/Microsoft.Insights/actionGroups/on-call`;
export const VM_ID = `${GROUP}/Microsoft.Compute/virtualMachines/vm-office`;
export const IDENTITY_ID = `${GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/id-rotation`;
export const CONTENT_URI = "https://example.com/v1/rotate_certificates.py";
export const GUIDS = [
  "11111111-1111-4111-8111-111111111111",
  "22222222-2222-4222-8222-222222222222",
] as const;

/** An application by ids alone. */
export const billing = { clientId: GUIDS[0], objectId: GUIDS[1] };
export const openVault = { vaultId: VAULT_ID, firewall: "open" } as const;
export const workers = {
  machines: { office: { vmId: VM_ID, os: "linux", location: "westeurope" } },
} as const;

/** A runbook for one application and an open vault, with what is given changed. */
export const declare = (
  args: Partial<RotationRunbookArgs> | object = {},
  identity: object = {},
): RotationRunbook =>
  new RotationRunbook("rotation", {
    resourceGroupName: "rg-identities",
    tenantId: TENANT_ID,
    contentUri: CONTENT_URI,
    identities: { "billing-nightly": { application: billing, vault: openVault, ...identity } },
    now: NOW,
    ...args,
  });

export const application = (more: object = {}): SecretFreeApplication =>
  new SecretFreeApplication("billing", { description: "Nightly billing run", owners: OWNERS, ...more });

export const credentialVault = (more: object = {}): CredentialVault =>
  new CredentialVault("kv", {
    vaultName: "kv-billing",
    resourceGroupName: "rg-identities",
    tenantId: TENANT_ID,
    ...more,
  });
