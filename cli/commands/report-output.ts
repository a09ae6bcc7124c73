/** Options of the commands that end in a report, and how it is written: the same for check and review. */
import { readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandIo } from "../command-io";
import { UsageError } from "../errors";
import { EXIT, exitCodeOf, type Threshold, thresholds } from "../exit-codes";
import { buildReport } from "../review/build-report";
import { type Host, hosts, type ReviewInput } from "../review/input";
import { RedactionError } from "../review/redaction";
import { REPORT_VERSION, type Report, reportSchema } from "../review/report";
import { boundedJson } from "../review/bounded-json";
import { withoutCommands } from "../review/clean-text";
import { type Format, formats, render } from "../review/render";

export interface ReportOptions {
  readonly format: Format;
  readonly output?: string;
  readonly failOn: Threshold;
  readonly strict?: boolean;
  readonly baseline?: string;
  readonly host?: Host;
  readonly maxSize?: number;
}

export function addReportOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-f, --format <format>", "how the report is written").choices(formats).default("text"),
    )
    .option("-o, --output <file>", "write the report there instead of to standard output")
    .addOption(
      new Option(
        "--fail-on <threshold>",
        "exit code 2 from this severity on; mandatory rules always fail, and alone with `mandatory`",
      )
        .choices(thresholds)
        .default("high"),
    )
    .option("--strict", "exit code 3 when something could not be evaluated")
    .addOption(
      new Option("--host <host>", "where Markdown is going to stand; decides its length").choices(hosts),
    )
    .addOption(
      new Option("--max-size <number>", "longest Markdown, in characters and in bytes").argParser(sizeGiven),
    )
    .option("--baseline <file>", "an earlier report (--format json): only what it has not found fails");
}

/** Below this not even verdict, glance table and links fit. */
const LEAST_SIZE = 3_000;

function sizeGiven(given: string): number {
  if (/^\d{1,9}$/.test(given) && Number(given) >= LEAST_SIZE) return Number(given);
  throw new InvalidArgumentError(`Write it as a number from ${LEAST_SIZE} on.`);
}

/**
 * Makes the report, writes it, and answers the exit code.
 *
 * @throws UsageError when a file cannot be read or written
 */
export function writeReport(input: ReviewInput, options: ReportOptions, io: CommandIo): Promise<number> {
  const against = baselineOf(options);
  return unlessSecret(io, () =>
    printReport(buildReport({ ...(against !== undefined && { against }), ...input }), options, io),
  );
}

/**
 * Writes a report that is there already, and answers the exit code.
 *
 * @throws UsageError when a file cannot be read or written; RedactionError when the report holds something secret
 */
export async function printReport(report: Report, options: ReportOptions, io: CommandIo): Promise<number> {
  const body = render(report, options.format, {
    colour: io.colour && options.output === undefined,
    ...(io.width !== undefined && { width: io.width }),
    ...(options.host !== undefined && { host: options.host }),
    ...(options.maxSize !== undefined && { maxSize: options.maxSize }),
  });
  if (options.output === undefined) io.out(body);
  else await write(options.output, body, report, io);
  return exitCode(report, options);
}

/** The exit code of a report with these options. @throws UsageError when the baseline cannot be read */
export function exitCode(report: Report, options: ReportOptions): number {
  const baseline = baselineOf(options);
  return exitCodeOf(report, {
    failOn: options.failOn,
    strict: options.strict === true,
    ...(baseline !== undefined && { baseline }),
  });
}

/** The exit code of the work, or that of the redaction guard if it steps in. */
export async function unlessSecret(io: CommandIo, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RedactionError)) throw error;
    io.err(`${error.code}: ${error.message}\n`);
    return EXIT.redaction;
  }
}

function baselineOf({ baseline }: ReportOptions): Report | undefined {
  return baseline === undefined ? undefined : readReport(baseline, "BASELINE_INVALID");
}

/** Largest report that is read, in bytes; one of thousands of resources is a few megabytes. */
const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/**
 * A report from a file, checked by its schema.
 *
 * @throws UsageError with the given code, and with nothing of the content
 */
export function readReport(path: string, code: string): Report {
  const remedy = "Make it with --format json.";
  let text: string;
  try {
    if (statSync(path).size > MAX_REPORT_BYTES)
      throw new UsageError(code, `${path} is larger than ${MAX_REPORT_BYTES} bytes. ${remedy}`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(code, `${path} cannot be read. ${remedy}`);
  }
  const { value, problem } = boundedJson(text, { characters: MAX_REPORT_BYTES, depth: 50 });
  if (problem !== undefined) throw new UsageError(code, `${path} cannot be read: it ${problem}. ${remedy}`);
  const read = reportSchema.safeParse(value);
  // Not the parser's copy: that has its keys in another order, and the same report gives the same bytes.
  if (read.success) return value as Report;
  const places = read.error.issues.slice(0, 5).map(({ path: steps }) => steps.map(String).join("."));
  throw new UsageError(
    code,
    `${path} is no report of certlock ${REPORT_VERSION}; not as promised: ${JSON.stringify(places)}. ${remedy}`,
  );
}

async function write(path: string, body: string, report: Report, io: CommandIo): Promise<void> {
  try {
    await writeFile(path, body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError("OUTPUT_FAILED", `${path} cannot be written (${code ?? "no reason given"}).`);
  }
  io.err(`${withoutCommands(report.sentence)}\nThe report is in ${path}.\n`);
}
