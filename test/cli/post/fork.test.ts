import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readMarker } from "../../../cli/post";
import { gitHubRun } from "./github-fixture";
import { HEAD, REPOSITORY } from "./github-server";

/** What GitHub tells a workflow that runs after another one; of a fork's pull request it lists nothing. */
function workflowRun(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    repository: { id: 1296269 },
    workflow_run: {
      id: 4711,
      run_attempt: 2,
      event: "pull_request",
      head_sha: HEAD,
      head_branch: "patch-1",
      head_repository: { id: 900, owner: { login: "stranger" } },
      html_url: `https://github.com/${REPOSITORY}/actions/runs/4711`,
      pull_requests: [],
      ...changes,
    },
  });
}

describe("the review of a pull request from a fork, posted by a second workflow", () => {
  const github = gitHubRun();
  const trusted = { GITHUB_EVENT_NAME: "workflow_run", GITHUB_SHA: "c".repeat(40) };

  beforeEach(async () => {
    github.event = await github.run.write("event.json", workflowRun());
    github.repository.fork = { owner: "stranger", branch: "patch-1", repositoryId: 900 };
  });

  it("takes commit, run and pull request from the event and the API, whatever the report says", async () => {
    const lies = { headSha: "b".repeat(40), runId: "999999", attempt: 9, runUrl: "https://evil.example/" };
    const outcome = await github.post(lies, "update", trusted);
    assert.deepEqual([outcome.comment, outcome.status, outcome.problems], ["created", "check-run", []]);
    const [body] = github.repository.bodies;
    const marker = readMarker(String(body));
    assert.deepEqual(
      [marker?.key, marker?.head, marker?.run, marker?.attempt],
      ["fork:identities/prod", HEAD, "4711", 2],
    );
    const [check] = github.repository.checkRuns;
    assert.equal(check?.["head_sha"], HEAD);
    assert.equal(check["details_url"], `https://github.com/${REPOSITORY}/actions/runs/4711`);
    assert.equal(github.server.received[0]?.query.get("head"), "stranger:patch-1");
  });

  it("says first that the report comes from a stranger's run, in comment and summary", async () => {
    await github.post({}, "update", trusted);
    assert.match(
      String(github.repository.bodies[0]),
      /^<!--[^\n]*-->\n> \*\*From a fork\.\*\* This report was made by a run/,
    );
    assert.match(await readFile(github.summary, "utf8"), /^> \*\*From a fork\.\*\*/);
  });

  it("never satisfies the required check and never turns green", async () => {
    await github.post({ verdict: "clean" }, "update", trusted);
    const [check] = github.repository.checkRuns;
    assert.deepEqual(
      [check?.["name"], check?.["conclusion"]],
      ["credential-review-fork/identities/prod", "neutral"],
    );
    github.server.fault = ({ path }) =>
      path.endsWith("/check-runs")
        ? { kind: "answer", answer: { status: 403, body: { message: "no" } } }
        : undefined;
    await github.post({ verdict: "clean" }, "update", trusted);
    assert.deepEqual(
      github.repository.statuses.map(({ context, state }) => [context, state]),
      [["credential-review-fork/identities/prod", "pending"]],
    );
  });

  it("does not take the place of a review made with credentials", async () => {
    const pull = { number: 7, head: { sha: HEAD, repo: { id: 1 } }, base: { repo: { id: 1 } } };
    const own = await github.run.write("own.json", JSON.stringify({ pull_request: pull }));
    await github.post({}, "update", { GITHUB_EVENT_PATH: own });
    await github.post({ verdict: "clean", comparable: "all is well" }, "update", trusted);
    assert.deepEqual(
      github.repository.bodies.map((body) => readMarker(body)?.key),
      ["identities/prod", "fork:identities/prod"],
    );
    assert.match(String(github.repository.bodies[0]), /❌ Blocked/);
  });

  it("says nothing when the fork has moved on, or the branch is another repository's", async () => {
    github.repository.head = "d".repeat(40);
    assert.equal((await github.post({}, "update", trusted)).comment, "no-pull-request");
    github.repository.head = HEAD;
    github.repository.fork = { owner: "stranger", branch: "patch-1", repositoryId: 901 };
    assert.equal((await github.post({}, "update", trusted)).comment, "no-pull-request");
    assert.deepEqual(github.repository.comments, []);
  });

  it("says what is missing when it may not look for the pull request", async () => {
    const body = { message: "Resource not accessible by integration" };
    github.server.fault = () => ({ kind: "answer", answer: { status: 403, body } });
    const outcome = await github.post({}, "update", trusted);
    assert.deepEqual([outcome.comment, outcome.status], ["failed", "failed"]);
    assert.match(String(outcome.problems[0]?.message), /Give the job the permission "pull-requests: write"/);
    assert.match(await readFile(github.summary, "utf8"), /From a fork/);
  });

  it("posts for runs of pull requests only", async () => {
    github.event = await github.run.write("event.json", workflowRun({ event: "push" }));
    await assert.rejects(github.post({}, "update", trusted), {
      code: "POST_CONFIGURATION",
      message: /does not hold a finished run of the event "pull_request"/,
    });
  });

  it("shows no findings of a stranger beside our own source", async () => {
    const annotations = [{ level: "error" as const, message: "m", path: "index.ts", line: 1 }];
    await github.post({ annotations }, "update", trusted);
    assert.deepEqual(github.run.commands, []);
  });
});
