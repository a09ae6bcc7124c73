/** The status of a review on GitHub: a check run, or a commit status where the token may not write checks. */
import type { HostClient } from "./client";
import { PostForbiddenError, PostNotFoundError, PostUndecidedError } from "./errors";
import { type Status, statusDescription, statusName } from "./host";
import { linkTarget } from "./endpoint";
import { compareRuns, readMarker, writeMarker } from "./marker";
import type { PostedVerdict, StatusOutcome } from "./posting";
import { record } from "./run-context";

/** Largest `output.summary` of a check run is 65,535 characters. @see https://docs.github.com/rest/checks/runs */
const MAX_SUMMARY = 65_000;

const CONCLUSIONS: Readonly<Record<PostedVerdict, "success" | "neutral" | "failure">> = {
  blocked: "failure",
  // Required checks accept "neutral": a review that needs eyes, but does not block.
  "needs-review": "neutral",
  clean: "success",
  incomplete: "failure",
};

const STATES: Readonly<Record<PostedVerdict, "success" | "failure" | "error">> = {
  blocked: "failure",
  "needs-review": "success",
  clean: "success",
  incomplete: "error",
};

const TITLES: Readonly<Record<PostedVerdict, string>> = {
  blocked: "Blocked",
  "needs-review": "Needs review",
  clean: "No credential risk",
  incomplete: "Incomplete",
};

/**
 * Sets the status of one commit. Of several runs for the same commit the latest one speaks; its number is kept in
 * the `external_id` of the check run.
 */
export async function publishGitHubStatus(
  client: HostClient,
  repository: string,
  status: Status,
  hint: (permission: string) => string,
): Promise<StatusOutcome> {
  try {
    return await checkRun(client, repository, status, hint('"checks: write"'));
  } catch (error) {
    // A private repository answers 404 where a public one says 403.
    if (!(error instanceof PostForbiddenError || error instanceof PostNotFoundError)) throw error;
    return commitStatus(client, repository, status, hint('"checks: write" or "statuses: write"'));
  }
}

async function checkRun(
  client: HostClient,
  repository: string,
  status: Status,
  permission: string,
): Promise<StatusOutcome> {
  const mark = { key: status.key, run: status.runId, attempt: status.attempt };
  const externalId = writeMarker(mark);
  const name = statusName(status);
  const newest = async (): Promise<number | undefined> => {
    const path = `${repository}/commits/${status.headSha}/check-runs`;
    const query = { check_name: name, filter: "latest", per_page: "100" };
    const { value } = await client.send({ method: "GET", path, query, permission });
    const runs = (record(value)["check_runs"] ?? []) as unknown[];
    const orders = runs
      .map((run) => readMarker(String(record(run)["external_id"])))
      .filter((marker) => marker?.key === status.key)
      .map((marker) => (marker === undefined ? 0 : compareRuns(marker, mark)));
    return orders.length === 0 ? undefined : Math.max(...orders);
  };
  if (((await newest()) ?? -1) > 0) return "not-set";

  const target = linkTarget(status.runUrl);
  const request = {
    method: "POST",
    path: `${repository}/check-runs`,
    body: {
      name,
      head_sha: status.headSha,
      external_id: externalId,
      status: "completed",
      // A stranger's report may warn; it cannot say that all is well.
      conclusion: status.untrusted && status.verdict === "clean" ? "neutral" : CONCLUSIONS[status.verdict],
      ...(target === undefined ? {} : { details_url: target }),
      output: {
        title: TITLES[status.verdict],
        summary: fits(status.details) ? status.details : statusDescription(status.sentence),
      },
    },
    permission,
  } as const;
  for (let tries = 0; ; tries++) {
    try {
      await client.send(request);
      return "check-run";
    } catch (error) {
      if (!(error instanceof PostUndecidedError) || tries >= 2) throw error;
      if ((await newest()) === 0) return "check-run";
    }
  }
}

async function commitStatus(
  client: HostClient,
  repository: string,
  status: Status,
  permission: string,
): Promise<StatusOutcome> {
  const target = linkTarget(status.runUrl);
  await client.send({
    method: "POST",
    path: `${repository}/statuses/${status.headSha}`,
    body: {
      // A commit status has no "neutral", so a stranger's report that warns of nothing sets none at all green.
      state: status.untrusted && status.verdict !== "blocked" ? "pending" : STATES[status.verdict],
      context: statusName(status),
      description: statusDescription(status.sentence),
      ...(target === undefined ? {} : { target_url: target }),
    },
    permission,
    // The newest status of a context counts; the same one twice changes nothing.
    repeatable: true,
  });
  return "commit-status";
}

function fits(details: string): boolean {
  return details.length <= MAX_SUMMARY && Buffer.byteLength(details) <= MAX_SUMMARY;
}
