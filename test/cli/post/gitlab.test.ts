import assert from "node:assert/strict";
import {
  type CommentMode,
  postReview,
  type Posting,
  type PostOutcome,
  readMarker,
  writeMarker,
} from "../../../cli/post";
import type { DescribedServer } from "./described-server";
import { HEAD } from "./github-server";
import { GitLabProject } from "./gitlab-server";
import { posting, type Surroundings, surroundings, TOKEN } from "./posted";

describe("a review posted to GitLab", () => {
  let project: GitLabProject;
  let server: DescribedServer;
  let run: Surroundings;

  beforeEach(async () => {
    project = new GitLabProject();
    server = await project.serve();
    run = await surroundings();
  });

  afterEach(async () => {
    await server.close();
    await run.remove();
    assert.deepEqual(server.violations, []);
    assert.ok(!run.logged.join("\n").includes(TOKEN), "the token is in the log");
  });

  const post = (
    changes: Partial<Posting> = {},
    mode: CommentMode = "update",
    environment: Record<string, string | undefined> = {},
  ): Promise<PostOutcome> =>
    postReview(
      "gitlab",
      posting(changes),
      {
        GITLAB_TOKEN: TOKEN,
        CI_API_V4_URL: server.url,
        CI_PROJECT_ID: "99",
        CI_MERGE_REQUEST_PROJECT_ID: "5",
        CI_MERGE_REQUEST_IID: "7",
        CI_COMMIT_SHA: HEAD,
        CI_JOB_ID: "5000",
        ...environment,
      },
      run.deps,
      { mode },
    );

  const ours = (runId = "4000"): string =>
    `${writeMarker({ key: "identities/prod", run: runId, attempt: 1, content: "old", body: "old" })}\n### ✅ No credential risk`;

  it("opens a discussion in the project of the merge request and sets the status of the commit", async () => {
    const outcome = await post();
    assert.deepEqual([outcome.comment, outcome.status, outcome.problems], ["created", "commit-status", []]);
    assert.equal(project.notes[0]?.resolved, false);
    assert.deepEqual(project.statuses, [
      {
        sha: HEAD,
        state: "failed",
        name: "credential-review/identities/prod",
        description: "1 client secret would be created on a privileged app",
        target_url: "https://github.com/contoso/identities/actions/runs/5000",
      },
    ]);
    assert.ok(server.lines().every((line) => line === "GET /user" || line.includes("/projects/5/")));
    assert.equal(server.received[0]?.headers["private-token"], TOKEN);
  });

  it("finds its note behind 250 discussions of others", async () => {
    for (let index = 0; index < 250; index++) project.note("chatter", 1);
    const note = project.note(ours());
    assert.equal((await post()).comment, "updated");
    assert.equal(readMarker(note.body)?.run, "5000");
    assert.equal(project.notes.length, 251);
  });

  it("resolves the discussion when all is well and opens it again when it is not", async () => {
    const note = project.note(ours());
    await post({ verdict: "clean", comparable: "clean" });
    assert.equal(note.resolved, true);
    await post({ runId: "5001" });
    assert.deepEqual([note.resolved, /❌ Blocked/.test(note.body)], [false, true]);
  });

  it("turns no line of a review into a quick action, and still knows the text again", async () => {
    const body = "<!-- m -->\n### ❌ Blocked\n\n/merge\n  /approve\n";
    await post({ body });
    assert.deepEqual(project.notes[0]?.body.split("\n").slice(1), [
      "### ❌ Blocked",
      "",
      "&#47;merge",
      "  &#47;approve",
      "",
    ]);
    assert.equal((await post({ body, runId: "5001" })).comment, "unchanged");
  });

  it("leaves notes of others alone and reduces its own to one", async () => {
    const foreign = project.note(ours("9999"), 1);
    project.note(ours("4000"));
    const latest = project.note(ours("4001"));
    await post();
    assert.deepEqual(project.notes.map(({ id }) => id).sort(), [foreign.id, latest.id].sort());
    assert.equal(foreign.body, ours("9999"));
  });

  it("takes a status that is set already for set", async () => {
    await post();
    const again = await post({ runId: "5001", comparable: "other" });
    assert.deepEqual([again.status, again.problems], ["commit-status", []]);
  });

  it("takes its note away when no identity changes any more", async () => {
    project.note(ours());
    assert.equal((await post({ verdict: "clean", hasIdentityChange: false })).comment, "removed");
    assert.deepEqual(project.notes, []);
  });

  it("hides earlier discussions by resolving them", async () => {
    const old = project.note(ours());
    await post({}, "hide-previous");
    assert.deepEqual([old.resolved, project.notes.length], [true, 2]);
  });

  it("compares with the head of the branch in a merged-results pipeline", async () => {
    const merge = "2".repeat(40);
    assert.equal(
      (await post({}, "update", { CI_COMMIT_SHA: merge, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD })).comment,
      "created",
    );
    project.head = merge;
    assert.equal((await post()).comment, "stale");
  });

  it("says what the token needs when it may not write", async () => {
    server.fault = ({ method }) =>
      method === "POST"
        ? { kind: "answer", answer: { status: 403, body: { message: "403 Forbidden" } } }
        : undefined;
    const { problems } = await post();
    assert.match(
      String(problems[0]?.message),
      /403 Forbidden\. GITLAB_TOKEN needs the scope "api" and the role Developer/,
    );
  });

  it("says that the token of the job does not do", async () => {
    await assert.rejects(post({}, "update", { GITLAB_TOKEN: undefined, CI_JOB_TOKEN: "x" }), {
      code: "POST_CONFIGURATION",
      message: /No token: set GITLAB_TOKEN\. .*CI_JOB_TOKEN cannot write notes/,
    });
  });
});
