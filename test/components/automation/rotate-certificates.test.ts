/** The runbook as a process of its own, against the sandbox: what it does over the turns of a rotation. */
import assert from "node:assert/strict";
import { uuid5 } from "./uuid5";
import { call, DAY, makeCertificate } from "../../sandbox/tenant-fixture";
import { RotationStage } from "./rotation-stage";
import { runbookPython } from "./runbook-python";
import { type StagedIdentity, thumbprintOf } from "./staged-identity";

describe("runbook: rotation", function () {
  this.timeout(120_000);
  let stage: RotationStage;

  before(async function () {
    stage = await RotationStage.open(await runbookPython(this));
    stage.grantGraph(["Application.ReadWrite.OwnedBy", "AuditLog.Read.All"]);
  });
  after(async () => {
    // Undefined where there is no Python.
    await (stage as RotationStage | undefined)?.close();
  });
  beforeEach(() => {
    stage.wire.reset();
  });

  const turn = async (identity: StagedIdentity, more: object = {}, flags: readonly string[] = []) => {
    const ran = await stage.run(stage.settings([identity], more), flags);
    const [line] = ran.lines;
    assert.ok(line, ran.stdout + ran.stderr);
    return { ...ran, line };
  };
  const shown = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

  // First: the tenant's time is still the machine's.
  it("is a program that needs nothing but its file, its parameter and a job's environment", async () => {
    const identity = stage.identity();
    await identity.renew();
    const ran = await stage.run(stage.settings([identity]), [], { RUNBOOK_NOW: "" });
    assert.deepEqual(
      [ran.code, ran.stderr, ran.lines[0]?.outcome, ran.lines[0]?.verified],
      [0, "", "ok", "token"],
    );
    assert.deepEqual(identity.registered, [1]);
  });

  it("takes an identity through a year: registered at once, retired a changeover later, never without a usable one", async () => {
    const identity = stage.identity();
    const found: unknown[] = [];
    const look = async (): Promise<void> => {
      const { code, line } = await turn(identity);
      assert.ok(identity.usable);
      found.push([
        code,
        line.outcome,
        line.verified,
        line.registered.length,
        line.removed.map(({ why }) => why),
      ]);
      found.push(identity.registered);
    };
    for (let year = 0; year < 6; year += 1) {
      await identity.renew();
      await look();
      stage.running.advance(31 * DAY);
      await look();
      stage.running.advance(29 * DAY);
    }
    const quiet = [0, "ok", "token", 0, []];
    const added = [0, "ok", "token", 1, []];
    const retired = [0, "ok", "token", 0, ["unused"]];
    assert.deepEqual(found, [
      ...[added, [1], quiet, [1]],
      ...[2, 3, 4, 5, 6].flatMap((n) => [added, [n - 1, n], retired, [n]]),
    ]);
  });

  it("says in one line what it found, did and left, and in a last one how many", async () => {
    const { identity, versions } = await stage.history();
    const [first, second, third, fourth] = versions;
    assert.ok(first && second && third && fourth);
    const [one, two, three] = identity.keys.map(({ keyId }) => keyId);
    const somebodyElse = await makeCertificate(
      shown(new Date(stage.running.now.getTime() - 300 * DAY)),
      shown(new Date(stage.running.now.getTime() + 1000)),
    );
    const path = `/applications/${identity.application.id}`;
    const kept = identity.keys.map(({ keyId }) => ({ keyId }));
    const other = { keyCredentials: [...kept, somebodyElse.keyCredential] };
    assert.equal(call(stage.sandbox.tenant, "PATCH", path, other).status, 204);
    // Expired when the runbook comes, and still not its own.
    stage.running.advance(2000);

    const { code, totals, stdout } = await turn(identity);
    const keyId = uuid5("6f5c2c3a-8f0e-5b52-9d57-6d9f0f4c3a71", fourth.certificateDer ?? Buffer.of());
    const date = (seconds: number): string => shown(new Date(seconds * 1000));
    const seen = (version: { created: number }): string => date(version.created);
    const expected = {
      identity: identity.name,
      outcome: "ok",
      step: "done",
      findings: [],
      newest: {
        version: fourth.version,
        keyId,
        thumbprint: thumbprintOf(fourth),
        notBefore: date(fourth.notBefore),
        notAfter: date(fourth.expires),
      },
      verified: "token",
      registered: [keyId],
      removed: [
        {
          keyId: one,
          thumbprint: thumbprintOf(first),
          notAfter: date(first.expires),
          why: "expired",
          lastSeen: seen(first),
        },
        {
          keyId: two,
          thumbprint: thumbprintOf(second),
          notAfter: date(second.expires),
          why: "unused",
          lastSeen: seen(second),
        },
      ],
      kept: [
        {
          keyId: three,
          thumbprint: thumbprintOf(third),
          notAfter: date(third.expires),
          why: "changeover",
          lastSeen: null,
        },
      ],
      others: 1,
      dryRun: false,
      refusal: null,
      next: "",
    };
    assert.equal(stdout.split("\n")[0], spaced(expected));
    assert.deepEqual(totals, {
      identities: 1,
      ok: 1,
      attention: 0,
      failed: 0,
      registered: 1,
      removed: 2,
      dryRun: false,
    });
    assert.equal(code, 0);
    assert.deepEqual(identity.registered, [0, 3, 4]);
  });

  it("adds the new entry beside the others, valid from now to the end of the certificate", async () => {
    const { identity, versions } = await stage.history();
    const before = identity.keys;
    await turn(identity, { changeoverDays: 180, seenWithinDays: 180 });
    const added = identity.keys.at(-1);
    const made = versions[3];
    assert.ok(added && made);
    assert.deepEqual(identity.keys.slice(0, -1), before.slice(1));
    assert.deepEqual(
      { ...added, key: Buffer.from(added.key, "base64").equals(made.certificateDer ?? Buffer.of()) },
      {
        keyId: uuid5("6f5c2c3a-8f0e-5b52-9d57-6d9f0f4c3a71", made.certificateDer ?? Buffer.of()),
        displayName: `certlock ${identity.name} ${made.version.slice(0, 8)}`,
        startDateTime: shown(new Date(stage.running.now.getTime() - 300_000)),
        endDateTime: shown(new Date(made.expires * 1000)),
        type: "AsymmetricX509Cert",
        usage: "Verify",
        customKeyIdentifier: Buffer.from(thumbprintOf(made), "hex").toString("base64"),
        key: true,
      },
    );
  });

  it("changes one entry at a time where it can prove a key, and the whole list only where it cannot", async () => {
    const { identity } = await stage.history();
    const writes = () =>
      stage.wire.exchanges
        .filter(({ host, method }) => host === "graph.microsoft.com" && method !== "GET")
        .map(({ method, path }) => `${method} ${path.split("/").slice(4).join("/")}`);
    await turn(identity);
    assert.deepEqual(writes(), ["POST addKey", "POST removeKey", "POST removeKey"]);
    stage.wire.reset();
    const first = stage.identity();
    await first.renew();
    await turn(first);
    assert.deepEqual(writes(), ["PATCH "]);
  });

  it("keeps what a client still signs in with, says so, and takes it when the client has changed over", async () => {
    const { identity, versions } = await stage.history();
    await turn(identity);
    stage.running.advance(31 * DAY);
    const third = versions[2];
    assert.ok(third);
    assert.equal(await identity.signIn(third), 200);
    const late = await turn(identity);
    assert.deepEqual([late.code, late.line.outcome, late.line.findings], [0, "attention", ["STILL_SEEN"]]);
    assert.deepEqual(
      late.line.kept.map(({ why, lastSeen }) => [why, lastSeen]),
      [["seen", shown(stage.running.now)]],
    );
    assert.match(late.line.next, /find it by the key id/);
    stage.running.advance(29 * DAY);
    assert.deepEqual((await turn(identity)).line.findings, ["STILL_SEEN"]);
    stage.running.advance(2 * DAY);
    assert.deepEqual(
      (await turn(identity)).line.removed.map(({ why }) => why),
      ["unused"],
    );
  });

  it("removes what is still seen where an exemption says so, until that ends", async () => {
    const { identity, versions } = await stage.history();
    await turn(identity);
    stage.running.advance(31 * DAY);
    const third = versions[2];
    assert.ok(third);
    assert.equal(await identity.signIn(third), 200);
    const keyId = identity.keys.find(({ key }) => key === third.certificateDer?.toString("base64"))?.keyId;
    const exempt = (until: Date) => {
      const [settings] = (stage.settings([identity]) as { identities: object[] }).identities;
      const retireThoughSeen = [
        { keyId, reason: "the old host is off", owner: "ops", until: shown(until).slice(0, 10) },
      ];
      return { identities: [{ ...settings, retireThoughSeen }] };
    };
    const ended = await turn(identity, exempt(new Date(stage.running.now.getTime() - DAY)));
    assert.deepEqual([ended.line.findings, ended.line.removed], [["EXEMPTION_ENDED", "STILL_SEEN"], []]);
    const { line } = await turn(identity, exempt(stage.running.now));
    assert.deepEqual([line.outcome, line.removed.map(({ why }) => why)], ["ok", ["exempt"]]);
    assert.deepEqual(identity.registered, [4]);
  });

  it("says that somebody tried an expired certificate lately, and removes it", async () => {
    const { identity, versions } = await stage.history();
    const [first] = versions;
    assert.ok(first);
    assert.equal(await identity.signIn(first), 401);
    stage.sandbox.tenant.signIns.push({
      ...structuredClone(stage.sandbox.tenant.signIns.at(-1)),
      servicePrincipalCredentialKeyId: identity.keys[0]?.keyId ?? null,
    } as never);
    const { line } = await turn(identity);
    assert.deepEqual([line.outcome, line.findings], ["attention", ["EXPIRED_STILL_SEEN"]]);
    assert.deepEqual(
      line.removed.map(({ why }) => why),
      ["expired", "unused"],
    );
  });

  it("only looks with --dry-run, and says what it would do", async () => {
    const { identity } = await stage.history();
    const before = identity.keys;
    const signIns = stage.sandbox.tenant.signIns.length;
    const dry = await turn(identity, {}, ["--dry-run"]);
    assert.deepEqual([identity.keys, stage.sandbox.tenant.signIns.length], [before, signIns]);
    assert.deepEqual([...new Set(stage.wire.exchanges.map(({ method }) => method))], ["GET"]);
    assert.deepEqual(
      [
        dry.line.dryRun,
        dry.line.verified,
        dry.line.registered.length,
        dry.line.removed.map(({ why }) => why),
      ],
      [true, "notChecked", 1, ["expired"]],
    );
    // Nobody has signed in for 40 days, and the runbook's own sign-in is what the real run will have.
    assert.deepEqual(
      dry.line.kept.map(({ why }) => why),
      ["noEvidence", "changeover"],
    );
  });

  it("finds the newest of more versions than fit on a page", async () => {
    const identity = stage.identity();
    const again = { key_props: { reuse_key: true } };
    for (let count = 0; count < 27; count += 1) await identity.renew(again);
    const { line } = await turn(identity);
    assert.equal(line.outcome, "ok");
    assert.deepEqual(identity.registered, [27]);
    const lists = stage.wire.exchanges.filter(({ path }) => path.includes("/versions?"));
    assert.equal(lists.length, 2);
  });

  it("ends one identity that fails, and not the others", async () => {
    const [good, bad, last] = [stage.identity(), stage.identity({ owns: false }), stage.identity()];
    for (const identity of [good, bad, last]) await identity.renew();
    const ran = await stage.run(stage.settings([good, bad, last]));
    assert.deepEqual(
      ran.lines.map(({ identity, outcome, step, findings }) => [identity, outcome, step, findings]),
      [
        [good.name, "ok", "done", []],
        [bad.name, "failed", "register", ["GRAPH_FORBIDDEN"]],
        [last.name, "ok", "done", []],
      ],
    );
    assert.deepEqual(ran.lines[1]?.refusal && { ...ran.lines[1].refusal, requestId: undefined }, {
      status: 403,
      code: "Authorization_RequestDenied",
      requestId: undefined,
    });
    assert.deepEqual(ran.lines[1]?.registered, []);
    const totals = {
      identities: 3,
      ok: 2,
      attention: 0,
      failed: 1,
      registered: 2,
      removed: 0,
      dryRun: false,
    };
    assert.deepEqual([ran.code, ran.totals], [1, totals]);
    assert.match(ran.stderr, /1 of 3 identities failed/);
    assert.deepEqual([good.registered, bad.keys, last.registered], [[1], [], [1]]);
  });

  it("leaves a certificate that is registered under another key id as it is", async () => {
    const identity = stage.identity();
    const keyId = identity.register(await identity.renew());
    const { line } = await turn(identity);
    assert.deepEqual([line.outcome, line.registered, line.newest?.keyId], ["ok", [], keyId]);
    assert.equal(identity.keys.length, 1);
  });
});

/** JSON as Python writes it: a space after each comma and colon, which no value here holds. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${spaced(each)}`)
    .join(", ")}}`;
}
