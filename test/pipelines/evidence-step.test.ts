/** The step before a scheduled run: what it stops, and what it lets through. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const STEP = resolve(__dirname, "../../pipelines/steps/evidence.sh");
const inUse = {
  identity: "billing",
  keyId: "0a0e",
  daysAgo: 3,
  lastSignIn: "2026-11-26T00:00:00Z",
  urn: "u",
};

describe("the step that looks at sign-ins before a run", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-evidence-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Stand-ins for the two commands: the export, and a plan that ends with a code. */
  async function step(plan: object | undefined, code: number): Promise<{ code: number; err: string }> {
    const command = async (name: string, lines: string): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, `#!/usr/bin/env bash\n${lines}\n`);
      await chmod(path, 0o755);
      return path;
    };
    await writeFile(join(folder, "plan.json"), JSON.stringify(plan ?? {}));
    await command("pulumi", `printf '%s' "$*" > "${folder}/asked"; echo exported`);
    const write = plan === undefined ? "" : `cp "${folder}/plan.json" "$output"`;
    const certlock = await command(
      "certlock",
      `cat > "${folder}/read"; printf '%s' "$*" > "${folder}/told"
while [ $# -gt 0 ]; do if [ "$1" = --output ]; then output=$2; fi; shift; done
${write}
exit ${code}`,
    );
    try {
      const { stderr } = await run("bash", [STEP], {
        cwd: folder,
        env: {
          PATH: [folder, process.env["PATH"]].join(delimiter),
          CERTLOCK_STACK: "dev",
          CERTLOCK_TEMP: join(folder, "temp"),
          CERTLOCK_COMMAND: certlock,
          CERTLOCK_EVERY: "mon",
        },
      });
      return { code: 0, err: stderr };
    } catch (error) {
      const { code: failed, stderr } = error as { code: number; stderr: string };
      return { code: failed, err: stderr };
    }
  }

  const plan = (blocked: number, sentence: string) => ({
    sentence,
    summary: { blocked },
    evidence: { inUse: blocked > 0 ? [inUse, { ...inUse, keyId: "leave", exemption: "EX-1" }] : [] },
  });

  it("reads the stack as it is and asks for the days that have a run", async () => {
    assert.deepEqual(await step(plan(0, "Nothing to do."), 0), { code: 0, err: "Nothing to do.\n" });
    assert.equal(await readFile(join(folder, "asked"), "utf8"), `stack export --stack dev --cwd ${folder}`);
    assert.equal(await readFile(join(folder, "read"), "utf8"), "exported\n");
    assert.match(
      await readFile(join(folder, "told"), "utf8"),
      /^rotation plan --state - --every mon --evidence graph --format json --output \S+\/plan\.json$/,
    );
  });

  it("hands on exemptions where there are any", async () => {
    await writeFile(join(folder, "exemptions.yaml"), "[]");
    await step(plan(0, "x"), 0);
    assert.match(await readFile(join(folder, "told"), "utf8"), /--exemptions \S+\/exemptions\.yaml$/);
  });

  it("stops before a certificate in use is removed, and names it", async () => {
    const { code, err } = await step(plan(1, "One is in use."), 2);
    assert.equal(code, 1);
    assert.match(err, /billing: certificate 0a0e was used 3 days ago/);
    assert.doesNotMatch(err, /leave/);
  });

  it("lets through what is overdue, and what nobody can tell: the run is the remedy", async () => {
    assert.equal((await step(plan(0, "Overdue."), 2)).code, 0);
    assert.equal((await step(plan(0, "No evidence."), 3)).code, 0);
  });

  it("stops where there is no plan at all, also when an earlier one lies there", async () => {
    assert.equal((await step(plan(0, "x"), 0)).code, 0);
    const { code, err } = await step(undefined, 1);
    assert.equal(code, 1);
    assert.match(err, /There is no plan/);
  });
});
