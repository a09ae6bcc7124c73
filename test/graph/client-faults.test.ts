/** Every fault of a connection against every kind of request: the right end, and the server's own count of writes. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { GraphClient } from "../../graph";
import { ClientFixture, failure } from "./client-fixture";
import { type Answer, cut, halfABody, json } from "./graph-server";

const BODY = JSON.stringify({ id: "x", value: [{ id: "x" }] });
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/** Writes to the socket as it is, and cuts the connection when everything is on its way. */
function raw(text: string | Buffer): Answer {
  return (_request, response) => {
    response.socket?.end(text, () => response.socket?.destroy());
  };
}

/** What follows from a fault: whether the head of the answer had said that the write was done. */
type Head = "missing" | "complete";

const FAULTS: readonly (readonly [string, Answer, Head])[] = [
  ["cut without a word", cut, "missing"],
  ["cut within the status line", raw("HTTP/1.1 20"), "missing"],
  ["cut within the headers", raw(`${HEAD}request-id: req`), "missing"],
  ["answered by something that is not HTTP", raw("220 mail.example ESMTP\r\n"), "missing"],
  ["answered with headers without end", raw(`${HEAD}x: ${"y".repeat(100_000)}\r\n\r\n${BODY}`), "missing"],
  ["cut before the body", raw(`${HEAD}content-length: ${BODY.length}\r\n\r\n`), "complete"],
  ["cut within the body", halfABody, "complete"],
  [
    "given a content-length that is too long",
    raw(`${HEAD}content-length: ${BODY.length + 9}\r\n\r\n${BODY}`),
    "complete",
  ],
  ["cut within a chunk", raw(`${HEAD}transfer-encoding: chunked\r\n\r\nff\r\n${BODY}`), "complete"],
  [
    "cut before the last chunk",
    raw(`${HEAD}transfer-encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n`),
    "complete",
  ],
  [
    "given chunks that are none",
    raw(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n${BODY}\r\n0\r\n\r\n`),
    "complete",
  ],
  [
    "answered by half, for ever",
    (_request, response) => response.writeHead(200).write(BODY.slice(0, 5)),
    "complete",
  ],
  ["never answered", () => undefined, "missing"],
];

const WRITES: readonly (readonly [string, (client: GraphClient) => Promise<unknown>, boolean])[] = [
  ["POST", (client) => client.post("/applications/1/addPassword", {}), true],
  ["PATCH", (client) => client.patch("/applications/1", {}), false],
  ["DELETE", (client) => client.delete("/applications/1"), false],
];

describe("Graph client, when a request is", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  const client = (): GraphClient => fixture.client({ retry: { attemptTimeoutMs: 250 } });

  for (const [fault, answer, head] of FAULTS) {
    it(`${fault}: a read comes through at the third attempt`, async () => {
      fixture.server.answerWith(answer, answer, json(200, { id: "x" }));
      assert.deepEqual(await client().get("/applications/1"), { id: "x" });
      assert.equal(fixture.server.received.length, 3);
    });

    it(`${fault}, again and again: a list ends in an error and gives nothing of the broken page`, async () => {
      const next = `${fixture.server.url}/v1.0/applications?2`;
      fixture.server.answerWith(json(200, { value: [{ id: "a" }], "@odata.nextLink": next }), answer);
      const ids: unknown[] = [];
      const listing = async (): Promise<void> => {
        for await (const { id } of client().list("/applications")) ids.push(id);
      };
      const error = await failure(listing());
      assert.deepEqual([error.code, ids, fixture.server.received.length], ["GRAPH_UNREACHABLE", ["a"], 7]);
    });

    for (const [method, write, wantsAnswer] of WRITES) {
      it(`${fault}: a ${method} arrives once and its end is known`, async () => {
        fixture.server.answerWith(answer, json(200, { id: "second" }));
        // A PATCH and a DELETE are done when the head says so; a POST has a result to lose.
        if (head === "complete" && !wantsAnswer) await write(client());
        else {
          const error = await failure(write(client()));
          const outcome = head === "complete" ? "applied" : "unknown";
          assert.deepEqual([error.code, error.outcome], ["GRAPH_UNREACHABLE", outcome]);
        }
        assert.deepEqual(
          fixture.server.received.map((request) => request.method),
          [method],
        );
      });
    }
  }

  it("given a content-length that is too short: half an object is not taken for one", async () => {
    fixture.server.answerWith(raw(`${HEAD}content-length: 9\r\n\r\n${BODY}`), json(200, { id: "next" }));
    const error = await failure(client().get("/applications/1"));
    assert.equal(error.code, "GRAPH_INVALID_ANSWER");
    // What stood behind the nine bytes is not the answer to somebody else.
    assert.deepEqual(await client().get("/applications/2"), { id: "next" });
  });

  it("given half a compressed body: what is left is not taken for an answer", async () => {
    const half = gzipSync(BODY).subarray(0, 20);
    fixture.server.answerWith((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(half);
    });
    assert.equal((await failure(client().get("/applications/1"))).code, "GRAPH_INVALID_ANSWER");
    const error = await failure(client().post("/applications/1/addPassword", {}));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_INVALID_ANSWER", "applied"]);
    assert.equal(fixture.server.received.length, 2);
  });

  it("refused in half a sentence: the status still tells what happened", async () => {
    const refusal = 'HTTP/1.1 403 Forbidden\r\nrequest-id: req-7\r\ncontent-length: 500\r\n\r\n{"error":{';
    for (const [, write] of WRITES) {
      fixture.server.answerWith(raw(refusal));
      const error = await failure(write(client()));
      assert.deepEqual(
        [error.code, error.outcome, error.requestId],
        ["GRAPH_FORBIDDEN", "not-applied", "req-7"],
      );
    }
    assert.equal(fixture.server.received.length, WRITES.length);
  });

  it("refused and cancelled while the refusal is read: the refusal is told", async () => {
    const stop = new AbortController();
    fixture.server.answerWith((_request, response) => {
      response.writeHead(409, { "content-type": "application/json" });
      response.write("{");
    });
    const stopAtHead: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      setImmediate(() => {
        stop.abort();
      });
      return response;
    };
    const error = await failure(
      fixture.client({ fetch: stopAtHead }).post("/x", {}, { signal: stop.signal }),
    );
    assert.deepEqual([error.code, error.outcome], ["GRAPH_CONFLICT", "not-applied"]);
  });

  it("cancelled with a fetch that does not care about signals: it ends all the same", async () => {
    const stop = new AbortController();
    const deaf: typeof fetch = () => {
      setImmediate(() => {
        stop.abort();
      });
      return new Promise(() => undefined);
    };
    const error = await failure(fixture.client({ fetch: deaf }).post("/x", {}, { signal: stop.signal }));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_ABORTED", "unknown"]);
  });

  it("answered with another token of an earlier attempt: it is not repeated", async () => {
    const tokens = ["opaque-token-of-the-first-attempt", "opaque-token-of-the-second-attempt"];
    let asked = 0;
    const tokenSource = {
      getToken: () => Promise.resolve({ token: tokens[asked++] ?? "", expiresOnTimestamp: 0 }),
    };
    const echo = json(400, { error: { code: "Bad", message: `seen ${tokens.join(" and ")}` } });
    fixture.server.answerWith(json(503, {}), echo);
    const error = await failure(fixture.client({ tokenSource }).get("/x"));
    assert.match(error.message, /seen \[redacted\] and \[redacted\]/);
  });

  it("refused with the token in WWW-Authenticate: the header is not told", async () => {
    fixture.server.answerWith((request, response) => {
      const challenge = `Bearer error="invalid_token", token="${String(request.headers.authorization)}"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
    });
    // `failure` looks for the token in everything that can be printed of the error.
    assert.equal((await failure(client().get("/x"))).code, "GRAPH_UNAUTHORIZED");
  });
});
