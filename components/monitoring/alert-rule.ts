/** An alert as a rule of Azure Monitor, which runs its query over the workspace and calls the action groups. */
import * as monitor from "@pulumi/azure-native/monitor";
import type * as pulumi from "@pulumi/pulumi";
import { type AlertDefinition, isoDuration } from "./alert";
import type { AlertId } from "./alerts";

export interface RulePlace {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string> | undefined;
  readonly workspaceId: pulumi.Output<string>;
  readonly tags: Readonly<Record<string, string>>;
}

/** All properties of a rule together: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-troubleshoot-log */
export const RULE_CHARACTERS = 60_000;

/** Creates `<name>-<alert>`. */
export function createAlertRule(
  name: string,
  id: AlertId,
  alert: AlertDefinition,
  query: pulumi.Output<string>,
  actionGroupIds: readonly pulumi.Input<string>[],
  { resourceGroupName, location, workspaceId, tags }: RulePlace,
  child: pulumi.CustomResourceOptions,
): monitor.ScheduledQueryRule {
  return new monitor.ScheduledQueryRule(
    `${name}-${id}`,
    {
      ruleName: `${name}-${id}`,
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      kind: "LogAlert",
      displayName: alert.title,
      description: `${alert.watches} First: ${alert.firstSteps[0] ?? ""}`,
      severity: alert.severity,
      enabled: true,
      scopes: [workspaceId],
      targetResourceTypes: ["Microsoft.OperationalInsights/workspaces"],
      evaluationFrequency: isoDuration(alert.every),
      windowSize: isoDuration(alert.window),
      criteria: {
        allOf: [
          {
            query,
            timeAggregation: "Count",
            operator: "GreaterThan",
            threshold: 0,
            dimensions: alert.dimensions.map((column) => ({
              name: column,
              operator: "Include",
              values: ["*"],
            })),
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          },
        ],
      },
      // One alert for one cause, however often the window shows it again; it resolves itself when the window is past.
      autoMitigate: true,
      // A table comes to be with its first row, which may be months away; our tests bind every query.
      skipQueryValidation: true,
      actions: { actionGroups: [...actionGroupIds], customProperties: { alert: id } },
      tags,
    },
    child,
  );
}
