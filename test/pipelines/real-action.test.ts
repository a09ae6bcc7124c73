import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { DescribedServer } from "../cli/post/described-server";
import { GitHubRepository, HEAD, REPOSITORY } from "../cli/post/github-server";
import { TOKEN } from "../cli/post/posted";
import { engineFor } from "../engine/engine";
import { type ActionResult, runAction, shell } from "./composite-action";

const ROOT = resolve(__dirname, "../..");
const ACTION = join(ROOT, "pipelines/github/action.yml");

/** The engine, the pack, certlock and the shell are the real ones; a server of our own plays GitHub. */
describe("the GitHub Action with the real engine", function () {
  this.timeout(180_000);
  let folder: string;
  let github: GitHubRepository;
  let server: DescribedServer;
  let environment: Record<string, string>;

  before(async function () {
    const engine = await engineFor(this);
    folder = await mkdtemp(join(tmpdir(), "certlock-action-"));
    for (const name of [
      "bin",
      "state",
      "home",
      "temp",
      "workspace/.git",
      "workspace/infra",
      "workspace/node_modules/.bin",
    ])
      await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, "workspace/infra/Pulumi.yaml"), "name: identities\nruntime: certlocktest\n");
    await symlink(join(ROOT, "cli/bin/certlock"), join(folder, "workspace/node_modules/.bin/certlock"));
    const host = join(folder, "bin/pulumi-language-certlocktest");
    const loader = require.resolve("tsx");
    await writeFile(
      host,
      `#!/bin/sh\nexec node --import ${loader} ${join(__dirname, "language-host.ts")} "$@"\n`,
    );
    await chmod(host, 0o755);
    environment = {
      PATH: [
        join(folder, "bin"),
        dirname(engine.command),
        dirname(process.execPath),
        "/usr/bin",
        "/bin",
      ].join(":"),
      HOME: join(folder, "home"),
      PULUMI_HOME: join(folder, "home/.pulumi"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  });

  beforeEach(async () => {
    github = new GitHubRepository();
    server = await github.serve("/api/v3");
  });

  afterEach(async () => {
    await server.close();
    assert.deepEqual(server.violations, []);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const run = async (
    inputs: Record<string, string>,
    event: { name: string; payload: object; run: string },
  ): Promise<ActionResult> => {
    const path = join(folder, "event.json");
    await writeFile(path, JSON.stringify(event.payload));
    const result = await runAction(ACTION, {
      inputs: { stack: "organization/identities/prod", "work-dir": "infra", ...inputs },
      environment: {
        ...environment,
        GITHUB_ACTIONS: "true",
        GITHUB_API_URL: server.url,
        GITHUB_GRAPHQL_URL: `${server.origin}/api/graphql`,
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_RUN_ID: event.run,
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_EVENT_NAME: event.name,
        GITHUB_EVENT_PATH: path,
        GITHUB_SHA: "c".repeat(40),
        TEST_GITHUB_TOKEN: TOKEN,
      },
      workspace: join(folder, "workspace"),
      temp: join(folder, "temp"),
    });
    assert.ok(!result.log.includes(TOKEN), "the token is in the log");
    return result;
  };

  const pull = { number: 7, head: { sha: HEAD, repo: { id: 1 } }, base: { repo: { id: 1 } } };
  const pullRequest = (id: string) => ({ name: "pull_request", payload: { pull_request: pull }, run: id });
  const pack = { "policy-pack": join(ROOT, "policies/certlock-policies") };
  const review = join("temp/certlock/organization-identities-prod");

  it("blocks a client secret, in comment, check, summary, annotation, SARIF and exit code", async () => {
    const { code, text } = await initStack();
    assert.equal(code, 0, text);
    const result = await run(pack, pullRequest("7301"));
    assert.equal(result.steps.at(-1)?.code, 2, result.log);
    const [body] = github.bodies;
    assert.match(String(body), /### ❌ Blocked — 1 client secret would be created/);
    assert.match(String(body), /no-client-secret-resource/);
    assert.ok(String(body).includes(`https://github.com/${REPOSITORY}/actions/runs/7301#artifacts`));
    assert.match(
      String(body),
      new RegExp(`https://github.com/${REPOSITORY}/blob/${HEAD}/infra/index.ts#L12`),
    );
    assert.deepEqual(
      github.checkRuns.map((check) => [check["name"], check["conclusion"]]),
      [["credential-review/identities/prod", "failure"]],
    );
    assert.match(result.summary, /### ❌ Blocked/);
    assert.match(result.log, /^::error file=infra\/index\.ts,line=12,title=no-client-secret-resource/m);
    const sarif = JSON.parse(await readFile(join(folder, review, "report.sarif"), "utf8")) as {
      runs: { results: { ruleId: string }[] }[];
    };
    assert.deepEqual(
      [...new Set(sarif.runs[0]?.results.map(({ ruleId }) => ruleId))],
      ["no-client-secret-resource"],
    );
  });

  it("puts the failure over the older verdict when the program crashes, and writes no second comment", async () => {
    await run(pack, pullRequest("7302"));
    await writeFile(
      join(folder, "workspace/infra/Pulumi.yaml"),
      "name: identities\nruntime: no-such-language\n",
    );
    const result = await run(pack, pullRequest("7303"));
    await writeFile(join(folder, "workspace/infra/Pulumi.yaml"), "name: identities\nruntime: certlocktest\n");
    assert.equal(result.steps.at(-1)?.code, 2, result.log);
    assert.equal(github.comments.length, 1);
    assert.match(String(github.bodies[0]), /### ❌ Blocked — .*preview failed/);
    assert.doesNotMatch(String(github.bodies[0]), /client secret would be created/);
    assert.equal(github.checkRuns.at(-1)?.["conclusion"], "failure");
  });

  it("checks a fork without credentials, and a second run posts what it found as a stranger's", async () => {
    const program = join(ROOT, "examples/with-client-secret");
    const checked = await run(
      { mode: "check", "work-dir": program, stack: "dev" },
      {
        ...pullRequest("4711"),
        payload: { pull_request: { ...pull, head: { sha: HEAD, repo: { id: 900 } } } },
      },
    );
    assert.equal(checked.steps.at(-1)?.code, 2, checked.log);
    assert.deepEqual(github.comments, []);
    assert.deepEqual(server.received, []);

    // What the author of the pull request would like to be read.
    const path = join(folder, "temp/from-fork.json");
    const report = JSON.parse(
      await readFile(join(folder, "temp/certlock/dev/report.json"), "utf8"),
    ) as Record<string, unknown>;
    await writeFile(
      path,
      JSON.stringify({ ...report, commit: "f".repeat(40), links: { run: "https://evil.example/" } }),
    );
    github.fork = { owner: "stranger", branch: "patch-1", repositoryId: 900 };
    const posted = await run(
      { mode: "post", report: path, stack: "dev", "work-dir": "." },
      {
        name: "workflow_run",
        run: "4712",
        payload: {
          repository: { id: 1296269 },
          workflow_run: {
            id: 4711,
            run_attempt: 1,
            event: "pull_request",
            head_sha: HEAD,
            head_branch: "patch-1",
            head_repository: { id: 900, owner: { login: "stranger" } },
            html_url: `https://github.com/${REPOSITORY}/actions/runs/4711`,
          },
        },
      },
    );
    assert.equal(posted.failed, false, posted.log);
    const [body] = github.bodies;
    assert.match(String(body), /> \*\*From a fork\.\*\*/);
    assert.match(String(body), /❌ Blocked/);
    assert.doesNotMatch(String(body), /evil\.example|ffffff/);
    assert.deepEqual(
      github.checkRuns.map((check) => [String(check["name"]).split("/")[0], check["conclusion"]]),
      [["credential-review-fork", "failure"]],
    );
  });

  it("posts nothing of a file that is no report", async () => {
    const path = join(folder, "temp/no-report.json");
    await writeFile(path, JSON.stringify({ version: "1.0", sentence: "trust me" }));
    const result = await run({ mode: "post", report: path, stack: "dev", "work-dir": "." }, pullRequest("1"));
    assert.equal(result.failed, true);
    assert.match(result.log, /REPORT_INVALID: .* is no report of certlock/);
    assert.deepEqual(github.comments, []);
  });

  async function initStack(): Promise<{ code: number; text: string }> {
    const script = join(folder, "init.sh");
    await writeFile(script, "pulumi stack init organization/identities/prod --cwd infra --non-interactive\n");
    return shell(script, join(folder, "workspace"), environment);
  }
});
