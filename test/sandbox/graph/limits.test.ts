import assert from "node:assert/strict";
import { MICROSOFT_LIMITS } from "../../../sandbox";
import {
  call,
  createApplication,
  makeCertificate,
  refusal,
  TestTenant,
  type Answer,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: limits on calls", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });
  const get = (path: string, appId = tenant.deployer.appId) =>
    tenant.graph({ method: "GET", path: `/v1.0${path}`, caller: { ...tenant.deployer, appId } });

  it("limits nothing unless it is told to", () => {
    for (let index = 0; index < 50; index++)
      assert.equal(get("/identity/conditionalAccess/policies").status, 200);
  });

  it("lets Conditional Access be called once a second by all applications together, and names no wait", () => {
    tenant.throttling = MICROSOFT_LIMITS;
    const path = "/identity/conditionalAccess/policies";
    assert.equal(get(path).status, 200);
    const refused = get(path, "another application's");
    assert.equal(refused.status, 429);
    assert.equal(refused.headers?.["retry-after"], undefined);
    assert.equal((refused.body as { error: { code: string } }).error.code, "TooManyRequests");
    tenant.advance(999);
    assert.equal(get(path).status, 429);
    tenant.advance(1);
    assert.equal(get(path).status, 200);
  });

  it("counts resource units of each application, tells when few are left, and says how long to wait", () => {
    tenant.throttling = { resourceUnitsPer10Seconds: 10 };
    const costs = [
      "/applications",
      "/applications?$select=id",
      "/applications?$expand=owners",
      "/applications?$top=5",
      "/users?$select=id&$top=5",
    ].map((path) => get(path).headers?.["x-ms-resource-unit"]);
    assert.deepEqual(costs, ["2", "1", "3", "1", "1"]);
    const near = get("/applications?$select=id");
    assert.equal(near.headers?.["x-ms-throttle-limit-percentage"], "0.90");
    tenant.advance(4000);
    const refused = get("/applications");
    assert.deepEqual(
      [refused.status, refused.headers?.["retry-after"], refused.headers?.["x-ms-throttle-information"]],
      [429, "6", "ResourceUnitLimitExceeded"],
    );
    assert.equal(
      refused.headers?.["x-ms-throttle-scope"],
      `Tenant_Application/ReadWrite/${tenant.deployer.appId}/${tenant.id}`,
    );
    assert.equal(get("/applications", "another application's").status, 200);
    tenant.advance(6000);
    assert.equal(get("/applications").status, 200);
  });

  it("limits writes, reads of keys and reports", () => {
    tenant.throttling = { writesPer150Seconds: 1, keyCredentialReadsPerMinute: 1, reportsPer10Seconds: 1 };
    assert.equal(call(tenant, "POST", "/applications", { displayName: "a" }).status, 201);
    assert.equal(call(tenant, "POST", "/applications", { displayName: "b" }).status, 429);
    assert.equal(tenant.applications.size, 2, "what is refused is not applied");
    const keys = "/applications?$select=id,keyCredentials";
    assert.deepEqual([get(keys).status, get(keys).headers?.["retry-after"]], [200, "60"]);
    const auditor = { appId: "an auditor's", roles: ["AuditLog.Read.All"] };
    const audits = (): number => call(tenant, "GET", "/auditLogs/directoryAudits", undefined, auditor).status;
    assert.deepEqual([audits(), audits()], [200, 429]);
  });
});

describe("sandbox: copies that lag behind", () => {
  const NOT_FOUND = "404 Request_ResourceNotFound";

  it("hides a new object for so many reads, however it is read", () => {
    const tenant = TestTenant.at();
    tenant.replication.lag = { reads: 2 };
    const { id, appId } = createApplication(tenant, "new");
    assert.equal(refusal(call(tenant, "GET", `/applications/${id}`)), NOT_FOUND);
    assert.equal(
      (call(tenant, "GET", `/applications?$filter=appId eq '${appId}'`).body.value as unknown[]).length,
      0,
    );
    assert.equal(call(tenant, "GET", `/applications(appId='${appId}')`).status, 200);
  });

  it("hides it for so long by the tenant's clock", () => {
    const tenant = TestTenant.at();
    tenant.replication.lag = { milliseconds: 5000 };
    const { id } = createApplication(tenant, "new");
    const patch = (): Answer => call(tenant, "PATCH", `/applications/${id}`, { displayName: "x" });
    assert.equal(refusal(patch()), NOT_FOUND);
    tenant.advance(4999);
    assert.equal(refusal(patch()), NOT_FOUND);
    tenant.advance(1);
    assert.equal(patch().status, 204);
  });

  it("shows an object without its newest certificate: a client that writes back what it read loses it", async () => {
    const [first, second] = [await makeCertificate(), await makeCertificate()];
    const tenant = TestTenant.at();
    const { id } = createApplication(tenant, "racy", { keyCredentials: [first.keyCredential] });
    const path = `/applications/${id}`;
    const shown = (): Record<string, unknown>[] =>
      call(tenant, "GET", path).body.keyCredentials as Record<string, unknown>[];
    tenant.replication.lag = { reads: 1 };
    const before = shown();
    assert.equal(
      call(tenant, "PATCH", path, { keyCredentials: [...before, second.keyCredential] }).status,
      204,
    );
    const stale = shown();
    assert.deepEqual(stale, before);
    assert.equal(shown().length, 2);
    // Writes meet the truth, so this one takes the second certificate away.
    assert.equal(call(tenant, "PATCH", path, { keyCredentials: stale }).status, 204);
    assert.equal(shown().length, 1);
  });
});
