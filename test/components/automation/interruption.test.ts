/** The runbook is killed at every request, answered badly at every request, run in two places, and met by other writers. */
import assert from "node:assert/strict";
import type { KeyCredential } from "../../../sandbox/tenant/directory-objects";
import { call, makeCertificate } from "../../sandbox/tenant-fixture";
import { RotationStage, type Ran } from "./rotation-stage";
import { runbookPython } from "./runbook-python";
import type { StagedIdentity } from "./staged-identity";
import type { Exchange, Meddler, Reply } from "./wire";

/** What an undisturbed run of the history leaves: version 1 is expired, 2 unused; 3 and the new 4 stay. */
const DONE = [3, 4];

describe("runbook: interrupted", function () {
  this.timeout(600_000);
  let stage: RotationStage;
  let identity: StagedIdentity;
  let keys: readonly KeyCredential[];
  let signIns: number;
  /** Requests of an undisturbed run. */
  let requests: readonly Exchange[];
  let ids: readonly string[];

  before(async function () {
    stage = await RotationStage.open(await runbookPython(this));
    stage.grantGraph(["Application.ReadWrite.OwnedBy", "AuditLog.Read.All"]);
    ({ identity } = await stage.history());
    keys = identity.keys;
    signIns = stage.sandbox.tenant.signIns.length;
    const ran = await turn();
    assert.deepEqual([ran.code, identity.registered], [0, DONE]);
    requests = [...stage.wire.exchanges];
    ids = identity.keys.map(({ keyId }) => keyId);
  });
  after(async () => {
    // Undefined where there is no Python.
    await (stage as RotationStage | undefined)?.close();
  });
  beforeEach(() => {
    again();
  });

  /** As the history left it: the vault is never changed by the runbook. */
  const again = (): void => {
    stage.wire.reset();
    identity.keys = keys;
    stage.sandbox.tenant.signIns.length = signIns;
  };
  const turn = (): Promise<Ran> => stage.run(stage.settings([identity]));
  /** At every moment somebody who reads the vault can sign in. */
  const assertUsable = (): undefined => {
    assert.ok(identity.usable, "no usable credential is registered");
    return undefined;
  };
  const assertDone = (when: string): void => {
    assert.deepEqual(
      identity.keys.map(({ keyId }) => keyId),
      ids,
      when,
    );
  };
  /** One disturbance at each request of a run in turn. */
  const atEach = async (disturb: (number: number, when: string) => Promise<void>): Promise<void> => {
    for (const { number, method, host, path } of requests) {
      again();
      await disturb(number, `request ${number}: ${method} ${host}${path.split("?")[0] ?? ""}`);
    }
  };

  it("makes the requests the runbook's page says, in their order", () => {
    const short = ({ method, host, path }: Exchange): string => {
      const [where = ""] = path.split("?");
      const last = where.replace(/[0-9a-f]{32}/, "<version>").split("/");
      return `${method} ${host.split(".")[0] ?? ""} ${last.slice(host.startsWith("graph") ? 4 : 3).join("/")}`;
    };
    const read = "GET graph ";
    const proof = "POST kv-billing <version>/sign";
    const report = "GET graph ";
    assert.deepEqual(requests.map(short), [
      "GET identity ",
      "GET kv-billing versions",
      "GET kv-billing ",
      "GET identity ",
      read,
      ...[read, proof, "POST graph addKey", read],
      ...[proof, "POST login v2.0/token"],
      ...[report, read, proof, "POST graph removeKey", read],
      ...[report, report, report, read, proof, "POST graph removeKey", read],
    ]);
  });

  for (const moment of ["before", "after"] as const) {
    it(`ends as if nothing had been when it is killed ${moment} any request is answered, and run again`, async () => {
      await atEach(async (number, when) => {
        const { child, done } = stage.start(stage.settings([identity]));
        const kill = async (exchange: Exchange): Promise<"cut" | undefined> => {
          assertUsable();
          if (exchange.number !== number) return undefined;
          child.kill("SIGKILL");
          await done;
          return "cut";
        };
        stage.wire.meddler = moment === "before" ? { before: kill } : { before: assertUsable, after: kill };
        const killed = await done;
        stage.assertNothingSecret(killed);
        assert.deepEqual([killed.code, killed.lines.length], [-1, 0], when);
        assertUsable();
        stage.wire.reset();
        stage.wire.meddler = { before: assertUsable, after: assertUsable };
        const ran = await turn();
        assert.deepEqual([ran.code, ran.lines[0]?.outcome], [0, "ok"], when + ran.stdout);
        assertDone(when);
      });
    });
  }

  it("is done in one run when any answer is lost, whether the request was heard or not", async () => {
    await atEach(async (number, when) => {
      // A read that is not heard is as one whose answer is lost.
      const moments = requests[number - 1]?.method === "GET" ? ["after"] : ["before", "after"];
      for (const moment of moments) {
        again();
        const lose = ({ number: asked }: Exchange): "cut" | undefined =>
          asked === number ? "cut" : undefined;
        stage.wire.meddler = { [moment]: lose };
        const ran = await turn();
        assert.deepEqual([ran.code, ran.lines[0]?.outcome], [0, "ok"], `${moment} ${when} ${ran.stdout}`);
        assertDone(when);
        assert.equal(ran.slept, 1, when);
      }
    });
  });

  it("is done in one run when any request is throttled, or any write finds the service away", async () => {
    await atEach(async (number, when) => {
      const throttled = { status: 429, headers: { "retry-after": "17" }, body: "{}" };
      const away = { status: 503, headers: { "retry-after": "5" }, body: "{}" };
      for (const refusal of requests[number - 1]?.method === "GET" ? [throttled] : [throttled, away]) {
        again();
        stage.wire.meddler = { before: ({ number: asked }) => (asked === number ? refusal : undefined) };
        const ran = await turn();
        assert.deepEqual([ran.code, ran.lines[0]?.outcome], [0, "ok"], when + ran.stdout);
        assertDone(when);
        assert.equal(ran.slept, Number(refusal.headers["retry-after"]), when);
      }
    });
  });

  it("waits longer each time where a service names no time, and gives up after five", async () => {
    for (const [status, finding] of [
      [429, "THROTTLED"],
      [500, "SERVICE_FAILED"],
      [504, "SERVICE_FAILED"],
    ] as const) {
      again();
      stage.wire.meddler = {
        before: ({ number }) => (number >= 5 ? { status, body: "no JSON" } : undefined),
      };
      const ran = await turn();
      assert.deepEqual(
        [ran.code, ran.lines[0]?.findings, ran.slept],
        [1, [finding], 1 + 2 + 4 + 8],
        ran.stdout,
      );
    }
  });

  it("does not wait for hours because a service says so", async () => {
    stage.wire.meddler = {
      before: () => ({ status: 429, headers: { "retry-after": "7200" }, body: "{}" }),
    };
    const ran = await turn();
    assert.deepEqual([ran.code, ran.lines[0]?.findings, ran.slept], [1, ["THROTTLED"], 0]);
  });

  it("waits until the date a service names", async () => {
    const until = new Date(stage.running.now.getTime() + 42_000).toUTCString();
    const throttle: Reply = { status: 429, headers: { "retry-after": until }, body: "" };
    stage.wire.meddler = { before: ({ number }) => (number === 5 ? throttle : undefined) };
    const ran = await turn();
    assertDone("");
    assert.ok(ran.slept > 40 && ran.slept <= 42, String(ran.slept));
  });

  it("ends alike where two run at once, whichever waits for the other at any request", async () => {
    await atEach(async (number, when) => {
      // One process holds a request back until the other has come to its end.
      let other: Promise<Ran> | undefined;
      const hold = async (exchange: Exchange): Promise<undefined> => {
        assertUsable();
        if (exchange.number !== number || other !== undefined) return undefined;
        other = stage.run(stage.settings([identity]));
        await other;
        return undefined;
      };
      stage.wire.meddler = { before: hold, after: assertUsable };
      const ran = await turn();
      const late = await other;
      assert.deepEqual([ran.code, late?.code], [0, 0], `${when} ${ran.stdout} ${late?.stdout ?? ""}`);
      assert.deepEqual(
        [ran, late].map((each) => each?.lines[0]?.outcome),
        ["ok", "ok"],
        when,
      );
      assertDone(when);
    });
  });

  it("loses nothing that somebody else writes between any two of its requests", async () => {
    const other = await makeCertificate("2026-11-01T00:00:00Z", "2036-11-01T00:00:00Z");
    const add = (): string => {
      const keyId = stage.sandbox.tenant.newId();
      const kept = identity.keys.map((key) => ({ keyId: key.keyId }));
      const keyCredentials = [...kept, { ...other.keyCredential, keyId }];
      const path = `/applications/${identity.application.id}`;
      assert.equal(call(stage.sandbox.tenant, "PATCH", path, { keyCredentials }).status, 204);
      return keyId;
    };
    await atEach(async (number, when) => {
      let written = "";
      stage.wire.meddler = {
        before: (exchange) => {
          if (exchange.number === number) written = add();
          assertUsable();
          return undefined;
        },
      };
      const ran = await turn();
      assert.equal(ran.code, 0, when + ran.stdout);
      const left = identity.keys.map(({ keyId }) => keyId);
      assert.deepEqual(left.toSorted(), [...ids, written].toSorted(), when);
    });
  });

  it("registers the first certificate once, killed at any request or run in two places at once", async () => {
    const first = stage.identity();
    await first.renew();
    const settings = stage.settings([first]);
    assert.equal((await stage.run(settings)).code, 0);
    const [expected] = first.keys.map(({ keyId }) => keyId);
    const count = stage.wire.exchanges.length;
    for (let number = 1; number <= count; number += 1) {
      for (const moment of ["before", "after", "other"] as const) {
        const when = `${moment} request ${number} of ${count}`;
        stage.wire.reset();
        first.keys = [];
        const { child, done } = stage.start(settings);
        const strike = async (exchange: Exchange): Promise<"cut" | undefined> => {
          if (exchange.number !== number) return undefined;
          if (moment === "other") {
            stage.wire.meddler = {};
            assert.equal((await stage.run(settings)).code, 0, when);
            return undefined;
          }
          child.kill("SIGKILL");
          await done;
          return "cut";
        };
        stage.wire.meddler = moment === "after" ? { after: strike } : { before: strike };
        assert.equal((await done).code, moment === "other" ? 0 : -1, when);
        stage.wire.reset();
        const ran = await stage.run(settings);
        assert.deepEqual([ran.code, ran.lines[0]?.outcome], [0, "ok"], when);
        assert.deepEqual(
          first.keys.map(({ keyId }) => keyId),
          [expected],
          when,
        );
      }
    }
  });

  it("writes again when somebody who knows nothing of it takes its entry away", async () => {
    const meddler: Meddler = {
      after: ({ path }) => {
        if (!path.endsWith("/addKey")) return undefined;
        identity.keys = identity.keys.slice(0, -1);
        stage.wire.meddler = {};
        return undefined;
      },
    };
    stage.wire.meddler = meddler;
    const ran = await turn();
    assert.deepEqual([ran.code, ran.lines[0]?.outcome], [0, "ok"], ran.stdout);
    assertDone("");
    // It had first waited for the entry to be seen.
    assert.ok(ran.slept >= 60, String(ran.slept));
  });

  it("gives up when its entry is taken away each time, and keeps everything", async () => {
    stage.wire.meddler = {
      after: ({ path }) => {
        if (path.endsWith("/addKey")) identity.keys = identity.keys.slice(0, -1);
        return undefined;
      },
    };
    const ran = await turn();
    assert.deepEqual(
      [ran.code, ran.lines[0]?.step, ran.lines[0]?.findings, ran.lines[0]?.registered],
      [1, "register", ["APPLICATION_BUSY"], []],
    );
    assert.deepEqual(identity.registered, [1, 2, 3]);
    assert.ok(ran.slept < 300, String(ran.slept));
  });

  it("waits until reads show what it wrote, and until Entra knows the new key", async () => {
    const { replication } = stage.sandbox.tenant;
    replication.lag = { reads: 3 };
    let refusals = 3;
    const unknown: Reply = {
      status: 401,
      body: JSON.stringify({ error: "invalid_client", error_codes: [700027] }),
    };
    stage.wire.meddler = {
      before: ({ host }) => (host.startsWith("login") && refusals-- > 0 ? unknown : undefined),
    };
    const ran = await turn();
    replication.lag = undefined;
    replication.settle();
    assert.deepEqual([ran.code, ran.lines[0]?.verified], [0, "token"], ran.stdout);
    assertDone("");
    assert.equal(ran.slept, 1 + 2 + 4 + 5 + 10 + 20);
  });

  it("removes nothing when Entra does not know the new key in time", async () => {
    const unknown: Reply = {
      status: 401,
      body: JSON.stringify({ error: "invalid_client", error_codes: [700027] }),
    };
    stage.wire.meddler = { before: ({ host }) => (host.startsWith("login") ? unknown : undefined) };
    const ran = await stage.run(stage.settings([identity], { waitSeconds: 100 }));
    assert.deepEqual([ran.code, ran.slept], [1, 100]);
    assert.deepEqual(
      [ran.lines[0]?.step, ran.lines[0]?.findings, ran.lines[0]?.refusal],
      ["verify", ["TOKEN_REFUSED"], { status: 401, code: "AADSTS700027", requestId: null }],
    );
    assert.deepEqual(identity.registered, [1, 2, 3, 4]);
  });
});
