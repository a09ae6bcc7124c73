/** What the runbook goes by before it removes anything: the sign-in report, and what it does without. */
import assert from "node:assert/strict";
import { DAY } from "../../sandbox/tenant-fixture";
import { finding, json, on, runOne } from "./one-turn";
import { RotationStage } from "./rotation-stage";
import { runbookPython } from "./runbook-python";
import type { StagedIdentity } from "./staged-identity";

describe("runbook: evidence", function () {
  this.timeout(240_000);
  let stage: RotationStage;

  before(async function () {
    stage = await RotationStage.open(await runbookPython(this));
    stage.grantGraph(["Application.ReadWrite.OwnedBy"]);
  });
  after(async () => {
    // Undefined where there is no Python.
    await (stage as RotationStage | undefined)?.close();
  });
  beforeEach(() => {
    stage.wire.reset();
  });

  const turn = (identity: StagedIdentity, more: object = {}) => runOne(stage, identity, more);

  it("removes only what is expired where the report is not to be read", async () => {
    const { identity } = await stage.history();
    const line = await turn(identity);
    assert.deepEqual(finding(line), ["attention", "done", "NO_EVIDENCE"]);
    assert.deepEqual(
      line.removed.map(({ why }) => why),
      ["expired"],
    );
    assert.deepEqual(
      line.kept.map(({ why }) => why),
      ["noEvidence", "changeover"],
    );
    assert.match(line.next, /AuditLog\.Read\.All/);
    assert.deepEqual(identity.registered, [2, 3, 4]);
  });

  it("takes a report that knows nothing of the application for no evidence", async () => {
    const { identity } = await stage.history();
    stage.wire.meddler = on("graph", "/beta/reports/", json(200, { value: [] }));
    assert.deepEqual(finding(await turn(identity)), ["attention", "done", "NO_EVIDENCE"]);
    assert.deepEqual(identity.registered, [2, 3, 4]);
  });

  for (const [title, answer] of [
    ["is of another key", { value: [{ keyId: "11111111-1111-4111-8111-111111111111", signInActivity: {} }] }],
    ["has no list", { value: "none" }],
    ["leads to another host", { value: [], "@odata.nextLink": "https://evil.example/CANARY" }],
    ["is no JSON", "CANARY"],
  ] as const) {
    it(`takes a report that ${title} for no evidence`, async () => {
      const { identity } = await stage.history();
      stage.wire.meddler = on("graph", "/beta/reports/", json(200, answer));
      assert.deepEqual(finding(await turn(identity)), ["attention", "done", "NO_EVIDENCE"]);
      assert.ok(stage.wire.exchanges.every(({ host }) => host !== "evil.example"));
    });
  }

  describe("with the report, without a right to sign", () => {
    before(() => {
      stage.grantGraph(["AuditLog.Read.All"]);
    });

    it("waits for a client to sign in with the newest, then retires by a PATCH", async () => {
      const { identity, versions } = await stage.history({ signs: false });
      const waiting = await turn(identity);
      assert.deepEqual(
        [waiting.findings, identity.registered],
        [
          ["SIGN_NOT_ALLOWED", "NO_EVIDENCE"],
          [1, 2, 3, 4],
        ],
      );
      const newest = versions[3];
      assert.ok(newest);
      assert.equal(await identity.signIn(newest), 200);
      stage.wire.reset();
      const line = await turn(identity);
      assert.deepEqual([...finding(line), line.verified], ["ok", "done", "signIns"]);
      assert.deepEqual(identity.registered, [3, 4]);
      const writes = stage.wire.exchanges.filter(
        ({ host, method }) => host.startsWith("graph") && method !== "GET",
      );
      assert.deepEqual(
        writes.map(({ method }) => method),
        ["PATCH", "PATCH"],
      );
      // What stays is named, not sent again: an entry somebody took away meanwhile would not come back.
      const [sent] = writes.map(({ body }) => JSON.parse(body) as { keyCredentials: { key: unknown }[] });
      assert.deepEqual(
        sent?.keyCredentials.map(({ key }) => key),
        [null, null, null],
      );
    });

    it("does not take a failed sign-in for a proof", async () => {
      const { identity, versions } = await stage.history({ signs: false });
      await turn(identity);
      const newest = versions[3];
      assert.ok(newest);
      assert.equal(await identity.signIn(newest), 200);
      const last = stage.sandbox.tenant.signIns.pop();
      assert.ok(last);
      stage.sandbox.tenant.signIns.push({
        ...last,
        status: { errorCode: 7000112, failureReason: "disabled" },
      });
      assert.deepEqual((await turn(identity)).findings, ["SIGN_NOT_ALLOWED"]);
    });

    it("says nothing of a report it may not read while nothing hangs on it", async () => {
      const identity = stage.identity();
      await identity.renew();
      await turn(identity);
      stage.running.advance(40 * DAY);
      await identity.renew();
      stage.wire.meddler = on("graph", "/beta/", json(403, { error: { code: "Forbidden" } }));
      assert.deepEqual(finding(await turn(identity)), ["ok", "done"]);
    });
  });
});
