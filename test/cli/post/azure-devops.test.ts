import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import {
  type CommentMode,
  postReview,
  type Posting,
  type PostOutcome,
  readMarker,
  writeMarker,
} from "../../../cli/post";
import { AzureCollection, PROJECT, REPOSITORY_ID } from "./azure-devops-server";
import type { DescribedServer } from "./described-server";
import { HEAD } from "./github-server";
import { posting, type Surroundings, surroundings, TOKEN } from "./posted";

describe("a review posted to Azure DevOps", () => {
  let collection: AzureCollection;
  let server: DescribedServer;
  let run: Surroundings;

  beforeEach(async () => {
    collection = new AzureCollection();
    server = await collection.serve();
    run = await surroundings();
  });

  afterEach(async () => {
    await server.close();
    await run.remove();
    assert.deepEqual(server.violations, []);
    assert.ok(![...run.logged, ...run.commands].join("\n").includes(TOKEN), "the token is in the log");
  });

  const post = (
    changes: Partial<Posting> = {},
    mode: CommentMode = "update",
    environment: Record<string, string | undefined> = {},
  ): Promise<PostOutcome> =>
    postReview(
      "azure-devops",
      posting(changes),
      {
        SYSTEM_ACCESSTOKEN: TOKEN,
        SYSTEM_COLLECTIONURI: `${server.url}/`,
        SYSTEM_TEAMPROJECTID: PROJECT,
        SYSTEM_TEAMPROJECT: "Identity Platform",
        BUILD_REPOSITORY_ID: REPOSITORY_ID,
        BUILD_REPOSITORY_PROVIDER: "TfsGit",
        BUILD_BUILDID: "5000",
        SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
        SYSTEM_PULLREQUEST_SOURCECOMMITID: HEAD,
        AGENT_TEMPDIRECTORY: run.folder,
        ...environment,
      },
      run.deps,
      { mode },
    );

  const ours = (runId = "4000"): string =>
    `${writeMarker({ key: "identities/prod", run: runId, attempt: 1, content: "old", body: "old" })}\n### ✅ No credential risk`;

  it("opens an active thread with a marker, sets the status on its iteration and uploads a summary", async () => {
    const outcome = await post();
    assert.deepEqual(
      [outcome.comment, outcome.status, outcome.problems],
      ["created", "pull-request-status", []],
    );
    const [thread] = collection.threads;
    assert.equal(thread?.status, "active");
    assert.deepEqual(thread.properties, {
      "certlock.review.key": { $type: "System.String", $value: "identities/prod" },
    });
    assert.equal(readMarker(thread.content)?.run, "5000");
    assert.deepEqual(collection.statuses, [
      {
        state: "failed",
        description: "1 client secret would be created on a privileged app",
        context: { genre: "credential-review", name: "identities/prod" },
        targetUrl: "https://github.com/contoso/identities/actions/runs/5000",
        iterationId: 2,
      },
    ]);
    const [command] = run.commands;
    const [, path] = /^##vso\[task\.uploadsummary\](.+)$/.exec(String(command)) ?? [];
    assert.match(basename(String(path)), /^credential-review-identities-prod-[0-9a-f]{8}\.md$/);
    assert.match(await readFile(String(path), "utf8"), /^### ❌ Blocked/);
  });

  it("closes the thread when all is well, and opens it again when it is not", async () => {
    collection.thread(ours());
    await post({ verdict: "clean", comparable: "clean" });
    assert.deepEqual(
      collection.visible.map(({ status }) => status),
      ["closed"],
    );
    await post({ runId: "5001" });
    assert.deepEqual(
      collection.visible.map(({ status, content }) => [status, /❌ Blocked/.test(content)]),
      [["active", true]],
    );
  });

  it("opens a thread again that somebody closed although it still blocks", async () => {
    await post();
    const [thread] = collection.threads;
    assert.ok(thread);
    thread.status = "fixed";
    assert.equal((await post({ runId: "5001" })).comment, "unchanged");
    assert.equal(collection.visible[0]?.status, "active");
  });

  it("leaves a thread resolved that asked for eyes, until it says something new", async () => {
    const seen = { verdict: "needs-review", comparable: "owner added" } as const;
    await post(seen);
    const states = (): unknown[] => collection.visible.map(({ status }) => status);
    const [thread] = collection.threads;
    assert.ok(thread);
    thread.status = "fixed";
    assert.equal((await post({ ...seen, runId: "5001" })).comment, "unchanged");
    assert.deepEqual(states(), ["fixed"]);
    assert.equal((await post({ ...seen, comparable: "two owners added", runId: "5002" })).comment, "updated");
    assert.deepEqual(states(), ["active"]);
  });

  it("leaves threads of others alone, with our marker or without", async () => {
    const foreign = collection.thread(ours("9999"), "somebody-else");
    collection.thread("please rename this", "somebody-else");
    await post();
    assert.equal(foreign.content, ours("9999"));
    assert.equal(collection.visible.length, 3);
  });

  it("takes its comment away when no identity changes any more", async () => {
    const thread = collection.thread(ours());
    assert.equal((await post({ verdict: "clean", hasIdentityChange: false })).comment, "removed");
    assert.deepEqual([thread.isDeleted, thread.status], [true, "closed"]);
    assert.equal((await post({ verdict: "clean", hasIdentityChange: false })).comment, "not-wanted");
  });

  it("reduces duplicates to the one of the latest run", async () => {
    collection.thread(ours("4000"));
    const latest = collection.thread(ours("4001"));
    await post();
    assert.deepEqual(
      collection.threads.filter(({ isDeleted }) => !isDeleted).map(({ id }) => id),
      [latest.id],
    );
  });

  it("counts a repeated stage as a later attempt", async () => {
    await post({ attempt: 2 });
    assert.equal((await post({ attempt: 1, comparable: "older" })).comment, "superseded");
  });

  it("does not speak of a commit that is no longer the head", async () => {
    collection.head = "1".repeat(40);
    assert.deepEqual([(await post()).comment, collection.threads.length], ["stale", 0]);
  });

  it("hides earlier threads by closing them", async () => {
    const old = collection.thread(ours());
    await post({}, "hide-previous");
    assert.deepEqual([old.status, collection.visible.length], ["closed", 2]);
  });

  it("does not open a second thread when the first was opened without an answer", async () => {
    let left = 1;
    server.fault = ({ method, path }) =>
      method === "POST" && path.endsWith("/threads") && left-- > 0 ? { kind: "cut-after" } : undefined;
    assert.equal((await post()).comment, "created");
    assert.equal(collection.threads.length, 1);
  });

  it("names the permission the build service lacks", async () => {
    const message = "TF401027: You need the Git 'PullRequestContribute' permission to perform this action.";
    server.fault = ({ method }) =>
      method === "POST" ? { kind: "answer", answer: { status: 403, body: { message } } } : undefined;
    const outcome = await post();
    assert.deepEqual([outcome.comment, outcome.status], ["failed", "failed"]);
    assert.match(
      String(outcome.problems[0]?.message),
      /PullRequestContribute' permission to perform this action\. Allow the build service identity "Contribute to pull requests"/,
    );
    assert.equal(run.commands.length, 1);
  });

  it("understands the sign-in page that a wrong token gets", async () => {
    server.fault = () => ({ kind: "answer", answer: { status: 203, body: "<html>Sign in</html>" } });
    assert.deepEqual(
      (await post()).problems.map(({ code }) => code),
      ["POST_UNAUTHORIZED", "POST_UNAUTHORIZED"],
    );
  });

  it("shows ten findings of each level beside the source, whatever is in them", async () => {
    const annotations = Array.from({ length: 12 }, (_, index) => ({
      level: "error" as const,
      message: `line ${index}\n##vso[task.setvariable variable=x]y`,
      title: "no-client-secret-resource",
      path: "index.ts;x]",
      line: 41,
    }));
    await post({ annotations });
    const lines = run.commands.filter((line) => line.startsWith("##vso[task.logissue"));
    assert.equal(lines.length, 10);
    assert.equal(
      lines[0],
      "##vso[task.logissue type=error;sourcepath=index.ts%3Bx%5D;linenumber=41;]no-client-secret-resource: line 0%0A##vso[task.setvariable variable=x]y",
    );
  });

  it("says all that is wrong with the variables at once, and no token", async () => {
    await assert.rejects(
      post({}, "update", {
        SYSTEM_ACCESSTOKEN: "$(System.AccessToken)",
        SYSTEM_COLLECTIONURI: "http://tfs.contoso.example/tfs/",
        BUILD_REPOSITORY_ID: undefined,
        BUILD_REPOSITORY_PROVIDER: "GitHub",
      }),
      {
        code: "POST_CONFIGURATION",
        message:
          'Cannot post to Azure DevOps: No token: set SYSTEM_ACCESSTOKEN. In the step: env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }. SYSTEM_COLLECTIONURI must begin with "https://": a token is not sent in the clear; given "http://tfs.contoso.example/tfs/". BUILD_REPOSITORY_ID is not set: the id of the repository. This build\'s repository is not in Azure Repos (BUILD_REPOSITORY_PROVIDER is "GitHub"); for a repository on GitHub use --post github with a token of its own. docs/pipelines.md has a working set-up for each host.',
      },
    );
    assert.equal(run.commands.length, 1, "the summary is there all the same");
  });
});
