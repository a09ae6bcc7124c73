/** A vault to begin with, and one with every option; tests change one thing at a time. */
import { CredentialVault, type CredentialVaultArgs } from "../../components";
import { SUBSCRIPTION } from "./recorder";

export const TENANT = "7e0a0000-0000-4000-8000-000000000001";
export const HOST = "0a0e0000-0000-4000-8000-0000000000a1";
export const KEY = "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----";
export const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nPUBLIC\n-----END CERTIFICATE-----\n";
/** The outermost elements of a PKCS#12 file: version 3 and a body, with a mark to find it by. */
export const PFX = Buffer.from("300e02010330000c0743414e41525931", "hex").toString("base64");
export const VAULT_ID = `${SUBSCRIPTION}/resourceGroups/rg-identities/providers/Microsoft.KeyVault/vaults/kv-billing-nightly`;
export const WORKSPACE = `${SUBSCRIPTION}/resourceGroups/rg-monitoring/providers/Microsoft.OperationalInsights/workspaces/log-central`;

export const STORED = {
  privateKeyPem: KEY,
  certificatePem: CERTIFICATE,
  validFrom: "2026-11-21T02:00:00Z",
  validUntil: "2027-02-19T02:00:00.900Z",
};

export const MINIMAL = {
  vaultName: "kv-billing-nightly",
  resourceGroupName: "rg-identities",
  location: "westeurope",
  tenantId: TENANT,
  credentials: { "billing-nightly": STORED },
} satisfies CredentialVaultArgs;

/** The properties of every vault, whatever its options, as far as no option changes them. */
export const HARDENED = {
  tenantId: TENANT,
  sku: { family: "A", name: "standard" },
  enableRbacAuthorization: true,
  enablePurgeProtection: true,
  enableSoftDelete: true,
  softDeleteRetentionInDays: 90,
  enabledForDeployment: false,
  enabledForDiskEncryption: false,
  enabledForTemplateDeployment: false,
  accessPolicies: [],
};

/** Declares a vault with these arguments changed; of any type, so that wrong ones can be tried. */
export function declareVault(args: object = {}): CredentialVault {
  return new CredentialVault("billing-nightly", { ...MINIMAL, ...args });
}

export function fullArguments(): CredentialVaultArgs {
  const group = `${SUBSCRIPTION}/resourceGroups`;
  return {
    ...MINIMAL,
    sku: "premium",
    softDeleteDays: 30,
    privateEndpoint: {
      subnetId: `${group}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jobs`,
      privateDnsZoneId: `${group}/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net`,
      location: "northeurope",
      resourceGroupName: "rg-network",
    },
    auditLog: { workspaceId: WORKSPACE },
    expiryAlert: {
      to: "actionGroups",
      actionGroupIds: [`${group}/rg-monitoring/providers/Microsoft.Insights/actionGroups/on-call`],
    },
    owner: "finance-platform@contoso.com",
    rotation: "every 60 days",
    tags: { costs: "4711" },
    credentials: {
      "billing-nightly": {
        ...STORED,
        generation: 7,
        rotatesOn: "2027-01-20",
        thumbprintSha256: "AB".repeat(32),
      },
    },
    readers: { host: { principalId: HOST } },
  };
}
