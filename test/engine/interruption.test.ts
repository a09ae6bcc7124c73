import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { isLockedByTheDead, lockFiles } from "../../tools/stack/lock";
import type { OpenStackOptions, Outcome } from "../../tools/stack/stack";
import { Deployment, PACK, PASSPHRASE, POLICY_PATH, ROOT, TENANT_ID } from "./deployment";
import { engineFor } from "./engine";

/**
 * Resources that are done when half-program.ts has stopped and nothing is on its way any more: a creation that is cut
 * off between tenant and state is a question only the provider can answer, and azuread asks for an import.
 */
const DONE_HALF_WAY = 47;
/** Late enough that applications, keys and policies exist, early enough that much is missing. */
const RESOURCES_BEFORE_THE_END = 8;

describe("an interrupted deployment", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  let policyBefore: unknown;

  beforeEach(async function () {
    deployment = await Deployment.start(await engineFor(this));
    policyBefore = (await deployment.caller.graph("GET", POLICY_PATH)).body;
  });
  afterEach(async () => {
    await deployment.close();
  });

  it("whose program was killed is completed by the next run, with nothing twice", async () => {
    const up = startUp(deployment, join(__dirname, "half-program.ts"));
    await resourcesDone(up, DONE_HALF_WAY);
    up.kill("SIGKILL");
    await engineGone(deployment.folder);
    await completes(deployment, policyBefore);
  });

  it("that is asked to stop is completed by the next run, with nothing twice", async () => {
    const up = startUp(deployment, join(ROOT, "index.ts"));
    await resourcesDone(up, RESOURCES_BEFORE_THE_END);
    up.kill("SIGINT");
    await engineGone(deployment.folder);
    await completes(deployment, policyBefore);
  });

  it("whose tenant was killed fails with a reason, and is completed in the next tenant", async () => {
    const tenant = await startTenant(TENANT_ID);
    const stack = await deployment.open({ environment: tenant.environment });
    let done = 0;
    const outcome = await stack.up({
      onResource: () => {
        done += 1;
        if (done === RESOURCES_BEFORE_THE_END) tenant.process.kill("SIGKILL");
      },
    });
    assert.equal(outcome.ok, false);
    assert.ok(outcome.diagnostics.length > 0, outcome.output);
    await completes(deployment, policyBefore);
  });
});

/** The next run succeeds, a further preview is quiet, every application exists once, and destroy leaves nothing. */
async function completes(deployment: Deployment, policyBefore: unknown): Promise<void> {
  const stack = await deployment.open();
  ok(await stack.up({ refresh: true }));
  assert.deepEqual(ok(await stack.preview()).changes, {});
  assert.deepEqual(await applicationNames(deployment), [
    "billing-nightly",
    "deploy-pipeline",
    "partner-daemon",
  ]);
  ok(await stack.destroy());
  assert.deepEqual(await applicationNames(deployment), []);
  assert.deepEqual((await deployment.caller.graph("GET", POLICY_PATH)).body, policyBefore);
}

async function applicationNames(deployment: Deployment): Promise<string[]> {
  const { body } = await deployment.caller.graph("GET", "/v1.0/applications?$select=displayName");
  return (body as { value: { displayName: string }[] }).value
    .map(({ displayName }) => displayName)
    .filter((name) => name !== "certlock-deployer")
    .sort();
}

/** A sandbox in a process of its own, with the environment it says to export. */
async function startTenant(id: string) {
  const args = ["--import", "tsx", join(ROOT, "sandbox", "main.ts"), "--tenant-id", id];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const environment: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) environment[name] = value;
    if (line === "# ready") break;
  }
  return { process: child, environment };
}

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}

function startUp(deployment: Deployment, program: string): ChildProcess {
  const options: OpenStackOptions = {
    engine: deployment.engine,
    project: ROOT,
    program,
    folder: join(deployment.folder, "stack"),
    passphrase: PASSPHRASE,
    environment: deployment.sandbox.environment(),
    policyPacks: [PACK],
  };
  return spawn(
    process.execPath,
    ["--import", "tsx", join(__dirname, "up-process.ts"), JSON.stringify(options)],
    {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
}

async function resourcesDone(child: ChildProcess, wanted: number): Promise<void> {
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout });
  let seen = 0;
  for await (const line of lines) {
    assert.ok(line.startsWith("urn:"), `the deployment ended before it could be interrupted: ${line}`);
    seen += 1;
    if (seen === wanted) return;
  }
  assert.fail("the deployment ended before it could be interrupted");
}

/** Waits until the engine has let go of the stack or is dead: it may outlive the program, to save its state. */
async function engineGone(folder: string): Promise<void> {
  const state = join(folder, "stack", "state");
  while ((await lockFiles(state)).length > 0 && !(await isLockedByTheDead(state))) await setImmediate();
}
