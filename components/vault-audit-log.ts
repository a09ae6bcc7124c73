/** Makes guessing who had a credential unnecessary: the vault logs every read, and every refusal. */
import * as monitor from "@pulumi/azure-native/monitor";
import type * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { type OptionNames, readOptions } from "./given-options";
import { checkOneOf, type Problems } from "./problems";
import { checkResourceId } from "./resource-id";

export interface AuditLogArgs {
  /** Id of the Log Analytics workspace the events go to, into its table AZKVAuditLogs. */
  readonly workspaceId: pulumi.Input<string>;
  /**
   * "audit" is who did what with which secret, from which address, let through or refused; "all" adds how Azure
   * Policy judges the vault's content.
   * https://learn.microsoft.com/azure/key-vault/general/logging
   * @default "audit"
   */
  readonly events?: "audit" | "all";
}

/** Creates `<name>-audit-log`. */
export function createAuditLog(
  name: string,
  { workspaceId, events }: AuditLogArgs,
  vault: { readonly id: pulumi.Input<string> },
  child: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new monitor.DiagnosticSetting(
    `${name}-audit-log`,
    {
      name: "audit",
      resourceUri: vault.id,
      workspaceId,
      // A table of Key Vault's own instead of AzureDiagnostics, which all services share and which drops columns.
      logAnalyticsDestinationType: "Dedicated",
      // The category, not the category group "audit": Azure Government has no such group.
      logs: [
        events === "all"
          ? { categoryGroup: "allLogs", enabled: true }
          : { category: "AuditEvent", enabled: true },
      ],
    },
    child,
  );
}

const OPTIONS: OptionNames<AuditLogArgs> = { workspaceId: "required", events: "optional" };

export function checkAuditLog(at: string, given: AuditLogArgs, problems: Problems): void {
  const args = readOptions(at, given, OPTIONS, problems);
  if (args === undefined) return;
  const { workspaceId, events } = args;
  const id: unknown = workspaceId;
  if (id !== undefined && isKnown(id)) {
    problems.add(`${at}.workspaceId`, checkResourceId(id, "Microsoft.OperationalInsights/workspaces"));
  }
  problems.add(`${at}.events`, checkOneOf(events ?? "audit", ["audit", "all"]));
}
