/** An alert as an analytics rule of Microsoft Sentinel, which makes incidents of what the query finds. */
import * as securityinsights from "@pulumi/azure-native/securityinsights";
import * as pulumi from "@pulumi/pulumi";
import { nameBasedGuid } from "../guid";
import { parseResourceId } from "../resource-id";
import { type AlertDefinition, type AlertSeverity, isoDuration } from "./alert";
import type { AlertId } from "./alerts";

/** https://learn.microsoft.com/azure/sentinel/create-analytics-rules */
export const SENTINEL_QUERY_CHARACTERS = 10_000;

/** Sentinel has four severities. */
const SEVERITIES: Readonly<Record<AlertSeverity, string>> = {
  0: "High",
  1: "High",
  2: "Medium",
  3: "Low",
  4: "Informational",
};

/** Creates `<name>-<alert>-sentinel`. The workspace must have Sentinel. */
export function createSentinelRule(
  name: string,
  id: AlertId,
  alert: AlertDefinition,
  query: pulumi.Output<string>,
  workspaceId: pulumi.Output<string>,
  child: pulumi.CustomResourceOptions,
): securityinsights.ScheduledAlertRule {
  const workspace = workspaceId.apply((text) => {
    const found = parseResourceId(text);
    return { group: found?.resourceGroupName ?? "", name: found?.names[0] ?? "" };
  });
  return new securityinsights.ScheduledAlertRule(
    `${name}-${id}-sentinel`,
    {
      ruleId: nameBasedGuid("sentinel", name, id),
      resourceGroupName: workspace.group,
      workspaceName: workspace.name,
      kind: "Scheduled",
      displayName: alert.title,
      description: [alert.watches, ...alert.firstSteps.map((step) => `- ${step}`)].join("\n"),
      severity: SEVERITIES[alert.severity],
      enabled: true,
      query,
      queryFrequency: isoDuration(alert.every),
      queryPeriod: isoDuration(alert.window),
      triggerOperator: "GreaterThan",
      triggerThreshold: 0,
      suppressionEnabled: false,
      suppressionDuration: "PT5H",
      eventGroupingSettings: { aggregationKind: "AlertPerResult" },
      // The same cause found by the next run joins the incident it has opened.
      incidentConfiguration: {
        createIncident: true,
        groupingConfiguration: {
          enabled: true,
          reopenClosedIncident: false,
          lookbackDuration: "P1D",
          matchingMethod: alert.entities.length > 0 ? "AllEntities" : "AnyAlert",
        },
      },
      tactics: [...alert.tactics],
      // This version of the API knows techniques without their parts.
      techniques: [...new Set(alert.techniques.map((technique) => technique.split(".")[0] ?? ""))],
      entityMappings: alert.entities.map(({ type, fields }) => ({
        entityType: type,
        fieldMappings: Object.entries(fields).map(([identifier, columnName]) => ({ identifier, columnName })),
      })),
      customDetails: Object.fromEntries(alert.dimensions.map((column) => [column, column])),
    },
    child,
  );
}
