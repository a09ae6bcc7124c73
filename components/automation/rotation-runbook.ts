/** Makes remembering unnecessary: certificates are rotated every day by Azure itself, with a key that no pipeline holds. */
import * as automation from "@pulumi/azure-native/automation";
import * as pulumi from "@pulumi/pulumi";
import { grantGraphRoles } from "../graph-roles";
import { nameBasedGuid } from "../guid";
import { ArgumentError, Problems, refuseArguments } from "../problems";
import { type Account, createAccount, givenAccount } from "./automation-account";
import { createWorkers } from "./hybrid-workers";
import { createJobWatch } from "./job-watch";
import { admitRunbook, identitySettings } from "./rotated-identity";
import {
  readRotationRunbook,
  type RotationRunbookArgs,
  type RotationRunbookPlan,
} from "./rotation-runbook-args";
import { runbookSha256 } from "./runbook-content";
import { createSchedule } from "./runbook-schedule";
import { FIRST_PARAMETER, parameterOf, settingsOf } from "./runbook-settings";

/**
 * An Azure Automation account with a Python runbook that keeps the certificates of applications: it takes the newest
 * certificate from the vault, registers its public part beside the old one, signs in with it, and removes what has ended.
 *
 * ```ts
 * const billing = new SecretFreeApplication("billing-nightly", { description, owners }); // no certificate of the stack
 * new RotationRunbook("rotation", {
 *   resourceGroupName: "rg-identities",
 *   tenantId,
 *   contentUri: "https://raw.githubusercontent.com/contoso/identities/v1.4.0/rotate_certificates.py",
 *   identities: { "billing-nightly": { application: billing, vault } },
 *   hybridWorkers: { machines: { office: { vmId, os: "linux", location: "westeurope" } } },
 *   watch: { workspaceId, actionGroupIds: [onCallId] },
 * });
 * ```
 *
 * In Azure's cloud, for a vault that is open to all networks, and with an account that is there already:
 *
 * ```ts
 * identities: { "billing-nightly": { application: billing, vault: { vaultId, firewall: "open" } } },
 * account: { accountName: "aa-platform", resourceGroupName: "rg-platform", principalId },
 * ```
 *
 * Jobs in the cloud reach no closed vault: such a pair is refused here, where a nightly 403 would tell it later.
 *
 * Creates `<name>-account`, `<name>-python`, `<name>-runbook`, `<name>-schedule-<time>` and `<name>-job`;
 * `<name>-workers` with `<name>-worker-<machine>` and `<name>-worker-<machine>-extension` each; `<name>-job-log` and
 * `<name>-failure-alert`; for Graph `<name>-role-<permission>`; and for each application `<name>-owner-<identity>`,
 * `<name>-reader-<identity>` and `<name>-signer-<identity>`. Nothing of it holds or sees a key.
 *
 * The schedule is never changed, because Azure wants its start ahead each time it is written: another time makes another
 * schedule. The job, which ties schedule, runbook and settings, cannot be changed either, and Azure forgets it when the
 * runbook is changed: its id is computed from all of them, so that it is made anew exactly when one of them differs.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class RotationRunbook extends pulumi.ComponentResource {
  /** Name of the account. */
  readonly accountName: pulumi.Output<string>;
  /** Name of the runbook, for `az automation runbook start`. */
  readonly runbookName: pulumi.Output<string>;
  /** Object id of the identity the jobs sign in with. */
  readonly principalId: pulumi.Output<string>;
  /** What the runbook is told, as JSON: nothing of it is secret. */
  readonly settings: pulumi.Output<string>;

  constructor(name: string, given: RotationRunbookArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = readArguments(name, given);
    super(`certlock:components:${COMPONENT}`, name, {}, opts);
    const child = { parent: this };

    const account = accountOf(name, plan, child);
    const runbook = createRunbook(name, account, plan, child);
    const workers = plan.hybridWorkers && createWorkers(name, account, plan.hybridWorkers, child);
    const admitted = admitEverywhere(name, account, plan, child);
    const watched = watchJobs(name, account, runbook, plan, child);
    this.settings = settingsFor(plan, account);
    const schedule = createSchedule(name, account.address, plan.schedulePlan, plan.now, child);
    createJob(name, { account, runbook, schedule, plan, groupName: workers?.groupName }, this.settings, {
      ...child,
      // The first run finds everything in place.
      dependsOn: [...(workers?.resources ?? []), ...admitted, ...watched],
    });

    this.accountName = pulumi.output(account.address.automationAccountName);
    this.runbookName = runbook.name;
    this.principalId = account.principalId;
    this.registerOutputs({
      accountName: this.accountName,
      runbookName: this.runbookName,
      principalId: this.principalId,
      settings: this.settings,
    });
  }
}

const COMPONENT = "RotationRunbook";

/** What the runbook may do in Graph: write applications it owns, and read which credentials were used. */
const GRAPH_ROLES = ["Application.ReadWrite.OwnedBy", "AuditLog.Read.All"];

/** https://learn.microsoft.com/azure/automation/runtime-environment-overview */
const PYTHON_VERSION = "3.10";

function readArguments(name: string, given: RotationRunbookArgs): RotationRunbookPlan {
  const problems = new Problems();
  const plan = readRotationRunbook(name, given, problems);
  if (plan === undefined) throw new ArgumentError(COMPONENT, name, problems.found);
  refuseArguments(COMPONENT, name, problems);
  return plan;
}

function accountOf(name: string, plan: RotationRunbookPlan, child: pulumi.CustomResourceOptions): Account {
  if (plan.account !== undefined) return givenAccount(plan.account);
  const { accountName, resourceGroupName, location, tags, identity } = plan;
  const hasWorkers = plan.hybridWorkers !== undefined;
  return createAccount(name, { accountName, resourceGroupName, location, tags, identity, hasWorkers }, child);
}

/** Creates `<name>-python` and `<name>-runbook`. */
function createRunbook(
  name: string,
  account: Account,
  { location, contentUri }: RotationRunbookPlan,
  child: pulumi.CustomResourceOptions,
): automation.Runbook {
  const placed = location === undefined ? {} : { location };
  // An environment of its own: the account's are changed by others, and packages in them would run with these rights.
  const python = new automation.RuntimeEnvironment(
    `${name}-python`,
    {
      ...account.address,
      ...placed,
      runtimeEnvironmentName: `${name}-python`,
      language: "Python",
      version: PYTHON_VERSION,
      description: "Standard library only. Made by certlock.",
    },
    child,
  );
  return new automation.Runbook(
    `${name}-runbook`,
    {
      ...account.address,
      ...placed,
      runbookName: name,
      runbookType: "Python",
      runtimeEnvironment: python.name,
      description: RUNBOOK_DESCRIPTION,
      logProgress: false,
      logVerbose: false,
      publishContentLink: {
        uri: contentUri,
        contentHash: { algorithm: "SHA256", value: runbookSha256() },
      },
    },
    child,
  );
}

const RUNBOOK_DESCRIPTION =
  "Rotates certificates of applications. Made by certlock; edit the file there, not here.";

function admitEverywhere(
  name: string,
  { principalId }: Account,
  { identities, grantsGraphRoles = true }: RotationRunbookPlan,
  child: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  if (grantsGraphRoles) grantGraphRoles({ component: COMPONENT, name, principalId }, GRAPH_ROLES, child);
  return Object.entries(identities).flatMap(([each, identity]) =>
    admitRunbook(name, each, identity, principalId, child),
  );
}

function watchJobs(
  name: string,
  account: Account,
  runbook: automation.Runbook,
  { watch, resourceGroupName }: RotationRunbookPlan,
  child: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  if (watch === undefined || account.resource === undefined) return [];
  return createJobWatch(name, account.resource, runbook.name, { args: watch, resourceGroupName }, child);
}

function settingsFor(plan: RotationRunbookPlan, account: Account): pulumi.Output<string> {
  const { tenantId, cloud, seenWithinDays, changeoverDays, waitSeconds } = plan;
  return settingsOf(
    { cloud, seenWithinDays, changeoverDays, waitSeconds },
    {
      tenantId,
      managedIdentityClientId: account.clientId,
      identities: Object.entries(plan.identities).map(([name, identity]) =>
        identitySettings(name, identity, cloud),
      ),
    },
  );
}

/** Creates `<name>-job`. */
function createJob(
  name: string,
  of: {
    readonly account: Account;
    readonly runbook: automation.Runbook;
    readonly schedule: automation.Schedule;
    readonly plan: RotationRunbookPlan;
    readonly groupName: string | undefined;
  },
  settings: pulumi.Output<string>,
  child: pulumi.CustomResourceOptions,
): void {
  const { account, runbook, schedule, plan, groupName } = of;
  const parameter = settings.apply((text) => parameterOf(COMPONENT, name, text));
  const { automationAccountName } = account.address;
  new automation.JobSchedule(
    `${name}-job`,
    {
      ...account.address,
      jobScheduleId: pulumi
        .all([automationAccountName, runbook.name, schedule.name, parameter])
        .apply(([at, runs, when, told]) =>
          nameBasedGuid(at.toLowerCase(), runs, when, groupName ?? "", told, ...contentOf(plan)),
        ),
      runbook: { name: runbook.name },
      schedule: { name: schedule.name },
      parameters: { [FIRST_PARAMETER]: parameter },
      ...(groupName === undefined ? {} : { runOn: groupName }),
    },
    // Azure has one link between a runbook and a schedule: the old one goes first.
    { ...child, deleteBeforeReplace: true },
  );
}

/** All of the runbook that can change: Azure unlinks its schedules then. */
function contentOf({ contentUri, location }: RotationRunbookPlan): readonly string[] {
  return [
    contentUri,
    runbookSha256(),
    typeof location === "string" ? location : "",
    PYTHON_VERSION,
    RUNBOOK_DESCRIPTION,
  ];
}
