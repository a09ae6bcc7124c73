import assert from "node:assert/strict";
import { GraphInvalidAnswerError, GraphPageExpiredError, type GraphPage } from "../../graph";
import { ClientFixture, failure, TOKEN } from "./client-fixture";
import { type Answer, cut, graphError, GraphServer, halfABody, json } from "./graph-server";

describe("Graph client, listing", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  const link = (query: string): string => `${fixture.server.url}/v1.0/applications?${query}`;

  function page(ids: readonly string[], next?: unknown): Answer {
    return json(200, {
      value: ids.map((id) => ({ id })),
      ...(next === undefined ? {} : { "@odata.nextLink": next }),
    });
  }

  async function ids(list: AsyncIterable<Record<string, unknown>>): Promise<unknown[]> {
    const found = [];
    for await (const { id } of list) found.push(id);
    return found;
  }

  it("follows the links to the end, empty pages too, with the headers of the first request", async () => {
    fixture.server.answerWith(
      page(["a", "b"], link("$skiptoken=1")),
      page([], link("$skiptoken=2")),
      page(["c"], null),
    );
    const headers = { ConsistencyLevel: "eventual" };
    assert.deepEqual(await ids(fixture.client().list("/applications?$top=2", { headers })), ["a", "b", "c"]);
    assert.deepEqual(
      fixture.server.received.map((request) => [request.path, request.headers["consistencylevel"]]),
      [
        ["/v1.0/applications?$top=2", "eventual"],
        ["/v1.0/applications?$skiptoken=1", "eventual"],
        ["/v1.0/applications?$skiptoken=2", "eventual"],
      ],
    );
  });

  it("asks for a page when it is needed and for none after the last item that is wanted", async () => {
    fixture.server.answerWith(page(["a", "b"], link("1")), page(["c"], link("2")), page(["d"]));
    for await (const { id } of fixture.client().list("/applications")) {
      assert.equal(fixture.server.received.length, id === "c" ? 2 : 1);
      if (id === "c") break;
    }
    assert.equal(fixture.server.received.length, 2);
  });

  it("gets through throttling, two faults, a cut connection and half a page, and gives nothing twice", async () => {
    fixture.server.answerWith(
      page(["a"], link("1")),
      graphError(429, "TooManyRequests", "", { "retry-after": "2" }),
      graphError(500, "", ""),
      graphError(500, "", ""),
      page(["b"], link("2")),
      cut,
      halfABody,
      page(["c"]),
    );
    assert.deepEqual(await ids(fixture.client().list("/applications")), ["a", "b", "c"]);
    assert.deepEqual(fixture.waits.slice(0, 1), [2_000]);
  });

  it("keeps an enum value and a property it does not know", async () => {
    const item = { id: "a", state: "unknownFutureValue", kind: "neverHeardOf", future: { x: [1] } };
    fixture.server.answerWith(json(200, { value: [item] }));
    for await (const found of fixture.client().list("/applications")) assert.deepEqual(found, item);
  });

  describe("never sends the token elsewhere: a link to", () => {
    const places: [string, (server: GraphServer, other: GraphServer) => string][] = [
      ["another host", (_server, other) => `${other.url}/v1.0/applications?$skiptoken=1`],
      ["another scheme", (server) => `${server.url.replace("http:", "https:")}/v1.0/applications?1`],
      ["a host behind credentials", (server) => `${server.url.replace("//", "//graph@")}/v1.0/x`],
      ["another version", (server) => `${server.url}/beta/applications?$skiptoken=1`],
      ["above the API", (server) => `${server.url}/v1.0/../oauth2/token`],
      ["a path that only begins alike", (server) => `${server.url}/v1.0evil/applications`],
      ["a script", () => "javascript:alert(1)"],
      ["nowhere", () => "applications?$skiptoken=1"],
      ["an empty text", () => ""],
    ];
    for (const [where, make] of places) {
      it(`${where} is refused`, async () => {
        const other = await GraphServer.start(json(200, { value: [{ id: "stolen" }] }));
        fixture.server.answerWith(page(["a"], make(fixture.server, other)), page(["b"]));
        const error = await failure(ids(fixture.client().list("/applications")));
        await other.close();
        assert.ok(error instanceof GraphInvalidAnswerError);
        assert.match(
          error.message,
          /^The answer to GET \/v1\.0\/applications links the next page .*Request id req-1\.$/,
        );
        assert.deepEqual([other.received, fixture.server.received.length], [[], 1]);
      });
    }

    it("a place that is no text is refused", async () => {
      fixture.server.answerWith(page(["a"], { href: "x" }));
      assert.ok(
        (await failure(ids(fixture.client().list("/applications")))) instanceof GraphInvalidAnswerError,
      );
    });

    it("this Graph with the token in it is not handed on", async () => {
      for (const place of [
        link(`$skiptoken=${TOKEN}`),
        link(`$skiptoken=${encodeURIComponent(`Bearer ${TOKEN}`)}`),
        `https://${TOKEN}.example/v1.0/x`,
      ]) {
        fixture.server.answerWith(page(["a"], place), page(["b"]));
        const error = await failure(ids(fixture.client().list("/applications")));
        assert.match(error.message, /repeats the access token in the link/);
        assert.ok(!error.message.toLowerCase().includes(TOKEN.toLowerCase()));
      }
      assert.equal(fixture.server.received.length, 3);
    });
  });

  it("notices a page that links to itself, and a circle", async () => {
    for (const links of [["0"], ["1", "1"], ["1", "2", "3", "1"], ["1", "2", ""]]) {
      const answers = links.map((query) =>
        page([`to ${query}`], query === "" ? link("").slice(0, -1) : link(query)),
      );
      fixture.server.answerWith(...answers, page(["never"], link("never")));
      fixture.server.received.length = 0;
      const error = await failure(
        ids(fixture.client().list(links[0] === "0" ? "/applications?0" : "/applications")),
      );
      assert.ok(error instanceof GraphInvalidAnswerError, links.join());
      assert.match(error.message, /repeats the link to a page that was read before/);
      assert.equal(fixture.server.received.length, links.length);
    }
  });

  for (const [what, body] of [
    ["no list", { value: { id: "a" } }],
    ["no value", { id: "a" }],
    ["a list of texts", { value: ["a"] }],
    ["a list with nothing", { value: [null] }],
    ["a list of lists", { value: [[]] }],
  ] as const) {
    it(`refuses a page with ${what}`, async () => {
      fixture.server.answerWith(json(200, body));
      const error = await failure(ids(fixture.client().list("/applications")));
      assert.ok(error instanceof GraphInvalidAnswerError);
    });
  }

  it("says that a page link has expired, and what to do", async () => {
    fixture.server.answerWith(
      page(["a"], link("$skiptoken=old")),
      graphError(400, "Directory_ExpiredPageToken", "The specified page token value has expired"),
    );
    const error = await failure(ids(fixture.client().list("/applications")));
    assert.ok(error instanceof GraphPageExpiredError);
    assert.deepEqual([error.code, error.status, error.requestId], ["GRAPH_PAGE_EXPIRED", 400, "req-1"]);
    assert.match(error.message, /Read the list again from its beginning/);
  });

  it("goes on in another run where this one stopped", async () => {
    fixture.server.answerWith(
      page(["a"], link("$skiptoken=1")),
      page(["b"], link("$skiptoken=2")),
      graphError(403, "Forbidden", "no longer allowed"),
    );
    const done: GraphPage[] = [];
    const listing = async (): Promise<void> => {
      for await (const one of fixture.client().pages("/applications")) done.push(one);
    };
    await failure(listing());
    assert.deepEqual(
      done.map(({ items, next }) => [items, next]),
      [
        [[{ id: "a" }], link("$skiptoken=1")],
        [[{ id: "b" }], link("$skiptoken=2")],
      ],
    );
    fixture.server.answerWith(page(["c"], link("$skiptoken=3")), page(["d"]));
    const resumeFrom = done.at(-1)?.next;
    assert.deepEqual(await ids(fixture.client().list("/applications", { resumeFrom })), ["c", "d"]);
    assert.deepEqual(
      fixture.server.received.slice(3).map(({ path }) => path),
      ["/v1.0/applications?$skiptoken=2", "/v1.0/applications?$skiptoken=3"],
    );
  });

  it("does not go on somewhere else", () => {
    for (const resumeFrom of [
      "https://graph.microsoft.com/v1.0/applications",
      link("").replace("v1.0", "beta"),
      "x",
    ]) {
      assert.throws(
        () => fixture.client().pages("/applications", { resumeFrom }),
        (error: unknown) =>
          error instanceof TypeError && /"resumeFrom" is the "next" of a page/.test(error.message),
      );
    }
  });

  it("lists beta by its own links", async () => {
    fixture.server.answerWith(page(["a"], link("1").replace("v1.0", "beta")), page(["b"]));
    assert.deepEqual(await ids(fixture.client().list("/applications", { version: "beta" })), ["a", "b"]);
    assert.equal(fixture.server.received[1]?.path, "/beta/applications?1");
  });

  it("ends when it is cancelled, between two pages and while one is read", async () => {
    const stop = new AbortController();
    fixture.server.answerWith(page(["a"], link("1")), page(["b"]));
    const between = async (): Promise<void> => {
      const list = fixture.client().list("/applications", { signal: stop.signal });
      for await (const { id } of list) if (id === "a") stop.abort();
    };
    assert.equal((await failure(between())).code, "GRAPH_ABORTED");
    assert.equal(fixture.server.received.length, 1);

    const reading = new AbortController();
    fixture.server.answerWith((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"value":[');
      reading.abort();
    });
    const error = await failure(ids(fixture.client().list("/applications", { signal: reading.signal })));
    assert.deepEqual([error.code, error.outcome], ["GRAPH_ABORTED", undefined]);
  });
});
