import type { Tenant } from "../../tenant/tenant";
import { children, flag, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { armResourceKind } from "./arm-resource";

const SEGMENT = "/providers/microsoft.insights/diagnosticSettings/";
const SINKS = ["eventHubAuthorizationRuleId", "marketplacePartnerId", "storageAccountId", "workspaceId"];
const KEPT = [...SINKS, "eventHubName", "logAnalyticsDestinationType", "metrics"];

/** azure-native.monitor.DiagnosticSetting, on key vaults. */
export function diagnosticSettingKind({ vaults: { diagnosticSettings } }: Tenant): ResourceKind {
  return armResourceKind({
    type: "Microsoft.Insights/diagnosticSettings",
    apiVersion: "2021-05-01-preview",
    fields: {
      name: { type: "text", forceNew: true },
      resourceUri: { type: "text", required: true, forceNew: true },
      logs: { type: "objects" },
      workspaceId: { type: "text" },
    },
    named: { property: "name", style: "random" },
    address: ["resourceUri"],
    idOf: (inputs) => `${text(inputs, "resourceUri") ?? ""}${SEGMENT}${text(inputs, "name") ?? ""}`,
    put: (id, inputs) => {
      diagnosticSettings.put({
        id,
        name: text(inputs, "name") ?? "",
        resourceId: text(inputs, "resourceUri") ?? "",
        sinks: SINKS.flatMap((sink) => text(inputs, sink) ?? []),
        logs: children(inputs, "logs").map((log) => ({
          category: text(log, "category"),
          categoryGroup: text(log, "categoryGroup"),
          enabled: flag(log, "enabled") ?? false,
        })),
        kept: Object.fromEntries(KEPT.map((name) => [name, inputs[name]])),
      });
    },
    get: (id) => {
      const setting = diagnosticSettings.get(id);
      if (!setting) return undefined;
      const properties = { ...(setting.kept as PropertyMap), logs: setting.logs.map((log) => ({ ...log })) };
      return { name: setting.name, properties };
    },
    delete: (id) => {
      diagnosticSettings.delete(id);
    },
    addressOf: (id) => ({ resourceUri: id.slice(0, id.toLowerCase().indexOf(SEGMENT.toLowerCase())) }),
  });
}
