import { createHash } from "node:crypto";
import type { MonitoringResource, MonitoringType } from "../../monitoring/monitoring-store";
import type { Tenant } from "../../tenant/tenant";
import { ArmError } from "../../vault/arm-error";
import type { Fields } from "../fields";
import { child, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { armParts, calling, type PackageSettings } from "./arm";
import { armResourceKind } from "./arm-resource";
import type { NameStyle } from "./autoname";

interface MonitoringKind {
  readonly type: MonitoringType;
  readonly arm: string;
  readonly apiVersion: string;
  readonly named: { readonly property: string; readonly style: NameStyle };
  readonly fields: Fields;
  /** Inputs in the address beside group and name. */
  readonly below?: { readonly property: string; readonly arm: string };
  /** It lies in no resource group. */
  readonly isOfTenant?: true;
  readonly hasNoLocation?: true;
  readonly added?: readonly string[];
  /** What Azure says beside what was declared. */
  readonly answered?: (properties: PropertyMap, resource: MonitoringResource) => PropertyMap;
}

const required = { type: "text", required: true } as const;
const GROUP: Fields = { resourceGroupName: { ...required, forceNew: true } };

const KINDS: Readonly<Record<string, MonitoringKind>> = {
  "operationalinsights:Workspace": {
    type: "workspace",
    arm: "Microsoft.OperationalInsights/workspaces",
    apiVersion: "2023-09-01",
    named: { property: "workspaceName", style: "random" },
    fields: { retentionInDays: { type: "number" }, sku: { type: "object" } },
    added: ["createdDate", "customerId", "modifiedDate", "provisioningState"],
    // The keys of the workspace are a call of their own: they are never among its properties.
    answered: (properties, { id, createdAt }) => ({
      ...properties,
      createdDate: createdAt.toISOString(),
      customerId: guidOf(id),
      modifiedDate: createdAt.toISOString(),
      provisioningState: "Succeeded",
    }),
  },
  "aadiam:DiagnosticSetting": {
    type: "tenantLog",
    arm: "microsoft.aadiam/diagnosticSettings",
    apiVersion: "2017-04-01",
    named: { property: "name", style: "random" },
    fields: { logs: { type: "objects" }, workspaceId: { type: "text" } },
    isOfTenant: true,
    hasNoLocation: true,
  },
  "monitor:ActionGroup": {
    type: "actionGroup",
    arm: "Microsoft.Insights/actionGroups",
    apiVersion: "2024-10-01-preview",
    named: { property: "actionGroupName", style: "random" },
    fields: { groupShortName: required, enabled: { type: "flag", required: true } },
    answered: (properties) => ({
      ...properties,
      emailReceivers: receivers(properties, "emailReceivers").map((each) => ({ ...each, status: "Enabled" })),
    }),
  },
  "monitor:ScheduledQueryRule": {
    type: "alertRule",
    arm: "Microsoft.Insights/scheduledQueryRules",
    apiVersion: "2025-01-01-preview",
    named: { property: "ruleName", style: "random" },
    fields: { scopes: { type: "texts", required: true }, criteria: { type: "object", required: true } },
    added: [
      "createdWithApiVersion",
      "etag",
      "isLegacyLogAnalyticsRule",
      "isWorkspaceAlertsStorageConfigured",
    ],
    answered: (properties) => ({
      ...properties,
      createdWithApiVersion: "2025-01-01-preview",
      etag: "",
      isLegacyLogAnalyticsRule: false,
      isWorkspaceAlertsStorageConfigured: false,
    }),
  },
  "securityinsights:ScheduledAlertRule": {
    type: "analyticsRule",
    arm: "Microsoft.SecurityInsights/alertRules",
    apiVersion: "2024-09-01",
    named: { property: "ruleId", style: "uuid" },
    fields: { workspaceName: { ...required, forceNew: true }, displayName: required, query: required },
    below: { property: "workspaceName", arm: "Microsoft.OperationalInsights/workspaces" },
    hasNoLocation: true,
    added: ["etag", "lastModifiedUtc"],
    answered: (properties, { createdAt }) => ({
      ...properties,
      etag: "",
      lastModifiedUtc: createdAt.toISOString(),
    }),
  },
  "applicationinsights:Workbook": {
    type: "workbook",
    arm: "Microsoft.Insights/workbooks",
    apiVersion: "2023-06-01",
    named: { property: "resourceName", style: "uuid" },
    fields: { category: required, displayName: required, serializedData: required },
    added: ["revision", "timeModified", "userId"],
    answered: (properties, { id, createdAt }) => ({
      ...properties,
      revision: guidOf(`${id}${text(properties, "serializedData") ?? ""}`),
      timeModified: createdAt.toISOString(),
      userId: guidOf("deployer"),
    }),
  },
  "logic:Workflow": {
    type: "workflow",
    arm: "Microsoft.Logic/workflows",
    apiVersion: "2019-05-01",
    named: { property: "workflowName", style: "random" },
    fields: { definition: { type: "object" }, parameters: { type: "map" } },
    added: ["accessEndpoint", "createdTime", "provisioningState", "version"],
    answered: (properties, { id, createdAt }) => ({
      ...properties,
      // Azure never gives the value of a SecureString back.
      parameters: withoutSecureValues(child(properties, "parameters")),
      accessEndpoint: `https://logic.sandbox.invalid/workflows/${guidOf(id)}`,
      createdTime: createdAt.toISOString(),
      provisioningState: "Succeeded",
      version: "1",
    }),
  },
};

/** By token: workspace, alerts and what tells of them. `insights` is the old name of `monitor`. */
export function monitoringKinds(tenant: Tenant, settings: PackageSettings): [string, ResourceKind][] {
  return Object.entries(KINDS).flatMap(([token, kind]) => {
    const made = resourceKind(tenant, settings, kind);
    const names = token.startsWith("monitor:") ? [token, token.replace("monitor:", "insights:")] : [token];
    return names.map((name): [string, ResourceKind] => [name, made]);
  });
}

function resourceKind(tenant: Tenant, settings: PackageSettings, kind: MonitoringKind): ResourceKind {
  const { vaults } = tenant;
  const { monitoring } = vaults;
  const { type, arm, named, below, answered } = kind;
  const group = kind.isOfTenant ? [] : ["resourceGroupName"];
  const address = [
    ...group,
    ...(below ? [below.property] : []),
    ...(type === "tenantLog" ? [] : [named.property]),
  ];
  return armResourceKind({
    type: arm,
    apiVersion: kind.apiVersion,
    fields: {
      ...(kind.isOfTenant ? {} : GROUP),
      [named.property]: { type: "text", forceNew: true },
      ...kind.fields,
    },
    named,
    address,
    added: kind.added ?? [],
    ...(kind.hasNoLocation ? {} : { locatedBy: settings }),
    idOf: (inputs) => {
      const name = text(inputs, named.property) ?? "";
      if (kind.isOfTenant) return `/providers/${arm}/${name}`;
      const parent = vaults.resourceGroupId(text(inputs, "resourceGroupName") ?? "");
      const above = below ? `/providers/${below.arm}/${text(inputs, below.property) ?? ""}` : "";
      return `${parent}${above}/providers/${arm}/${name}`;
    },
    put: (id, inputs) => {
      const located = kind.hasNoLocation ? inputs : inGroup(tenant, inputs);
      monitoring.put({ id, type, name: text(inputs, named.property) ?? "", properties: located });
    },
    get: (id) => {
      const found = monitoring.get(id);
      if (found?.type !== type) return undefined;
      const declared = Object.entries(found.properties as PropertyMap);
      const properties = Object.fromEntries(
        declared.filter(([name]) => ![...address, "name"].includes(name)),
      );
      return { name: found.name, properties: answered ? answered(properties, found) : properties };
    },
    delete: (id) => {
      calling(() => {
        monitoring.delete(id);
      });
    },
    addressOf: (id): PropertyMap => {
      const parts = armParts(id);
      if (kind.isOfTenant) return {};
      return {
        resourceGroupName: parts["resourcegroups"],
        ...(below && { [below.property]: parts["workspaces"] }),
      };
    },
  });
}

/** What names no region lies where its group does. */
function inGroup({ vaults }: Tenant, inputs: PropertyMap): PropertyMap {
  const location =
    text(inputs, "location") ?? vaults.resourceGroup(text(inputs, "resourceGroupName") ?? "")?.location;
  return location === undefined ? inputs : { ...inputs, location };
}

/** The address of a workflow's trigger; its signature is all it takes to start the workflow. */
export function triggerCallbackUrl({ vaults }: Tenant, args: PropertyMap): PropertyMap {
  const group = vaults.resourceGroupId(text(args, "resourceGroupName") ?? "");
  const id = `${group}/providers/Microsoft.Logic/workflows/${text(args, "workflowName") ?? ""}`;
  const workflow = vaults.monitoring.get(id);
  const trigger = text(args, "triggerName") ?? "";
  const triggers = child(child((workflow?.properties ?? {}) as PropertyMap, "definition") ?? {}, "triggers");
  if (workflow === undefined || triggers?.[trigger] === undefined) {
    throw new ArmError(
      404,
      "WorkflowTriggerNotFound",
      `The workflow trigger '${trigger}' could not be found.`,
    );
  }
  const basePath = `https://logic.sandbox.invalid/workflows/${guidOf(id)}/triggers/${trigger}/paths/invoke`;
  const signature = createHash("sha256").update(`signature of ${id}`).digest("base64url");
  return {
    basePath,
    method: "POST",
    value: `${basePath}?api-version=2016-10-01&sp=%2Ftriggers%2F${trigger}%2Frun&sv=1.0&sig=${signature}`,
  };
}

function receivers(properties: PropertyMap, name: string): readonly PropertyMap[] {
  const list = properties[name];
  return Array.isArray(list) ? (list as readonly PropertyMap[]) : [];
}

function withoutSecureValues(parameters: PropertyMap | undefined): PropertyMap {
  return Object.fromEntries(
    Object.entries(parameters ?? {}).map(([name, parameter]) => {
      const { type, value } = (parameter ?? {}) as PropertyMap;
      const isSecure = typeof type === "string" && type.startsWith("Secure");
      return [name, isSecure ? { type } : { type, value }];
    }),
  );
}

function guidOf(text: string): string {
  const hex = createHash("sha256").update(text.toLowerCase()).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
