import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../../cli/review/report";
import { RECORDED, recordedText } from "../review/recorded";
import { type Outcome, runIn } from "./command-run";

describe("certlock review", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "certlock-review-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> =>
    runIn(folder, ["review", ...args], environment);

  const preview = (name: string): string[] => [
    ...["--events", join(RECORDED, name, "events.jsonl")],
    ...["--digest", join(RECORDED, name, "digest.json")],
  ];

  it("ends by the verdict, and says it first", async () => {
    const blocked = await run([...preview("secret-added"), "--preview-exit", "255"]);
    assert.equal(blocked.code, 2);
    assert.match(blocked.out, /^❌ Blocked — 2 client secrets would be created/);
    const rotated = await run([...preview("certificate-rotated"), "--preview-exit", "0"]);
    assert.equal(rotated.code, 0, rotated.out);
  });

  it("finds stack and project in the events, whatever it is called with", async () => {
    const { out } = await run([...preview("secret-added"), "--stack", "dev", "--format", "json"]);
    const report = JSON.parse(out) as Report;
    assert.equal(report.key, "identities/prod");
  });

  it("renders a report made before byte for byte as the preview itself", async () => {
    const path = join(folder, "report.json");
    await run([...preview("secret-added"), "--format", "json", "--output", path]);
    for (const format of ["text", "markdown", "html", "sarif", "junit", "json"]) {
      const direct = await run([...preview("secret-added"), "--format", format]);
      const again = await run(["--report", path, "--format", format]);
      assert.equal(again.out, direct.out, format);
      assert.equal(again.code, 2);
    }
  });

  it("blocks when there are neither events nor digest, and says why", async () => {
    const missing = ["--events", join(folder, "none"), "--digest", join(folder, "none")];
    const { code, out, err } = await run([
      ...missing,
      "--preview-exit",
      "127",
      "--stack",
      "org/identities/prod",
    ]);
    assert.equal(code, 2);
    assert.match(
      out,
      /^❌ Blocked — the preview failed: pulumi preview ended with 127; the policy pack did not run/,
    );
    assert.match(out, /\nidentities\/prod · /);
    assert.match(err, /none cannot be read: the preview did not write it\./);
  });

  it("takes the reason there is no preview, and the project from its file", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), "name: payroll\nruntime: nodejs\n");
    const { code, out } = await run(["--preview-error", "The sign-in failed.", "--stack", "dev"]);
    assert.equal(code, 2);
    assert.match(out, /^❌ Blocked — the preview failed: The sign-in failed/);
    assert.match(out, /\npayroll\/dev · /);
  });

  it("says that part of the events could not be read", async () => {
    const events = join(folder, "events.jsonl");
    await writeFile(events, `${recordedText("clean", "events.jsonl")}\n{"policyEvent": 3}\n{"cut off`);
    const { code, out } = await run(["--events", events]);
    assert.equal(code, 3);
    assert.match(out, /^⚪ Incomplete — .*2 events of the engine could not be read/);
  });

  it("fails only for what an earlier report does not have", async () => {
    const baseline = join(folder, "base.json");
    await run([...preview("secret-added"), "--format", "json", "--output", baseline]);
    const { code, out } = await run([
      ...preview("secret-added"),
      "--baseline",
      baseline,
      "--format",
      "markdown",
    ]);
    assert.equal(code, 0);
    assert.match(out, /0 new, 0 resolved/);
  });

  for (const [what, text, complaint] of [
    ["text", "hello", /REPORT_INVALID: .*report\.json cannot be read: it is not JSON\./],
    ["another shape", '{"version":"1.0"}', /is no report of certlock 1\.0; not as promised: \["key",/],
    ["deep nesting", "[".repeat(100), /nested more than 50 levels/],
  ] as const) {
    it(`refuses a report that is ${what}, without quoting it`, async () => {
      const path = join(folder, "report.json");
      await writeFile(path, text);
      const { code, out, err } = await run(["--report", path]);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, complaint);
      assert.doesNotMatch(err, /hello/);
    });
  }

  it("says what to give when it is given nothing, or too much", async () => {
    const nothing = await run([]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.err, /REVIEW_SOURCES: There is nothing to review: give --events and --digest/);
    const both = await run(["--report", "x", ...preview("clean")]);
    assert.equal(both.code, 1);
    assert.match(both.err, /REVIEW_SOURCES: --report is a review made before/);
    const unnamed = await run(["--preview-error", "no"]);
    assert.match(unnamed.err, /STACK_UNKNOWN: The events name no stack: give --stack PROJECT\/STACK/);
    const number = await run([...preview("clean"), "--preview-exit", "many"]);
    assert.match(number.err, /Write the exit code as a number/);
  });

  it("prints no report with --post alone, and keeps the verdict's code when it cannot post", async () => {
    const blocked = await run([...preview("secret-added"), "--post", "github"]);
    assert.equal(blocked.code, 2);
    assert.match(blocked.err, /POST_CONFIGURATION: Cannot post to GitHub: No token/);
    assert.doesNotMatch(blocked.out, /Blocked/);
    assert.match(blocked.out, /^::error /);
    const fine = await run([...preview("certificate-rotated"), "--post", "gitlab"]);
    assert.equal(fine.code, 1);
  });

  it("keeps workflow commands out of a report on standard output", async () => {
    const { out, err } = await run([...preview("secret-added"), "--post", "github", "--format", "json"]);
    assert.doesNotThrow(() => JSON.parse(out) as unknown);
    assert.match(err, /^::error /m);
  });

  it("takes commit and run from the variables of the pipeline", async () => {
    const event = join(folder, "event.json");
    const head = "9".repeat(40);
    const pull = { number: 7, head: { sha: head, repo: { id: 1 } }, base: { repo: { id: 1 } } };
    await writeFile(event, JSON.stringify({ pull_request: pull }));
    const path = join(folder, "report.json");
    await run([...preview("secret-added"), "--format", "json", "--output", path], {
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_EVENT_PATH: event,
      GITHUB_REPOSITORY: "contoso/identities",
      GITHUB_RUN_ID: "7301",
      GITHUB_RUN_ATTEMPT: "2",
      GITHUB_SERVER_URL: "https://github.com",
    });
    const report = JSON.parse(await readFile(path, "utf8")) as Report;
    assert.deepEqual(
      [report.commit, report.run],
      [head, { id: "7301", attempt: "2", url: "https://github.com/contoso/identities/actions/runs/7301" }],
    );
  });
});
