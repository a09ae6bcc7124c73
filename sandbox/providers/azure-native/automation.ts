import type { Tenant } from "../../tenant/tenant";
import type { Fields } from "../fields";
import { child, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { armParts, stringMap, type PackageSettings } from "./arm";
import { armResourceKind } from "./arm-resource";
import type { NameStyle } from "./autoname";

const API_VERSION = "2024-10-23";
const ACCOUNTS = "Microsoft.Automation/automationAccounts";
const ADDRESS: Fields = {
  resourceGroupName: { type: "text", required: true, forceNew: true },
  automationAccountName: { type: "text", required: true, forceNew: true },
};
const FREQUENCIES = ["OneTime", "Minute", "Hour", "Day", "Week", "Month"];
/** What Azure answers for a schedule without end. */
const NO_END = "9999-12-31T23:59:59.9999999+00:00";

/** The kinds of azure-native.automation by their tokens. */
export function automationKinds(tenant: Tenant, settings: PackageSettings): [string, ResourceKind][] {
  return [
    ["automation:AutomationAccount", accountKind(tenant, settings)],
    ["automation:HybridRunbookWorker", workerKind(tenant)],
    ["automation:HybridRunbookWorkerGroup", workerGroupKind(tenant)],
    ["automation:JobSchedule", jobScheduleKind(tenant)],
    ["automation:Runbook", runbookKind(tenant, settings)],
    ["automation:RuntimeEnvironment", runtimeKind(tenant, settings)],
    ["automation:Schedule", scheduleKind(tenant)],
  ];
}

function accountKind(tenant: Tenant, settings: PackageSettings): ResourceKind {
  const { automation, managedIdentities, vaults } = tenant;
  return armResourceKind({
    type: ACCOUNTS,
    apiVersion: API_VERSION,
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      automationAccountName: { type: "text", forceNew: true },
      location: { type: "text", forceNew: true },
      disableLocalAuth: { type: "flag" },
      publicNetworkAccess: { type: "flag" },
      identity: { type: "object" },
      encryption: { type: "object" },
      sku: { type: "object" },
      tags: { type: "map" },
    },
    named: { property: "automationAccountName", style: "random" },
    address: ["resourceGroupName", "automationAccountName"],
    added: ["automationHybridServiceUrl", "creationTime", "state"],
    locatedBy: settings,
    idOf: (inputs) => accountId(tenant, inputs),
    put: (id, inputs) => {
      const identity = child(inputs, "identity") ?? {};
      const type = text(identity, "type") ?? "None";
      const assigned = identity["userAssignedIdentities"];
      const group = text(inputs, "resourceGroupName") ?? "";
      automation.putAccount({
        id,
        name: text(inputs, "automationAccountName") ?? "",
        location: text(inputs, "location") ?? vaults.resourceGroup(group)?.location ?? "",
        isSystemAssigned: /\bSystemAssigned\b/.test(type),
        userAssignedIdentities: Array.isArray(assigned) ? assigned.map(String) : [],
        kept: {
          identityType: type,
          ...pick(inputs, ["disableLocalAuth", "publicNetworkAccess", "encryption", "sku"]),
          tags: stringMap(child(inputs, "tags")),
        },
      });
    },
    get: (id) => {
      const account = automation.accounts.get(id);
      if (!account) return undefined;
      const { identityType, ...kept } = account.kept as PropertyMap;
      const system = managedIdentities.get(id);
      const properties: PropertyMap = {
        ...kept,
        automationHybridServiceUrl: `https://${account.name.toLowerCase()}.jrds.${account.location}.azure-automation.net/automationAccounts/${account.name.toLowerCase()}`,
        creationTime: tenant.createdDateTime,
        identity: {
          type: identityType ?? "None",
          ...(system && { principalId: system.principalId, tenantId: system.tenantId }),
          ...(account.userAssignedIdentities.length > 0 && {
            userAssignedIdentities: Object.fromEntries(
              account.userAssignedIdentities.map((each) => {
                const { clientId = "", principalId = "" } = managedIdentities.get(each) ?? {};
                return [each, { clientId, principalId }];
              }),
            ),
          }),
        },
        location: account.location,
        state: "Ok",
      };
      return { name: account.name, properties };
    },
    delete: (id) => {
      automation.deleteAccount(id);
    },
    addressOf: (id) => ({ resourceGroupName: armParts(id)["resourcegroups"] }),
  });
}

function runtimeKind(tenant: Tenant, settings: PackageSettings): ResourceKind {
  const { automation } = tenant;
  const kept = ["defaultPackages", "description", "version", "location"];
  return childKind(tenant, {
    segment: "runtimeEnvironments",
    nameProperty: "runtimeEnvironmentName",
    locatedBy: settings,
    fields: { language: { type: "text" }, version: { type: "text" }, defaultPackages: { type: "map" } },
    put: (id, name, inputs) => {
      automation.putRuntime({ id, name, language: text(inputs, "language") ?? "", kept: pick(inputs, kept) });
    },
    get: (id) => {
      const runtime = automation.runtimes.get(id);
      return runtime && { name: runtime.name, properties: { ...given(runtime), language: runtime.language } };
    },
    delete: (id) => {
      automation.runtimes.delete(id);
    },
  });
}

function runbookKind(tenant: Tenant, settings: PackageSettings): ResourceKind {
  const { automation } = tenant;
  const names = ["description", "location", "logActivityTrace", "logProgress", "logVerbose", "tags"];
  return childKind(tenant, {
    segment: "runbooks",
    nameProperty: "runbookName",
    locatedBy: settings,
    added: ["creationTime", "state"],
    fields: {
      runbookType: { type: "text", required: true, forceNew: true },
      runtimeEnvironment: { type: "text" },
      publishContentLink: { type: "object" },
      description: { type: "text" },
    },
    put: (id, name, inputs) => {
      const link = child(inputs, "publishContentLink") ?? {};
      const hash = child(link, "contentHash");
      automation.putRunbook({
        id,
        name,
        runbookType: text(inputs, "runbookType") ?? "",
        runtimeEnvironment: text(inputs, "runtimeEnvironment"),
        contentUri: text(link, "uri"),
        contentHash: hash && { algorithm: text(hash, "algorithm") ?? "", value: text(hash, "value") ?? "" },
        kept: pick(inputs, [...names, "publishContentLink"]),
      });
    },
    get: (id) => {
      const runbook = automation.runbooks.get(id);
      if (!runbook) return undefined;
      const { name, runbookType, runtimeEnvironment } = runbook;
      const answered = { ...given(runbook), runbookType, runtimeEnvironment };
      return {
        name,
        properties: { ...answered, creationTime: tenant.createdDateTime, state: "Published" },
      };
    },
    delete: (id) => {
      automation.deleteRunbook(id);
    },
  });
}

function scheduleKind(tenant: Tenant): ResourceKind {
  const { automation } = tenant;
  const names = ["advancedSchedule", "description", "frequency", "interval", "timeZone"];
  return childKind(tenant, {
    segment: "schedules",
    nameProperty: "scheduleName",
    // Required beside the name in the address, as a property of the body.
    nameTwice: true,
    added: ["creationTime", "isEnabled", "nextRun"],
    fields: {
      name: { type: "text", required: true },
      frequency: { type: "text", required: true, oneOf: FREQUENCIES },
      startTime: { type: "text", required: true },
      timeZone: { type: "text" },
      expiryTime: { type: "text" },
    },
    put: (id, name, inputs) => {
      automation.putSchedule({
        id,
        name,
        startTime: text(inputs, "startTime") ?? "",
        kept: { expiryTime: text(inputs, "expiryTime") ?? NO_END, ...pick(inputs, names) },
      });
    },
    get: (id) => {
      const schedule = automation.schedules.get(id);
      if (!schedule) return undefined;
      const { name, startTime } = schedule;
      const properties = {
        ...given(schedule),
        startTime,
        nextRun: startTime,
        isEnabled: true,
        creationTime: tenant.createdDateTime,
      };
      return { name, properties };
    },
    delete: (id) => {
      automation.deleteSchedule(id);
    },
  });
}

function jobScheduleKind(tenant: Tenant): ResourceKind {
  const { automation } = tenant;
  return childKind(tenant, {
    segment: "jobSchedules",
    nameProperty: "jobScheduleId",
    style: "uuid",
    fields: {
      runbook: { type: "object", required: true },
      schedule: { type: "object", required: true },
      runOn: { type: "text" },
      parameters: { type: "map" },
    },
    put: (id, name, inputs) => {
      automation.putJobSchedule({
        id,
        name,
        runbook: text(child(inputs, "runbook") ?? {}, "name") ?? "",
        schedule: text(child(inputs, "schedule") ?? {}, "name") ?? "",
        kept: pick(inputs, ["parameters", "runOn"]),
      });
    },
    get: (id) => {
      const link = automation.jobSchedules.get(id);
      if (!link) return undefined;
      const { name, runbook, schedule } = link;
      const ends = { runbook: { name: runbook }, schedule: { name: schedule } };
      return { name, properties: { ...given(link), ...ends, jobScheduleId: name } };
    },
    delete: (id) => {
      automation.jobSchedules.delete(id);
    },
  });
}

function workerGroupKind(tenant: Tenant): ResourceKind {
  const { automation } = tenant;
  return childKind(tenant, {
    segment: "hybridRunbookWorkerGroups",
    nameProperty: "hybridRunbookWorkerGroupName",
    added: ["groupType"],
    fields: { credential: { type: "object" } },
    put: (id, name, inputs) => {
      automation.putWorkerGroup({ id, name, kept: pick(inputs, ["credential"]) });
    },
    get: (id) => {
      const group = automation.workerGroups.get(id);
      return group && { name: group.name, properties: { ...given(group), groupType: "User" } };
    },
    delete: (id) => {
      automation.deleteWorkerGroup(id);
    },
  });
}

function workerKind(tenant: Tenant): ResourceKind {
  const { automation } = tenant;
  return childKind(tenant, {
    segment: "hybridRunbookWorkers",
    nameProperty: "hybridRunbookWorkerId",
    style: "uuid",
    below: "hybridRunbookWorkerGroupName",
    added: ["ip", "registeredDateTime", "workerName", "workerType"],
    fields: {
      hybridRunbookWorkerGroupName: { type: "text", required: true, forceNew: true },
      vmResourceId: { type: "text", forceNew: true },
    },
    put: (id, name, inputs) => {
      automation.putWorker({ id, name, vmResourceId: text(inputs, "vmResourceId") ?? "", kept: {} });
    },
    get: (id) => {
      const worker = automation.workers.get(id);
      if (!worker) return undefined;
      const { name, vmResourceId } = worker;
      const workerName = vmResourceId.slice(vmResourceId.lastIndexOf("/") + 1);
      const properties = {
        ip: "10.0.0.4",
        registeredDateTime: tenant.createdDateTime,
        vmResourceId,
        workerName,
        workerType: "HybridV2",
      };
      return { name, properties };
    },
    delete: (id) => {
      automation.workers.delete(id);
    },
  });
}

interface ChildKind {
  readonly segment: string;
  readonly nameProperty: string;
  readonly style?: NameStyle;
  /** The input that names a worker group in between. */
  readonly below?: string;
  readonly nameTwice?: true;
  readonly added?: readonly string[];
  readonly locatedBy?: PackageSettings;
  readonly fields: Fields;
  put(id: string, name: string, inputs: PropertyMap): void;
  get(id: string): { readonly name: string; readonly properties: PropertyMap } | undefined;
  delete(id: string): void;
}

/** A resource below an account. */
function childKind(tenant: Tenant, kind: ChildKind): ResourceKind {
  const { segment, nameProperty, style = "random", below, added = [], locatedBy } = kind;
  const between = below === undefined ? "" : "/hybridRunbookWorkerGroups";
  return armResourceKind({
    type: `${ACCOUNTS}${between}/${segment}`,
    apiVersion: API_VERSION,
    fields: { ...ADDRESS, [nameProperty]: { type: "text", forceNew: true }, ...kind.fields },
    named: { property: nameProperty, style },
    address: [...Object.keys(ADDRESS), nameProperty, ...(below === undefined ? [] : [below])],
    added,
    ...(locatedBy && { locatedBy }),
    idOf: (inputs) => {
      const group = below === undefined ? "" : `${between}/${text(inputs, below) ?? ""}`;
      return `${accountId(tenant, inputs)}${group}/${segment}/${text(inputs, nameProperty) ?? ""}`;
    },
    put: (id, inputs) => {
      kind.put(id, text(inputs, nameProperty) ?? "", inputs);
    },
    get: (id) => kind.get(id),
    delete: (id) => {
      kind.delete(id);
    },
    addressOf: (id) => {
      const parts = armParts(id);
      return {
        resourceGroupName: parts["resourcegroups"],
        automationAccountName: parts["automationaccounts"],
        ...(below === undefined ? {} : { [below]: parts["hybridrunbookworkergroups"] }),
        ...(kind.nameTwice && { name: id.slice(id.lastIndexOf("/") + 1) }),
      };
    },
  });
}

function accountId({ vaults }: Tenant, inputs: PropertyMap): string {
  const group = vaults.resourceGroupId(text(inputs, "resourceGroupName") ?? "");
  return `${group}/providers/${ACCOUNTS}/${text(inputs, "automationAccountName") ?? ""}`;
}

function pick(inputs: PropertyMap, names: readonly string[]): PropertyMap {
  return Object.fromEntries(
    names.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])),
  );
}

function given({ kept }: { readonly kept: Readonly<Record<string, unknown>> }): PropertyMap {
  return kept as PropertyMap;
}
