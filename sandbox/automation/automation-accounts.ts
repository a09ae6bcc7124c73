import type { ManagedIdentities } from "../tenant/managed-identities";
import { ArmError, invalidRequest, resourceGroupNotFound } from "../vault/arm-error";
import { requireLinked, resourceNotFound } from "../vault/resource-path";
import type {
  AutomationAccount,
  HybridWorker,
  HybridWorkerGroup,
  JobSchedule,
  Runbook,
  RuntimeEnvironment,
  Schedule,
} from "./automation";

interface Surroundings {
  readonly clock: () => Date;
  readonly managedIdentities: ManagedIdentities;
  groupExists(name: string): boolean;
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftautomation */
const ACCOUNT_NAME = /^[a-z][a-z0-9-]{4,48}[a-z0-9]$/i;
const RUNBOOK_NAME = /^[a-z][a-z0-9_-]{0,62}$/i;
const SCHEDULE_NAME = /^[^<>*%&:\\?.+/#\p{Cc}]{0,127}[^<>*%&:\\?.+/#\p{Cc}\s]$/u;
const RUNTIME_NAME = /^[a-z][a-z0-9_-]*$/i;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Runtime environments every account has. https://learn.microsoft.com/azure/automation/runtime-environment-overview */
const GIVEN_RUNTIMES: Readonly<Record<string, string>> = {
  "PowerShell-5.1": "PowerShell",
  "PowerShell-7.2": "PowerShell",
  "PowerShell-7.4": "PowerShell",
  "Python-3.8": "Python",
  "Python-3.10": "Python",
};

/** https://learn.microsoft.com/azure/automation/shared-resources/schedules */
const AHEAD_MS = 5 * 60_000;

/** Azure Automation as Resource Manager shows it; every refusal is an ArmError, with Azure's own text where one is known. */
export class AutomationAccounts {
  readonly accounts = new Stored<AutomationAccount>();
  readonly runtimes = new Stored<RuntimeEnvironment>();
  readonly runbooks = new Stored<Runbook>();
  readonly schedules = new Stored<Schedule>();
  readonly jobSchedules = new Stored<JobSchedule>();
  readonly workerGroups = new Stored<HybridWorkerGroup>();
  readonly workers = new Stored<HybridWorker>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Creates or changes an account; a system-assigned identity comes and goes with it. */
  putAccount(account: AutomationAccount): void {
    const group = account.id.split("/")[4] ?? "";
    if (!this.#around.groupExists(group)) throw resourceGroupNotFound(group);
    requireName(account.name, ACCOUNT_NAME, "Automation account");
    const { managedIdentities } = this.#around;
    for (const id of account.userAssignedIdentities) {
      if (managedIdentities.get(id) === undefined) throw resourceNotFound(id);
    }
    this.accounts.set(account.id, account);
    if (!account.isSystemAssigned) managedIdentities.delete(account.id);
    else if (managedIdentities.get(account.id) === undefined) {
      const { id, name, location } = account;
      managedIdentities.put({ id, name, location, tags: {}, isSystemAssigned: true });
    }
  }

  deleteAccount(id: string): void {
    this.accounts.delete(id);
    this.#around.managedIdentities.delete(id);
    const below = [this.runtimes, this.runbooks, this.schedules, this.jobSchedules, this.workerGroups];
    for (const kind of [...below, this.workers]) kind.deleteBelow(id);
  }

  putRuntime(runtime: RuntimeEnvironment): void {
    this.#requireAccount(runtime.id);
    requireName(runtime.name, RUNTIME_NAME, "runtime environment");
    if (!["Python", "PowerShell"].includes(runtime.language)) {
      throw invalidRequest(`The language '${runtime.language}' of the runtime environment is not supported.`);
    }
    this.runtimes.set(runtime.id, runtime);
  }

  /**
   * Creates or changes a runbook. Azure unlinks its schedules when it is changed.
   * https://github.com/hashicorp/terraform-provider-azurerm/issues/8634
   */
  putRunbook(runbook: Runbook): void {
    const account = this.#requireAccount(runbook.id);
    requireName(runbook.name, RUNBOOK_NAME, "runbook");
    const { contentHash, contentUri, runtimeEnvironment, runbookType } = runbook;
    if (contentUri === undefined || !/^https:\/\//i.test(contentUri)) {
      throw invalidRequest(`The content link '${contentUri ?? ""}' is no address of https.`);
    }
    if (contentHash !== undefined) {
      const fits = contentHash.algorithm === "SHA256" && /^[0-9a-f]{64}$/i.test(contentHash.value);
      if (!fits) throw invalidRequest("The content hash is no SHA256 in hexadecimal digits.");
    }
    if (runtimeEnvironment !== undefined) {
      const own = this.runtimes.get(`${account}/runtimeEnvironments/${runtimeEnvironment}`);
      const language = own?.language ?? GIVEN_RUNTIMES[runtimeEnvironment];
      if (language === undefined) {
        throw invalidRequest(`The runtime environment '${runtimeEnvironment}' was not found.`);
      }
      if (language !== runbookType) {
        throw invalidRequest(
          `The runtime environment '${runtimeEnvironment}' is of ${language}, not ${runbookType}.`,
        );
      }
    }
    if (this.runbooks.get(runbook.id) !== undefined) this.#unlink(account, "runbook", runbook.name);
    this.runbooks.set(runbook.id, runbook);
  }

  deleteRunbook(id: string): void {
    this.#unlink(accountOf(id), "runbook", this.runbooks.get(id)?.name ?? "");
    this.runbooks.delete(id);
  }

  /** Creates or writes a schedule; Azure looks at the start each time. */
  putSchedule(schedule: Schedule): void {
    this.#requireAccount(schedule.id);
    requireName(schedule.name, SCHEDULE_NAME, "schedule");
    const start = Date.parse(schedule.startTime);
    if (Number.isNaN(start)) throw invalidRequest(`The start time '${schedule.startTime}' is no date.`);
    if (start < this.#around.clock().getTime() + AHEAD_MS) {
      throw invalidRequest(
        "Argument scheduleAllData with value Orchestrator.Schedules.DataAccess.Models.ScheduleAllData is not valid. " +
          "Error message: The start time of the schedule must be at least 5 minutes after the time you create the schedule.",
      );
    }
    this.schedules.set(schedule.id, schedule);
  }

  deleteSchedule(id: string): void {
    this.#unlink(accountOf(id), "schedule", this.schedules.get(id)?.name ?? "");
    this.schedules.delete(id);
  }

  /** Links a runbook to a schedule. A link is never changed: a second one of the same id, or of the same two, conflicts. */
  putJobSchedule(link: JobSchedule): void {
    const account = this.#requireAccount(link.id);
    if (!GUID.test(link.name)) throw invalidRequest(`The job schedule name '${link.name}' is no GUID.`);
    if (this.runbooks.get(`${account}/runbooks/${link.runbook}`) === undefined) {
      throw new ArmError(404, "NotFound", `The Runbook '${link.runbook}' was not found.`);
    }
    if (this.schedules.get(`${account}/schedules/${link.schedule}`) === undefined) {
      throw new ArmError(404, "NotFound", `The schedule '${link.schedule}' was not found.`);
    }
    if (this.jobSchedules.get(link.id) !== undefined) {
      throw new ArmError(409, "Conflict", "A jobSchedule with same id already exists.");
    }
    const twin = this.jobSchedules
      .below(account)
      .some(({ runbook, schedule }) => same(runbook, link.runbook) && same(schedule, link.schedule));
    if (twin) {
      throw new ArmError(
        409,
        "Conflict",
        "A job schedule for the specified runbook and schedule already exists.",
      );
    }
    this.jobSchedules.set(link.id, link);
  }

  putWorkerGroup(group: HybridWorkerGroup): void {
    this.#requireAccount(group.id);
    requireName(group.name, RUNTIME_NAME, "hybrid worker group");
    this.workerGroups.set(group.id, group);
  }

  deleteWorkerGroup(id: string): void {
    this.workers.deleteBelow(id);
    this.workerGroups.delete(id);
  }

  putWorker(worker: HybridWorker): void {
    this.#requireAccount(worker.id);
    const group = worker.id.slice(0, worker.id.toLowerCase().indexOf("/hybridrunbookworkers/"));
    if (this.workerGroups.get(group) === undefined) throw resourceNotFound(group);
    if (!GUID.test(worker.name)) throw invalidRequest(`The hybrid worker id '${worker.name}' is no GUID.`);
    requireLinked(worker.vmResourceId, "Microsoft.Compute/virtualMachines", "properties.vmResourceId");
    this.workers.set(worker.id, worker);
  }

  #requireAccount(child: string): string {
    const account = accountOf(child);
    if (this.accounts.get(account) !== undefined) return account;
    throw new ArmError(404, "ParentResourceNotFound", `The automation account '${account}' was not found.`);
  }

  #unlink(account: string, end: "runbook" | "schedule", name: string): void {
    for (const link of this.jobSchedules.below(account)) {
      if (same(link[end], name)) this.jobSchedules.delete(link.id);
    }
  }
}

/** Resources of one type by id, whatever its case. */
class Stored<Resource extends { readonly id: string }> {
  readonly #byId = new Map<string, Resource>();

  get(id: string): Resource | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  set(id: string, resource: Resource): void {
    this.#byId.set(id.toLowerCase(), resource);
  }

  delete(id: string): void {
    this.#byId.delete(id.toLowerCase());
  }

  below(parent: string): readonly Resource[] {
    const start = `${parent.toLowerCase()}/`;
    return [...this.#byId.values()].filter(({ id }) => id.toLowerCase().startsWith(start));
  }

  deleteBelow(parent: string): void {
    for (const { id } of this.below(parent)) this.delete(id);
  }
}

/** `/subscriptions/…/automationAccounts/<name>` of anything in it. */
function accountOf(child: string): string {
  return child.split("/").slice(0, 9).join("/");
}

function requireName(name: string, pattern: RegExp, what: string): void {
  if (!pattern.test(name)) throw invalidRequest(`The name '${name}' of the ${what} is not valid.`);
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
