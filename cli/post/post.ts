/** Posts one review: summary, annotations, comment, status; each as far as it gets, and what could not be done is said. */
import { connectAzureDevOps } from "./azure-devops";
import { postedKey } from "./body";
import type { Transport } from "./client";
import { PostError, type Problem } from "./errors";
import { type ConnectOptions, type Connection, connectGitHub } from "./github";
import { connectGitLab } from "./gitlab";
import type { CommentMode, CommentOutcome, HostName, Posting, PostOutcome, StatusOutcome } from "./posting";
import { withoutMarker } from "./marker";
import { annotationLines, type Files, harmless, writeSummary } from "./run-log";
import { speak, type Spoken } from "./sticky";
import type { Environment, ReadFile } from "./variables";

/** The outside world, as far as posting touches it. `systemDeps` has the real one. */
export interface PostDeps extends Transport, Files {
  readonly readFile: ReadFile;
  /** One line for people. */
  readonly log: (line: string) => void;
  /** One line for the host's log reader: must reach standard output or standard error unchanged. */
  readonly command: (line: string) => void;
}

export interface PostOptions {
  /** @default "update" */
  readonly mode?: CommentMode;
  readonly signal?: AbortSignal;
}

const CONNECT: Readonly<Record<HostName, (options: ConnectOptions) => Promise<Connection>>> = {
  github: connectGitHub,
  "azure-devops": connectAzureDevOps,
  gitlab: connectGitLab,
};

const NOT_SPOKEN: Spoken = { comment: "failed" };

/**
 * Posts a review to the pull request of this run.
 *
 * What the run's own page shows needs no permission and comes first. Then the comment and the status, each tried
 * although the other failed. In GitHub's event `workflow_run` the review was made by code of a pull request: commit,
 * run and pull request are those of the event and the API, never those of the posting; the comment says where it
 * comes from, and its status has a name of its own.
 *
 * @throws PostConfigurationError when variables of the run are missing or wrong; the summary is written by then.
 * @throws PostAbortedError when the signal aborts.
 */
export async function postReview(
  host: HostName,
  posting: Posting,
  environment: Environment,
  deps: PostDeps,
  options: PostOptions = {},
): Promise<PostOutcome> {
  const { mode = "update", signal } = options;
  const problems: Problem[] = [];
  const guarded = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const isOurs = error instanceof PostError && !ENDS_IT.has(error.code);
      if (!isOurs) throw error;
      problems.push({ code: error.code, message: error.message });
      return otherwise;
    }
  };

  const untrusted = environment["GITHUB_EVENT_NAME"] === "workflow_run" && host === "github";
  try {
    const command = await writeSummary(host, posting, untrusted, environment, deps);
    if (command !== undefined) deps.command(command);
  } catch {
    problems.push({ code: "POST_SUMMARY", message: "The summary of the run could not be written." });
  }
  // Beside the source of our own branch a stranger's findings would look like ours.
  const annotations = untrusted ? [] : (posting.annotations ?? []);
  for (const line of annotationLines(host, annotations)) deps.command(line);

  const connected = await guarded<Connection | undefined>(
    () => CONNECT[host]({ environment, readFile: deps.readFile, transport: deps, signal }),
    undefined,
  );
  if (connected === undefined) {
    return told({ comment: "failed", status: "failed", problems }, postedKey(posting, untrusted), deps);
  }
  const { context } = connected;
  const said: Posting =
    context.origin === undefined
      ? posting
      : {
          ...posting,
          headSha: context.headSha,
          runId: context.runId,
          attempt: context.attempt,
          runUrl: context.runUrl,
        };

  const { comment, url } = await guarded(async (): Promise<Spoken> => {
    const pull = await connected.host.pullRequest();
    if (pull === undefined) return { comment: "no-pull-request" };
    if (pull.headSha !== said.headSha) return { comment: "stale" };
    return speak(connected.host, said, mode, untrusted);
  }, NOT_SPOKEN);

  const outdated = comment === "stale" || comment === "superseded";
  const status: StatusOutcome = outdated
    ? "not-set"
    : await guarded(
        () =>
          connected.host.setStatus({
            key: said.key,
            verdict: said.verdict,
            sentence: said.sentence,
            headSha: said.headSha,
            runId: said.runId,
            attempt: said.attempt,
            runUrl: said.runUrl,
            details: withoutMarker(said.body),
            untrusted,
          }),
        "failed",
      );

  return told({ comment, url, status, problems }, postedKey(said, untrusted), deps);
}

/** Errors that end everything; of the others each costs what it was about. */
const ENDS_IT: ReadonlySet<string> = new Set(["POST_ABORTED", "POST_CONFIGURATION"]);

function told(outcome: PostOutcome, key: string, deps: PostDeps): PostOutcome {
  for (const line of outcomeLines(outcome, key)) deps.log(harmless(line));
  return outcome;
}

const SENTENCES: Readonly<Record<CommentOutcome, string>> = {
  created: "a comment was written",
  updated: "the comment was brought up to date",
  unchanged: "the comment says the same already and was left alone",
  removed: "nothing touches an identity any more, and the older comment was taken away",
  "not-wanted": "no comment is wanted",
  superseded: "a later run has spoken already, so nothing was written",
  stale: "the pull request has moved on to another commit, so nothing was written",
  "no-pull-request": "this run belongs to no open pull request, so there is nothing to comment on",
  failed: "the comment could not be written",
};

const STATUS_SENTENCES: Readonly<Record<StatusOutcome, string>> = {
  "check-run": "the check run is set",
  "commit-status": "the commit status is set",
  "pull-request-status": "the status of the pull request is set",
  "not-set": "no status was set",
  failed: "the status could not be set",
};

function outcomeLines(outcome: PostOutcome, key: string): string[] {
  return [
    `Review of ${key}: ${SENTENCES[outcome.comment]}; ${STATUS_SENTENCES[outcome.status]}.`,
    ...outcome.problems.map(({ code, message }) => `${code}: ${message}`),
  ];
}
