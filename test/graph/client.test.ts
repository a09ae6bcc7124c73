import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  GraphConflictError,
  GraphError,
  GraphForbiddenError,
  GraphInvalidAnswerError,
  GraphNotFoundError,
  GraphPolicyBlockedError,
  GraphRejectedError,
  GraphSignInError,
  GraphThrottledError,
  GraphUnauthorizedError,
  GraphUnavailableError,
  GraphUnreachableError,
} from "../../graph";
import { ClientFixture, failure, TOKEN } from "./client-fixture";
import { cut, graphError, GraphServer, halfABody, json } from "./graph-server";

describe("Graph client", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  describe("reading", () => {
    it("sends token and request id and gives the object", async () => {
      fixture.server.answerWith(json(200, { id: "x", future: { kept: true } }));
      assert.deepEqual(await fixture.client().get("/policies/x?$select=id"), {
        id: "x",
        future: { kept: true },
      });
      const [request] = fixture.server.received;
      assert.equal(request?.path, "/v1.0/policies/x?$select=id");
      assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
      assert.equal(request.headers["client-request-id"], "client-1");
    });

    it("waits as long as Retry-After says, in seconds and as a date", async () => {
      fixture.server.answerWith(
        graphError(429, "TooManyRequests", "slow down", { "retry-after": "7" }),
        graphError(503, "serviceNotAvailable", "later", { "retry-after": "Sat, 21 Nov 2026 12:00:09 GMT" }),
        json(200, { id: "x" }),
      );
      assert.deepEqual(await fixture.client().get("/policies/x"), { id: "x" });
      assert.deepEqual(fixture.waits, [7_000, 9_000]);
    });

    it("doubles its own waits and spreads them when Retry-After is missing or not understood", async () => {
      fixture.server.answerWith(
        graphError(429, "TooManyRequests", ""),
        graphError(504, "gatewayTimeout", "", { "retry-after": "-5" }),
        graphError(429, "TooManyRequests", "", { "retry-after": "soon" }),
        json(200, {}),
      );
      await fixture.client({ random: () => 0.5 }).get("/x");
      assert.deepEqual(fixture.waits, [750, 1_500, 3_000]);
    });

    it("gets through two faults of the service", async () => {
      fixture.server.answerWith(
        graphError(500, "generalException", ""),
        graphError(500, "", ""),
        json(200, { id: "x" }),
      );
      assert.deepEqual(await fixture.client().get("/x"), { id: "x" });
      assert.equal(fixture.server.received.length, 3);
    });

    it("gets through a cut connection and half a body", async () => {
      fixture.server.answerWith(cut, halfABody, json(200, { id: "x" }));
      assert.deepEqual(await fixture.client().get("/x"), { id: "x" });
      assert.equal(fixture.server.received.length, 3);
    });

    it("gives up after six attempts and says so", async () => {
      fixture.server.answerWith(graphError(503, "serviceNotAvailable", "Down for maintenance"));
      const error = await failure(fixture.client().get("/policies/x?$filter=secret"));
      assert.ok(error instanceof GraphUnavailableError);
      assert.equal(fixture.server.received.length, 6);
      assert.deepEqual(fixture.waits, [500, 1_000, 2_000, 4_000, 8_000]);
      assert.deepEqual(JSON.parse(JSON.stringify(error)), {
        code: "GRAPH_UNAVAILABLE",
        name: "GraphUnavailableError",
        request: "GET /v1.0/policies/x",
        status: 503,
        graphCode: "serviceNotAvailable",
        requestId: "req-1",
        clientRequestId: "client-1",
      });
    });

    it("does not wait longer than it may, whatever Retry-After says", async () => {
      fixture.server.answerWith(graphError(429, "TooManyRequests", "", { "retry-after": "301" }));
      const error = await failure(fixture.client().get("/x"));
      assert.ok(error instanceof GraphThrottledError);
      assert.equal(error.retryAfterSeconds, 301);
      assert.deepEqual(fixture.waits, []);
      assert.equal(fixture.server.received.length, 1);
    });

    it("ends an attempt that never answers and tells that nothing came", async () => {
      fixture.server.answerWith(() => undefined);
      const error = await failure(
        fixture.client({ retry: { attemptTimeoutMs: 250, maxAttempts: 2 } }).get("/x"),
      );
      assert.ok(error instanceof GraphUnreachableError);
      assert.match(error.message, /no complete answer in time/);
      assert.equal(fixture.server.received.length, 2);
    });

    it("keeps an enum value it does not know", async () => {
      fixture.server.answerWith(json(200, { state: "unknownFutureValue", kind: "neverHeardOf" }));
      assert.deepEqual(await fixture.client().get("/x"), {
        state: "unknownFutureValue",
        kind: "neverHeardOf",
      });
    });

    for (const [situation, body] of [
      ["a page of a proxy", "<html>sign in</html>"],
      ["half an object", '{"id":"x'],
      ["a list", "[]"],
      ["nothing", ""],
    ] as const) {
      it(`refuses ${situation} instead of an object`, async () => {
        fixture.server.answerWith((_request, response) => response.end(body));
        const error = await failure(fixture.client().get("/x"));
        assert.ok(error instanceof GraphInvalidAnswerError);
        assert.equal(fixture.server.received.length, 1);
      });
    }

    it("stops reading an answer that is too large", async () => {
      fixture.server.answerWith(json(200, { filler: "x".repeat(5_000) }));
      const error = await failure(fixture.client({ maxAnswerBytes: 1_000 }).get("/x"));
      assert.ok(error instanceof GraphInvalidAnswerError);
      assert.match(error.message, /larger than 1000 bytes/);
    });

    it("does not follow a redirect, which would carry the token away", async () => {
      const other = await GraphServer.start(json(200, {}));
      fixture.server.answerWith((_request, response) =>
        response.writeHead(302, { location: other.url }).end(),
      );
      const error = await failure(fixture.client().get("/x"));
      await other.close();
      assert.deepEqual([error.code, error.status], ["GRAPH_REJECTED", 302]);
      assert.deepEqual(other.received, []);
    });

    it("does not try again with a certificate that is not trusted", async () => {
      const certificate = Object.assign(new Error("self-signed certificate"), {
        code: "DEPTH_ZERO_SELF_SIGNED_CERT",
      });
      const refusing = (): Promise<Response> =>
        Promise.reject(new TypeError("fetch failed", { cause: certificate }));
      const error = await failure(fixture.client({ fetch: refusing }).patch("/x", {}));
      assert.deepEqual([error.code, error.outcome], ["GRAPH_UNREACHABLE", "not-applied"]);
      assert.match(error.message, /DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/);
      assert.deepEqual(fixture.waits, []);
    });
  });

  describe("refusals", () => {
    const situations: [string, number, string, new (message: string) => GraphError, string][] = [
      [
        "a token of the wrong tenant",
        401,
        "InvalidAuthenticationToken",
        GraphUnauthorizedError,
        "GRAPH_UNAUTHORIZED",
      ],
      ["a missing permission", 403, "Authorization_RequestDenied", GraphForbiddenError, "GRAPH_FORBIDDEN"],
      ["an object that is not there", 404, "Request_ResourceNotFound", GraphNotFoundError, "GRAPH_NOT_FOUND"],
      ["a change by somebody else", 412, "preconditionFailed", GraphConflictError, "GRAPH_CONFLICT"],
      ["a bad request", 400, "Request_BadRequest", GraphRejectedError, "GRAPH_REJECTED"],
      [
        "a forbidden secret (400)",
        400,
        "CredentialTypeNotAllowedAsPerAppPolicy",
        GraphPolicyBlockedError,
        "GRAPH_POLICY_BLOCKED",
      ],
      [
        "a forbidden lifetime (403)",
        403,
        "CredentialInvalidLifetimeAsPerAppPolicy",
        GraphPolicyBlockedError,
        "GRAPH_POLICY_BLOCKED",
      ],
    ];
    for (const [situation, status, graphCode, kind, code] of situations) {
      it(`tells ${situation} by class and code`, async () => {
        fixture.server.answerWith(graphError(status, graphCode, "Said by the service"));
        const error = await failure(fixture.client().get("/x", { permission: "Policy.Read.All" }));
        assert.ok(error instanceof kind);
        assert.deepEqual(
          [error.code, error.name, error.status, error.graphCode],
          [code, kind.name, status, graphCode],
        );
        assert.match(error.message, /Said by the service\..*Request id req-1\./);
        assert.equal(fixture.server.received.length, 1);
        if (status === 403 && kind === GraphForbiddenError) assert.match(error.message, /Policy\.Read\.All/);
      });
    }

    it("knows a policy's refusal by its text and by an inner code", async () => {
      const text =
        "Credential type not allowed as per assigned policy '00000000-0000-0000-0000-000000000000'";
      fixture.server.answerWith(graphError(400, "Request_BadRequest", text));
      assert.ok((await failure(fixture.client().get("/x"))) instanceof GraphPolicyBlockedError);
      const innerError = { code: "CredentialTypeNotAllowedAsPerAppPolicy" };
      fixture.server.answerWith(json(403, { error: { code: "Forbidden", message: "", innerError } }));
      const error = await failure(fixture.client().get("/x"));
      assert.equal(error.graphCode, "CredentialTypeNotAllowedAsPerAppPolicy");
    });

    it("never repeats a token or another secret that the service echoes", async () => {
      fixture.server.answerWith((request, response) => {
        const echo =
          `Bad ${String(request.headers.authorization)} and ${TOKEN.slice(0, 60)} ` +
          "client_secret=abc7Q~0123456789012345678901234567890 \u001b[31m\u202e\u200b -----BEGIN PRIVATE KEY----- MIIE";
        response.writeHead(400, { "request-id": `id-${TOKEN}` });
        response.end(JSON.stringify({ error: { code: TOKEN, message: echo } }));
      });
      const error = await failure(fixture.client().get("/x"));
      const everything = inspect(error, { depth: 10 });
      assert.ok(!/abc7Q~|PRIVATE KEY|MIIE|\\x1B|\u202E|\u200B/.test(everything), everything);
      assert.ok(!everything.includes(TOKEN.slice(0, 30)), everything);
    });
  });

  describe("signing in", () => {
    it("sends nothing when there is no token, and hides what the library repeats", async () => {
      const getToken = (): Promise<null> =>
        Promise.reject(new Error(`AADSTS700027: refused client_assertion=${TOKEN}`));
      const error = await failure(fixture.client({ tokenSource: { getToken } }).get("/x"));
      assert.ok(error instanceof GraphSignInError);
      assert.match(error.message, /AADSTS700027/);
      assert.deepEqual(fixture.server.received, []);
    });

    it("asks for the scope of the cloud before each attempt", async () => {
      const asked: unknown[] = [];
      const getToken = (
        scopes: string | string[],
      ): Promise<{ token: string; expiresOnTimestamp: number }> => {
        asked.push(scopes);
        return Promise.resolve({ token: TOKEN, expiresOnTimestamp: 0 });
      };
      fixture.server.answerWith(graphError(503, "", ""), json(200, {}));
      await fixture.client({ tokenSource: { getToken } }).get("/x");
      assert.deepEqual(asked, Array(2).fill("https://graph.microsoft.com/.default"));
    });
  });
});
