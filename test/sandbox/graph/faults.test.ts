import assert from "node:assert/strict";
import { RunningSandbox } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const DEFAULT_POLICY = "/policies/defaultAppManagementPolicy";

describe("sandbox: faults laid out for the next Graph calls", () => {
  let running: RunningSandbox;
  let token: string;
  before(async () => {
    running = await RunningSandbox.start();
    token = await running.deployerToken();
  });
  after(() => running.close());
  afterEach(() => {
    running.sandbox.faults.clear();
  });

  const create = (displayName: string) =>
    running.graph(token, "/applications", { method: "POST", body: JSON.stringify({ displayName }) });
  const named = async (displayName: string): Promise<number> => {
    const filter = encodeURIComponent(`displayName eq '${displayName}'`);
    const { body } = await running.graph(token, `/applications?$filter=${filter}`);
    return (body.value as unknown[]).length;
  };

  it("refuses as often as it was told to, with the wait it was told, and applies nothing", async () => {
    const { faults } = running.sandbox;
    const handle = faults.next(
      { method: "POST", path: "/applications" },
      { kind: "answer", status: 429, retryAfterSeconds: 7 },
      2,
    );
    for (const expected of [429, 429, 201]) {
      const answer = await create("throttled");
      assert.equal(answer.status, expected);
      assert.equal(answer.headers["retry-after"], expected === 429 ? "7" : undefined);
      if (expected === 429) assert.equal(answer.body.error.code, "TooManyRequests");
    }
    assert.equal(handle.met, 2);
    assert.equal(await named("throttled"), 1);
  });

  it("leaves calls of another method or path alone", async () => {
    const { faults } = running.sandbox;
    const handle = faults.next({ method: "PATCH", path: DEFAULT_POLICY }, { kind: "answer", status: 503 });
    faults.next({ path: /^\/applications\?.*\$top=5/g }, { kind: "answer", status: 504 });
    assert.equal((await running.graph(token, DEFAULT_POLICY)).status, 200);
    assert.equal((await running.graph(token, "/applications?$top=4")).status, 200);
    assert.equal((await running.graph(token, "/applications?$top=5")).status, 504);
    assert.equal(handle.met, 0);
    handle.cancel();
    const body = JSON.stringify({ isEnabled: true });
    assert.equal((await running.graph(token, DEFAULT_POLICY, { method: "PATCH", body })).status, 204);
  });

  it("lets somebody else write between a read and a write", async () => {
    const { faults, tenant } = running.sandbox;
    faults.next(
      { method: "PATCH", path: DEFAULT_POLICY },
      {
        kind: "change",
        when: "before",
        change: () => {
          const body = { description: "theirs", displayName: "theirs" };
          tenant.graph({ method: "PATCH", path: `/v1.0${DEFAULT_POLICY}`, body, caller: tenant.deployer });
        },
      },
    );
    const body = JSON.stringify({ displayName: "ours" });
    await running.graph(token, DEFAULT_POLICY, { method: "PATCH", body });
    const after = (await running.graph(token, DEFAULT_POLICY)).body;
    assert.deepEqual([after.displayName, after.description], ["ours", "theirs"]);
  });

  it("lets somebody else write after a read was answered", async () => {
    const { faults, tenant } = running.sandbox;
    const change = () => {
      const body = { description: "later" };
      tenant.graph({ method: "PATCH", path: `/v1.0${DEFAULT_POLICY}`, body, caller: tenant.deployer });
    };
    faults.next({ method: "GET", path: DEFAULT_POLICY }, { kind: "change", when: "after", change });
    assert.notEqual((await running.graph(token, DEFAULT_POLICY)).body.description, "later");
    assert.equal((await running.graph(token, DEFAULT_POLICY)).body.description, "later");
  });

  for (const when of ["before", "after"] as const) {
    it(`ends the connection ${when} the call is applied`, async () => {
      running.sandbox.faults.next({ method: "POST" }, { kind: "cut", when });
      await assert.rejects(create(`cut-${when}`));
      assert.equal(await named(`cut-${when}`), when === "after" ? 1 : 0);
    });
  }

  it("ends the connection where an answer has no half", async () => {
    const body = JSON.stringify({ isEnabled: true });
    running.sandbox.faults.next({ method: "PATCH" }, { kind: "halfBody" });
    await assert.rejects(running.graph(token, DEFAULT_POLICY, { method: "PATCH", body }));
  });

  it("sends half an answer and ends the connection", async () => {
    running.sandbox.faults.next({ method: "GET" }, { kind: "halfBody" });
    await assert.rejects(running.graph(token, "/applications"));
    assert.equal((await running.graph(token, "/applications")).status, 200);
  });

  it("holds a call back until it is released, and applies it only then", async () => {
    const handle = running.sandbox.faults.next({ method: "POST" }, { kind: "hold" });
    const held = create("held");
    await handle.firstMet;
    assert.equal(await named("held"), 0);
    handle.release();
    assert.equal((await held).status, 201);
    assert.equal(await named("held"), 1);
  });

  it("does not let a held call keep the sandbox from closing", async () => {
    const own = await RunningSandbox.start();
    const handle = own.sandbox.faults.next({}, { kind: "hold" });
    const held = own.graph("", "/applications").catch(() => "ended");
    await handle.firstMet;
    await own.sandbox.close();
    await own.close();
    await held;
  });
});
