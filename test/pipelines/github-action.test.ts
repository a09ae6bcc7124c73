import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ActionResult, runAction } from "./composite-action";
import { type FixtureRepository, fixtureRepository, WRITES_REPORTS } from "./fixture-repository";

const ACTION = resolve(__dirname, "../../pipelines/github/action.yml");
const FOLDER = "/temp/certlock/prod";

describe("the GitHub Action", () => {
  let repository: FixtureRepository;

  beforeEach(async () => {
    repository = await fixtureRepository();
  });

  afterEach(() => repository.remove());

  const run = (
    inputs: Record<string, string> = {},
    environment: Record<string, string> = {},
  ): Promise<ActionResult> =>
    runAction(ACTION, {
      inputs: { stack: "prod", "work-dir": "infra", ...inputs },
      environment: { ...repository.environment, TEST_GITHUB_TOKEN: "t", ...environment },
      workspace: repository.workspace,
      temp: repository.temp,
    });

  const outcomes = (result: ActionResult): string[] =>
    result.steps.map(({ name, outcome }) => `${name}: ${outcome}`);

  it("previews with the pack once, reviews, posts and ends well", async () => {
    const result = await run();
    assert.deepEqual(
      outcomes(result),
      [
        "Prepare: success",
        "Preview: success",
        "Review: success",
        "Post: success",
        "Upload SARIF: skipped",
        "Keep the report: success",
        "Verdict: success",
      ],
      result.log,
    );
    const again = ["--report", `${FOLDER}/report.json`];
    const rendering = (format: string, file: string): string[] => [
      "certlock",
      "review",
      ...again,
      "--format",
      format,
      "--output",
      `${FOLDER}/${file}`,
    ];
    assert.deepEqual(await repository.calls(), [
      [
        "pulumi",
        "preview",
        "--stack",
        "prod",
        "--cwd",
        "/workspace/infra",
        "--policy-pack",
        "/workspace/node_modules/certlock/policies",
        "--json",
        "--show-sames",
        "--event-log",
        `${FOLDER}/events.jsonl`,
        "--color",
        "never",
        "--non-interactive",
        "--suppress-progress",
      ],
      [
        "certlock",
        "review",
        "--events",
        `${FOLDER}/events.jsonl`,
        "--digest",
        `${FOLDER}/digest.json`,
        "--preview-exit",
        "0",
        "--stack",
        "prod",
        "--project",
        "/workspace/infra",
        "--format",
        "json",
        "--output",
        `${FOLDER}/report.json`,
      ],
      rendering("sarif", "report.sarif"),
      rendering("html", "report.html"),
      rendering("markdown", "report.md"),
      rendering("junit", "report.xml"),
      ["certlock", "review", ...again, "--post", "github", "--comment", "update"],
    ]);
    assert.equal(result.failed, false);
    assert.equal(result.outputs["exit-code"], "0");
    assert.equal(result.outputs["report"], join(repository.temp, "certlock/prod/report.json"));
  });

  it("keeps the report, and neither events nor digest", async () => {
    const { called } = await run();
    assert.deepEqual(
      called.map(({ uses, with: given }) => [uses.split("@")[0], given["name"], given["path"]]),
      [
        [
          "actions/upload-artifact",
          "credential-review-prod",
          `${join(repository.temp, "certlock/prod")}/report.*`,
        ],
      ],
    );
    const files = await readdir(join(repository.temp, "certlock/prod"));
    assert.ok(files.includes("digest.json"));
  });

  it("reviews, posts and uploads also when the preview fails, and then fails itself", async () => {
    await repository.command("pulumi", `echo '{"steps":[]}'; echo "error: preview failed" >&2; exit 255`);
    await repository.command("certlock", WRITES_REPORTS.replace("CODE:-0", "CODE:-2"));
    const result = await run({ "upload-sarif": "true" });
    assert.deepEqual(outcomes(result), [
      "Prepare: success",
      "Preview: success",
      "Review: success",
      "Post: success",
      "Upload SARIF: success",
      "Keep the report: success",
      "Verdict: failure",
    ]);
    const review = (await repository.calls()).find((call) => call.includes("--preview-exit"));
    assert.equal(review?.[review.indexOf("--preview-exit") + 1], "255");
    assert.equal(result.steps.at(-1)?.code, 2);
    assert.equal(result.failed, true);
    assert.match(result.log, /error: preview failed/);
  });

  it("says that Pulumi is missing, and still reviews and posts", async () => {
    await repository.withoutCommand("pulumi");
    const result = await run();
    assert.match(result.log, /There is no pulumi on the path\. Install Pulumi before this step\./);
    const calls = await repository.calls();
    assert.equal(calls[0]?.[calls[0].indexOf("--preview-exit") + 1], "127");
    assert.ok(calls.some((call) => call.includes("--post")));
  });

  it("says that certlock is missing", async () => {
    await repository.withoutCommand("certlock");
    const result = await run();
    assert.match(
      result.log,
      /It is not installed\. Run "npm ci" before this step, with certlock in package\.json\./,
    );
    assert.deepEqual([result.failed, result.steps.at(-1)?.code], [true, 1]);
  });

  it("puts an incomplete report over the older one when certlock fails without a report", async () => {
    await repository.command(
      "certlock",
      `case "$*" in *--preview-error*|*--post*|*"--report "*) ;; *) echo "internal error" >&2; exit 1 ;; esac\n${WRITES_REPORTS}`,
    );
    const result = await run();
    const calls = await repository.calls();
    assert.ok(calls.some((call) => call.includes("--preview-error")));
    assert.ok(calls.some((call) => call.includes("--post")));
    assert.equal(result.steps.at(-1)?.code, 1);
  });

  it("fails when only posting has failed", async () => {
    await repository.command("certlock", `case "$*" in *--post*) exit 1 ;; esac\n${WRITES_REPORTS}`);
    const result = await run();
    assert.equal(result.steps.at(-1)?.code, 1);
    assert.deepEqual(outcomes(result).slice(3, 4), ["Post: success"]);
  });

  it("checks without credentials for a fork, writes no comment and leaves the report", async () => {
    const result = await run({
      mode: "check",
      stack: "contoso/identities/prod",
      "fail-on": "high",
      strict: "true",
    });
    assert.deepEqual(outcomes(result), [
      "Prepare: success",
      "Preview: skipped",
      "Review: success",
      "Post: skipped",
      "Upload SARIF: skipped",
      "Keep the report: success",
      "Verdict: success",
    ]);
    const [first] = await repository.calls();
    const folder = "/temp/certlock/contoso-identities-prod";
    assert.deepEqual(first, [
      "certlock",
      "check",
      "/workspace/infra",
      "--stack",
      "prod",
      "--fail-on",
      "high",
      "--strict",
      "--format",
      "json",
      "--output",
      `${folder}/report.json`,
    ]);
    assert.equal(result.called[0]?.with["name"], "credential-review-contoso-identities-prod");
  });

  it("posts the report of a fork and does not fail for what it says", async () => {
    await repository.command("certlock", WRITES_REPORTS.replace("CODE:-0", "CODE:-2"));
    const report = join(repository.temp, "from-fork.json");
    await repository.command("pulumi", "echo must not run >&2; exit 9");
    await writeFile(report, "{}");
    const result = await run({ mode: "post", report });
    assert.deepEqual(outcomes(result), [
      "Prepare: success",
      "Preview: skipped",
      "Review: success",
      "Post: success",
      "Upload SARIF: skipped",
      "Keep the report: skipped",
      "Verdict: success",
    ]);
    assert.ok((await repository.calls()).every(([name]) => name === "certlock"));
  });

  it("does not let a report of an earlier attempt speak for this one", async () => {
    await run();
    await repository.command("certlock", "exit 1");
    const result = await run();
    assert.equal(result.failed, true);
    assert.match(result.log, /There is no report/);
  });

  for (const stack of ["", "-x", "$(touch /tmp/pwned)", "a b", "a;b", "../../etc/passwd", "prod\nx=y"]) {
    it(`takes ${JSON.stringify(stack)} for no name of a stack`, async () => {
      const result = await run({ stack });
      assert.equal(result.steps[0]?.outcome, "failure");
      assert.match(result.log, /The input "stack" is the name of a stack/);
      assert.deepEqual(await repository.calls(), []);
    });
  }

  it("hands inputs on as single arguments, whatever is in them", async () => {
    const hostile = '$(echo x); "a" `b` ${{ c }} *';
    await run({ "fail-on": hostile, comment: hostile });
    const calls = await repository.calls();
    const review = calls.find((call) => call.includes("--fail-on"));
    assert.equal(review?.[review.indexOf("--fail-on") + 1], hostile);
    assert.equal(calls.at(-1)?.at(-1), hostile);
  });
});
