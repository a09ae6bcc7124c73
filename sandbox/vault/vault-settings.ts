import { invalidRequest } from "./arm-error";
import { ipRuleProblem } from "./network";
import type { AccessPolicy, NetworkAcls, VaultProperties } from "./vault";

/** The `properties` a caller writes; what it leaves out takes Azure's default or keeps its value. */
export interface VaultSettings {
  readonly tenantId?: string | undefined;
  readonly sku?: { readonly family?: string | undefined; readonly name?: string | undefined } | undefined;
  readonly accessPolicies?: readonly AccessPolicy[] | undefined;
  readonly enabledForDeployment?: boolean | undefined;
  readonly enabledForDiskEncryption?: boolean | undefined;
  readonly enabledForTemplateDeployment?: boolean | undefined;
  readonly enableRbacAuthorization?: boolean | undefined;
  readonly enableSoftDelete?: boolean | undefined;
  readonly softDeleteRetentionInDays?: number | undefined;
  readonly enablePurgeProtection?: boolean | undefined;
  readonly networkAcls?: NetworkAclsSettings | undefined;
  readonly publicNetworkAccess?: string | undefined;
}

export interface NetworkAclsSettings {
  readonly bypass?: string | undefined;
  readonly defaultAction?: string | undefined;
  readonly ipRules?: readonly { readonly value: string }[] | undefined;
  readonly virtualNetworkRules?: readonly { readonly id: string }[] | undefined;
}

const RETENTION_DAYS = { min: 7, max: 90 };

/**
 * What the vault's properties become after a write. Purge protection and retention are set once and for good.
 *
 * @throws ArmError `BadRequest` with Azure's text for each irreversible or malformed setting.
 */
export function applySettings(
  name: string,
  settings: VaultSettings,
  before: VaultProperties | undefined,
): VaultProperties {
  if (!settings.tenantId) throw invalidRequest("The property 'tenantId' of the vault is required.");
  if (!settings.sku?.name) throw invalidRequest("The property 'sku' of the vault is required.");
  const purgeProtection = settings.enablePurgeProtection ?? before?.enablePurgeProtection;
  if (purgeProtection === false) {
    throw invalidRequest(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    );
  }
  if (settings.enableSoftDelete === false) {
    throw invalidRequest(
      "The property \"enableSoftDelete\" can be set to false only for creating new vault. Enabling the 'soft delete' functionality is an irreversible action.",
    );
  }
  return {
    tenantId: settings.tenantId,
    sku: { family: settings.sku.family ?? "A", name: settings.sku.name.toLowerCase() },
    accessPolicies: settings.accessPolicies ?? [],
    enabledForDeployment: settings.enabledForDeployment ?? false,
    ...(settings.enabledForDiskEncryption !== undefined && {
      enabledForDiskEncryption: settings.enabledForDiskEncryption,
    }),
    ...(settings.enabledForTemplateDeployment !== undefined && {
      enabledForTemplateDeployment: settings.enabledForTemplateDeployment,
    }),
    enableRbacAuthorization: settings.enableRbacAuthorization ?? false,
    enableSoftDelete: true,
    softDeleteRetentionInDays: retentionDays(settings.softDeleteRetentionInDays, before),
    ...(purgeProtection && { enablePurgeProtection: true }),
    ...(settings.networkAcls && { networkAcls: networkAcls(settings.networkAcls) }),
    publicNetworkAccess: settings.publicNetworkAccess ?? "Enabled",
    provisioningState: "Succeeded",
    vaultUri: `https://${name.toLowerCase()}.vault.azure.net/`,
  };
}

function retentionDays(wanted: number | undefined, before: VaultProperties | undefined): number {
  const days = wanted ?? before?.softDeleteRetentionInDays ?? RETENTION_DAYS.max;
  if (before && days !== before.softDeleteRetentionInDays) {
    throw invalidRequest(
      'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.',
    );
  }
  if (!Number.isInteger(days) || days < RETENTION_DAYS.min || days > RETENTION_DAYS.max) {
    throw invalidRequest(
      `The property "softDeleteRetentionInDays" must be between ${RETENTION_DAYS.min} and ${RETENTION_DAYS.max}; given ${days}.`,
    );
  }
  return days;
}

function networkAcls(settings: NetworkAclsSettings): NetworkAcls {
  const defaultAction = settings.defaultAction ?? "Allow";
  if (defaultAction !== "Allow" && defaultAction !== "Deny") {
    throw invalidRequest(`The network rule 'defaultAction' must be Allow or Deny; given '${defaultAction}'.`);
  }
  const problems = (settings.ipRules ?? []).flatMap(({ value }) => ipRuleProblem(value) ?? []);
  if (problems.length > 0) throw invalidRequest(problems.join(" "));
  return {
    bypass: settings.bypass ?? "AzureServices",
    defaultAction,
    ipRules: settings.ipRules ?? [],
    virtualNetworkRules: settings.virtualNetworkRules ?? [],
  };
}
