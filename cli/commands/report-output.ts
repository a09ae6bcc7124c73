/** Options of the commands that end in a report, and how it is written: the same for check and review. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import type { CommandIo } from "../command-io";
import { UsageError } from "../errors";
import { EXIT, exitCodeOf, type Threshold, thresholds } from "../exit-codes";
import { buildReport } from "../review/build-report";
import type { ReviewInput } from "../review/input";
import { RedactionError } from "../review/redaction";
import { type Report, reportSchema } from "../review/report";
import { type Format, formats, render } from "../review/render";

export interface ReportOptions {
  readonly format: Format;
  readonly output?: string;
  readonly failOn: Threshold;
  readonly strict?: boolean;
  readonly baseline?: string;
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
    .option("--baseline <file>", "an earlier report (--format json): only what it has not found fails");
}

/**
 * Makes the report, writes it, and answers the exit code.
 *
 * @throws UsageError when a file cannot be read or written
 */
export async function writeReport(
  input: ReviewInput,
  options: ReportOptions,
  io: CommandIo,
): Promise<number> {
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  try {
    const report = buildReport({ ...input, ...(baseline !== undefined && { against: baseline }) });
    const body = render(report, options.format, {
      colour: io.colour && options.output === undefined,
      ...(io.width !== undefined && { width: io.width }),
    });
    if (options.output === undefined) io.out(body);
    else await write(options.output, body, report, io);
    return exitCodeOf(report, {
      failOn: options.failOn,
      strict: options.strict === true,
      ...(baseline !== undefined && { baseline }),
    });
  } catch (error) {
    if (!(error instanceof RedactionError)) throw error;
    io.err(`${error.code}: ${error.message}\n`);
    return EXIT.redaction;
  }
}

function readBaseline(path: string): Report {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UsageError("BASELINE_INVALID", `${path} cannot be read as JSON. Make it with --format json.`);
  }
  const read = reportSchema.safeParse(content);
  if (read.success) return read.data;
  throw new UsageError("BASELINE_INVALID", `${path} is no report of certlock. Make it with --format json.`);
}

async function write(path: string, body: string, report: Report, io: CommandIo): Promise<void> {
  try {
    await writeFile(path, body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError("OUTPUT_FAILED", `${path} cannot be written (${code ?? "no reason given"}).`);
  }
  io.err(`${report.sentence}\nThe report is in ${path}.\n`);
}
