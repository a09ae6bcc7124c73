import assert from "node:assert/strict";
import { GraphAbortedError, GraphClient } from "../../graph";
import { ClientFixture, failure, TOKEN } from "./client-fixture";
import { cut, empty, graphError, halfABody, json } from "./graph-server";

describe("Graph client, creating and deleting", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  /** What the server got, in order. */
  function received(): string[] {
    return fixture.server.received.map(({ method, path }) => `${method} ${path}`);
  }

  it("gives the created object, and undefined where the service answers with nothing", async () => {
    fixture.server.answerWith(json(201, { id: "new" }), empty(204));
    assert.deepEqual(await fixture.client().post("/applications", { displayName: "a" }), { id: "new" });
    assert.equal(await fixture.client().post("/applications/1/removePassword", { keyId: "k" }), undefined);
    assert.deepEqual(received(), ["POST /v1.0/applications", "POST /v1.0/applications/1/removePassword"]);
    assert.equal(fixture.server.received[0]?.body, '{"displayName":"a"}');
    assert.equal(fixture.server.received[0].headers["content-type"], "application/json");
  });

  it("posts without a body", async () => {
    fixture.server.answerWith(json(200, { id: "restored" }));
    assert.deepEqual(await fixture.client().post("/directory/deletedItems/1/restore", undefined), {
      id: "restored",
    });
    assert.deepEqual(
      [fixture.server.received[0]?.body, fixture.server.received[0]?.headers["content-type"]],
      ["", undefined],
    );
  });

  it("deletes", async () => {
    fixture.server.answerWith(empty(204));
    await fixture.client().delete("/applications/1/appManagementPolicies/2/$ref");
    assert.deepEqual(received(), ["DELETE /v1.0/applications/1/appManagementPolicies/2/$ref"]);
  });

  for (const [what, answer, code] of [
    ["503, even with Retry-After", graphError(503, "down", "", { "retry-after": "1" }), "GRAPH_UNAVAILABLE"],
    ["504", graphError(504, "gatewayTimeout", "", { "retry-after": "1" }), "GRAPH_UNAVAILABLE"],
    ["500", graphError(500, "generalException", ""), "GRAPH_UNAVAILABLE"],
    ["408", graphError(408, "timeout", ""), "GRAPH_UNAVAILABLE"],
    ["a cut connection", cut, "GRAPH_UNREACHABLE"],
  ] as const) {
    it(`never posts twice after ${what}: the outcome is unknown`, async () => {
      fixture.server.answerWith(answer, json(201, { id: "second" }));
      const error = await failure(fixture.client().post("/applications", {}));
      assert.deepEqual([error.code, error.outcome], [code, "unknown"]);
      assert.match(error.message, /Whether the change was carried out is unknown/);
      assert.deepEqual(received(), ["POST /v1.0/applications"]);
      assert.deepEqual(fixture.waits, []);
    });
  }

  it("posts again after 429, which refused it", async () => {
    const throttled = graphError(429, "TooManyRequests", "", { "retry-after": "3" });
    fixture.server.answerWith(throttled, json(201, { id: "new" }));
    assert.deepEqual(await fixture.client().post("/applications", {}), { id: "new" });
    assert.equal(received().length, 2);
    assert.deepEqual(fixture.waits, [3_000]);
  });

  it("says that it was applied when the answer with the result is cut off, and does not post again", async () => {
    fixture.server.answerWith(halfABody, json(201, { id: "second" }));
    const error = await failure(fixture.client().post("/applications/1/addPassword", {}));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_UNREACHABLE", "applied"]);
    assert.match(error.message, /the change was carried out, only its answer is lost/);
    assert.equal(received().length, 1);
  });

  for (const [what, body] of [
    ["is not JSON", "<html>"],
    ["is a list", "[1]"],
    ["is too large", JSON.stringify({ filler: "x".repeat(5_000) })],
  ] as const) {
    it(`says that it was applied when the answer ${what}`, async () => {
      fixture.server.answerWith((_request, response) => response.writeHead(201).end(body));
      const error = await failure(fixture.client({ maxAnswerBytes: 1_000 }).post("/applications", {}));
      assert.deepEqual([error.code, error.outcome], ["GRAPH_INVALID_ANSWER", "applied"]);
      assert.match(error.message, /the change was carried out/);
      assert.equal(received().length, 1);
    });
  }

  it("tells a post cancelled before the answer from one cancelled while reading it", async () => {
    const before = new AbortController();
    fixture.server.answerWith(() => {
      before.abort();
    });
    const unknown = await failure(fixture.client().post("/x", {}, { signal: before.signal }));
    assert.ok(unknown instanceof GraphAbortedError);
    assert.equal(unknown.outcome, "unknown");

    const reading = new AbortController();
    // The fetch of the runtime resolves when the head is there; the rest never comes.
    const stopAtHead: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      setImmediate(() => {
        reading.abort();
      });
      return response;
    };
    fixture.server.answerWith((_request, response) => {
      response.writeHead(201, { "content-type": "application/json" });
      response.write('{"id":');
    });
    const client = fixture.client({ fetch: stopAtHead });
    const applied = await failure(client.post("/x", {}, { signal: reading.signal }));
    assert.ok(applied instanceof GraphAbortedError);
    assert.equal(applied.outcome, "applied");
  });

  it("repeats a question in a body as it repeats a read", async () => {
    fixture.server.answerWith(graphError(504, "", ""), cut, halfABody, json(200, { value: [] }));
    const client = fixture.client();
    const options = { effect: "read" } as const;
    assert.deepEqual(await client.post("/directoryObjects/getByIds", { ids: [] }, options), { value: [] });
    assert.equal(received().length, 4);
  });

  it("deletes again after 503, and does not say that nothing was applied if it is gone then", async () => {
    fixture.server.answerWith(graphError(503, "", ""), graphError(404, "Request_ResourceNotFound", ""));
    const error = await failure(fixture.client().delete("/applications/1"));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_NOT_FOUND", "unknown"]);
    assert.equal(received().length, 2);
  });

  it("does not delete again after 504 or a cut connection", async () => {
    for (const answer of [graphError(504, "", ""), cut]) {
      fixture.server.answerWith(answer, empty(204));
      const error = await failure(fixture.client().delete("/applications/1"));
      assert.equal(error.outcome, "unknown");
    }
    assert.equal(received().length, 2);
  });

  it("asks the version that is wanted and sends further headers", async () => {
    fixture.server.answerWith(json(200, {}), empty(204));
    const client = fixture.client();
    await client.get("/applications", { version: "beta", headers: { ConsistencyLevel: "eventual" } });
    await client.patch("/applications/1", {}, { headers: { "If-Match": 'W/"1"' } });
    const [read, change] = fixture.server.received;
    assert.deepEqual([read?.path, read?.headers["consistencylevel"]], ["/beta/applications", "eventual"]);
    assert.deepEqual([change?.path, change?.headers["if-match"]], ["/v1.0/applications/1", 'W/"1"']);
  });

  it("gives the ETag of the header, else that of the object", async () => {
    fixture.server.answerWith(
      json(200, { id: "a", "@odata.etag": 'W/"body"' }, { etag: 'W/"head"' }),
      json(200, { id: "b", "@odata.etag": 'W/"body"' }),
      json(200, { id: "c" }),
    );
    const client = fixture.client();
    const tags = [];
    for (const path of ["/a", "/b", "/c"]) tags.push((await client.getWithEtag(path)).etag);
    assert.deepEqual(tags, ['W/"head"', 'W/"body"', undefined]);
  });

  it("refuses headers that would replace its own or split the request", async () => {
    const client = fixture.client();
    for (const headers of [
      { Authorization: "Bearer other" },
      { "client-request-id": "x" },
      { "If-Match": "a\r\nx-evil: 1" },
      { "a b": "c" },
    ]) {
      await assert.rejects(client.delete("/x", { headers }), TypeError);
    }
    assert.deepEqual(received(), []);
  });

  it("refuses paths that would leave the version or name another object", async () => {
    const client = fixture.client();
    for (const path of [
      "applications",
      "/../beta/applications",
      "/applications/../users/1",
      "/applications/%2e%2E/users/1",
      "/applications/..",
      "/applications\\..\\users",
      "/applications#x",
      "/applications?$filter=displayName eq '#1'",
      "https://graph.microsoft.com/v1.0/applications",
    ]) {
      await assert.rejects(client.delete(path), TypeError, path);
    }
    fixture.server.answerWith(json(200, {}));
    await client.get("/applications?$filter=displayName eq '../x'");
    assert.deepEqual(received(), ["GET /v1.0/applications?$filter=displayName%20eq%20%27../x%27"]);
  });

  it("sends no token in the clear, except to this machine", () => {
    const tokenSource = { getToken: () => Promise.resolve({ token: TOKEN, expiresOnTimestamp: 0 }) };
    for (const graphEndpoint of [
      "http://graph.microsoft.com",
      "http://10.0.0.1",
      "ftp://localhost",
      "graph",
    ]) {
      assert.throws(
        () => new GraphClient({ tokenSource, cloud: { graphEndpoint, scope: "s" } }),
        /"graphEndpoint" is an https URL/,
      );
    }
    for (const graphEndpoint of ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"]) {
      new GraphClient({ tokenSource, cloud: { graphEndpoint, scope: "s" } });
    }
  });

  it("refuses limits that are no limits", () => {
    for (const retry of [{ maxAttempts: 0 }, { maxDelayMs: Number.NaN }, { baseDelayMs: -1 }]) {
      assert.throws(
        () => fixture.client({ retry }),
        /"retry\.(maxAttempts|maxDelayMs|baseDelayMs)" is a number/,
      );
    }
  });
});
