/** The page that shows what the alerts watch: kinds of credentials over time, ends, users of secrets, policies. */
import * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import * as pulumi from "@pulumi/pulumi";
import { nameBasedGuid } from "../guid";
import type { AlertDefinition } from "./alert";
import { alertQuery, type QueryValues } from "./alert-query";
import type { RulePlace } from "./alert-rule";

interface Chart extends Pick<AlertDefinition, "parameters" | "queries"> {
  readonly title: string;
  readonly shownAs: "barchart" | "table";
}

/** In the order of the page. */
export const CHARTS: readonly Chart[] = [
  {
    title: "How workloads signed in, by day",
    queries: ["chart-credential-kinds"],
    parameters: [],
    shownAs: "barchart",
  },
  {
    title: "Certificates of this stack, the first to end on top",
    queries: ["chart-expiry-horizon"],
    parameters: ["Credentials"],
    shownAs: "table",
  },
  {
    title: "Who signs in with a client secret",
    queries: ["secret-sign-ins", "chart-secret-users"],
    parameters: ["HomeTenant"],
    shownAs: "table",
  },
  {
    title: "Changes of policies",
    queries: ["changes", "policy-changes", "chart-policy-changes"],
    parameters: [],
    shownAs: "table",
  },
];

const TIME_RANGE = "TimeRange";
const DAYS_MS = 86_400_000;
const WORKSPACES = "microsoft.operationalinsights/workspaces";

/** Creates `<name>-workbook`. */
export function createWorkbook(
  name: string,
  values: pulumi.Output<QueryValues>,
  { resourceGroupName, location, workspaceId, tags }: RulePlace,
  child: pulumi.CustomResourceOptions,
): applicationinsights.Workbook {
  return new applicationinsights.Workbook(
    `${name}-workbook`,
    {
      // Its name must be a GUID.
      resourceName: nameBasedGuid("workbook", name),
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      displayName: `Credentials: ${name}`,
      category: "workbook",
      kind: "shared",
      version: "Notebook/1.0",
      sourceId: workspaceId,
      serializedData: pulumi
        .all([values, workspaceId])
        .apply(([told, workspace]) => JSON.stringify(workbookPage(told, workspace))),
      tags,
    },
    child,
  );
}

/** The page as Azure stores it. */
export function workbookPage(values: QueryValues, workspaceId: string): object {
  return {
    version: "Notebook/1.0",
    items: [
      text("introduction", "Certificates are those of the last deployment; all else comes from the logs."),
      timeRange(30),
      ...CHARTS.map((chart) => chartItem(chart, values)),
    ],
    // What the charts ask wherever the page is opened from.
    fallbackResourceIds: [workspaceId],
    $schema: "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
  };
}

function text(name: string, json: string): object {
  return { type: 1, name, content: { json } };
}

function timeRange(days: number): object {
  const parameter = {
    id: nameBasedGuid("workbook", TIME_RANGE),
    version: "KqlParameterItem/1.0",
    name: TIME_RANGE,
    label: "Time range",
    type: 4,
    isRequired: true,
    value: { durationMs: days * DAYS_MS },
    typeSettings: { selectableValues: [1, 7, 30, 90].map((each) => ({ durationMs: each * DAYS_MS })) },
  };
  return {
    type: 9,
    name: "time range",
    content: { version: "KqlParameterItem/1.0", style: "pills", queryType: 0, parameters: [parameter] },
  };
}

function chartItem(chart: Chart, values: QueryValues): object {
  return {
    type: 3,
    name: chart.queries.at(-1),
    content: {
      version: "KqlItem/1.0",
      query: alertQuery(chart, values),
      size: 0,
      title: chart.title,
      noDataMessage: "Nothing in this time.",
      timeContextFromParameter: TIME_RANGE,
      queryType: 0,
      resourceType: WORKSPACES,
      visualization: chart.shownAs,
    },
  };
}
