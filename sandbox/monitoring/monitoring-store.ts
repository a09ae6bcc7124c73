import { ArmError, resourceGroupNotFound } from "../vault/arm-error";
import { checkActionGroup } from "./action-group";
import { checkAlertRule } from "./alert-rule";
import { checkAnalyticsRule } from "./analytics-rule";
import { checkTenantLog, checkWorkbook, checkWorkflow, checkWorkspace } from "./log-resources";

/** Types of the resources that watch. */
export type MonitoringType =
  "actionGroup" | "alertRule" | "analyticsRule" | "tenantLog" | "workbook" | "workflow" | "workspace";

export type Declared = Readonly<Record<string, unknown>>;

export interface MonitoringResource {
  readonly id: string;
  readonly type: MonitoringType;
  readonly name: string;
  /** As it was declared. */
  readonly properties: Declared;
  readonly createdAt: Date;
}

const CHECKS: Readonly<Record<MonitoringType, (properties: Declared) => void>> = {
  actionGroup: checkActionGroup,
  alertRule: checkAlertRule,
  analyticsRule: checkAnalyticsRule,
  tenantLog: checkTenantLog,
  workbook: checkWorkbook,
  workflow: checkWorkflow,
  workspace: checkWorkspace,
};

interface Surroundings {
  readonly clock: () => Date;
  groupExists(name: string): boolean;
}

/** Workspaces, alerts and all else that watches; nothing here reads logs, for there are none. */
export class MonitoringStore {
  /**
   * Whether the tenant's own diagnostic settings can be written by the pipeline. Entra answers service principals with
   * 403, whatever their roles.
   */
  tenantLogsWritable = false;
  readonly #byId = new Map<string, MonitoringResource>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get(id: string): MonitoringResource | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** All of a type, by name. */
  all(type: MonitoringType): MonitoringResource[] {
    return [...this.#byId.values()]
      .filter((one) => one.type === type)
      .sort((left, right) => left.name.localeCompare(right.name));
  }

  /** @throws ArmError for what Azure refuses. */
  put(resource: Omit<MonitoringResource, "createdAt">): void {
    const [, group] = /\/resourceGroups\/([^/]+)\//i.exec(resource.id) ?? [];
    if (group !== undefined && !this.#around.groupExists(group)) throw resourceGroupNotFound(group);
    if (resource.type === "tenantLog") this.#requireTenantLogs(resource.id, "write");
    CHECKS[resource.type](resource.properties);
    const createdAt = this.get(resource.id)?.createdAt ?? this.#around.clock();
    this.#byId.set(resource.id.toLowerCase(), { ...resource, createdAt });
  }

  delete(id: string): void {
    if (this.get(id)?.type === "tenantLog") this.#requireTenantLogs(id, "delete");
    this.#byId.delete(id.toLowerCase());
  }

  /** Everything in a resource group. */
  deleteBelow(scope: string): void {
    for (const key of this.#byId.keys()) {
      if (key.startsWith(`${scope.toLowerCase()}/`)) this.#byId.delete(key);
    }
  }

  #requireTenantLogs(id: string, action: "delete" | "write"): void {
    if (this.tenantLogsWritable) return;
    throw new ArmError(
      403,
      "AuthorizationFailed",
      `The client does not have authorization to perform action 'microsoft.aadiam/diagnosticSettings/${action}' over scope '${id}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  }
}
