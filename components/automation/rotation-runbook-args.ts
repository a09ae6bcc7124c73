/** What can be said about a runbook that rotates certificates. */
import type * as pulumi from "@pulumi/pulumi";
import { ENTRA_CLOUDS, type EntraCloud } from "../federation/cloud";
import { isKnown } from "../federation/claims";
import { type OptionNames, readEntries, readOptions, wrongType } from "../given-options";
import { checkGuid } from "../guid";
import { checkDays } from "../lifetime";
import { checkLocation, checkResourceGroupName, checkText } from "../names";
import { checkOneOf, describeGiven, type Finding, type Problems } from "../problems";
import {
  addIfKnown,
  checkAccountName,
  type GivenAutomationAccount,
  readGivenAccount,
  readIdentity,
  type RunbookIdentity,
} from "./automation-account";
import { checkGroupName, type HybridWorkersArgs, readWorkers } from "./hybrid-workers";
import { type JobWatchArgs, readJobWatch } from "./job-watch";
import { readIdentities, type RotatedIdentity } from "./rotated-identity";
import { checkContentUri } from "./runbook-content";
import { readSchedule, type RunbookSchedule, type RunbookScheduleArgs } from "./runbook-schedule";
import { CHANGEOVER_DAYS_KEPT, SEEN_WITHIN_DAYS, WAIT_SECONDS } from "./runbook-settings";

export interface RotationRunbookArgs {
  /** Existing resource group the account is put in. Whoever may write runbooks there becomes what the account is. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Id of the Entra tenant of the applications. */
  readonly tenantId: pulumi.Input<string>;
  /** The applications to rotate, by a short name each that stands in the log: 1 to 100. */
  readonly identities: Readonly<Record<string, RotatedIdentity>>;
  /**
   * Where Azure downloads the runbook from: an https address that anybody may read, with the file
   * `components/automation/rotate_certificates.py` of this very version, unchanged. Azure compares its hash.
   */
  readonly contentUri: string;
  /** Region, for example "westeurope". @default - that of the resource group */
  readonly location?: pulumi.Input<string>;
  /** Name of the account that is made, 6 to 50 characters; changing it makes another. @default - the name of the component */
  readonly accountName?: string;
  /** An account that is there already. @default - one is made */
  readonly account?: GivenAutomationAccount;
  /**
   * A user-assigned identity for the account that is made. It cannot sign in on hybrid workers.
   * @default - the account is given an identity by the system
   */
  readonly identity?: RunbookIdentity;
  /** Machines that run the jobs; needed for a vault that is closed. @default - none: jobs run in Azure's cloud */
  readonly hybridWorkers?: HybridWorkersArgs;
  /** When it runs. @default - every day at 05:17 UTC */
  readonly schedule?: RunbookScheduleArgs;
  /** Who hears of runs that failed; for an account that is made here. @default - nobody */
  readonly watch?: JobWatchArgs;
  /** Days without a sign-in before a superseded certificate is removed, 1 to 180. @default 30 */
  readonly seenWithinDays?: number;
  /** Days a superseded certificate stays at the least, 1 to 180. @default 30 */
  readonly changeoverDays?: number;
  /** Seconds one run waits until Entra accepts a new certificate, 0 to 1200. @default 600 */
  readonly waitSeconds?: number;
  /**
   * Whether the deployment grants Application.ReadWrite.OwnedBy and AuditLog.Read.All, for which it needs
   * AppRoleAssignment.ReadWrite.All. Once is enough for one identity: give false for its second runbook, or where somebody
   * else grants.
   * @default true
   */
  readonly grantsGraphRoles?: boolean;
  /** Tags of the account that is made. @default - none */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Cloud of tenant and vaults: "public", "usgovernment" or "china". @default "public" */
  readonly cloud?: EntraCloud;
  /** The moment the first start is planned from. @default - now */
  readonly now?: Date;
}

const OPTIONS: OptionNames<RotationRunbookArgs> = {
  resourceGroupName: "required",
  tenantId: "required",
  identities: "required",
  contentUri: "checked",
  location: "optional",
  accountName: "optional",
  account: "optional",
  identity: "optional",
  hybridWorkers: "optional",
  schedule: "optional",
  watch: "optional",
  seenWithinDays: "optional",
  changeoverDays: "optional",
  waitSeconds: "optional",
  grantsGraphRoles: "optional",
  tags: "optional",
  cloud: "optional",
  now: "optional",
};

/** The arguments with every default. */
export interface RotationRunbookPlan extends RotationRunbookArgs {
  readonly accountName: string;
  readonly schedulePlan: RunbookSchedule;
  readonly seenWithinDays: number;
  readonly changeoverDays: number;
  readonly waitSeconds: number;
  readonly cloud: EntraCloud;
  readonly now: Date;
}

/** Checks the arguments of whatever type; undefined where they cannot be read at all. */
export function readRotationRunbook(
  name: string,
  declared: RotationRunbookArgs,
  problems: Problems,
): RotationRunbookPlan | undefined {
  const args = readOptions("", declared, OPTIONS, problems);
  if (args === undefined) return undefined;
  const { now = new Date(), cloud = "public", accountName = name } = args;
  addIfKnown("resourceGroupName", args.resourceGroupName, checkResourceGroupName, problems);
  addIfKnown("location", args.location, checkLocation, problems);
  addIfKnown("tenantId", args.tenantId, (id) => checkGuid(id, "tenant id"), problems);
  problems.add("contentUri", checkContentUri(args.contentUri));
  problems.add("cloud", checkOneOf(cloud, ENTRA_CLOUDS));
  // Runbook, group and schedule are called after the component.
  problems.add("name", checkGroupName(name));
  const isMoment =
    now instanceof Date && Number.isFinite(now.getTime()) && now.getUTCFullYear() < LATEST_YEAR;
  if (!isMoment) problems.add("now", NO_MOMENT);
  const moment = isMoment ? now : new Date(0);
  readAccount(args, accountName, problems);
  if (args.hybridWorkers !== undefined) readWorkersOf(args, args.hybridWorkers, problems);
  const schedulePlan = readSchedule("schedule", args.schedule ?? {}, problems);
  const numbers = readNumbers(args, problems);
  const bounds = { hasWorkers: args.hybridWorkers !== undefined, now: moment };
  // Where there are none at all, that is reported already.
  const given: Partial<Pick<RotationRunbookArgs, "identities">> = args;
  const hasNone = given.identities === undefined || (given.identities as unknown) === null;
  const identities = hasNone ? {} : readIdentities("identities", args.identities, bounds, problems);
  for (const [tag, value] of readEntries("tags", args.tags ?? {}, problems) ?? []) {
    if (isKnown(value))
      problems.add(`tags[${describeGiven(tag)}]`, checkText(value, 256, "give the tag a value"));
  }
  const grants: unknown = args.grantsGraphRoles ?? true;
  if (typeof grants !== "boolean") problems.add("grantsGraphRoles", wrongType(grants, "true or false"));
  if (schedulePlan === undefined) return undefined;
  return { ...args, ...numbers, accountName, identities, schedulePlan, cloud, now };
}

function readAccount(args: RotationRunbookArgs, accountName: string, problems: Problems): void {
  const { account, identity, watch } = args;
  if (watch !== undefined) readJobWatch("watch", watch, problems);
  if (identity !== undefined) readIdentity("identity", identity, problems);
  if (account === undefined) {
    problems.add("accountName", checkAccountName(accountName));
    return;
  }
  readGivenAccount("account", account, problems);
  for (const at of ["accountName", "identity", "watch", "tags"] as const) {
    if (args[at] !== undefined) problems.add(at, ofMadeAccounts(at));
  }
}

function readWorkersOf(args: RotationRunbookArgs, given: HybridWorkersArgs, problems: Problems): void {
  const workers = readWorkers("hybridWorkers", given, problems);
  const hasOwn = args.identity !== undefined || args.account?.clientId !== undefined;
  if (hasOwn) problems.add(args.identity === undefined ? "account.clientId" : "identity", NOT_ON_WORKERS);
  if (workers === undefined) return;
  if (workers.machines === undefined && args.account === undefined)
    problems.add("hybridWorkers.machines", NO_GROUP_YET);
  if (
    workers.machines !== undefined &&
    args.account !== undefined &&
    args.account.hybridServiceUrl === undefined
  )
    problems.add("account.hybridServiceUrl", NO_SERVICE_URL);
}

function readNumbers(args: RotationRunbookArgs, problems: Problems) {
  const seenWithinDays = args.seenWithinDays ?? SEEN_WITHIN_DAYS.default;
  const changeoverDays = args.changeoverDays ?? CHANGEOVER_DAYS_KEPT.default;
  const waitSeconds = args.waitSeconds ?? WAIT_SECONDS.default;
  problems.add("seenWithinDays", checkDays(seenWithinDays, SEEN_WITHIN_DAYS));
  problems.add("changeoverDays", checkDays(changeoverDays, CHANGEOVER_DAYS_KEPT));
  const { least, most } = WAIT_SECONDS;
  if (!Number.isInteger(waitSeconds) || waitSeconds < least || waitSeconds > most) {
    problems.add("waitSeconds", {
      code: typeof waitSeconds === "number" ? "out-of-range" : "wrong-type",
      given: describeGiven(waitSeconds),
      allowed: `a whole number of seconds from ${least} to ${most}`,
      remedy: "leave it out, or choose a number in this range",
    });
  }
  return { seenWithinDays, changeoverDays, waitSeconds };
}

function ofMadeAccounts(at: string): Finding {
  return {
    code: "choose-one",
    given: `${at} beside account`,
    allowed: `${at} for an account that is made here`,
    remedy: `leave out ${at}, and say it where the account is made; or leave out account`,
  };
}

/** https://learn.microsoft.com/azure/automation/automation-hrw-run-runbooks#runbook-permissions-for-a-hybrid-worker */
const NOT_ON_WORKERS: Finding = {
  code: "identity-not-on-worker",
  given: "a user-assigned identity beside hybridWorkers",
  allowed:
    "the identity the system gives the account: a worker gets no token for a user-assigned one of the account",
  remedy: "leave the identity out, and give the roles to that of the account; or leave out hybridWorkers",
};

const NO_GROUP_YET: Finding = {
  code: "missing",
  given: "a worker group without machines in an account that is made here",
  allowed: "machines, or an account that has the group already",
  remedy: "name the machines, or give the account",
};

const NO_SERVICE_URL: Finding = {
  code: "missing",
  given: "machines for an account without hybridServiceUrl",
  allowed: "the address where workers of the account register",
  remedy: 'pass the property "automationHybridServiceUrl" of the account',
};

const LATEST_YEAR = 9998;
const NO_MOMENT: Finding = {
  code: "wrong-type",
  allowed: `a valid Date before the year ${LATEST_YEAR}`,
  remedy: "leave it out, or give a moment such as new Date()",
};
