/** The runbook as a process of its own, against the sandbox: what it does over the turns of a rotation. */
import assert from "node:assert/strict";
import { DAY } from "../../sandbox/tenant-fixture";
import { RotationStage, runbookPython } from "./rotation-stage";

describe("runbook: rotation", function () {
  this.timeout(120_000);
  let stage: RotationStage;

  before(async function () {
    stage = await RotationStage.open(await runbookPython(this));
    stage.grantGraph(["Application.ReadWrite.OwnedBy", "AuditLog.Read.All"]);
  });
  after(() => stage?.close());
  beforeEach(() => stage.wire.reset());

  it("takes an identity through a year", async () => {
    const identity = stage.identity();
    const settings = stage.settings([identity]);
    const seen: unknown[] = [];
    const turn = async (): Promise<void> => {
      const ran = await stage.run(settings);
      const [line] = ran.lines;
      assert.ok(line, ran.stdout + ran.stderr);
      seen.push([ran.code, line.outcome, line.findings, line.verified, identity.registered]);
      assert.ok(identity.usable);
    };
    await identity.renew();
    await turn();
    process.stderr.write(
      stage.wire.exchanges.map((e) => `${e.method} ${e.host} ${e.path.slice(0, 90)}`).join("\n"),
    );
    await turn();
    for (let n = 0; n < 4; n += 1) {
      stage.running.advance(60 * DAY);
      await identity.renew();
      await turn();
      stage.running.advance(31 * DAY);
      await turn();
    }
    process.stderr.write(JSON.stringify(seen, null, 1));
  });
});
