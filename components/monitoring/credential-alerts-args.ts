/** What can be said about the alerts of a stack, its defaults and its limits. */
import type * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../federation/claims";
import { type OptionNames, readItems, readOptions, wrongType } from "../given-options";
import { checkGuid } from "../guid";
import { checkDays } from "../lifetime";
import { ArgumentError, checkOneOf, Problems, refuseArguments } from "../problems";
import { checkResourceId } from "../resource-id";
import { type AlertTunings, checkTunings } from "./alert-tuning";
import { checkAzureTags, checkPlace, checkPrefix } from "./azure-names";
import { WORKSPACE_TYPE } from "./log-workspace";
import { checkActionGroupIds } from "./notification";
import { checkApplications, checkVaults, type WatchedApplication, type WatchedVault } from "./watched";

/** Days a rotation may be late. */
export const GRACE_DAYS = { least: 0, most: 60, default: 7 } as const;

export interface CredentialAlertsArgs {
  /** Existing resource group the rules are put in. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, for example "westeurope". @default - the region of the resource group */
  readonly location?: pulumi.Input<string>;
  /** Id of the Log Analytics workspace with the logs; `workspaceId` of a `CredentialMonitoring`. */
  readonly workspaceId: pulumi.Input<string>;
  /**
   * Ids of the action groups that are told, at most 5; `actionGroupIds` of a `CredentialMonitoring`. May be empty where
   * Sentinel alone has the alerts.
   */
  readonly actionGroupIds: readonly pulumi.Input<string>[];
  /** Id of the tenant: applications of others sign in with credentials of others. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Object ids (or client ids) of the principals that change credentials and policies: the pipelines. What they do
   * raises no alert, except for a client secret, which always does. Mind that whoever takes over a pipeline is as quiet.
   * @default - nobody: every change is told, also those of the deployment
   */
  readonly allowedInitiators?: readonly pulumi.Input<string>[];
  /** The applications that are guarded, by a name for the alerts. @default - none */
  readonly applications?: Readonly<Record<string, WatchedApplication>>;
  /** The vaults that are watched, by a name; their audit log must go to the workspace. @default - none */
  readonly vaults?: Readonly<Record<string, WatchedVault>>;
  /** Whether the workspace gets MicrosoftGraphActivityLogs, which need Entra ID P1 and can be large. @default false */
  readonly graphActivity?: boolean;
  /** Days a rotation may be late before it is overdue, 0 to 60. @default 7 */
  readonly graceDays?: number;
  /** Single alerts: `false` leaves one out, an object tunes it. @default - all, as docs/monitoring.md lists them */
  readonly alerts?: AlertTunings;
  /**
   * "also": rules in Microsoft Sentinel beside those of Azure Monitor; "only": in their place. The workspace must have
   * Sentinel.
   * @default - Azure Monitor alone
   */
  readonly sentinel?: "also" | "only";
  /** Whether there is a workbook. @default true */
  readonly workbook?: boolean;
  /** Tags of rules and workbook, at most 50. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#alerts */
const MOST_ACTION_GROUPS = 5;

const OPTIONS: OptionNames<CredentialAlertsArgs> = {
  resourceGroupName: "required",
  location: "optional",
  workspaceId: "required",
  actionGroupIds: "required",
  tenantId: "required",
  allowedInitiators: "optional",
  applications: "optional",
  vaults: "optional",
  graphActivity: "optional",
  graceDays: "optional",
  alerts: "optional",
  sentinel: "optional",
  workbook: "optional",
  tags: "optional",
};

/** @throws ArgumentError listing every bad argument */
export function readAlerts(name: string, given: CredentialAlertsArgs): CredentialAlertsArgs {
  const problems = new Problems();
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) throw new ArgumentError("CredentialAlerts", name, problems.found);
  problems.add("name", checkPrefix(name));
  checkPlace(args, problems);
  const { workspaceId, tenantId }: { readonly workspaceId?: unknown; readonly tenantId?: unknown } = args;
  if (workspaceId !== undefined && isKnown(workspaceId))
    problems.add("workspaceId", checkResourceId(workspaceId, WORKSPACE_TYPE));
  if (tenantId !== undefined && isKnown(tenantId)) problems.add("tenantId", checkGuid(tenantId, "tenant id"));
  checkActionGroups(args, problems);
  const initiators = readItems("allowedInitiators", args.allowedInitiators, problems);
  initiators?.forEach((id, index) => {
    if (isKnown(id)) problems.add(`allowedInitiators[${index}]`, checkGuid(id, "object id of a principal"));
  });
  checkApplications(args.applications ?? {}, problems);
  checkVaults(args.vaults ?? {}, problems);
  problems.add("graceDays", checkDays(args.graceDays ?? GRACE_DAYS.default, GRACE_DAYS));
  checkTunings(args.alerts ?? {}, problems);
  if (args.sentinel !== undefined) problems.add("sentinel", checkOneOf(args.sentinel, ["also", "only"]));
  for (const option of ["graphActivity", "workbook"] as const) {
    const flag: unknown = args[option];
    if (flag !== undefined && typeof flag !== "boolean")
      problems.add(option, wrongType(flag, "true or false"));
  }
  checkAzureTags("tags", args.tags ?? {}, problems);
  refuseArguments("CredentialAlerts", name, problems);
  return args;
}

function checkActionGroups(
  { actionGroupIds, sentinel }: { readonly actionGroupIds?: readonly unknown[]; readonly sentinel?: unknown },
  problems: Problems,
): void {
  if (actionGroupIds === undefined) return;
  const ids = readItems("actionGroupIds", actionGroupIds, problems);
  if (ids === undefined) return;
  checkActionGroupIds("actionGroupIds", ids, problems);
  if (ids.length === 0 && sentinel !== "only") {
    problems.add("actionGroupIds", {
      code: "missing",
      given: "an empty list",
      allowed: 'at least one action group, or sentinel: "only"',
      remedy: "pass actionGroupIds of a CredentialMonitoring: an alert nobody hears is none",
    });
  }
  if (ids.length > MOST_ACTION_GROUPS) {
    problems.add("actionGroupIds", {
      code: "too-many",
      given: String(ids.length),
      allowed: `at most ${MOST_ACTION_GROUPS} action groups on a rule`,
      remedy: "put more receivers into one group",
    });
  }
}
