import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { postReport, readMarker, strangersReport } from "../../../cli/post";
import { buildReport } from "../../../cli/review/build-report";
import { type Report, reportSchema } from "../../../cli/review/report";
import { contextOf, recordedInput, SHA, type Preview } from "../review/recorded";
import { gitHubRun } from "./github-fixture";
import { REPOSITORY } from "./github-server";
import { TOKEN } from "./posted";

const reportOf = (name: Preview, changes: Partial<ReturnType<typeof contextOf>> = {}): Report =>
  buildReport(recordedInput(name, { context: { ...contextOf(name), ...changes } }));

describe("a report posted to GitHub", () => {
  const github = gitHubRun();
  let environment: Record<string, string>;

  beforeEach(async () => {
    github.repository.head = SHA;
    const pull = { number: 7, head: { sha: SHA, repo: { id: 1 } }, base: { repo: { id: 1 } } };
    environment = {
      GITHUB_TOKEN: TOKEN,
      GITHUB_API_URL: github.server.url,
      GITHUB_GRAPHQL_URL: `${github.server.origin}/graphql`,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_RUN_ID: "7301",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_EVENT_PATH: await github.run.write("event.json", JSON.stringify({ pull_request: pull })),
      GITHUB_STEP_SUMMARY: github.summary,
    };
  });

  const post = (report: Report, changes: Record<string, string | undefined> = {}) =>
    postReport("github", report, { ...environment, ...changes }, github.run.deps);

  it("is the comment, the check, the summary and the lines beside the source", async () => {
    const outcome = await post(reportOf("secret-added"));
    assert.deepEqual([outcome.comment, outcome.status, outcome.problems], ["created", "check-run", []]);
    const [body] = github.repository.bodies;
    assert.match(String(body), /^<!-- certlock-review 1 [^\n]*\n### ❌ Blocked — /);
    assert.equal(github.repository.checkRuns[0]?.["conclusion"], "failure");
    assert.match(await readFile(github.summary, "utf8"), /### ❌ Blocked/);
    assert.match(String(github.run.commands[0]), /^::error file=[^,]+\.ts,line=\d+,title=no-[a-z-]+%3A /);
  });

  it("is left alone by a run a minute later that finds the same", async () => {
    // Not at the recorded minute: there a whole day of a certificate ends.
    const minute = (after: number): Date =>
      new Date(contextOf("secret-added").generatedAt.getTime() + (60 + after) * 60_000);
    await post(reportOf("secret-added", { generatedAt: minute(0) }));
    const before = github.repository.bodies;
    const again = reportOf("secret-added", {
      generatedAt: minute(1),
      runId: "7302",
      runUrl: "https://github.com/x/y/actions/runs/7302",
    });
    assert.equal((await post(again, { GITHUB_RUN_ID: "7302" })).comment, "unchanged");
    assert.deepEqual(github.repository.bodies, before);
  });

  it("replaces a green one when the preview crashes, and goes when no identity changes", async () => {
    await post(reportOf("certificate-rotated"));
    await post(reportOf("preview-crashed", { runId: "7302" }));
    assert.equal(github.repository.comments.length, 1);
    assert.match(String(github.repository.bodies[0]), /❌ Blocked|⚪ Incomplete/);
    assert.equal(github.repository.checkRuns.at(-1)?.["conclusion"], "failure");
    const clean = reportOf("clean", { runId: "7303" });
    assert.equal(clean.verdict, "clean");
    const quiet = {
      ...clean,
      credentialChanges: [],
      trustChanges: [],
      glance: { ...clean.glance, identities: 0 },
    };
    assert.equal((await post(quiet)).comment, "removed");
    assert.deepEqual(github.repository.comments, []);
  });

  it("takes commit and run from the pipeline when it was made without", async () => {
    const bare = reportOf("secret-added");
    delete bare.commit;
    assert.equal((await post({ ...bare, run: {}, links: {} })).comment, "created");
    const marker = readMarker(String(github.repository.bodies[0]));
    assert.deepEqual([marker?.head, marker?.run, marker?.attempt], [SHA, "7301", 1]);
  });

  it("is not posted when it speaks of another commit", async () => {
    assert.equal((await post(reportOf("secret-added", { headSha: "1".repeat(40) }))).comment, "stale");
  });

  it("fits into a comment when names are hostile and long", async () => {
    assert.deepEqual((await post(reportOf("hostile-names"))).problems, []);
    const [body] = github.repository.bodies;
    assert.ok(Buffer.byteLength(String(body)) < 65_536);
  });

  it("still leaves its summary when variables are missing", async () => {
    await assert.rejects(
      post(reportOf("secret-added"), { GITHUB_TOKEN: undefined, GITHUB_EVENT_PATH: undefined }),
      {
        code: "POST_CONFIGURATION",
        message: /No token: set GITHUB_TOKEN or GH_TOKEN.*GITHUB_EVENT_PATH is not set/,
      },
    );
    assert.match(await readFile(github.summary, "utf8"), /### ❌ Blocked/);
  });

  it("of a stranger keeps no address and nothing unseen, and is still a report", () => {
    const report = reportOf("secret-added");
    const evil = structuredClone(report);
    evil.sentence = "all good \u202e<img src=x>\n# hello";
    evil.links = { run: "https://evil.example/", rules: "javascript:alert(1)" };
    const [first] = evil.findings;
    assert.ok(first);
    first.url = "https://evil.example/phish";
    const run = {
      host: "github" as const,
      repository: REPOSITORY,
      headSha: "2".repeat(40),
      runId: "9",
      attempt: 3,
      runUrl: `https://github.com/${REPOSITORY}/actions/runs/9`,
      fork: true,
    };
    const cleaned = strangersReport(evil, run);
    assert.deepEqual(reportSchema.safeParse(cleaned).error, undefined);
    assert.doesNotMatch(JSON.stringify(cleaned), /evil\.example|\\u202e|\u202e|"portal"/);
    assert.deepEqual(
      [cleaned.commit, cleaned.run, cleaned.links, cleaned.sentence],
      [
        run.headSha,
        { id: "9", attempt: "3", url: run.runUrl },
        { run: run.runUrl },
        "all good <img src=x> # hello",
      ],
    );
    assert.equal(cleaned.findings.length, report.findings.length);
  });
});
