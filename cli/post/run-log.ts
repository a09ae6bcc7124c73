/** What a run shows of a review on its own page: annotations in the log, and a summary. No permission needed. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { withoutCommands } from "../review/clean-text";
import { composeShort, UNTRUSTED } from "./body";
import { withoutMarker } from "./marker";
import type { Annotation, HostName, Posting } from "./posting";
import type { Environment } from "./variables";

/** More are dropped by GitHub: 10 of each level for one step. @see https://docs.github.com/rest/checks/runs */
const MAX_ANNOTATIONS = 10;
/** A step may write 1 MiB in all. @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
const MAX_SUMMARY_BYTES = 1024 * 1024;

export interface Files {
  /** Adds to the end of a file. */
  readonly appendFile: (path: string, text: string) => Promise<void>;
  /** Creates or replaces a file that only its owner can read. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Size in bytes; 0 when there is no such file. */
  readonly sizeOf: (path: string) => Promise<number>;
}

/** The lines that make the host show findings beside the source; empty for a host that has none. */
export function annotationLines(host: HostName, annotations: readonly Annotation[]): string[] {
  if (host === "gitlab") return [];
  const left = { error: MAX_ANNOTATIONS, warning: MAX_ANNOTATIONS, notice: MAX_ANNOTATIONS };
  return annotations
    .filter(({ level }) => left[level]-- > 0)
    .map((annotation) => (host === "github" ? gitHubLine(annotation) : azureLine(annotation)));
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function gitHubLine({ level, message, title, path, line }: Annotation): string {
  const data = (value: string): string =>
    value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (value: string): string => data(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const properties = [
    ...(path === undefined ? [] : [`file=${property(path)}`]),
    ...(path === undefined || line === undefined ? [] : [`line=${line}`]),
    ...(title === undefined ? [] : [`title=${property(title)}`]),
  ].join(",");
  return `::${level}${properties === "" ? "" : ` ${properties}`}::${data(message)}`;
}

/** @see https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands */
function azureLine({ level, message, title, path, line }: Annotation): string {
  const data = (value: string): string =>
    value.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (value: string): string => data(value).replaceAll(";", "%3B").replaceAll("]", "%5D");
  const place =
    path === undefined
      ? ""
      : `sourcepath=${property(path)};${line === undefined ? "" : `linenumber=${line};`}`;
  // There are two types only.
  const type = level === "error" ? "error" : "warning";
  return `##vso[task.logissue type=${type};${place}]${data(title === undefined ? message : `${title}: ${message}`)}`;
}

/** A line for the log, in which nothing is hidden and nothing a command, whatever a name in it says. */
export function harmless(line: string): string {
  return withoutCommands(line.replace(/[\p{Cc}\p{Cf}]+/gu, " "));
}

/**
 * Puts the review on the page of the run: GitHub's step summary, or an attachment of an Azure Pipelines build.
 * Answers the workflow command that is still to be written, if any.
 */
export async function writeSummary(
  host: HostName,
  posting: Posting,
  untrusted: boolean,
  environment: Environment,
  files: Files,
): Promise<string | undefined> {
  const notice = untrusted ? `${UNTRUSTED}\n\n` : "";
  const whole = `${notice}${withoutMarker(posting.summary ?? posting.body).trimEnd()}\n`;
  const short = `${withoutMarker(composeShort(posting, untrusted, (body) => body).text)}\n`;
  if (host === "github") {
    const path = environment["GITHUB_STEP_SUMMARY"];
    if (path === undefined || path === "") return undefined;
    const room = MAX_SUMMARY_BYTES - (await files.sizeOf(path));
    const text = Buffer.byteLength(whole) < room ? whole : short;
    if (Buffer.byteLength(text) < room) await files.appendFile(path, text);
    return undefined;
  }
  const folder = environment["AGENT_TEMPDIRECTORY"];
  if (host === "gitlab" || folder === undefined || folder === "") return undefined;
  const path = join(folder, summaryName(posting.key));
  await files.writeFile(path, whole);
  return `##vso[task.uploadsummary]${path}`;
}

/** The file's name is the heading of the summary, so it names the stack; the digest keeps two stacks apart. */
function summaryName(key: string): string {
  const readable = key.replace(/[^A-Za-z0-9.-]+/g, "-").slice(0, 80);
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return basename(`credential-review-${readable}-${digest}.md`);
}
