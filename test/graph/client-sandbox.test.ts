/** The client against the sandbox tenant, over TLS, with real tokens and the limits Microsoft documents. */
import assert from "node:assert/strict";
import { fetch as undiciFetch } from "undici";
import { GraphClient, listApplications, listServicePrincipals } from "../../graph";
import { MICROSOFT_LIMITS } from "../../sandbox/tenant/throttling";
import { RunningSandbox } from "../sandbox/sandbox-client";
import { failure } from "./client-fixture";

describe("Graph client in the sandbox tenant", () => {
  let running: RunningSandbox;
  let client: GraphClient;

  beforeEach(async () => {
    running = await RunningSandbox.start({ clock: () => new Date() });
    running.sandbox.tenant.throttling = MICROSOFT_LIMITS;
    client = new GraphClient({
      tokenSource: {
        getToken: async () => ({ token: await running.deployerToken(), expiresOnTimestamp: 0 }),
      },
      cloud: { graphEndpoint: running.sandbox.graphUrl, scope: "https://graph.microsoft.com/.default" },
      fetch: ((url: URL, init: Parameters<typeof undiciFetch>[1]) =>
        undiciFetch(url, { ...init, dispatcher: running.agent })) as unknown as typeof fetch,
      retry: { baseDelayMs: 1, maxDelayMs: 1 },
    });
  });

  afterEach(async () => {
    await running.close();
  });

  async function create(name: string): Promise<string> {
    const made = await client.post("/applications", { displayName: name, signInAudience: "AzureADMyOrg" });
    return String(made?.["id"]);
  }

  it("creates, changes, lists and deletes", async () => {
    const id = await create("billing-api");
    await client.patch(`/applications/${id}`, { displayName: "billing" });
    const secret = await client.post(`/applications/${id}/addPassword`, {
      passwordCredential: { displayName: "temporary" },
    });
    assert.equal(typeof secret?.["secretText"], "string");

    const found = [];
    for await (const one of listApplications(client)) if (one.id === id) found.push(one);
    assert.deepEqual(
      found.map(({ displayName, passwords }) => [displayName, passwords.map(({ keyId }) => keyId)]),
      [["billing", [secret?.["keyId"]]]],
    );
    assert.ok(!JSON.stringify(found).includes(String(secret?.["secretText"])));

    const nothing = await client.post(`/applications/${id}/removePassword`, { keyId: secret?.["keyId"] });
    assert.equal(nothing, undefined);
    await client.delete(`/applications/${id}`);
    assert.equal((await failure(client.get(`/applications/${id}`))).code, "GRAPH_NOT_FOUND");
    const principals = [];
    for await (const { displayName } of listServicePrincipals(client)) principals.push(displayName);
    assert.ok(principals.includes("certlock-deployer"), principals.join());
  });

  it("sends fifty requests in batches and pages through what they made", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `app-${String(index).padStart(2, "0")}`);
    const made = await client.batch(
      names.map((displayName) => ({ method: "POST", path: "/applications", body: { displayName } })),
    );
    assert.deepEqual(
      made.map((result) => result.ok && result.object?.["displayName"]),
      names,
    );
    const listed = [];
    for await (const { displayName } of client.list("/applications?$top=7&$select=id,displayName")) {
      if (String(displayName).startsWith("app-")) listed.push(displayName);
    }
    assert.deepEqual(listed.sort(), names);
    const removed = await client.batch(
      made.map((result) => ({
        method: "DELETE",
        path: `/applications/${String(result.ok && result.object?.["id"])}`,
      })),
    );
    assert.deepEqual(
      removed.filter(({ ok }) => !ok),
      [],
    );
  });

  it("is not throttled by Conditional Access, which takes one request a second", async () => {
    const refusing = running.sandbox.tenant.throttlingLedger;
    const taken: number[] = [];
    const take = refusing.take.bind(refusing);
    refusing.take = (key, cost, now) => {
      const result = take(key, cost, now);
      if (key === "conditionalAccess") taken.push(result.used);
      return result;
    };
    await Promise.all([1, 2, 3].map(() => client.get("/identity/conditionalAccess/policies")));
    assert.deepEqual(taken, [1, 1, 1]);
  });

  it("ends every fault of the tenant in the right way, with one application made once", async () => {
    const { faults, tenant } = running.sandbox;
    const applications = { path: "/applications" };
    faults.next({ method: "GET", ...applications }, { kind: "cut", when: "before" });
    faults.next({ method: "GET", ...applications }, { kind: "halfBody" });
    faults.next({ method: "GET", ...applications }, { kind: "answer", status: 500 }, 2);
    const before = [];
    for await (const { id } of client.list("/applications")) before.push(id);

    faults.next({ method: "POST", ...applications }, { kind: "cut", when: "after" });
    const cut = await failure(client.post("/applications", { displayName: "cut" }));
    faults.next({ method: "POST", ...applications }, { kind: "halfBody" });
    const half = await failure(client.post("/applications", { displayName: "half" }));
    faults.next({ method: "POST", ...applications }, { kind: "answer", status: 503 });
    const refused = await failure(client.post("/applications", { displayName: "refused" }));
    faults.next({ method: "POST", ...applications }, { kind: "answer", status: 429 }, 2);
    await create("throttled");
    assert.deepEqual(
      [cut, half, refused].map(({ code, outcome }) => [code, outcome]),
      [
        ["GRAPH_UNREACHABLE", "unknown"],
        ["GRAPH_UNREACHABLE", "applied"],
        ["GRAPH_UNAVAILABLE", "unknown"],
      ],
    );
    const after = tenant.graph({ method: "GET", path: "/v1.0/applications", caller: tenant.deployer }).body;
    const names = (after as { value: { displayName: string }[] }).value.map(({ displayName }) => displayName);
    assert.equal(names.length, before.length + 3);
    assert.deepEqual(names.filter((name) => /^(cut|half|refused|throttled)$/.test(name)).sort(), [
      "cut",
      "half",
      "throttled",
    ]);
  });
});
