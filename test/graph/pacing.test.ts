import assert from "node:assert/strict";
import fc from "fast-check";
import { PACE_RULES, Pacer } from "../../graph";
import { ClientFixture, failure } from "./client-fixture";
import { graphError, json } from "./graph-server";

const ROOT = "https://graph.microsoft.com";

/** A time that passes only by waiting; `early` is how much too soon each timer fires. */
class VirtualTime {
  now = 1_000_000;
  readonly waits: number[] = [];
  readonly #early: number;

  constructor(early = 0) {
    this.#early = early;
  }

  readonly clock = (): Date => new Date(this.now);

  readonly sleep = (milliseconds: number): Promise<void> => {
    this.waits.push(milliseconds);
    this.now += Math.max(0, milliseconds - this.#early);
    return Promise.resolve();
  };
}

describe("the pace of a tenant", () => {
  it("concerns Conditional Access, Identity Protection and selected key credentials, and nothing else", () => {
    const pacer = new Pacer();
    const paced = [
      ["GET", "/v1.0/identity/conditionalAccess/policies"],
      ["PATCH", "/beta/identity/ConditionalAccess/policies/1"],
      ["POST", "/v1.0/identity/conditionalAccess/namedLocations"],
      ["GET", "/v1.0/identityProtection/riskyServicePrincipals"],
      ["GET", "/v1.0/applications?$select=id,keyCredentials&$top=999"],
      ["GET", "/v1.0/applications?%24select=id%2CkeyCredentials"],
      ["GET", "/v1.0/servicePrincipals/1?$select=keyCredentials"],
      ["GET", "/v1.0/applications(appId='1')?$select=KeyCredentials"],
    ] as const;
    const free = [
      ["GET", "/v1.0/applications?$select=id,passwordCredentials"],
      ["GET", "/v1.0/applications?$filter=displayName eq 'keyCredentials'"],
      ["GET", "/v1.0/users?$select=keyCredentials"],
      ["PATCH", "/v1.0/applications/1?$select=keyCredentials"],
      ["GET", "/v1.0/identity/conditionalAccessOther"],
      ["GET", "/v1.0/policies/identityProtection"],
    ] as const;
    const isPaced = ([method, path]: readonly [string, string]): boolean =>
      pacer.paces(method, new URL(path, ROOT));
    assert.deepEqual(paced.filter(isPaced), paced);
    assert.deepEqual(free.filter(isPaced), []);
    assert.deepEqual(
      PACE_RULES.map(({ limit, windowMs }) => [limit, windowMs >= limit * (60_000 / 150)]),
      [
        [1, true],
        [150, true],
      ],
    );
  });

  it("never starts more than the limit within any window, waits for nothing else, and keeps the order", async () => {
    const plan = fc.record({
      limit: fc.integer({ min: 1, max: 5 }),
      windowMs: fc.integer({ min: 1, max: 2_000 }),
      idle: fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ limit, windowMs, idle }) => {
        const time = new VirtualTime();
        const rules = [{ limit, windowMs, applies: () => true }];
        const pacer = new Pacer({ clock: time.clock, sleep: time.sleep, rules });
        const starts: number[] = [];
        for (const pause of idle) {
          time.now += pause;
          const arrived = time.now;
          const turn = await pacer.turn("GET", new URL(ROOT));
          turn?.start();
          starts.push(time.now);
          const bound = starts.at(-limit - 1);
          const allowed = bound === undefined ? arrived : Math.max(arrived, bound + windowMs);
          assert.equal(time.now, allowed);
        }
      }),
    );
  });

  it("does not count a turn that was given up", async () => {
    const time = new VirtualTime();
    const pacer = new Pacer({ clock: time.clock, sleep: time.sleep });
    const url = new URL("/v1.0/identityProtection/x", ROOT);
    for (let round = 0; round < 3; round++) (await pacer.turn("GET", url))?.giveUp();
    assert.deepEqual(time.waits, []);
    (await pacer.turn("GET", url))?.start();
    (await pacer.turn("GET", url))?.start();
    assert.deepEqual(time.waits, [1_050]);
  });

  it("waits for one window at most when the clock is set back or stands still", async () => {
    const time = new VirtualTime(1_050);
    const pacer = new Pacer({ clock: time.clock, sleep: time.sleep });
    const url = new URL("/v1.0/identityProtection/x", ROOT);
    (await pacer.turn("GET", url))?.start();
    time.now -= 3_600_000;
    (await pacer.turn("GET", url))?.start();
    assert.deepEqual(time.waits, [1_050]);
    // The timers of this time do not move it: the next turn counts from the moment that was waited for.
    (await pacer.turn("GET", url))?.start();
    assert.deepEqual(time.waits, [1_050, 2_100]);
  });

  it("lets a waiting one go without disturbing the others", async () => {
    const pacer = new Pacer({ sleep: () => new Promise(() => undefined) });
    const url = new URL("/v1.0/identityProtection/x", ROOT);
    const first = await pacer.turn("GET", url);
    const gone = new AbortController();
    const second = pacer.turn("GET", url, gone.signal);
    const third = pacer.turn("GET", url);
    gone.abort(new Error("no longer wanted"));
    await assert.rejects(second, /no longer wanted/);
    first?.giveUp();
    assert.ok(await third);
  });
});

describe("Graph client, paced", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  it("spaces Conditional Access by a second on the wire, whatever their number, and lets others pass", async () => {
    const arrivals: number[] = [];
    fixture.server.answerWith(({ path }, response) => {
      if (path.includes("conditionalAccess")) arrivals.push(performance.now());
      response.end("{}");
    });
    const pacer = new Pacer();
    const client = fixture.client({ pacer, maxInFlight: 1 });
    const paced = ["/a", "/b", "/c"].map((id) => client.get(`/identity/conditionalAccess/policies${id}`));
    await client.get("/applications");
    assert.ok(arrivals.length <= 1, "a request of another kind waited for the pace");
    // A second client of the same tenant.
    const other = fixture.client({ pacer }).patch("/identity/conditionalAccess/policies/d", {});
    await Promise.all([...paced, other]);
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    assert.equal(gaps.length, 3);
    assert.ok(
      gaps.every((gap) => gap >= 1_000),
      gaps.join(", "),
    );
  });

  it("backs off by itself after a 429 without Retry-After", async () => {
    fixture.server.answerWith(graphError(429, "TooManyRequests", ""), json(200, { id: "p" }));
    const time = new VirtualTime();
    const client = fixture.client({ clock: time.clock, sleep: time.sleep });
    assert.deepEqual(await client.get("/identity/conditionalAccess/policies/p"), { id: "p" });
    assert.deepEqual(time.waits, [500, 550]);
  });

  it("is cancelled while it waits for its turn, and says that nothing was applied", async () => {
    const stop = new AbortController();
    const pacer = new Pacer({
      sleep: (_milliseconds, signal) => {
        stop.abort();
        return Promise.reject(signal?.reason as Error);
      },
    });
    const client = fixture.client({ pacer });
    const path = "/identity/conditionalAccess/policies";
    await client.get(path);
    const error = await failure(client.post(path, {}, { signal: stop.signal }));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_ABORTED", "not-applied"]);
    assert.equal(fixture.server.received.length, 1);
  });
});
