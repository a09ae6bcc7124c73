/** What can be said about a vault of credentials, its defaults and its limits. */
import type * as pulumi from "@pulumi/pulumi";
import { checkGuid } from "./guid";
import { checkDays } from "./lifetime";
import { checkSecretName, checkVaultName } from "./names";
import { checkOneOf, describeGiven, type Problems } from "./problems";
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

export function checkVault(args: CredentialVaultArgs, problems: Problems): void {
  problems.add("vaultName", checkVaultName(args.vaultName));
  if (typeof args.tenantId === "string") problems.add("tenantId", checkGuid(args.tenantId, "tenant id"));
  problems.add("sku", checkOneOf(args.sku ?? "standard", ["standard", "premium"]));
  problems.add(
    "softDeleteDays",
    checkDays(args.softDeleteDays ?? SOFT_DELETE_DAYS.default, SOFT_DELETE_DAYS),
  );
  checkFirewall(args, problems);
  checkTags(args, problems);
  if (args.auditLog !== undefined) checkAuditLog("auditLog", args.auditLog, problems);
  if (args.expiryAlert !== undefined) checkExpiryAlert("expiryAlert", args.expiryAlert, problems);
  for (const [secretName, credential] of Object.entries(args.credentials ?? {})) {
    const at = `credentials[${describeGiven(secretName)}]`;
    problems.add(at, checkSecretName(secretName));
    problems.add(at, checkCredential(credential));
  }
  checkPrincipals("readers", args.readers ?? {}, problems);
}
