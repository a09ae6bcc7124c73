import assert from "node:assert/strict";
import {
  GraphAbortedError,
  type GraphBatchRequest,
  type GraphBatchResult,
  GraphNotFoundError,
  GraphThrottledError,
} from "../../graph";
import { batch, refused, requestsIn, scripted } from "./batch-server";
import { ClientFixture, failure, TOKEN } from "./client-fixture";
import { type Answer, cut, graphError, halfABody, json } from "./graph-server";

const get = (path: string): GraphBatchRequest => ({ method: "GET", path });
const post = (path: string): GraphBatchRequest => ({ method: "POST", path, body: { displayName: path } });
const patch = (path: string): GraphBatchRequest => ({ method: "PATCH", path, body: { displayName: path } });

describe("Graph client, batches", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  /** The requests the server got, batch by batch. */
  function batches(): string[][] {
    return fixture.server.received.map((received) =>
      received.path === "/v1.0/$batch"
        ? requestsIn(received).map(({ method, url }) => `${method} ${url}`)
        : [`${received.method} ${received.path} alone`],
    );
  }

  /** Result in short: the id, or code and outcome of the error. */
  async function short(results: Promise<readonly GraphBatchResult[]>): Promise<unknown[]> {
    const list = [];
    for (const result of await results) {
      if (result.ok) list.push(result.object?.["id"]);
      else {
        const error = await failure(Promise.reject(result.error));
        list.push(error.outcome === undefined ? error.code : `${error.code} ${error.outcome}`);
      }
    }
    return list;
  }

  it("sends at most twenty together, and gives the results in the order of the requests", async () => {
    fixture.server.answerWith(scripted({}));
    const requests = Array.from({ length: 45 }, (_, index) => get(`/applications/${index}?$select=id`));
    assert.deepEqual(
      await short(fixture.client().batch(requests)),
      requests.map(({ path }) => path),
    );
    assert.deepEqual(
      batches().map(({ length }) => length),
      [20, 20, 5],
    );
    assert.deepEqual(
      batches().flat(),
      requests.map(({ path }) => `GET ${path}`),
    );
  });

  it("sends bodies and headers, also to beta", async () => {
    fixture.server.answerWith(batch(() => ({ status: 204 })));
    const headers = { "If-Match": '"1"' };
    const requests = [
      { ...patch("/applications/1"), headers },
      { method: "DELETE", path: "/applications/2" },
    ] as const;
    assert.deepEqual(await short(fixture.client().batch(requests, { version: "beta" })), [
      undefined,
      undefined,
    ]);
    const [received] = fixture.server.received;
    assert.ok(received);
    assert.equal(received.path, "/beta/$batch");
    assert.deepEqual(requestsIn(received), [
      {
        id: "1",
        method: "PATCH",
        url: "/applications/1",
        headers: { "If-Match": '"1"', "Content-Type": "application/json" },
        body: { displayName: "/applications/1" },
      },
      { id: "2", method: "DELETE", url: "/applications/2" },
    ]);
  });

  it("sends nothing for nothing", async () => {
    assert.deepEqual(await fixture.client().batch([]), []);
    assert.deepEqual(fixture.server.received, []);
  });

  it("gives each request the error of its own situation", async () => {
    fixture.server.answerWith(
      scripted({
        "GET /missing": [refused(404, "Request_ResourceNotFound", { "request-id": "req-missing" })],
        "GET /secret": [refused(403, "Authorization_RequestDenied")],
        "GET /odd": [{ status: 200, body: ["no object"] }],
      }),
    );
    const requests = [
      get("/missing"),
      { ...get("/secret"), permission: "Policy.Read.All" },
      get("/odd"),
      get("/a"),
    ];
    const results = await fixture.client().batch(requests);
    assert.deepEqual(await short(Promise.resolve(results)), [
      "GRAPH_NOT_FOUND",
      "GRAPH_FORBIDDEN",
      "GRAPH_INVALID_ANSWER",
      "/a",
    ]);
    const [missing, secret] = results.map((result) => (result.ok ? undefined : result.error));
    assert.ok(missing instanceof GraphNotFoundError);
    assert.deepEqual(
      [missing.request, missing.status, missing.graphCode, missing.requestId, missing.clientRequestId],
      ["GET /v1.0/missing", 404, "Request_ResourceNotFound", "req-missing", "client-1"],
    );
    assert.match(secret?.message ?? "", /permission Policy\.Read\.All .* Request id req-batch\./);
  });

  it("repeats only what was throttled, each after its own wait", async () => {
    const throttled = (seconds: unknown): ReturnType<typeof refused> =>
      refused(429, "TooManyRequests", { "retry-AFTER": seconds });
    const done = { status: 200, body: { id: "done" } };
    fixture.server.answerWith(
      scripted({
        "GET /slow": [throttled("9"), done],
        "GET /fast": [throttled(2), throttled("2"), done],
        "POST /new": [throttled("2"), done],
        "GET /mute": [refused(429, "TooManyRequests"), done],
        "GET /mute2": [refused(503, "serviceNotAvailable"), done],
      }),
    );
    const requests = [get("/slow"), get("/fast"), post("/new"), get("/mute"), get("/mute2"), get("/a")];
    assert.deepEqual(await short(fixture.client().batch(requests)), [
      "done",
      "done",
      "done",
      "done",
      "done",
      "/a",
    ]);
    assert.deepEqual(batches()[0], ["GET /slow", "GET /fast", "GET /mute", "GET /mute2", "GET /a"]);
    assert.deepEqual(
      batches()
        .slice(1)
        .map((names) => names.join(" + "))
        .sort(),
      ["GET /fast", "GET /fast", "GET /mute + GET /mute2", "GET /slow", "POST /new", "POST /new"],
    );
    assert.deepEqual(
      [...fixture.waits].sort((a, b) => a - b),
      [500, 2_000, 2_000, 2_000, 9_000],
    );
  });

  it("gives up on one that is throttled for too long, without holding up the others", async () => {
    fixture.server.answerWith(
      scripted({
        "GET /long": [refused(429, "TooManyRequests", { "Retry-After": "301" })],
        "GET /ever": [refused(429, "TooManyRequests", { "Retry-After": "1" })],
      }),
    );
    const results = await fixture
      .client({ retry: { maxAttempts: 3 } })
      .batch([get("/long"), get("/ever"), get("/a")]);
    assert.deepEqual(await short(Promise.resolve(results)), ["GRAPH_THROTTLED", "GRAPH_THROTTLED", "/a"]);
    const [long] = results;
    assert.ok(long?.ok === false && long.error instanceof GraphThrottledError);
    assert.equal(long.error.retryAfterSeconds, 301);
    assert.deepEqual(batches().slice(1), [["GET /ever"], ["GET /ever"]]);
  });

  it("never sends a write again that may have been carried out", async () => {
    const names = ["POST /503", "POST /504", "POST /500", "PATCH /500", "PATCH /504", "DELETE /504"];
    fixture.server.answerWith(
      scripted({
        ...Object.fromEntries(names.map((name) => [name, [refused(Number(name.slice(-3)), "fault")]])),
        "PATCH /503": [refused(503, "fault"), { status: 204 }],
        "GET /504": [refused(504, "fault"), { status: 200, body: { id: "read" } }],
      }),
    );
    const requests = [...names, "PATCH /503", "GET /504"].map((name): GraphBatchRequest => {
      const [method, path] = name.split(" ") as [GraphBatchRequest["method"], string];
      return { method, path };
    });
    assert.deepEqual(await short(fixture.client().batch(requests)), [
      ...names.map(() => "GRAPH_UNAVAILABLE unknown"),
      undefined,
      "read",
    ]);
    const sent = batches().flat();
    for (const name of names) assert.equal(sent.filter((one) => one === name).length, 1, name);
  });

  it("does not say that nothing was applied when a refusal follows a 503", async () => {
    fixture.server.answerWith(
      scripted({
        "PATCH /a": [refused(503, "fault"), refused(403, "Forbidden")],
        "PATCH /b": [refused(429, "TooManyRequests"), refused(403, "Forbidden")],
      }),
    );
    assert.deepEqual(await short(fixture.client().batch([patch("/a"), patch("/b")])), [
      "GRAPH_FORBIDDEN unknown",
      "GRAPH_FORBIDDEN not-applied",
    ]);
  });

  describe("that fail as a whole", () => {
    const all = [get("/r"), patch("/p"), post("/n")];
    const sent = (): Record<string, number> => {
      const count: Record<string, number> = {};
      for (const name of batches().flat()) count[name] = (count[name] ?? 0) + 1;
      return count;
    };

    /** Answers as said whenever the batch has such a request, else as Graph does. */
    function faulty(fault: Answer): Answer {
      const seen = new Set<string>();
      const good = scripted({});
      return (received, response) => {
        if (seen.has(received.body)) good(received, response);
        else fault(received, response);
        seen.add(received.body);
      };
    }

    for (const [what, fault, results, counts] of [
      ["a cut connection", cut, ["/r", "GRAPH_UNREACHABLE unknown", "GRAPH_UNREACHABLE unknown"], [2, 1, 1]],
      [
        "half an answer",
        halfABody,
        ["/r", "GRAPH_UNREACHABLE unknown", "GRAPH_UNREACHABLE unknown"],
        [2, 1, 1],
      ],
      [
        "504",
        graphError(504, "", ""),
        ["/r", "GRAPH_UNAVAILABLE unknown", "GRAPH_UNAVAILABLE unknown"],
        [2, 1, 1],
      ],
      ["503", graphError(503, "", ""), ["/r", undefined, "GRAPH_UNAVAILABLE unknown"], [2, 2, 1]],
      ["429", graphError(429, "", ""), ["/r", undefined, "/n"], [2, 2, 2]],
    ] as const) {
      it(`after ${what} are repeated as far as each request allows`, async () => {
        fixture.server.answerWith(faulty(fault));
        assert.deepEqual(await short(fixture.client().batch(all)), results);
        assert.deepEqual(sent(), { "GET /r": counts[0], "PATCH /p": counts[1], "POST /n": counts[2] });
      });
    }

    it("tell for each request what became of it, in its own name", async () => {
      fixture.server.answerWith(graphError(403, "Forbidden", "no batches for you"));
      const results = await fixture.client().batch(all);
      assert.deepEqual(
        results.map(
          (result) => result.ok || [result.error.request, result.error.outcome, result.error.requestId],
        ),
        [
          ["GET /v1.0/r", undefined, "req-1"],
          ["PATCH /v1.0/p", "not-applied", "req-1"],
          ["POST /v1.0/n", "not-applied", "req-1"],
        ],
      );
      const [, change] = results;
      assert.ok(change?.ok === false);
      assert.match(
        change.error.message,
        /^PATCH \/v1\.0\/p, in a batch: POST \/v1\.0\/\$batch was answered with 403/,
      );
    });

    it("keep an earlier doubt when the repetition certainly did nothing", async () => {
      fixture.server.answerWith(
        scripted({ "PATCH /p": [refused(503, "fault")] }),
        graphError(403, "Forbidden", ""),
      );
      const [result] = await fixture.client().batch([patch("/p")]);
      assert.ok(result?.ok === false);
      assert.deepEqual([result.error.code, result.error.outcome], ["GRAPH_FORBIDDEN", "unknown"]);
      assert.match(result.error.message, /Whether the change was carried out is unknown/);
    });

    for (const [what, body] of [
      ["no responses", {}],
      ["responses that are none", { responses: "1" }],
      ["a page of a proxy", "<html>"],
    ] as const) {
      it(`leave every write unknown after ${what}`, async () => {
        fixture.server.answerWith(json(200, body));
        assert.deepEqual(await short(fixture.client().batch(all)), [
          "GRAPH_INVALID_ANSWER",
          "GRAPH_INVALID_ANSWER unknown",
          "GRAPH_INVALID_ANSWER unknown",
        ]);
        assert.deepEqual(sent(), { "GET /r": 1, "PATCH /p": 1, "POST /n": 1 });
      });
    }
  });

  it("does not take one answer for another: missing, doubled and broken ones are errors", async () => {
    const good = (id: unknown): object => ({ id, status: 201, body: { id: `for ${String(id)}` } });
    fixture.server.answerWith(
      json(200, {
        responses: [
          null,
          7,
          good("5"),
          good("2"),
          good("2"),
          { id: "3", status: "201" },
          good("99"),
          { id: "4", status: 99 },
        ],
      }),
    );
    const requests = ["/1", "/2", "/3", "/4", "/5"].map(post);
    const results = await fixture.client().batch(requests);
    assert.deepEqual(await short(Promise.resolve(results)), [
      ...Array<string>(4).fill("GRAPH_INVALID_ANSWER unknown"),
      "for 5",
    ]);
    const [missing] = results;
    assert.ok(missing?.ok === false);
    assert.match(
      missing.error.message,
      /answered without one usable answer to POST \/v1\.0\/1\. Whether the change/,
    );
  });

  it("sends what is paced singly and at its pace", async () => {
    const good = scripted({});
    fixture.server.answerWith((received, response) => {
      if (received.path === "/v1.0/$batch") good(received, response);
      else response.end(JSON.stringify({ id: received.path }));
    });
    const paths = ["/identity/conditionalAccess/policies/1", "/a", "/identity/conditionalAccess/policies/2"];
    assert.deepEqual(await short(fixture.client().batch(paths.map(get))), [
      `/v1.0${paths[0] ?? ""}`,
      "/a",
      `/v1.0${paths[2] ?? ""}`,
    ]);
    assert.deepEqual(
      batches().flat().sort(),
      ["GET /a", ...[paths[0], paths[2]].map((path) => `GET /v1.0${path ?? ""} alone`)].sort(),
    );
    assert.deepEqual(fixture.waits, [1_050]);
  });

  it("keeps the token out of the error when a request in it is answered with the token", async () => {
    const echo = { error: { code: TOKEN, message: `Bearer ${TOKEN}` } };
    fixture.server.answerWith(batch(() => ({ status: 400, headers: { "request-id": TOKEN }, body: echo })));
    // `short` looks for the token in everything that can be printed of the error.
    assert.deepEqual(await short(fixture.client().batch([post("/a")])), ["GRAPH_REJECTED not-applied"]);
  });

  it("is cancelled under way: what is done stays known, the rest says what it may have done", async () => {
    const stop = new AbortController();
    const good = scripted({ "PATCH /later": [refused(429, "TooManyRequests", { "Retry-After": "60" })] });
    fixture.server.answerWith((received, response) => {
      // The batch of POSTs never gets its answer.
      if (!requestsIn(received).some(({ method }) => method === "POST")) good(received, response);
    });
    const sleep = (_milliseconds: number, signal?: AbortSignal): Promise<void> => {
      stop.abort();
      return Promise.reject(signal?.reason as Error);
    };
    const requests = [get("/a"), patch("/done"), patch("/later"), post("/open")];
    const results = await fixture.client({ sleep }).batch(requests, { signal: stop.signal });
    assert.deepEqual((await short(Promise.resolve(results))).slice(1), [
      undefined,
      "GRAPH_ABORTED not-applied",
      "GRAPH_ABORTED unknown",
    ]);
    const before = await fixture.client().batch([post("/x")], { signal: AbortSignal.abort() });
    assert.ok(before[0]?.ok === false && before[0].error instanceof GraphAbortedError);
    assert.equal(before[0].error.outcome, "not-applied");
  });

  it("sends nothing when one of the requests cannot be sent", async () => {
    const wrong = [get("/../x"), { ...get("/x"), headers: { Authorization: "Bearer other" } }];
    for (const request of wrong) {
      await assert.rejects(fixture.client().batch([post("/a"), request]), TypeError);
    }
    assert.deepEqual(fixture.server.received, []);
  });
});
