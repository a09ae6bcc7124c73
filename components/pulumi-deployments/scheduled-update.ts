/** Makes a pipeline of one's own unnecessary: Pulumi Cloud updates the stack on a schedule, signed in without a secret. */
import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type Cron, longestGapDays, parseCron } from "../cron";
import { isKnown } from "../federation/claims";
import { type OptionNames, readOptions } from "../given-options";
import { checkGuid } from "../guid";
import { checkDays } from "../lifetime";
import { ArgumentError, describeGiven, type Finding, Problems, refuseArguments } from "../problems";
import { CHANGEOVER_DAYS, PERIOD_DAYS, VALIDITY_DAYS } from "../rotation";

/** Whom the deployment signs in as in Azure: an application or a managed identity that trusts Pulumi Deployments. */
export interface AzureDeploymentIdentity {
  /** Client id of the identity. */
  readonly clientId: pulumi.Input<string>;
  readonly tenantId: pulumi.Input<string>;
  readonly subscriptionId: pulumi.Input<string>;
}

/** Where the program is. */
export interface DeploymentSource {
  /** Address of the repository, https; one that Pulumi Cloud may read without a password. */
  readonly repositoryUrl: string;
  /** @default "main" */
  readonly branch?: string;
  /** Folder of the Pulumi project within the repository. @default "." */
  readonly directory?: string;
}

export interface ScheduledUpdateArgs {
  /** Organization in Pulumi Cloud. */
  readonly organization: string;
  readonly project: string;
  /** Name of the stack, without organization and project. */
  readonly stack: string;
  /** When it runs: "minute hour * * weekday", in UTC. @default "17 5 * * 1", every Monday */
  readonly cron?: string;
  /**
   * The numbers of the rotation that depends on these runs: a run is needed in every period, and as many days have to be
   * left to change over as elsewhere.
   * @default - every 60 days, valid for 125
   */
  readonly rotation?: { readonly periodDays?: number; readonly validityDays?: number };
  /**
   * Whom it signs in as in Azure. Together with `source` it makes the deployment settings of the stack, of which there is
   * one: what was set elsewhere is replaced.
   * @default - the stack has deployment settings already
   */
  readonly azure?: AzureDeploymentIdentity;
  /** Where the program is; goes with `azure`. @default - the stack has deployment settings already */
  readonly source?: DeploymentSource;
}

/**
 * A schedule of Pulumi Deployments that updates a stack, so that its certificates rotate.
 *
 * ```ts
 * import { ScheduledUpdate } from "certlock/components/pulumi-deployments";
 *
 * new ScheduledUpdate("rotation", {
 *   organization: "contoso", project: "identities", stack: "prod",
 *   azure: { clientId: pipeline.clientId, tenantId, subscriptionId },
 *   source: { repositoryUrl: "https://github.com/contoso/identities.git" },
 * });
 * ```
 *
 * The identity trusts that very operation, and needs no secret:
 *
 * ```ts
 * federatedCredentials: {
 *   rotation: { pulumiDeployment: { organization: "contoso", project: "identities", stack: "prod", operation: "update" } },
 * },
 * ```
 *
 * Creates `<name>-settings`, where they are asked for, and `<name>-schedule`. It needs the package
 * `@pulumi/pulumiservice`, and an access token of Pulumi Cloud for whoever deploys it. What Pulumi Cloud does when a run
 * fails is told by its own notifications and webhooks: switch them on for failed deployments.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class ScheduledUpdate extends pulumi.ComponentResource {
  /** Id of the schedule in Pulumi Cloud. */
  readonly scheduleId: pulumi.Output<string>;
  /** Days that runs may fail to come after one is due, before clients have too little time to change over. */
  readonly slackDays: number;

  constructor(name: string, given: ScheduledUpdateArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = readArguments(name, given);
    super(`certlock:components:${COMPONENT}`, name, {}, opts);
    const child = { parent: this };
    const { organization, project, stack } = plan;
    const settings = createSettings(name, plan, child);
    const schedule = new pulumiservice.DeploymentSchedule(
      `${name}-schedule`,
      { organization, project, stack, scheduleCron: plan.cron.text, pulumiOperation: "update" },
      { ...child, dependsOn: settings },
    );
    this.scheduleId = schedule.id;
    this.slackDays = plan.slackDays;
    this.registerOutputs({ scheduleId: this.scheduleId, slackDays: this.slackDays });
  }
}

const COMPONENT = "ScheduledUpdate";
const DEFAULT_CRON = "17 5 * * 1";

interface Plan extends Omit<ScheduledUpdateArgs, "cron"> {
  readonly cron: Cron;
  readonly slackDays: number;
}

function createSettings(
  name: string,
  { organization, project, stack, azure, source }: Plan,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (azure === undefined || source === undefined) return [];
  const { repositoryUrl, branch = "main", directory = "." } = source;
  const { clientId, tenantId, subscriptionId } = azure;
  return [
    new pulumiservice.DeploymentSettings(
      `${name}-settings`,
      {
        organization,
        project,
        stack,
        sourceContext: { git: { repoUrl: repositoryUrl, branch, repoDir: directory } },
        operationContext: { oidc: { azure: { clientId, tenantId, subscriptionId } } },
      },
      child,
    ),
  ];
}

const OPTIONS: OptionNames<ScheduledUpdateArgs> = {
  organization: "checked",
  project: "checked",
  stack: "checked",
  cron: "optional",
  rotation: "optional",
  azure: "optional",
  source: "optional",
};
const ROTATION: OptionNames<NonNullable<ScheduledUpdateArgs["rotation"]>> = {
  periodDays: "optional",
  validityDays: "optional",
};
const AZURE: OptionNames<AzureDeploymentIdentity> = {
  clientId: "required",
  tenantId: "required",
  subscriptionId: "required",
};
const SOURCE: OptionNames<DeploymentSource> = {
  repositoryUrl: "checked",
  branch: "optional",
  directory: "optional",
};

function readArguments(name: string, given: ScheduledUpdateArgs): Plan {
  const problems = new Problems();
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) throw new ArgumentError(COMPONENT, name, problems.found);
  for (const at of ["organization", "project", "stack"] as const) problems.add(at, checkName(args[at]));
  const cron = parseCron(args.cron ?? DEFAULT_CRON);
  if (typeof cron === "string") problems.add("cron", noCron(args.cron, cron));
  const slackDays = typeof cron === "string" ? 0 : readSlack(args.rotation ?? {}, cron, problems);
  if (args.azure !== undefined) readAzure(args.azure, problems);
  if (args.source !== undefined) readSource(args.source, problems);
  if ((args.azure === undefined) !== (args.source === undefined))
    problems.add(args.azure === undefined ? "azure" : "source", HALF_SETTINGS);
  if (typeof cron === "string") throw new ArgumentError(COMPONENT, name, problems.found);
  refuseArguments(COMPONENT, name, problems);
  return { ...args, cron, slackDays };
}

/** How late a run may be after the one that was due did not come; a problem where even punctual runs come too late. */
function readSlack(
  given: NonNullable<ScheduledUpdateArgs["rotation"]>,
  cron: Cron,
  problems: Problems,
): number {
  const rotation = readOptions("rotation", given, ROTATION, problems);
  const periodDays = rotation?.periodDays ?? PERIOD_DAYS.default;
  const validityDays = rotation?.validityDays ?? 2 * periodDays + CHANGEOVER_DAYS;
  const before = problems.found.length;
  problems.add("rotation.periodDays", checkDays(periodDays, PERIOD_DAYS));
  problems.add("rotation.validityDays", checkDays(validityDays, VALIDITY_DAYS));
  if (problems.found.length > before) return 0;
  const gap = longestGapDays(cron);
  if (gap > periodDays) problems.add("cron", tooRare(gap, periodDays));
  // Due at the end of a period, noticed up to a gap later: what is left after that, but for the days to change over.
  const slackDays = validityDays - periodDays - gap - CHANGEOVER_DAYS;
  if (gap <= periodDays && slackDays < 0)
    problems.add("rotation.validityDays", tooShort(validityDays, slackDays));
  return slackDays;
}

function readAzure(given: AzureDeploymentIdentity, problems: Problems): void {
  const azure = readOptions("azure", given, AZURE, problems);
  if (azure === undefined) return;
  for (const [at, id] of Object.entries<unknown>({ ...azure })) {
    if (id !== undefined && isKnown(id) && at in AZURE)
      problems.add(`azure.${at}`, checkGuid(id, at.replace("Id", " id")));
  }
}

function readSource(given: DeploymentSource, problems: Problems): void {
  const source = readOptions("source", given, SOURCE, problems);
  if (source === undefined) return;
  problems.add("source.repositoryUrl", checkRepository(source.repositoryUrl));
  problems.add("source.branch", checkPath(source.branch ?? "main", "one branch"));
  problems.add("source.directory", checkPath(source.directory ?? ".", "a folder within the repository"));
}

function checkName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(given)) return undefined;
  return {
    code: given === undefined ? "missing" : "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 100 letters, digits, dots, hyphens and underscores",
    remedy: "copy it from the address of the stack in Pulumi Cloud: organization/project/stack",
  };
}

/** A password in the address would stand in the state in plain text. */
function checkRepository(given: unknown): Finding | undefined {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && (url.username !== "" || url.password !== "" || url.search !== "")) {
    return {
      code: "secret-in-url",
      allowed: "an address without user, password and query",
      remedy: "install Pulumi's app on the repository instead, which needs no password",
    };
  }
  if (url?.protocol === "https:" && url.hash === "" && url.pathname.length > 1) return undefined;
  return {
    code: given === undefined ? "missing" : "invalid-url",
    given: describeGiven(given),
    allowed: "https://<host>/<repository>",
    remedy: "copy the address under which the repository is cloned over https",
  };
}

function checkPath(given: unknown, what: string): Finding | undefined {
  if (typeof given === "string" && /^(?!.*\.\.)[A-Za-z0-9_.][A-Za-z0-9_./-]{0,199}$/.test(given))
    return undefined;
  return {
    code: typeof given === "string" ? "invalid-name" : "wrong-type",
    given: describeGiven(given),
    allowed: `${what}: letters, digits, dots, hyphens, underscores and slashes`,
    remedy: "leave it out, or write it as it stands in the repository",
  };
}

function noCron(given: unknown, why: string): Finding {
  return {
    code: typeof given === "string" ? "out-of-range" : "wrong-type",
    given: describeGiven(given),
    allowed: `an expression such as "${DEFAULT_CRON}": ${why}`,
    remedy: "write it in UTC, with days of the week alone",
  };
}

function tooRare(gap: number, periodDays: number): Finding {
  return {
    code: "rotation-gap",
    given: `a run every ${gap} days`,
    allowed: `a run in every period of ${periodDays} days at the least`,
    remedy: 'run daily: "17 5 * * *"',
  };
}

function tooShort(validityDays: number, slackDays: number): Finding {
  return {
    code: "rotation-gap",
    given: String(validityDays),
    allowed: `${validityDays - slackDays} days or more: a period, the days to the next run, and ${CHANGEOVER_DAYS} to change over`,
    remedy: "run more often, or let certificates live longer",
  };
}

const HALF_SETTINGS: Finding = {
  code: "missing",
  given: "one of azure and source",
  allowed: "both, which make the deployment settings; or neither, where the stack has them",
  remedy: "give the other one too",
};
