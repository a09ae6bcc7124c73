import assert from "node:assert/strict";
import { routes } from "../../../sandbox/graph/routes";
import { MICROSOFT_GRAPH } from "../../../sandbox/tenant/microsoft-services";
import type { Caller, GraphRequest } from "../../../sandbox/tenant/graph-request";
import {
  call,
  createApplication,
  createServicePrincipal,
  refusal,
  TestTenant,
  type Answer,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const DENIED = ["403 Authorization_RequestDenied", "403 AccessDenied"];

describe("sandbox: who may call Graph", () => {
  let tenant: TestTenant;
  let application: { id: string; appId: string };
  let principal: { id: string };
  let owner: Caller;
  beforeEach(() => {
    tenant = TestTenant.at();
    application = createApplication(tenant, "target");
    principal = createServicePrincipal(tenant, application.appId);
    const self = createApplication(tenant, "owner");
    createServicePrincipal(tenant, self.appId);
    owner = { appId: self.appId, roles: ["Application.ReadWrite.OwnedBy"] };
  });

  /** A path for a route, with the ids of real objects where it needs some. */
  const pathOf = (pattern: readonly string[]): string => {
    const id = pattern[0] === "servicePrincipals" ? principal.id : application.id;
    return `/${pattern.map((part) => (part === "{id}" ? id : part.replace(/[{}]/g, ""))).join("/")}`;
  };

  /** The version that has every route. */
  const beta = (method: GraphRequest["method"], path: string, caller: Caller): Answer => {
    const { status, body } = tenant.graph({ method, path: `/beta${path}`, body: {}, caller });
    return { status, body };
  };

  it("refuses every call to a caller without permissions", () => {
    const nobody: Caller = { appId: "nobody's", roles: [] };
    const open = routes.filter(
      ({ method, pattern }) => !DENIED.includes(refusal(beta(method, pathOf(pattern), nobody))),
    );
    assert.deepEqual(open, []);
  });

  it("refuses every write to a caller that only reads", () => {
    const reader: Caller = {
      appId: "a reader's",
      roles: ["Application.Read.All", "Directory.Read.All", "Policy.Read.All", "User.Read.All"],
    };
    const open = routes.filter(
      ({ method, pattern }) =>
        method !== "GET" &&
        // A read that carries its ids in a body.
        pattern.join("/") !== "directoryObjects/getByIds" &&
        !DENIED.includes(refusal(beta(method, pathOf(pattern), reader))),
    );
    assert.deepEqual(open, []);
  });

  it("refuses every write on an object to a manager of owned applications that does not own it", () => {
    const writes = routes.filter(({ permission }) => permission.owned === "mustOwnTarget");
    assert.ok(writes.length >= 15, "the routes carry their permission");
    const outcomes = writes.map(({ method, pattern }) => {
      if (pattern[0] === "directory") {
        const { id } = createApplication(tenant, "deleted");
        call(tenant, "DELETE", `/applications/${id}`);
        const path = `/${pattern.map((part) => (part === "{id}" ? id : part)).join("/")}`;
        return refusal(call(tenant, method, path, {}, owner));
      }
      return refusal(call(tenant, method, pathOf(pattern), {}, owner));
    });
    assert.deepEqual([...new Set(outcomes)], ["403 Authorization_RequestDenied"]);
  });

  it("lets a manager of owned applications create, own and change its own", () => {
    const { status, body } = call(tenant, "POST", "/applications", { displayName: "mine" }, owner);
    assert.equal(status, 201);
    const path = `/applications/${body.id as string}`;
    assert.equal(call(tenant, "PATCH", path, { notes: "mine" }, owner).status, 204);
    assert.equal(call(tenant, "POST", `${path}/addPassword`, {}, owner).status, 200);
    const { appId } = body as { appId: string };
    assert.equal(call(tenant, "POST", "/servicePrincipals", { appId }, owner).status, 201);
    const foreign = createApplication(tenant, "foreign").appId;
    const refused = call(tenant, "POST", "/servicePrincipals", { appId: foreign }, owner);
    assert.equal(refusal(refused), "403 Authorization_RequestDenied");
  });

  it("wants Policy.Read.All beside the write permission for Conditional Access", () => {
    const half: Caller = { appId: application.appId, roles: ["Policy.ReadWrite.ConditionalAccess"] };
    const answer = call(tenant, "POST", "/identity/conditionalAccess/namedLocations", {}, half);
    assert.equal(refusal(answer), "403 AccessDenied");
    const whole: Caller = { ...half, roles: [...half.roles, "Policy.Read.All"] };
    const allowed = call(tenant, "POST", "/identity/conditionalAccess/namedLocations", {}, whole);
    assert.equal(allowed.status, 400);
  });

  it("grants, lists and takes back an application permission", () => {
    const graph = tenant.servicePrincipalByAppId(MICROSOFT_GRAPH.appId)?.id ?? "";
    const grantor: Caller = {
      appId: tenant.deployer.appId,
      roles: ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"],
    };
    const path = `/servicePrincipals/${principal.id}/appRoleAssignments`;
    const appRoleId = MICROSOFT_GRAPH.appRoles.find(({ value }) => value === "Policy.Read.All")?.id;
    const grant = { principalId: principal.id, resourceId: graph, appRoleId };
    assert.equal(refusal(call(tenant, "POST", path, grant)), "403 Authorization_RequestDenied");
    const { status, body } = call(tenant, "POST", path, grant, grantor);
    assert.equal(status, 201);
    assert.match(
      call(tenant, "POST", path, grant, grantor).body.error.message as string,
      /already exists on the object/,
    );
    const unknown = { ...grant, appRoleId: "99999999-0000-4000-8000-000000000000" };
    assert.match(call(tenant, "POST", path, unknown, grantor).body.error.message as string, /was not found/);
    assert.equal(call(tenant, "DELETE", `${path}/${body.id as string}`, undefined, grantor).status, 204);
    assert.deepEqual(call(tenant, "GET", path, undefined, grantor).body.value, []);
  });
});
