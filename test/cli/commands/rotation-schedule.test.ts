import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { runProgram } from "../../../cli/program";

describe("certlock rotation schedule", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-schedule-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function schedule(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    let out = "";
    let err = "";
    const code = await runProgram(["rotation", "schedule", ...args], {
      environment: {},
      workingFolder: folder,
      now: () => new Date("2026-11-29T22:00:00Z"),
      out: (text) => (out += text),
      err: (text) => (err += text),
      colour: false,
      signal: new AbortController().signal,
      exit: () => undefined,
    });
    return { code, out, err };
  }

  it("writes a workflow of what is asked for, and says in it how it was made", async () => {
    const { code, out, err } = await schedule(
      ...["github-actions", "--stack", "contoso/identities/prod", "--cron", "0 4 * * 1,4"],
      ...["--environment", "night runs", "--work-dir", "infra/identities", "--no-alert"],
    );
    assert.equal(code, 0);
    assert.match(err, /drops runs at the full hour/);
    const workflow = parse(out) as {
      on: { schedule: unknown };
      jobs: Record<string, { environment: string; concurrency: unknown; steps: Record<string, unknown>[] }>;
    };
    assert.deepEqual(workflow.on.schedule, [{ cron: "0 4 * * 1,4" }]);
    assert.deepEqual(Object.keys(workflow.jobs), ["rotate"]);
    const { rotate } = workflow.jobs;
    assert.equal(rotate?.environment, "night runs");
    assert.deepEqual(rotate.concurrency, {
      group: "pulumi-contoso-identities-prod",
      "cancel-in-progress": false,
    });
    const [evidence, up] = rotate.steps.slice(-2);
    assert.deepEqual(evidence?.["env"], {
      CERTLOCK_STACK: "contoso/identities/prod",
      CERTLOCK_WORK_DIR: "infra/identities",
      CERTLOCK_EVERY: "mon,thu",
    });
    assert.equal(
      up?.["run"],
      'pulumi up --stack contoso/identities/prod --cwd infra/identities --yes --non-interactive --policy-pack "$PWD/node_modules/certlock/policies"',
    );
    assert.match(
      out,
      /^# Written by: certlock rotation schedule github-actions --stack contoso\/identities\/prod --cron "0 4 \* \* 1,4" --environment "night runs" --work-dir infra\/identities --no-alert$/m,
    );
  });

  it("leaves a file alone that it did not write, and writes its own anew", async () => {
    const place = ["github-actions", "--output", "rotation.yml"];
    const path = join(folder, "rotation.yml");
    const azure = (await schedule("azure-devops")).out;
    for (const foreign of [
      "name: deploy\n",
      "# Written by: certlock rotation schedule github-actions-else\n",
      azure,
    ]) {
      await writeFile(path, foreign);
      const { code, err } = await schedule(...place);
      assert.equal(code, 1);
      assert.match(
        err,
        /^OUTPUT_EXISTS: rotation\.yml is there, and was not written by "certlock rotation schedule github-actions"/,
      );
      assert.equal(await readFile(path, "utf8"), foreign);
      const checked = await schedule("github-actions", "--check", "rotation.yml");
      assert.deepEqual(
        [checked.code, checked.err],
        [2, 'certlock: rotation.yml was not written by "certlock rotation schedule github-actions".\n'],
      );
    }
    const { out } = await schedule("github-actions");
    for (const ours of ["", out, `${out.replaceAll("\n", "\r\n")}# by hand\r\n`]) {
      await writeFile(path, ours);
      assert.equal((await schedule(...place)).code, 0);
      assert.equal(await readFile(path, "utf8"), out);
    }
  });

  it("says which file it cannot write or read, and ends", async () => {
    await writeFile(join(folder, "file"), "");
    for (const [option, file, expected] of [
      ["--output", ".", /^FILE_UNREADABLE: \. cannot be read \(EISDIR\)\.\n$/],
      ["--output", "", /^FILE_UNREADABLE: A file without a name cannot be read \(EISDIR\)\.\n$/],
      [
        "--output",
        "file/rotation.yml",
        /^OUTPUT_FAILED: file\/rotation\.yml cannot be written \(ENOTDIR\)\.\n$/,
      ],
      ["--check", ".", /^FILE_UNREADABLE: \. cannot be read \(EISDIR\)\.\n$/],
      // Where no folder can be made, whoever asks.
      ...(process.platform === "linux"
        ? [
            [
              "--output",
              "/proc/certlock/rotation.yml",
              /^OUTPUT_FAILED: .* cannot be written \(ENOENT\)\.\n$/,
            ] as const,
          ]
        : []),
    ] as const) {
      const { code, err } = await schedule("github-actions", option, file);
      assert.equal(code, 1);
      assert.match(err, expected);
    }
    assert.equal((await schedule("github-actions", "--check", "file/rotation.yml")).code, 2);
  });

  it("quotes what YAML would take for something else", async () => {
    const { out } = await schedule(
      "azure-devops",
      "--stack",
      "1e3",
      "--branch",
      "true",
      "--environment",
      "no",
    );
    const pipeline = parse(out, { version: "1.1" }) as {
      schedules: { branches: unknown }[];
      stages: { jobs: { parameters: Record<string, unknown> }[] }[];
    };
    assert.deepEqual(pipeline.schedules[0]?.branches, { include: ["true"] });
    const { stack, environment } = pipeline.stages[0]?.jobs[0]?.parameters ?? {};
    assert.deepEqual([stack, environment], ["1e3", "no"]);
  });

  it("refuses values that could be more than a name, all at once, and writes nothing", async () => {
    const hostile = ["prod\n    evil: true", "${{ secrets.X }}", "$(id)", "a'b", "../x", "-x", "`id`", "a#b"];
    for (const value of hostile) {
      const flags = ["stack", "environment", "branch", "work-dir", "service-connection"];
      const { code, out, err } = await schedule(
        "github-actions",
        ...flags.map((flag) => `--${flag}=${value}`),
        `--cron=${value}`,
      );
      assert.equal(code, 1, value);
      assert.equal(out, "");
      assert.match(err, /^SCHEDULE_OPTIONS: Nothing was written\./);
      for (const flag of [...flags, "cron"])
        assert.match(err, new RegExp(`\\n {2}--${flag} `), `${flag} ${value}`);
    }
  });

  it("holds the schedule against the limits of the host", async () => {
    const often = await schedule("github-actions", "--cron", "*/4 * * * *");
    assert.equal(often.code, 1);
    assert.match(
      often.err,
      /4 minutes apart; github-actions wants 5 at the least: https:\/\/docs\.github\.com/,
    );
    assert.equal((await schedule("github-actions", "--cron", "1-56/5 5 * * 1")).code, 0);
    const many = await schedule("azure-devops", "--cron", "*/10 * * * *");
    assert.match(many.err, /1008 runs a week; azure-devops takes 1000 at the most/);
  });

  it("says whether the file in the repository is still what it would write", async () => {
    const file = ".github/workflows/rotation.yml";
    const check = (...more: string[]) => schedule("github-actions", "--stack", "dev", "--check", ...more);
    const missing = await check();
    assert.deepEqual([missing.code, missing.out], [2, ""]);
    assert.match(missing.err, /rotation\.yml is not there/);
    assert.equal((await schedule("github-actions", "--stack", "dev", "--output", file)).code, 0);
    assert.deepEqual(await check(), { code: 0, out: "", err: "" });
    assert.equal((await schedule("github-actions", "--check")).code, 2, "another stack");

    const path = join(folder, file);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replaceAll("\n", "\r\n"));
    assert.equal((await check()).code, 0, "ends of lines are no difference");
    await writeFile(path, text.replace("contents: read", "contents: write"));
    const differs = await check();
    assert.equal(differs.code, 2);
    assert.match(differs.err, /rotation\.yml differs from line \d+ on/);
    for (const other of [`${text}# more\n`, text.slice(0, -20), ""]) {
      await writeFile(path, other);
      assert.equal((await check()).code, 2);
    }
    await writeFile(join(folder, "other.yml"), text);
    assert.equal((await check("other.yml")).code, 0);
    assert.equal((await schedule("github-actions", "--check", "x", "--output", "y")).code, 1);
  });

  it("knows two hosts", async () => {
    const { code, err } = await schedule("jenkins");
    assert.equal(code, 1);
    assert.match(err, /github-actions, azure-devops/);
  });
});
