/** Makes silence unnecessary: where the logs about credentials go, and who is told. */
import * as pulumi from "@pulumi/pulumi";
import { type OptionNames, readOptions } from "../given-options";
import { ArgumentError, Problems, refuseArguments } from "../problems";
import { checkAzureTags, checkPlace, checkPrefix } from "./azure-names";
import { checkWorkspace, type LogWorkspace, workspaceOf } from "./log-workspace";
import { checkNotification, createNotification, type NotificationArgs } from "./notification";
import { checkTenantLog, createTenantLog, type TenantLogArgs } from "./tenant-log";

export interface CredentialMonitoringArgs {
  /** Existing resource group all of it is put in. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, for example "westeurope". @default - the region of the resource group */
  readonly location?: pulumi.Input<string>;
  /** The Log Analytics workspace: one that is there, by id, or the name of a new one. */
  readonly workspace: LogWorkspace;
  /** Who is told when an alert fires. */
  readonly notify: NotificationArgs;
  /**
   * The tenant's own logs: without them only vaults and dates are watched.
   * @default - a person switches them on, by `tenantLogCommand`
   */
  readonly tenantLog?: TenantLogArgs;
  /** Tags of all that takes them, at most 50. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Where logs about credentials go and who hears of alerts: once for a tenant, or for a team.
 *
 * ```ts
 * const monitoring = new CredentialMonitoring("identities", {
 *   resourceGroupName: "rg-identities",
 *   workspace: { name: "log-identities" },
 *   notify: { mail: { "on-call": "identity-on-call@contoso.com" } },
 * });
 * ```
 *
 * The workspace of the security team, and a channel of Microsoft Teams:
 *
 * ```ts
 * workspace: { id: securityWorkspaceId },
 * notify: { teams: { webhookUrl: config.requireSecret("teamsWebhookUrl") } },
 * ```
 *
 * Vaults log into it and announce the end of credentials through it, from their first secret on:
 *
 * ```ts
 * new CredentialVault("billing-nightly", {
 *   auditLog: { workspaceId: monitoring.workspaceId },
 *   expiryAlert: { to: "actionGroups", actionGroupIds: monitoring.actionGroupIds },
 *   …
 * });
 * ```
 *
 * `CredentialAlerts` puts the questions to the logs. Creates `<name>-workspace`, `<name>-action-group`, `<name>-teams`
 * and `<name>-tenant-log`, each where it is asked for.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class CredentialMonitoring extends pulumi.ComponentResource {
  /** Id of the workspace. */
  readonly workspaceId: pulumi.Output<string>;
  /** Ids of the action groups that are told. */
  readonly actionGroupIds: readonly pulumi.Output<string>[];
  /**
   * A command for the Azure CLI that switches the tenant's logs on. A person with the role Security Administrator runs
   * it once; running it again changes nothing.
   */
  readonly tenantLogCommand: pulumi.Output<string>;

  constructor(name: string, given: CredentialMonitoringArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const {
      resourceGroupName,
      location,
      workspace,
      notify,
      tenantLog = {},
      tags = {},
    } = readArguments(name, given);
    super("certlock:components:CredentialMonitoring", name, {}, opts);
    const child = { parent: this };
    const surroundings = { resourceGroupName, location, tags };

    this.workspaceId = workspaceOf(name, workspace, surroundings, child);
    this.tenantLogCommand = createTenantLog(name, tenantLog, this.workspaceId, child);
    this.actionGroupIds = createNotification(name, notify, surroundings, child);
    this.registerOutputs({
      workspaceId: this.workspaceId,
      actionGroupIds: this.actionGroupIds,
      tenantLogCommand: this.tenantLogCommand,
    });
  }
}

const OPTIONS: OptionNames<CredentialMonitoringArgs> = {
  resourceGroupName: "required",
  location: "optional",
  workspace: "required",
  notify: "required",
  tenantLog: "optional",
  tags: "optional",
};

function readArguments(name: string, given: CredentialMonitoringArgs): CredentialMonitoringArgs {
  const problems = new Problems();
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) throw new ArgumentError("CredentialMonitoring", name, problems.found);
  problems.add("name", checkPrefix(name));
  checkPlace(args, problems);
  const { workspace, notify }: { readonly workspace?: unknown; readonly notify?: unknown } = args;
  if (workspace !== undefined) checkWorkspace("workspace", args.workspace, problems);
  if (notify !== undefined) checkNotification("notify", args.notify, problems);
  if (args.tenantLog !== undefined) checkTenantLog("tenantLog", args.tenantLog, problems);
  checkAzureTags("tags", args.tags ?? {}, problems);
  refuseArguments("CredentialMonitoring", name, problems);
  return args;
}
