/** What the engine says today has the shape the review reads: recorded anew, read to the last line. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReport } from "../../cli/review/build-report";
import { parseDigest } from "../../cli/review/digest";
import { parseEvents } from "../../cli/review/events";
import { render } from "../../cli/review/render";
import { startSandbox } from "../../sandbox/index";
import { portable } from "../../tools/review/portable";
import { program } from "../../tools/review/programs/secret-added";
import { Recorder } from "../../tools/review/recording";
import { PACK, ROOT, TENANT_ID } from "./deployment";
import { engineFor } from "./engine";

describe("a review of a preview on the real engine", function () {
  this.timeout(180_000);

  it("names what the program adds, with rule and line, from events and digest as they are printed", async function () {
    const engine = await engineFor(this);
    const folder = mkdtempSync(join(tmpdir(), "certlock-review-"));
    const sandbox = await startSandbox({ tenantId: TENANT_ID });
    const now = new Date();
    const recorder = new Recorder({
      ...{ engine, folder, policyPacks: [PACK], environment: sandbox.environment() },
      project: join(ROOT, "tools/review"),
      stackName: "prod",
    });
    const run = (step: "before" | "after") => () => {
      program(step, now);
      return Promise.resolve({});
    };
    await recorder.deploy(run("before"));
    const recording = await recorder.preview(run("after"));
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });

    assert.equal(recording.ok, false);
    const names = { repository: ROOT, folder };
    const { events, unreadable } = parseEvents(portable(recording.events, names));
    assert.deepEqual(unreadable, []);
    const report = buildReport({
      stack: { project: "identities", name: "prod" },
      events,
      digest: parseDigest(portable(recording.digest, names)),
      context: { generatedAt: now },
    });
    assert.equal(report.preview.reason, "stopped by mandatory rules");
    assert.equal(report.packs[0]?.name, "certlock-policies");
    assert.equal(report.glance.secretsAdded, 2);
    const stopped = report.findings.filter(({ level }) => level === "mandatory");
    assert.deepEqual(stopped.map(({ rule, identity }) => `${rule} ${identity ?? "-"}`).sort(), [
      "no-client-secret-flow payroll-sync",
      "no-client-secret-in-settings -",
      "no-client-secret-resource payroll-sync",
      "no-inline-application-password payroll-legacy",
    ]);
    for (const { source } of stopped)
      assert.match(source?.file ?? "", /tools\/review\/programs\/secret-added\.ts$/);
    assert.match(render(report, "markdown"), /### ❌ Blocked — 2 client secrets would be created/);
  });
});
