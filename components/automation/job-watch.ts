/** Who hears of a run that failed: its log goes to a workspace, its failure to people. */
import type * as automation from "@pulumi/azure-native/automation";
import * as monitor from "@pulumi/azure-native/monitor";
import type * as pulumi from "@pulumi/pulumi";
import { type OptionNames, readItems, readOptions } from "../given-options";
import { describeGiven, type Finding, type Problems } from "../problems";
import { checkResourceId } from "../resource-id";
import { addIfKnown } from "./automation-account";

export interface JobWatchArgs {
  /** Id of the Log Analytics workspace that logs and output of the jobs go to. @default - none */
  readonly workspaceId?: pulumi.Input<string>;
  /** Ids of the action groups told within the hour that a job failed, at most 5. @default - none */
  readonly actionGroupIds?: readonly pulumi.Input<string>[];
}

const OPTIONS: OptionNames<JobWatchArgs> = { workspaceId: "optional", actionGroupIds: "optional" };

/** https://learn.microsoft.com/azure/azure-monitor/service-limits#alerts */
const MOST_ACTION_GROUPS = 5;

/** Creates `<name>-job-log` and `<name>-failure-alert`, as far as they are asked for. */
export function createJobWatch(
  name: string,
  account: automation.AutomationAccount,
  runbookName: pulumi.Input<string>,
  where: { readonly args: JobWatchArgs; readonly resourceGroupName: pulumi.Input<string> },
  child: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  const { workspaceId, actionGroupIds = [] } = where.args;
  const watch: pulumi.Resource[] = [];
  if (workspaceId !== undefined) {
    watch.push(
      new monitor.DiagnosticSetting(
        `${name}-job-log`,
        {
          name: "jobs",
          resourceUri: account.id,
          workspaceId,
          logs: ["JobLogs", "JobStreams"].map((category) => ({ category, enabled: true })),
        },
        child,
      ),
    );
  }
  if (actionGroupIds.length > 0) {
    watch.push(
      new monitor.MetricAlert(
        `${name}-failure-alert`,
        {
          ruleName: `${name}-rotation-failed`,
          resourceGroupName: where.resourceGroupName,
          location: "global",
          description:
            "A run of the rotation runbook failed: its log names the application and the next step.",
          severity: 1,
          enabled: true,
          autoMitigate: false,
          scopes: [account.id],
          evaluationFrequency: "PT15M",
          windowSize: "PT1H",
          criteria: {
            odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            allOf: [
              {
                criterionType: "StaticThresholdCriterion",
                name: "failed",
                metricNamespace: "Microsoft.Automation/automationAccounts",
                metricName: "TotalJob",
                timeAggregation: "Total",
                operator: "GreaterThan",
                threshold: 0,
                dimensions: [
                  { name: "Runbook", operator: "Include", values: [runbookName] },
                  // A job that no worker takes is suspended or stopped, which is no better.
                  { name: "Status", operator: "Include", values: ["Failed", "Suspended", "Stopped"] },
                ],
              },
            ],
          },
          actions: actionGroupIds.map((actionGroupId) => ({ actionGroupId })),
        },
        child,
      ),
    );
  }
  return watch;
}

export function readJobWatch(at: string, given: JobWatchArgs, problems: Problems): JobWatchArgs | undefined {
  const watch = readOptions(at, given, OPTIONS, problems);
  if (watch === undefined) return undefined;
  const workspace = "Microsoft.OperationalInsights/workspaces";
  addIfKnown(`${at}.workspaceId`, watch.workspaceId, (id) => checkResourceId(id, workspace), problems);
  const groups = readItems(`${at}.actionGroupIds`, watch.actionGroupIds, problems) ?? [];
  if (groups.length > MOST_ACTION_GROUPS) problems.add(`${at}.actionGroupIds`, tooMany(groups));
  groups.forEach((group, index) => {
    const place = `${at}.actionGroupIds[${index}]`;
    addIfKnown(place, group, (id) => checkResourceId(id, "Microsoft.Insights/actionGroups"), problems);
  });
  return { ...watch, actionGroupIds: groups };
}

function tooMany(groups: readonly unknown[]): Finding {
  return {
    code: "too-many",
    given: describeGiven(groups),
    allowed: `at most ${MOST_ACTION_GROUPS} action groups`,
    remedy: "let one group tell several people",
  };
}
