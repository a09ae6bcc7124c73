import assert from "node:assert/strict";
import { MINUTE } from "../tenant-fixture";
import { RunningSandbox } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: Graph over HTTPS", () => {
  let running: RunningSandbox;
  let token: string;
  before(async () => {
    running = await RunningSandbox.start();
    token = await running.deployerToken();
  });
  after(() => running.close());

  it("answers what the tenant answers in process", async () => {
    const created = await running.graph(token, "/applications", {
      method: "POST",
      body: JSON.stringify({ displayName: "over-https" }),
    });
    assert.equal(created.status, 201);
    const path = `/applications/${created.body.id as string}`;
    const { tenant } = running.sandbox;
    const inProcess = tenant.graph({ method: "GET", path: `/v1.0${path}`, caller: tenant.deployer });
    assert.deepEqual((await running.graph(token, path)).body, inProcess.body);
    assert.ok((created.body["@odata.context"] as string).startsWith(running.sandbox.graphUrl));
    const removed = await running.graph(token, path, { method: "DELETE" });
    assert.deepEqual([removed.status, removed.body], [204, undefined]);
  });

  it("links to the next page at its own address", async () => {
    for (const displayName of ["a", "b"]) {
      await running.graph(token, "/applications", { method: "POST", body: JSON.stringify({ displayName }) });
    }
    const first = await running.graph(token, "/applications?$top=2");
    const next = first.body["@odata.nextLink"] as string;
    assert.ok(next.startsWith(`${running.sandbox.graphUrl}/v1.0/applications?`));
    const second = await running.request(next, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((second.body.value as unknown[]).length, 1);
  });

  const otherTokens: [string, () => Promise<string> | string, string][] = [
    ["no token", () => "", "Access token is empty."],
    ["something that is no token", () => "abc", "IDX14100: JWT is not well formed, there are no dots (.)."],
    [
      "a changed token",
      () => {
        const [header = "", claims = "", signature = ""] = token.split(".");
        const changed = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
        const forged = Buffer.from(JSON.stringify({ ...changed, roles: ["Directory.ReadWrite.All"] }));
        return [header, forged.toString("base64url"), signature].join(".");
      },
      "Access token validation failure. Invalid signature.",
    ],
    [
      "a token that claims to need no signature",
      () => {
        const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
        return `${header}.${token.split(".")[1] ?? ""}.AA`;
      },
      "Access token validation failure. Invalid signature.",
    ],
    [
      "a token for Key Vault",
      () => running.deployerToken("https://vault.azure.net/.default"),
      "Access token validation failure. Invalid audience.",
    ],
  ];
  for (const [situation, bearer, message] of otherTokens) {
    it(`refuses ${situation}`, async () => {
      const text = await bearer();
      const headers = text === "" ? {} : { authorization: `Bearer ${text}` };
      const answer = await running.request(`${running.sandbox.graphUrl}/v1.0/applications`, { headers });
      assert.deepEqual(
        [answer.status, answer.body.error.code, answer.body.error.message],
        [401, "InvalidAuthenticationToken", message],
      );
      assert.match(answer.headers["www-authenticate"] ?? "", /^Bearer realm=""/);
    });
  }

  it("refuses a token that is over, to the second", async () => {
    const own = await RunningSandbox.start();
    try {
      const held = await own.deployerToken();
      own.advance(60 * MINUTE - 2000);
      assert.equal((await own.graph(held, "/applications")).status, 200);
      own.advance(1000);
      const answer = await own.graph(held, "/applications");
      assert.equal(answer.body.error.message, "Lifetime validation failed, the token is expired.");
    } finally {
      await own.close();
    }
  });

  it("carries request ids in headers and error body, the caller's own where it sent one", async () => {
    const answer = await running.request(`${running.sandbox.graphUrl}/v1.0/nowhere`, {
      headers: { authorization: `Bearer ${token}`, "client-request-id": "my-id" },
    });
    assert.equal(answer.headers["client-request-id"], "my-id");
    const inner = answer.body.error.innerError as Record<string, string>;
    assert.equal(inner["client-request-id"], "my-id");
    assert.equal(inner["request-id"], answer.headers["request-id"]);
  });

  it("refuses broken JSON, an unknown method and a body without end", async () => {
    const broken = await running.graph(token, "/applications", { method: "POST", body: '{"displayName":' });
    assert.deepEqual([broken.status, broken.body.error.code], [400, "BadRequest"]);
    const empty = await running.graph(token, "/applications", { method: "POST" });
    assert.equal(empty.body.error.message, "Empty Payload. JSON content expected.");
    const options = await running.graph(token, "/applications", { method: "OPTIONS" });
    assert.equal(options.status, 405);
    const large = await running.graph(token, "/applications", {
      method: "POST",
      body: JSON.stringify({ displayName: "x".repeat(5 * 1024 * 1024) }),
    });
    assert.equal(large.status, 413);
    const malformed = await running.graph(token, "/applications/%E0%A4%A");
    assert.deepEqual([malformed.status, malformed.body.error.code], [400, "BadRequest"]);
  });

  it("refuses a client address that is none", async () => {
    const answer = await running.request(`${running.sandbox.graphUrl}/v1.0/applications`, {
      headers: { authorization: `Bearer ${token}`, "x-sandbox-client-address": "office" },
    });
    assert.equal(answer.status, 400);
  });
});
