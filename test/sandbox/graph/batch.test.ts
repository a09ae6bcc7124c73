import assert from "node:assert/strict";
import { call, createApplication, refusal, TestTenant, type Answer } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

interface BatchResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly body: any;
}

const JSON_TYPE = { "Content-Type": "application/json" };

describe("sandbox: $batch", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });

  const send = (requests: readonly object[], version = "v1.0"): Answer => {
    const body = { requests };
    const answer = tenant.graph({
      method: "POST",
      path: `/${version}/$batch`,
      body,
      caller: tenant.deployer,
    });
    return { status: answer.status, body: answer.body };
  };
  const responses = (answer: Answer): readonly BatchResponse[] => {
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.responses as BatchResponse[];
  };

  it("answers each call on its own, whatever becomes of the others", () => {
    const { id } = createApplication(tenant, "one");
    const answers = responses(
      send([
        { id: "a", method: "GET", url: `/applications/${id}?$select=displayName` },
        { id: "b", method: "GET", url: "applications/99999999-0000-4000-8000-000000000000" },
        {
          id: "c",
          method: "PATCH",
          url: `/applications/${id}`,
          headers: JSON_TYPE,
          body: { displayName: "two" },
        },
        { id: "d", method: "GET", url: "/applications/$count", headers: { ConsistencyLevel: "eventual" } },
      ]),
    );
    assert.deepEqual(
      answers.map((one) => [one.id, one.status]),
      [
        ["a", 200],
        ["b", 404],
        ["c", 204],
        ["d", 200],
      ],
    );
    assert.equal(answers[0]?.body.displayName, "one");
    assert.equal(answers[1]?.body.error.code, "Request_ResourceNotFound");
    assert.equal("body" in (answers[2] ?? {}), false);
    assert.equal(answers[3]?.body, "2");
    assert.equal(answers[0].headers["Content-Type"], "application/json");
    assert.match(answers[0].headers["Request-Id"] ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(call(tenant, "GET", `/applications/${id}`).body.displayName, "two");
  });

  it("makes calls in the order they depend on each other, and none whose predecessor failed", () => {
    const create = (displayName: string) => ({
      method: "POST",
      url: "/applications",
      headers: JSON_TYPE,
      body: { displayName },
    });
    const answers = responses(
      send([
        { id: "last", dependsOn: ["FIRST"], ...create("second") },
        { id: "first", ...create("first") },
        { id: "bad", method: "GET", url: "/nowhere" },
        { id: "after-bad", dependsOn: ["bad"], ...create("never") },
        { id: "after-that", dependsOn: ["after-bad"], ...create("never either") },
      ]),
    );
    assert.deepEqual(
      answers.map(({ id, status }) => [id, status]),
      [
        ["first", 201],
        ["last", 201],
        ["bad", 400],
        ["after-bad", 424],
        ["after-that", 424],
      ],
    );
    const names = [...tenant.applications.values()].map(({ properties }) => properties["displayName"]);
    assert.deepEqual(names, ["certlock-deployer", "first", "second"]);
  });

  it("keeps the version of the batch for its calls", () => {
    const url = "/reports/appCredentialSignInActivities";
    const statusIn = (version: string): number | undefined =>
      responses(send([{ id: "1", method: "GET", url }], version))[0]?.status;
    assert.equal(statusIn("v1.0"), 400);
    // In beta the route is there; the deployer may not read it.
    assert.equal(statusIn("beta"), 403);
  });

  it("lets faults meet a single call, with the wait inside the batch", () => {
    tenant.faults.next({ path: "/users" }, { kind: "answer", status: 429, retryAfterSeconds: 3 });
    const answers = responses(
      send([
        { id: "1", method: "GET", url: "/applications" },
        { id: "2", method: "GET", url: "/users" },
      ]),
    );
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers["Retry-After"]]),
      [
        [200, undefined],
        [429, "3"],
      ],
    );
  });

  const get = { method: "GET", url: "/applications" };
  const refused: [string, readonly object[]][] = [
    ["no call at all", []],
    ["21 calls", Array.from({ length: 21 }, (_, index) => ({ id: String(index), ...get }))],
    [
      "the same id twice, in another case",
      [
        { id: "a", ...get },
        { id: "A", ...get },
      ],
    ],
    ["a call without an id", [get]],
    ["a call without a method", [{ id: "a", url: "/applications" }]],
    [
      "an absolute address",
      [{ id: "a", method: "GET", url: "https://graph.microsoft.com/v1.0/applications" }],
    ],
    ["an address of another host", [{ id: "a", method: "GET", url: "//evil.example/applications" }]],
    [
      "a body without its type",
      [{ id: "a", method: "POST", url: "/applications", body: { displayName: "x" } }],
    ],
    [
      "calls that wait for each other",
      [
        { id: "a", dependsOn: ["b"], ...get },
        { id: "b", dependsOn: ["a"], ...get },
      ],
    ],
    ["a call that waits for one that is not there", [{ id: "a", dependsOn: ["z"], ...get }]],
    [
      "a batch in a batch",
      [{ id: "a", method: "POST", url: "/$batch", headers: JSON_TYPE, body: { requests: [] } }],
    ],
  ];
  for (const [situation, requests] of refused) {
    it(`refuses ${situation}`, () => {
      const before = tenant.applications.size;
      assert.equal(refusal(send(requests)), "400 BadRequest");
      assert.equal(tenant.applications.size, before);
    });
  }

  it("takes 20 calls", () => {
    const requests = Array.from({ length: 20 }, (_, index) => ({ id: String(index), ...get }));
    assert.equal(responses(send(requests)).length, 20);
  });
});
