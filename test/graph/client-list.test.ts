import assert from "node:assert/strict";
import { GraphInvalidAnswerError } from "../../graph";
import { ClientFixture, failure } from "./client-fixture";
import { GraphServer, halfABody, json } from "./graph-server";

describe("Graph client, listing", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  const pages =
    (count: number, link: (page: number) => string | undefined) =>
    (request: { path: string }, response: { end(text: string): unknown }): void => {
      const page = Number(new URL(request.path, fixture.server.url).searchParams.get("page") ?? 0);
      const next = page + 1 < count ? link(page + 1) : undefined;
      response.end(JSON.stringify({ value: [{ page }], "@odata.nextLink": next }));
    };

  async function collect(list: AsyncIterable<Record<string, unknown>>): Promise<unknown[]> {
    const items: unknown[] = [];
    for await (const item of list) items.push(item);
    return items;
  }

  it("follows the pages and reads no further than its caller", async () => {
    fixture.server.answerWith(pages(100, (page) => `${fixture.server.url}/v1.0/x?page=${page}`));
    const seen: unknown[] = [];
    for await (const item of fixture.client().list("/x")) {
      seen.push(item);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, [{ page: 0 }, { page: 1 }, { page: 2 }]);
    assert.equal(fixture.server.received.length, 3);
  });

  it("repeats a page that broke off, without giving its items twice", async () => {
    const page = pages(2, (next) => `${fixture.server.url}/v1.0/x?page=${next}`);
    fixture.server.answerWith(page, halfABody, page);
    assert.deepEqual(await collect(fixture.client().list("/x")), [{ page: 0 }, { page: 1 }]);
  });

  it("notices pages that lead in a circle", async () => {
    fixture.server.answerWith(pages(99, (page) => `${fixture.server.url}/v1.0/x?page=${page % 3}`));
    const error = await failure(collect(fixture.client().list("/x")));
    assert.ok(error instanceof GraphInvalidAnswerError);
    assert.match(error.message, /circle/);
    assert.equal(fixture.server.received.length, 4);
  });

  it("does not carry the token to another host", async () => {
    const other = await GraphServer.start(json(200, { value: [] }));
    fixture.server.answerWith(pages(2, () => `${other.url}/v1.0/x`));
    const error = await failure(collect(fixture.client().list("/x")));
    await other.close();
    assert.ok(error instanceof GraphInvalidAnswerError);
    assert.deepEqual(other.received, []);
  });

  it("refuses an answer without a list", async () => {
    fixture.server.answerWith(json(200, { values: [] }));
    assert.ok((await failure(collect(fixture.client().list("/x")))) instanceof GraphInvalidAnswerError);
    fixture.server.answerWith(json(200, { value: [1] }));
    assert.ok((await failure(collect(fixture.client().list("/x")))) instanceof GraphInvalidAnswerError);
  });
});
