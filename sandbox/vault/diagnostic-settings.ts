import { ArmError, invalidRequest } from "./arm-error";
import { resourceNotFound, resourceType } from "./resource-path";

export interface LogSetting {
  readonly category?: string | undefined;
  readonly categoryGroup?: string | undefined;
  readonly enabled: boolean;
}

export interface DiagnosticSetting {
  /** `<resource>/providers/microsoft.insights/diagnosticSettings/<name>`. */
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
  /** Workspaces, storage accounts and event hubs the logs go to, by id. */
  readonly sinks: readonly string[];
  readonly logs: readonly LogSetting[];
  /** All else, as it was declared. */
  readonly kept: Readonly<Record<string, unknown>>;
}

/**
 * What each type of resource can log, and the groups of it.
 * https://learn.microsoft.com/azure/key-vault/monitor-key-vault-reference
 * https://learn.microsoft.com/azure/automation/automation-manage-send-joblogs-log-analytics
 */
const LOGS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "microsoft.keyvault/vaults": {
    allLogs: ["AuditEvent", "AzurePolicyEvaluationDetails"],
    audit: ["AuditEvent"],
  },
  "microsoft.automation/automationaccounts": {
    allLogs: ["AuditEvent", "DscNodeStatus", "JobLogs", "JobStreams"],
    audit: ["AuditEvent"],
  },
};
const MOST_SETTINGS = 5;

/** Where the logs of vaults and automation accounts go. */
export class DiagnosticSettings {
  readonly #byId = new Map<string, DiagnosticSetting>();
  readonly #exists: (id: string) => boolean;

  constructor(exists: (id: string) => boolean) {
    this.#exists = exists;
  }

  get(id: string): DiagnosticSetting | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** Settings of a resource, by name. */
  of(resourceId: string): DiagnosticSetting[] {
    return [...this.#byId.values()]
      .filter((setting) => setting.resourceId.toLowerCase() === resourceId.toLowerCase())
      .sort((left, right) => left.name.localeCompare(right.name));
  }

  /** @throws ArmError `ResourceNotFound`, `BadRequest` or `Conflict`, with Azure's own text. */
  put(setting: DiagnosticSetting): void {
    const groups = LOGS[resourceType(setting.resourceId) ?? ""];
    if (groups === undefined) {
      throw invalidRequest(
        `The sandbox keeps diagnostic settings of key vaults and automation accounts only; given '${setting.resourceId}'.`,
      );
    }
    if (!this.#exists(setting.resourceId)) throw resourceNotFound(setting.resourceId);
    if (setting.sinks.length === 0) throw invalidRequest("At least one data sink needs to be specified.");
    for (const log of setting.logs) checkLog(log, groups);
    const others = this.of(setting.resourceId).filter(({ id }) => id !== this.get(setting.id)?.id);
    if (others.length >= MOST_SETTINGS) {
      throw invalidRequest(`The limit of ${MOST_SETTINGS} diagnostic settings was reached.`);
    }
    for (const other of others) checkSinks(setting, other);
    this.#byId.set(setting.id.toLowerCase(), setting);
  }

  delete(id: string): void {
    this.#byId.delete(id.toLowerCase());
  }
}

/** The categories a setting switches on. */
export function loggedCategories({
  logs,
  resourceId,
}: Pick<DiagnosticSetting, "logs" | "resourceId">): string[] {
  const groups = LOGS[resourceType(resourceId) ?? ""] ?? {};
  const chosen = logs
    .filter(({ enabled }) => enabled)
    .flatMap(({ category, categoryGroup }) => [
      ...(category === undefined ? [] : [category]),
      ...(categoryGroup === undefined ? [] : (groups[categoryGroup] ?? [])),
    ]);
  return [...new Set(chosen)].sort();
}

function checkLog(
  { category, categoryGroup }: LogSetting,
  known: Readonly<Record<string, readonly string[]>>,
): void {
  if (category === undefined && categoryGroup === undefined) {
    throw invalidRequest("A log setting needs a category or a categoryGroup.");
  }
  if (category !== undefined && known["allLogs"]?.includes(category) !== true) {
    throw invalidRequest(`Category '${category}' is not supported.`);
  }
  if (categoryGroup !== undefined && !Object.hasOwn(known, categoryGroup)) {
    const groups = Object.keys(known).sort().join(", ");
    throw invalidRequest(
      `CategoryGroup: '${categoryGroup}' is not supported, supported ones are: '${groups}'`,
    );
  }
}

function checkSinks(setting: DiagnosticSetting, other: DiagnosticSetting): void {
  const sink = setting.sinks.find((each) =>
    other.sinks.some((taken) => taken.toLowerCase() === each.toLowerCase()),
  );
  const category = loggedCategories(setting).find((each) => loggedCategories(other).includes(each));
  if (sink === undefined || category === undefined) return;
  throw new ArmError(
    409,
    "Conflict",
    `Data sink '${sink}' is already used in diagnostic setting '${other.name}' for category '${category}'. Data sinks can't be reused in different settings on the same category for the same resource.`,
  );
}
