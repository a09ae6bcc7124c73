import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { ClientFixture, failure } from "./client-fixture";
import { graphError, json } from "./graph-server";

/** Lets everything happen that needs no more input. */
async function settle(until: () => boolean): Promise<void> {
  while (!until()) await new Promise((resolve) => setImmediate(resolve));
}

describe("Graph client, requests under way", () => {
  let fixture: ClientFixture;
  let open: Map<string, ServerResponse>;
  let order: string[];

  beforeEach(async () => {
    fixture = await ClientFixture.start();
    open = new Map();
    order = [];
    fixture.server.answerWith(({ path }, response) => {
      order.push(path.replace("/v1.0/", ""));
      open.set(path.replace("/v1.0/", ""), response);
    });
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  function answer(name: string): void {
    open.get(name)?.end("{}");
    open.delete(name);
  }

  it("are never more than allowed; the next one is who waits longest", async () => {
    const client = fixture.client({ maxInFlight: 2 });
    const all = ["a", "b", "c", "d", "e"].map((name) => client.get(`/${name}`));
    let most = 0;
    for (const name of ["b", "a", "c", "d", "e"]) {
      await settle(() => open.has(name));
      most = Math.max(most, open.size);
      answer(name);
    }
    await Promise.all(all);
    assert.deepEqual([most, order.slice(2)], [2, ["c", "d", "e"]]);
  });

  it("are eight if nothing is said", async () => {
    const client = fixture.client();
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const all = names.map((name) => client.get(`/${name}`));
    await settle(() => open.size === 8);
    // A round trip that is answered proves that nothing else was sent in the meantime.
    answer("n0");
    await settle(() => order.length === 9);
    assert.equal(open.size, 8);
    for (const name of names) {
      await settle(() => name === "n0" || open.has(name));
      answer(name);
    }
    await Promise.all(all);
  });

  it("are not joined by one that was cancelled in the queue", async () => {
    const client = fixture.client({ maxInFlight: 1 });
    const first = client.get("/first");
    await settle(() => open.has("first"));
    const stop = new AbortController();
    const queued = failure(client.post("/queued", {}, { signal: stop.signal }));
    const last = client.get("/last");
    stop.abort();
    const error = await queued;
    assert.deepEqual([error.code, error.outcome], ["GRAPH_ABORTED", "not-applied"]);
    assert.deepEqual(getEventListeners(stop.signal, "abort"), []);
    answer("first");
    await settle(() => open.has("last"));
    answer("last");
    await Promise.all([first, last]);
    assert.deepEqual(order, ["first", "last"]);
  });

  it("do not include one that waits for the end of its throttling", async () => {
    fixture.server.answerWith(graphError(429, "", "", { "retry-after": "60" }), json(200, { id: "other" }));
    let wake: (() => void) | undefined;
    const sleep = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    const client = fixture.client({ maxInFlight: 1, sleep });
    const throttled = client.get("/throttled");
    await settle(() => wake !== undefined);
    assert.deepEqual(await client.get("/other"), { id: "other" });
    wake?.();
    await throttled;
  });

  it("free their place when they fail", async () => {
    const client = fixture.client({ maxInFlight: 1 });
    fixture.server.answerWith(graphError(403, "Forbidden", ""));
    for (let round = 0; round < 3; round++) assert.equal((await failure(client.get("/x"))).status, 403);
    const unsigned = fixture.client({
      maxInFlight: 1,
      tokenSource: { getToken: () => Promise.resolve(null) },
    });
    for (let round = 0; round < 3; round++) {
      assert.equal((await failure(unsigned.get("/x"))).code, "GRAPH_SIGN_IN_FAILED");
    }
  });

  it("leave nothing on the caller's signal when they are done", async () => {
    fixture.server.answerWith(graphError(503, "", ""), json(200, {}), json(200, {}));
    const { signal } = new AbortController();
    const client = fixture.client({ maxInFlight: 1 });
    await Promise.all([client.get("/a", { signal }), client.get("/b", { signal })]);
    assert.deepEqual(getEventListeners(signal, "abort"), []);
  });

  it("stop waiting for a token source that does not answer, at the limit of time and when cancelled", async () => {
    const tokenSource = { getToken: () => new Promise<never>(() => undefined) };
    const slow = fixture.client({ tokenSource, retry: { attemptTimeoutMs: 20 } });
    const error = await failure(slow.post("/x", {}));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_SIGN_IN_FAILED", "not-applied"]);
    assert.match(error.message, /the token source gave no answer in time\. Nothing was sent/);
    const stop = new AbortController();
    const cancelled = failure(fixture.client({ tokenSource }).get("/x", { signal: stop.signal }));
    stop.abort();
    assert.equal((await cancelled).code, "GRAPH_ABORTED");
    assert.deepEqual(order, []);
  });

  it("are not sent when they are cancelled at the moment the token is there", async () => {
    const stop = new AbortController();
    const getToken = (): Promise<{ token: string; expiresOnTimestamp: number }> => {
      stop.abort();
      return Promise.resolve({ token: "t", expiresOnTimestamp: 0 });
    };
    const client = fixture.client({ tokenSource: { getToken } });
    const error = await failure(client.post("/x", {}, { signal: stop.signal }));
    assert.deepEqual([error.code, error.outcome, order], ["GRAPH_ABORTED", "not-applied", []]);
  });

  it("refuses a number that is none", () => {
    for (const maxInFlight of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => fixture.client({ maxInFlight }), /"maxInFlight" is a whole number from 1 upwards/);
    }
  });
});
