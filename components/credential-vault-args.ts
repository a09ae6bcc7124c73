/** What can be said about a vault of credentials, its defaults and its limits. */
import type * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { ENTRA_CLOUDS, type EntraCloud } from "./federation/cloud";
import { type OptionNames, readEntries, readOptions } from "./given-options";
import { checkGuid } from "./guid";
import { checkDays } from "./lifetime";
import { checkLocation, checkResourceGroupName, checkSecretName, checkVaultName } from "./names";
import { checkOneOf, describeGiven, type Finding, type Problems } from "./problems";
import { checkExpiryAlert, type ExpiryAlertArgs } from "./vault-alert-destination";
import { type AuditLogArgs, checkAuditLog } from "./vault-audit-log";
import { checkFirewall, type VaultFirewallArgs } from "./vault-firewall";
import { checkPrincipals, type VaultPrincipal } from "./vault-role";
import { checkCredential, type StoredCredential } from "./vault-secret";
import { checkTags, type VaultTagArgs } from "./vault-tags";

/** Days a deleted vault or secret can be brought back: https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview */
export const SOFT_DELETE_DAYS = { least: 7, most: 90, default: 90 } as const;

export interface CredentialVaultArgs extends VaultFirewallArgs, VaultTagArgs {
  /**
   * Name of the vault: 3 to 24 letters, digits and hyphens, free in all of Azure. Changing it makes a new vault; the
   * old one can be restored for `softDeleteDays` and keeps its name so long.
   */
  readonly vaultName: string;
  /** Existing resource group the vault and all that belongs to it are put in. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, for example "westeurope". @default - the region of the resource group */
  readonly location?: pulumi.Input<string>;
  /** Id of the Entra tenant whose principals may be given access. */
  readonly tenantId: pulumi.Input<string>;
  /** Cloud of the subscription: "public", "usgovernment" or "china". @default "public" */
  readonly cloud?: EntraCloud;
  /**
   * "premium" also offers keys in hardware, for which some rules ask. Secrets, which this component writes, are
   * protected alike in both.
   * @default "standard"
   */
  readonly sku?: "standard" | "premium";
  /**
   * Days a deleted vault or secret can be brought back, 7 to 90. Azure fixes it when the vault is created: changing it
   * later is refused.
   * @default 90
   */
  readonly softDeleteDays?: number;
  /**
   * Where the vault logs who read what. Without it nobody can tell afterwards.
   * @default - none: a policy of the landing zone may add it
   */
  readonly auditLog?: AuditLogArgs;
  /**
   * Whom to tell 30 days before a credential ends, and at its end. It is set up before the first credential is
   * stored, because Azure announces nothing that is older than the subscription; credentials already in the vault
   * are announced from their next version on.
   * @default - none
   */
  readonly expiryAlert?: ExpiryAlertArgs;
  /**
   * Credentials by the name of their secret: 1 to 127 letters, digits and hyphens, the same over all rotations. The
   * certificate of an application that has none is refused.
   * @default - none: keys are born in the vault, see `grantIssue` and `grantRead`
   */
  readonly credentials?: Readonly<Record<string, StoredCredential | undefined>>;
  /**
   * Principals that may read every credential stored here, by a short name. Each is given the role Key Vault
   * Secrets User on the single secrets, never on the vault.
   * @default - none: whoever administers the subscription's access has to grant it
   */
  readonly readers?: Readonly<Record<string, VaultPrincipal>>;
}

const OPTIONS: OptionNames<CredentialVaultArgs> = {
  vaultName: "checked",
  resourceGroupName: "required",
  location: "optional",
  tenantId: "required",
  cloud: "optional",
  sku: "optional",
  softDeleteDays: "optional",
  auditLog: "optional",
  expiryAlert: "optional",
  credentials: "optional",
  readers: "optional",
  allowedNetworks: "optional",
  allowedSubnetIds: "optional",
  privateEndpoint: "optional",
  bypass: "optional",
  owner: "optional",
  rotation: "optional",
  tags: "optional",
};

/** Checks the arguments of whatever type, and answers with those that have a value; undefined where there are none. */
export function readVault(given: CredentialVaultArgs, problems: Problems): CredentialVaultArgs | undefined {
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) return undefined;
  problems.add("vaultName", checkVaultName(args.vaultName));
  const tenantId: unknown = args.tenantId;
  if (tenantId !== undefined && isKnown(tenantId)) problems.add("tenantId", checkGuid(tenantId, "tenant id"));
  const {
    resourceGroupName,
    location,
  }: { readonly resourceGroupName?: unknown; readonly location?: unknown } = args;
  if (resourceGroupName !== undefined && isKnown(resourceGroupName))
    problems.add("resourceGroupName", checkResourceGroupName(resourceGroupName));
  if (location !== undefined && isKnown(location)) problems.add("location", checkLocation(location));
  problems.add("cloud", checkOneOf(args.cloud ?? "public", ENTRA_CLOUDS));
  problems.add("sku", checkOneOf(args.sku ?? "standard", ["standard", "premium"]));
  problems.add(
    "softDeleteDays",
    checkDays(args.softDeleteDays ?? SOFT_DELETE_DAYS.default, SOFT_DELETE_DAYS),
  );
  checkFirewall(args, problems);
  checkTags(args, problems);
  if (args.auditLog !== undefined) checkAuditLog("auditLog", args.auditLog, problems);
  if (args.expiryAlert !== undefined) checkExpiryAlert("expiryAlert", args.expiryAlert, problems);
  const seen = new Set<string>();
  for (const [secretName, credential] of readEntries("credentials", args.credentials ?? {}, problems) ?? []) {
    const at = `credentials[${describeGiven(secretName)}]`;
    problems.add(at, checkSecretName(secretName));
    checkCredential(at, credential, problems);
    if (seen.has(secretName.toLowerCase())) problems.add(at, sameSecret(secretName));
    seen.add(secretName.toLowerCase());
  }
  checkPrincipals("readers", args.readers ?? {}, problems);
  return args;
}

function sameSecret(secretName: string): Finding {
  return {
    code: "duplicate",
    given: describeGiven(secretName),
    allowed: "each name once: Key Vault takes upper and lower case for the same",
    remedy: "rename one of the two",
  };
}
