/** `certlock rotation plan`: what the next runs will do, per identity, with dates. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { dayOf } from "../../components/calendar";
import type { CommandIo, Register } from "../command-io";
import { UsageError } from "../errors";
import { guard } from "../review/redaction";
import { buildPlan, exitCodeOfPlan, type PlanThreshold, planThresholds } from "../rotation/build-plan";
import { judgeRetirement, readSeenWithin, SEEN_WITHIN_DAYS } from "../rotation/evidence";
import { readEvidence, readExemptions } from "../rotation/evidence-sources";
import type { Plan } from "../rotation/plan";
import { type PlanFormat, planFormats, renderPlan } from "../rotation/render";
import { DEFAULT_UNTIL, readEvery, readMissed, readNow, readUntil } from "../rotation/run-days";
import { gather, type PlanSources } from "../rotation/sources";
import { unlessSecret } from "./report-output";

interface RotationPlanOptions extends PlanSources {
  readonly format: PlanFormat;
  readonly output?: string;
  readonly until: string;
  readonly every: string;
  readonly simulateMissed?: string;
  readonly now?: string;
  readonly evidence?: string;
  readonly seenWithin: number;
  readonly exemptions?: string;
  readonly failOn: PlanThreshold;
}

const HELP = `
What it reads: which generations a day has is computed by the function the components use. What it needs is
  the schedules   from the program in the folder (previewed as certlock check does, without credentials),
                  from --events of a preview, or else from --state as the last run left them
  the real dates  from --state, the output of pulumi stack export (secrets stay encrypted), or --events;
                  without either the plan takes it that every run came on its day, and says so

Days are those of UTC. A gap is a day on which somebody cannot sign in, or has fewer than 5 days to change over.
Certificates whose key is kept elsewhere have no schedule: they count when they end within 30 days.

With --evidence a credential that the next run removes, and that somebody signed in with within --seen-within days,
blocks, unless an exemption for "credential-in-use" in exemptions.yaml lets it go. "graph" asks Microsoft Graph
(AuditLog.Read.All), signed in as the providers are: a certificate, workload identity federation or Azure CLI.

Examples:
  pulumi stack export | certlock rotation plan --state -
  certlock rotation plan                              the program in this folder, dates computed
  certlock rotation plan . --state state.json         what the program says now, on what is deployed
  certlock rotation plan --state state.json --until 2027-12-31 --format ics --output rotation.ics
  certlock rotation plan --state state.json --every monday --simulate-missed 3
  certlock rotation plan --state state.json --simulate-missed 2027-01-20..2027-03-25
  certlock rotation plan . --state state.json --evidence graph --fail-on in-use
                                                      the gate before pulumi up: being late does not stop the run

Exit codes:
  0  everything happens in time
  1  called wrongly, or an error of certlock itself
  2  overdue, a gap, a certificate to replace by hand, or a credential in use that the next run would remove
  3  incomplete: nothing readable, a schedule that is not known, evidence that proves nothing
  4  something secret would have been printed; nothing was`;

/** `certlock rotation plan [dir]`. */
export const registerRotationPlan: Register = (group, io) => {
  group
    .command("plan")
    .description("what the next runs make and remove, with dates; what is late, and where a gap would be")
    .argument("[dir]", 'folder of the Pulumi project (default: ".", unless --state or --events is given)')
    .option("--state <file>", 'output of pulumi stack export; "-" reads standard input')
    .option("--events <file>", 'events of a preview: --event-log; "-" reads standard input')
    .option("-s, --stack <name>", "stack whose configuration the program gets")
    .option("--until <day>", "plan until this day, or for so many days (P180D, 26w)", DEFAULT_UNTIL)
    .option("--every <days>", "which days have a run: daily, weekly, or weekdays such as mon,thu", "daily")
    .option(
      "--simulate-missed <runs>",
      "what if runs were left out: two days (2027-01-20..2027-03-25), or how many of the next",
    )
    .option("--now <day>", "plan as of this day or moment (default: now)")
    .addOption(
      new Option("-f, --format <format>", "how the plan is written").choices(planFormats).default("text"),
    )
    .option("-o, --output <file>", "write the plan there instead of to standard output")
    .option("--evidence <source>", 'sign-ins that hold a removal back: a file, or "graph"')
    .addOption(
      new Option("--seen-within <days>", "how recent a sign-in has to be to block")
        .argParser(seenWithin)
        .default(SEEN_WITHIN_DAYS.default),
    )
    .addOption(
      new Option(
        "--fail-on <what>",
        "exit code 2 for all that needs somebody, or alone for a credential in use (before a run)",
      )
        .choices(planThresholds)
        .default("attention"),
    )
    .option("--exemptions <file>", "file of exemptions (default: exemptions.yaml beside Pulumi.yaml)")
    .addHelpText("after", HELP)
    .action(async (folder: string | undefined, options: RotationPlanOptions) => {
      io.exit(await unlessSecret(io, () => run({ ...options, ...(folder !== undefined && { folder }) }, io)));
    });
};

async function run(options: RotationPlanOptions, io: CommandIo): Promise<number> {
  const now = readNow(options.now, io.now);
  const today = dayOf(now);
  const until = readUntil(options.until, today);
  const every = readEvery(options.every);
  const missed =
    options.simulateMissed === undefined ? undefined : readMissed(options.simulateMissed, every, today);
  const inputs = [options.state, options.events, options.evidence].filter((source) => source === "-");
  if (options.failOn === "in-use" && options.evidence === undefined)
    throw new UsageError("PLAN_SOURCES", "--fail-on in-use needs --evidence: a file, or graph.");
  if (inputs.length > 1)
    throw new UsageError("PLAN_SOURCES", "Standard input is one file: --state, --events or --evidence.");
  const gathered = await gather(options, now, io);
  const gate = await gateOf(options, now, io);
  const plan = buildPlan({
    ...gathered,
    now,
    today,
    until,
    every,
    missed,
    ...(gate !== undefined && {
      signIns: gate.signIns,
      evidence: (identities, nextRun) =>
        judgeRetirement(identities, nextRun, { ...gate, objectIds: gathered.objectIds }),
    }),
  });
  guard(plan, gathered.read);
  await print(plan, options, io);
  return exitCodeOfPlan(plan, options.failOn);
}

async function gateOf(
  { evidence, seenWithin, exemptions, folder = "." }: RotationPlanOptions,
  now: Date,
  io: CommandIo,
) {
  if (evidence === undefined) return undefined;
  const signIns = await readEvidence(evidence, io);
  const root = resolve(io.workingFolder, folder);
  const { exempted, problems } = await readExemptions(root, exemptions, now, io);
  const source: "graph" | "file" = evidence === "graph" ? "graph" : "file";
  return { source, signIns, now, seenWithinDays: seenWithin, exempted, exemptionProblems: problems };
}

async function print(plan: Plan, { format, output }: RotationPlanOptions, io: CommandIo): Promise<void> {
  const body = renderPlan(plan, format, { colour: io.colour && output === undefined });
  if (output === undefined) {
    io.out(body);
    return;
  }
  try {
    await writeFile(resolve(io.workingFolder, output), body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError("OUTPUT_FAILED", `${output} cannot be written (${code ?? "no reason given"}).`);
  }
  io.err(`${plan.sentence}\nThe plan is in ${output}.\n`);
}

function seenWithin(given: string): number {
  const { least, most } = SEEN_WITHIN_DAYS;
  const days = readSeenWithin(given);
  if (days === undefined)
    throw new InvalidArgumentError(`Write it as a number of days from ${least} to ${most}.`);
  return days;
}
