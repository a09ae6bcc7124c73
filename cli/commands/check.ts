import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import type { CheckOutcome } from "../check/check";
import type { CommandIo, Register } from "../command-io";
import { IncompleteError } from "../errors";
import { exemptionFile, readExemptionFile } from "../exemption-file";
import { packageVersion } from "../package-files";
import { type EngineEvent, parseEvents } from "../review/events";
import { addReportOptions, type ReportOptions, writeReport } from "./report-output";

interface CheckCommandOptions extends ReportOptions {
  readonly stack?: string;
  readonly policyPack: readonly string[];
  readonly config: ReadonlyMap<string, string>;
  readonly env: readonly string[];
  readonly typeCheck?: boolean;
  readonly timeout: number;
}

/** Longer than any preview of a first stack takes, shorter than what a hosted runner waits. */
const DEFAULT_TIMEOUT_S = 600;
/** What a timer can be set to. */
const MAX_TIMEOUT_S = 86_400;

const HELP = `
What it does: runs the program on Pulumi's engine with the policy pack, on a state that is thrown away, with stand-ins
for every provider. It needs no sign-in, no backend and no provider plugin, and gives the program no credentials: safe
for pull requests from forks. Answers of clouds (getClientConfig, X.get, StackReference) and settings that cannot be
decrypted are unknown values, as in a first preview, and listed under "not evaluated".

Settings and exemptions beside the stack (certlock-policies.yaml, exemptions.yaml) count.

Examples:
  certlock check                                     the project in this folder
  certlock check infra --stack prod                  another folder, one of its stacks
  certlock check --config app:region=westeurope      a setting that the stack does not have here
  certlock check --policy-pack ../company-pack       with one more policy pack
  certlock check --format markdown --output report.md
  certlock check --fail-on mandatory                 advice never fails
  certlock check --strict                            what cannot be decided fails, with exit code 3`;

/** `certlock check [dir]`. */
export const registerCheck: Register = (program, io) => {
  const command = program
    .command("check")
    .description("preview a Pulumi program with the policy pack: no credentials, no backend, no downloads")
    .argument("[dir]", "folder of the Pulumi project", ".")
    .option(
      "-s, --stack <name>",
      "stack whose configuration is used (default: the selected one, or the only one)",
    )
    .addOption(
      new Option("--policy-pack <path>", "one more policy pack, a folder or an executable (repeatable)")
        .argParser(collect)
        .default([], "certlock's own"),
    )
    .addOption(
      new Option("-c, --config <key=value>", "a setting, instead of that of the stack (repeatable)")
        .argParser(setting)
        .default(new Map(), "those of the stack"),
    )
    .addOption(
      new Option(
        "--env <name>",
        "give the program this variable though it looks like a credential (repeatable)",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .option("--type-check", "also check the types of a TypeScript program, as pulumi preview does")
    .addOption(
      new Option("--timeout <seconds>", "time for the whole check, after which the program is ended")
        .argParser(seconds)
        .default(DEFAULT_TIMEOUT_S),
    );
  addReportOptions(command)
    .addHelpText("after", HELP)
    .action(async (folder: string, options: CheckCommandOptions) => {
      const outcome = await runCheck(folder, options, io);
      if (outcome !== undefined) io.exit(await report(outcome, options, io));
    });
};

async function runCheck(
  folder: string,
  options: CheckCommandOptions,
  io: CommandIo,
): Promise<(CheckOutcome & { readonly engineVersion: string }) | undefined> {
  // The engine is asked for its version while the rest is being loaded.
  const [{ engine, passedOver }, { check }] = await Promise.all([
    import("../engine/find.js").then(({ findEngine }) => findEngine(io.environment)),
    import("../check/check.js"),
  ]);
  if (engine === undefined)
    throw new IncompleteError(
      "ENGINE_MISSING",
      [
        "Pulumi's engine is not on this machine. Install Pulumi (https://www.pulumi.com/docs/install/), or run: certlock engine",
        ...passedOver,
      ].join("\n"),
    );
  const outcome = await check({
    folder,
    ...(options.stack !== undefined && { stack: options.stack }),
    policyPacks: options.policyPack,
    config: options.config,
    variables: options.env,
    typeCheck: options.typeCheck === true,
    timeoutMs: options.timeout * 1000,
    environment: io.environment,
    engine,
    now: io.now,
    report: (line) => {
      io.err(`${line}\n`);
    },
    signal: io.signal,
  });
  return { ...outcome, engineVersion: engine.version };
}

async function report(
  outcome: CheckOutcome & { readonly engineVersion: string },
  options: ReportOptions,
  io: CommandIo,
): Promise<number> {
  const { events } = parseEvents(outcome.events);
  if (!outcome.preview.ok) io.err(complaints(events, outcome));
  const exemptions = exemptionFile(outcome.project.root, io.environment);
  return writeReport(
    {
      stack: outcome.stack,
      events,
      digest: outcome.digest,
      preview: outcome.preview,
      notEvaluated: outcome.notEvaluated,
      ...(exemptions !== undefined && { exemptions: readExemptionFile(exemptions) ?? [] }),
      context: {
        generatedAt: io.now(),
        sourceRoot: sourceRoot(outcome.project.root),
        versions: { certlock: packageVersion(), pulumi: outcome.engineVersion },
      },
    },
    options,
    io,
  );
}

/** Folder of the project within its repository, which reports name their files from. */
function sourceRoot(root: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return relative(folder, root).replaceAll("\\", "/");
    if (dirname(folder) === folder) return "";
  }
}

/** That it has failed stands in the report, and why not where rules are the reason. */
const SAID_BY_ITSELF = /^(preview|update) failed$/;
/** What the engine is told by whoever ran the program, which does not know more either. */
const UNTOLD = /The program ended with exit code|program exited with non-zero exit code/;

/** Errors as the engine had them; where it was told of none, the end of what the program printed. */
function complaints(events: readonly EngineEvent[], { hasProgramFailed, output }: CheckOutcome): string {
  const errors = events.flatMap(({ diagnosticEvent }) => {
    const message = plain(diagnosticEvent?.message ?? "");
    return diagnosticEvent?.severity === "error" && !SAID_BY_ITSELF.test(message) ? [message] : [];
  });
  const isTold = !hasProgramFailed || errors.some((message) => !UNTOLD.test(message));
  const printed = isTold ? "" : plain(output.trim().split("\n").slice(-SHOWN_LINES).join("\n"));
  return [printed, ...errors]
    .filter((text) => text !== "")
    .map((text) => `${text}\n`)
    .join("");
}

/** Lines of a complaint that are shown: what follows are the insides of the SDK. */
const SHOWN_LINES = 16;
const SHOWN_COLUMNS = 400;

/** Engine messages carry colour tags such as `<{%reset%}>`. */
function plain(message: string): string {
  const lines = message
    .replaceAll(/<\{%[^%]*%\}>/g, "")
    .trim()
    .split("\n");
  return lines
    .slice(0, SHOWN_LINES)
    .map((line) => (line.length > SHOWN_COLUMNS ? `${line.slice(0, SHOWN_COLUMNS)}…` : line))
    .join("\n");
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function setting(given: string, previous: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = given.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError('Write it as key=value, such as "app:region=westeurope".');
  return new Map([...previous, [given.slice(0, at), given.slice(at + 1)]]);
}

function seconds(given: string): number {
  const value = Number(given);
  if (!/^\d+$/.test(given) || value < 1 || value > MAX_TIMEOUT_S)
    throw new InvalidArgumentError(`Give whole seconds from 1 to ${MAX_TIMEOUT_S}.`);
  return value;
}
