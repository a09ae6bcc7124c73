/** `certlock review`: from what a pipeline has to the review, on paper and on the pull request. */
import { readFile } from "node:fs/promises";
import { InvalidArgumentError, Option } from "commander";
import type { CommandIo, Register } from "../command-io";
import { UsageError } from "../errors";
import { EXIT, EXIT_CODES } from "../exit-codes";
import { COMMENT_MODES, type CommentMode, HOST_NAMES, type HostName } from "../post/posting";
import { buildReport } from "../review/build-report";
import type { Report } from "../review/report";
import {
  addReportOptions,
  exitCode,
  printReport,
  readReport,
  type ReportOptions,
  unlessSecret,
} from "./report-output";
import { reviewInput, type ReviewSources } from "./review-input";

interface ReviewCommandOptions extends ReportOptions, ReviewSources {
  readonly report?: string;
  readonly post?: HostName;
  readonly comment: CommentMode;
}

const HELP = `
What it reads: the engine's events say what the policy pack found, the digest says where the program declares it. One
preview gives both:

  PULUMI_DEBUG_COMMANDS=true pulumi preview --policy-pack node_modules/certlock/policies \\
    --json --show-sames --event-log events.jsonl > digest.json
  certlock review --events events.jsonl --digest digest.json --preview-exit $?

A file that is missing is no error: then the preview did not get that far, and the review says so and blocks.

Posting takes token, pull request and commit from the variables of the pipeline (docs/pipelines.md). With --post and
without --format nothing is printed.

Examples:
  certlock review --events events.jsonl --digest digest.json
  certlock review --events events.jsonl --format json --output report.json
  certlock review --report report.json --format html --output report.html
  certlock review --report report.json --post github
  certlock review --report report.json --post azure-devops --comment hide-previous

${EXIT_CODES}`;

/** `certlock review`. */
export const registerReview: Register = (program, io) => {
  const command = program
    .command("review")
    .description("turn what a pipeline has into the credential review, and post it to the pull request")
    .option(
      "--events <file>",
      'events of the engine: --event-log, or a streamed preview; "-" reads standard input',
    )
    .option("--digest <file>", 'output of pulumi preview --json; "-" reads standard input')
    .option("--preview-exit <code>", "exit code of that preview", wholeNumber)
    .option("--preview-error <sentence>", "why there is no preview to review")
    .option("-s, --stack <name>", "the stack, as for pulumi stack select (default: that of the events)")
    .option("--project <dir>", "folder of the Pulumi project", ".")
    .option("--exemptions <file>", "file of exemptions (default: exemptions.yaml beside Pulumi.yaml)")
    .option("--commit <sha>", "commit of the review (default: that of the pipeline, as all below)")
    .option("--repository <url>", "address of the repository, for links to lines")
    .option("--run-url <url>", "page of the run")
    .option("--artifact-url <url>", "page with the full report")
    .option("--rules-url <url>", "folder with the pages of the rules")
    .option("--environment <name>", "environment of the stack (default: its name)")
    .option("--secrets-provider <scheme>", "what encrypts the state (default: from Pulumi.STACK.yaml)")
    .option(
      "--report-only-days <n>",
      "how long a Conditional Access policy may only report (default: 30)",
      days,
    )
    .option("--against <file>", "an earlier report: show what is different")
    .option("--report <file>", "review a report made before (--format json), instead of a preview")
    .addOption(new Option("--post <host>", "post to the pull request of this run").choices(HOST_NAMES))
    .addOption(
      new Option("--comment <mode>", "how it relates to the comment before")
        .choices(COMMENT_MODES)
        .default("update"),
    );
  addReportOptions(command)
    .addHelpText("after", HELP)
    .action(async (options: ReviewCommandOptions) => {
      const asked = command.getOptionValueSource("format") === "cli" || options.output !== undefined;
      io.exit(await unlessSecret(io, () => review(options, asked || options.post === undefined, io)));
    });
};

async function review(options: ReviewCommandOptions, prints: boolean, io: CommandIo): Promise<number> {
  const report = await reportOf(options, io);
  const code = prints ? await printReport(report, options, io) : exitCode(report, options);
  if (options.post === undefined) return code;
  const { postReport, systemDeps } = await import("../post/index.js");
  // Standard output belongs to a report that is printed there.
  const command = prints && options.output === undefined ? io.err : io.out;
  const deps = systemDeps(
    (line) => {
      io.err(`${line}\n`);
    },
    (line) => {
      command(`${line}\n`);
    },
  );
  try {
    const { problems } = await postReport(options.post, report, io.environment, deps, {
      mode: options.comment,
      signal: io.signal,
    });
    // A verdict says more than a comment that could not be written.
    return code === EXIT.ok && problems.length > 0 ? EXIT.usage : code;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "POST_CONFIGURATION")) throw error;
    io.err(`${error.code}: ${error.message}\n`);
    return code === EXIT.ok ? EXIT.usage : code;
  }
}

async function reportOf(options: ReviewCommandOptions, io: CommandIo): Promise<Report> {
  const { report, events, digest, previewError } = options;
  if (events === "-" && digest === "-")
    throw new UsageError("REVIEW_SOURCES", "Standard input is one file: --events or --digest, not both.");
  const sources = [events, digest, previewError].filter((source) => source !== undefined);
  if (report !== undefined) {
    if (sources.length > 0) {
      throw new UsageError(
        "REVIEW_SOURCES",
        "--report is a review made before; it goes without --events, --digest and --preview-error.",
      );
    }
    const read = readReport(report, "REPORT_INVALID");
    const { trustedReport } = await import("../post/index.js");
    return trustedReport(read, io.environment, (path) => readFile(path, "utf8"));
  }
  if (sources.length === 0) {
    throw new UsageError(
      "REVIEW_SOURCES",
      "There is nothing to review: give --events and --digest of a preview, or --report. certlock review --help shows how.",
    );
  }
  const against = options.against ?? options.baseline;
  return buildReport({
    ...(await reviewInput(options, io)),
    ...(against !== undefined && { against: readReport(against, "AGAINST_INVALID") }),
  });
}

function days(given: string): number {
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Write it as a number of days from 1 on.");
}

function wholeNumber(given: string): number {
  if (!/^\d{1,5}$/.test(given)) throw new InvalidArgumentError("Write the exit code as a number.");
  return Number(given);
}
