import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "./deployment";
import { engineFor } from "./engine";

/** What a developer's machine may have set, none of which may reach the run or break it. */
const DEVELOPER = {
  ARM_CLIENT_SECRET: "canary-of-the-developer",
  PULUMI_CONFIG: "not json",
  PULUMI_OPTION_COLOR: "always",
  HTTPS_PROXY: "http://127.0.0.1:9",
  http_proxy: "http://127.0.0.1:9",
};

describe("npm run demo", function () {
  this.timeout(180_000);
  let folder: string;

  before(async function () {
    await engineFor(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-demo-test-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** The demo with a temporary folder of its own, so that what it leaves behind is seen. */
  const start = () =>
    spawn(process.execPath, ["--import", "tsx", join(ROOT, "tools/demo/main.ts")], {
      cwd: ROOT,
      env: { ...process.env, ...DEVELOPER, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });

  it("does every step, shows what stood in the tenant, and leaves nothing behind", async () => {
    const demo = start();
    let text = "";
    for (const stream of [demo.stdout, demo.stderr])
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(demo, "close")) as [number];
    assert.equal(code, 0, text);
    const steps = text.split("\n").filter((line) => line.startsWith("✔"));
    assert.deepEqual(
      steps.map((line) => /s {2}([^:]+):/.exec(line)?.[1]),
      [
        "engine",
        "sandbox tenant",
        "preview under the policy pack",
        "up",
        "second preview",
        "sign-in with the certificate from the vault",
        "client secret refused by the tenant",
        "sign-in from outside the network refused",
        "stack with client secrets stopped in preview",
        "destroy, and the tenant's own policy back",
      ],
    );
    for (const row of [
      /^billing-nightly +certificate +[0-9A-F]{16}… +\d{4}-\d\d-\d\d +https:\/\/kv-billing-nightly/m,
      /^deploy-pipeline +federation +– +– +no key/m,
      /^partner-daemon +certificate .* 198\.51\.100\.0\/24, 203\.0\.113\.0\/24$/m,
    ]) {
      assert.match(text, row);
    }
    assert.ok(!text.includes("\u001b["), "colour without a terminal");
    assert.ok(!text.includes("canary-of-the-developer"));
    assert.deepEqual(ownFolders(folder), []);
  });

  it("stops when asked to, with exit code 130 and nothing left behind", async () => {
    const demo = start();
    for await (const line of createInterface({ input: demo.stdout })) {
      // The next step, a preview or update on the engine, is on its way.
      if (line.includes("sandbox tenant")) break;
    }
    let rest = "";
    demo.stdout.on("data", (chunk: Buffer) => (rest += chunk.toString()));
    demo.kill("SIGINT");
    const [code] = (await once(demo, "close")) as [number];
    assert.equal(code, 130);
    assert.match(rest, /✘ .* preview under the policy pack: interrupted; nothing is left behind/);
    assert.deepEqual(ownFolders(folder), []);
  });

  it("stops when nobody reads its output any more, and leaves nothing behind", async () => {
    const demo = start();
    await once(demo.stdout, "data");
    demo.stdout.destroy();
    const [code] = (await once(demo, "close")) as [number];
    assert.equal(code, 130);
    assert.deepEqual(ownFolders(folder), []);
  });
});

/** What certlock put into a temporary folder; other tools keep caches there. */
function ownFolders(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("certlock"));
}
