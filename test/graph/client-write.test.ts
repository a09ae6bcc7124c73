import assert from "node:assert/strict";
import { GraphAbortedError, GraphClient, GraphUnreachableError } from "../../graph";
import { ClientFixture, failure, TOKEN } from "./client-fixture";
import { cut, empty, graphError, halfABody } from "./graph-server";

describe("Graph client, changing", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  it("sends the change once and does not mind an answer that breaks off after 204", async () => {
    fixture.server.answerWith(empty(204));
    await fixture.client().patch("/x", { isEnabled: true });
    assert.deepEqual(
      fixture.server.received.map(({ method, path }) => `${method} ${path}`),
      ["PATCH /v1.0/x"],
    );
    assert.equal(fixture.server.received[0]?.body, '{"isEnabled":true}');
    assert.equal(fixture.server.received[0].headers["content-type"], "application/json");
    fixture.server.answerWith(halfABody);
    await fixture.client().patch("/x", {});
    assert.equal(fixture.server.received.length, 2);
  });

  it("sends again after 429 and 503, where the service asks for it", async () => {
    fixture.server.answerWith(
      graphError(429, "TooManyRequests", "", { "retry-after": "2" }),
      graphError(503, "serviceNotAvailable", ""),
      empty(204),
    );
    await fixture.client().patch("/x", {});
    assert.equal(fixture.server.received.length, 3);
    assert.deepEqual(fixture.waits, [2_000, 1_000]);
  });

  it("says that nothing was applied when throttling does not end", async () => {
    fixture.server.answerWith(graphError(429, "TooManyRequests", ""));
    const error = await failure(fixture.client().patch("/x", {}));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_THROTTLED", "not-applied"]);
  });

  it("does not send again after a cut connection: the outcome is unknown", async () => {
    fixture.server.answerWith(cut, empty(204));
    const error = await failure(fixture.client().patch("/x", {}));
    assert.ok(error instanceof GraphUnreachableError);
    assert.equal(error.outcome, "unknown");
    assert.match(error.message, /not sent again; read the object first/);
    assert.deepEqual(
      fixture.server.received.map(({ method, path }) => `${method} ${path}`),
      ["PATCH /v1.0/x"],
    );
  });

  it("does not say that nothing was applied once an attempt was answered with 503, whatever comes after", async () => {
    const unavailable = graphError(503, "serviceNotAvailable", "");
    for (const [later, code] of [
      [unavailable, "GRAPH_UNAVAILABLE"],
      [graphError(403, "Authorization_RequestDenied", ""), "GRAPH_FORBIDDEN"],
      [graphError(409, "conflict", ""), "GRAPH_CONFLICT"],
      [graphError(429, "TooManyRequests", "", { "retry-after": "999" }), "GRAPH_THROTTLED"],
    ] as const) {
      fixture.server.answerWith(unavailable, later);
      const error = await failure(fixture.client().patch("/x", {}));
      assert.deepEqual([error.code, error.outcome], [code, "unknown"]);
      assert.match(error.message, /Whether the change was carried out is unknown; read the object/);
    }

    let asked = 0;
    const getToken = (): Promise<{ token: string; expiresOnTimestamp: number } | null> =>
      Promise.resolve(asked++ === 0 ? { token: TOKEN, expiresOnTimestamp: 0 } : null);
    fixture.server.answerWith(unavailable);
    const signIn = await failure(fixture.client({ tokenSource: { getToken } }).patch("/x", {}));
    assert.deepEqual([signIn.code, signIn.outcome], ["GRAPH_SIGN_IN_FAILED", "unknown"]);

    const stop = new AbortController();
    const sleep = (): Promise<void> => {
      stop.abort();
      return Promise.reject(new Error("stopped"));
    };
    const aborted = await failure(fixture.client({ sleep }).patch("/x", {}, { signal: stop.signal }));
    assert.deepEqual([aborted.code, aborted.outcome], ["GRAPH_ABORTED", "unknown"]);
  });

  it("says that nothing was applied when a refusal follows throttling", async () => {
    fixture.server.answerWith(graphError(429, "TooManyRequests", ""), graphError(409, "conflict", ""));
    const error = await failure(fixture.client().patch("/x", {}));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_CONFLICT", "not-applied"]);
    assert.doesNotMatch(error.message, /unknown/);
  });

  for (const status of [408, 500, 502, 504]) {
    it(`does not send again after ${status}: the outcome is unknown`, async () => {
      fixture.server.answerWith(graphError(status, "generalException", ""), empty(204));
      const error = await failure(fixture.client().patch("/x", {}));
      assert.deepEqual([error.code, error.outcome], ["GRAPH_UNAVAILABLE", "unknown"]);
      assert.equal(fixture.server.received.length, 1);
    });
  }

  it("tries again when no connection came about, which is safe, and then says nothing was applied", async () => {
    await fixture.server.close();
    const error = await failure(fixture.client({ retry: { maxAttempts: 3 } }).patch("/x", {}));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_UNREACHABLE", "not-applied"]);
    assert.match(error.message, /ECONNREFUSED/);
    assert.equal(fixture.waits.length, 2);
  });

  it("tells a change cancelled under way from one cancelled while waiting", async () => {
    const underWay = new AbortController();
    fixture.server.answerWith(() => {
      underWay.abort();
    });
    const unknown = await failure(fixture.client().patch("/x", {}, { signal: underWay.signal }));
    assert.ok(unknown instanceof GraphAbortedError);
    assert.equal(unknown.outcome, "unknown");

    const waiting = new AbortController();
    fixture.server.answerWith(graphError(429, "", "", { "retry-after": "60" }));
    const sleep = (_milliseconds: number, signal?: AbortSignal): Promise<void> => {
      waiting.abort();
      return Promise.reject(signal?.reason as Error);
    };
    const nothing = await failure(fixture.client({ sleep }).patch("/x", {}, { signal: waiting.signal }));
    assert.ok(nothing instanceof GraphAbortedError);
    assert.equal(nothing.outcome, "not-applied");

    const before = await failure(fixture.client().patch("/x", {}, { signal: AbortSignal.abort() }));
    assert.equal(before.outcome, "not-applied");
    assert.equal(fixture.server.received.length, 2);
  });

  it("really stops waiting when the signal aborts", async () => {
    fixture.server.answerWith(graphError(429, "", "", { "retry-after": "200" }));
    const { tokenSource, cloud } = {
      tokenSource: { getToken: () => Promise.resolve({ token: TOKEN, expiresOnTimestamp: 0 }) },
      cloud: { graphEndpoint: fixture.server.url, scope: "s" },
    };
    const error = await failure(
      new GraphClient({ tokenSource, cloud }).get("/x", { signal: AbortSignal.timeout(30) }),
    );
    assert.ok(error instanceof GraphAbortedError);
  });
});
