/** A report as something to be posted. */
import { clean } from "../review/clean-text";
import { mustFix } from "../review/findings";
import type { Finding, Report } from "../review/report";
import { comparable, render } from "../review/render";
import { type PostDeps, type PostOptions, postReview } from "./post";
import type { Annotation, HostName, Posting, PostOutcome } from "./posting";
import { contextOf, type RunContext } from "./run-context";
import { type Environment, type ReadFile, Variables } from "./variables";

/** Room for the page of a run: 900 KiB of the 1 MiB a step may write. */
const SUMMARY_SIZE = 900 * 1024;

/**
 * Posts a report to the pull request of this run.
 *
 * Commit and run of the report are those of this run, unless it says others: a report about another commit than the
 * head of the pull request is not posted. In GitHub's event `workflow_run` the report is a stranger's.
 *
 * @throws PostConfigurationError when variables of the run are missing or wrong.
 * @throws RedactionError when the report holds something secret.
 */
export async function postReport(
  host: HostName,
  report: Report,
  environment: Environment,
  deps: PostDeps,
  options: PostOptions = {},
): Promise<PostOutcome> {
  // What is wrong with the variables is told by postReview, once the page of the run has its summary.
  const context = await contextOf(host, new Variables(environment), deps.readFile);
  return postReview(host, postingOf(host, report, context), environment, deps, options);
}

/** What is posted of a report, on a host and in a run. */
export function postingOf(host: HostName, report: Report, context: RunContext): Posting {
  const posted = context.origin === undefined ? ofRun(report, context) : strangersReport(report, context);
  const { glance, credentialChanges, trustChanges, verdict } = posted;
  return {
    key: posted.key,
    body: render(posted, "markdown", { host }),
    comparable: comparable(posted, { host }),
    verdict,
    sentence: posted.sentence,
    hasIdentityChange:
      verdict !== "clean" || glance.identities > 0 || credentialChanges.length > 0 || trustChanges.length > 0,
    headSha: posted.commit ?? context.headSha,
    runId: posted.run.id ?? context.runId,
    attempt: attemptOf(posted) ?? context.attempt,
    runUrl: context.runUrl,
    fingerprints: posted.fingerprintsHash,
    summary: render(posted, "markdown", { host, maxSize: SUMMARY_SIZE }),
    annotations: annotationsOf(posted.findings),
  };
}

function attemptOf({ run }: Report): number | undefined {
  return /^[1-9]\d{0,8}$/.test(run.attempt ?? "") ? Number(run.attempt) : undefined;
}

/** The report with commit, run and link of this run where it has none of its own. */
function ofRun(report: Report, context: RunContext): Report {
  const { headSha, runId, attempt, runUrl } = context;
  return {
    ...report,
    commit: report.commit ?? headSha,
    run: {
      ...report.run,
      id: report.run.id ?? runId,
      attempt: report.run.attempt ?? String(attempt),
    },
    links: { ...(runUrl !== undefined && { run: runUrl }), ...report.links },
  };
}

/**
 * A report whose author can have written anything: commit, run and link are those of the event, every other address
 * is taken out, and no text holds what cannot be seen. Sizes are those of the schema's reader; the renderings escape.
 */
export function strangersReport(report: Report, context: RunContext): Report {
  const { headSha, runId, attempt, runUrl } = context;
  return {
    ...(harmless(report) as Report),
    commit: headSha,
    run: { id: runId, attempt: String(attempt), ...(runUrl !== undefined && { url: runUrl }) },
    links: runUrl === undefined ? {} : { run: runUrl },
  };
}

/**
 * A report read from a file as this run may show it: as it is, or as a stranger's in GitHub's event `workflow_run`.
 *
 * @throws PostConfigurationError when the event cannot be read
 */
export async function trustedReport(
  report: Report,
  environment: Environment,
  readFile: ReadFile,
): Promise<Report> {
  if (environment["GITHUB_EVENT_NAME"] !== "workflow_run") return report;
  const variables = new Variables(environment);
  const context = await contextOf("github", variables, readFile);
  variables.assertComplete("GitHub");
  return strangersReport(report, context);
}

const ADDRESSES: ReadonlySet<string> = new Set(["url", "portal", "$schema"]);
/** Longer than any text that certlock writes into a report. */
const MAX_TEXT = 1_000;

function harmless(value: unknown): unknown {
  if (typeof value === "string") return clean(value, MAX_TEXT);
  if (Array.isArray(value)) return value.map(harmless);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !ADDRESSES.has(key))
      .map(([key, item]) => [key, harmless(item)]),
  );
}

/** Open violations beside the line that declares the resource, in the report's own order of risk. */
function annotationsOf(findings: readonly Finding[]): Annotation[] {
  return findings
    .filter(({ kind, exemption }) => kind === "violation" && exemption === undefined)
    .map((finding) => ({
      level: mustFix(finding) ? "error" : "warning",
      message: `${finding.message} ${finding.fix.join(" ")}`.trim(),
      title: `${finding.rule}: ${finding.identity ?? finding.resource}`,
      path: finding.source?.file,
      line: finding.source?.line,
    }));
}
