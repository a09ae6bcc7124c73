import assert from "node:assert/strict";
import { ADA_USER_ID, GRACE_USER_ID } from "../../../sandbox/tenant/seed";
import { call, createApplication, createServicePrincipal, DAY, refusal, TestTenant } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const UNKNOWN = "99999999-0000-4000-8000-000000000000";

describe("sandbox: applications and service principals", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });

  it("reads an application by object id and by appId as the same object", () => {
    const { id, appId } = createApplication(tenant, "billing-api");
    const byId = call(tenant, "GET", `/applications/${id}`);
    assert.equal(byId.status, 200);
    assert.equal(byId.body.displayName, "billing-api");
    assert.equal(byId.body.createdDateTime, "2026-11-21T12:00:00Z");
    assert.deepEqual(call(tenant, "GET", `/applications(appId='${appId}')`).body, byId.body);
    assert.deepEqual(call(tenant, "GET", `/applications('${id}')`).body, byId.body);
  });

  it("answers 404 with Graph's code for an object that is not there", () => {
    assert.equal(refusal(call(tenant, "GET", `/applications/${UNKNOWN}`)), "404 Request_ResourceNotFound");
    assert.equal(refusal(call(tenant, "GET", `/users/${UNKNOWN}`)), "404 Request_ResourceNotFound");
  });

  it("answers an unknown segment, version and method as Graph does", () => {
    const unknown = call(tenant, "GET", "/applicationz");
    assert.equal(refusal(unknown), "400 BadRequest");
    assert.equal(unknown.body.error.message, "Resource not found for the segment 'applicationz'.");
    const { id } = createApplication(tenant, "a");
    assert.equal(
      call(tenant, "GET", `/applications/${id}/shoeSize`).body.error.message,
      "Resource not found for the segment 'shoeSize'.",
    );
    const version = tenant.graph({ method: "GET", path: "/v3.0/applications", caller: tenant.deployer });
    assert.equal(version.status, 400);
    assert.equal(call(tenant, "DELETE", "/applications").status, 405);
  });

  it("carries a request id in headers and in the error body", () => {
    const answer = tenant.graph({ method: "GET", path: "/v1.0/nowhere", caller: tenant.deployer });
    const error = (answer.body as { error: { innerError: Record<string, string> } }).error;
    assert.equal(error.innerError["request-id"], answer.headers?.["request-id"]);
    assert.match(answer.headers?.["request-id"] ?? "", /^[0-9a-f-]{36}$/);
  });

  it("merges complex values, replaces lists and refuses a property Graph does not know", () => {
    const { id } = createApplication(tenant, "web", {
      web: { homePageUrl: "https://a.example" },
      tags: ["a"],
    });
    const patch = { web: { redirectUris: ["https://a.example/cb"] }, tags: ["b"] };
    assert.equal(call(tenant, "PATCH", `/applications/${id}`, patch).status, 204);
    const { body } = call(tenant, "GET", `/applications/${id}`);
    assert.equal(body.web.homePageUrl, "https://a.example");
    assert.deepEqual(body.web.redirectUris, ["https://a.example/cb"]);
    assert.deepEqual(body.tags, ["b"]);
    const unknown = call(tenant, "PATCH", `/applications/${id}`, { shoeSize: 42 });
    assert.equal(unknown.body.error.message, "Invalid property 'shoeSize'.");
    const nested = call(tenant, "PATCH", `/applications/${id}`, { web: { shoeSize: 42 } });
    assert.equal(refusal(nested), "400 Request_BadRequest");
    assert.equal(
      refusal(call(tenant, "PATCH", `/applications/${id}`, { appId: UNKNOWN })),
      "400 Request_BadRequest",
    );
  });

  it("does not take the names every JavaScript object has for properties of an application", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const body = JSON.parse(`{"displayName":"x","${name}":{"polluted":true}}`) as object;
      const answer = call(tenant, "POST", "/applications", body);
      assert.equal(answer.body.error.message, `Invalid property '${name}'.`);
    }
  });

  it("refuses an application without a name or with an audience that does not exist", () => {
    assert.equal(refusal(call(tenant, "POST", "/applications", {})), "400 Request_BadRequest");
    const audience = { displayName: "x", signInAudience: "Everybody" };
    assert.equal(refusal(call(tenant, "POST", "/applications", audience)), "400 Request_BadRequest");
  });

  it("filters by name and appId, selects properties and counts", () => {
    const { appId } = createApplication(tenant, "it's mine");
    createApplication(tenant, "other");
    const named = call(
      tenant,
      "GET",
      `/applications?$filter=${encodeURIComponent("displayName eq 'It''s mine'")}&$select=appId&$count=true`,
    );
    assert.deepEqual(named.body.value, [{ appId }]);
    // Without `ConsistencyLevel: eventual` the directory does not count.
    assert.equal(named.body["@odata.count"], undefined);
    const both = `appId eq '${appId}' and startswith(displayName,'it')`;
    const joined = call(
      tenant,
      "GET",
      `/applications?$filter=${encodeURIComponent(both)}&$select=displayName`,
    );
    assert.deepEqual(joined.body.value, [{ displayName: "it's mine" }]);
    const bad = ["shoeSize eq 'x'", "displayName eq", "displayName", "(displayName eq 'x'", "not"];
    for (const filter of bad) {
      const answer = call(tenant, "GET", `/applications?$filter=${encodeURIComponent(filter)}`);
      assert.equal(refusal(answer), "400 BadRequest", filter);
    }
    assert.equal(refusal(call(tenant, "GET", "/applications?$select=shoeSize")), "400 BadRequest");
    assert.equal(refusal(call(tenant, "GET", "/applications?$search=x")), "400 Request_UnsupportedQuery");
  });

  it("pages through a list without missing or repeating an object", () => {
    const names = Array.from({ length: 7 }, (_, index) => `app-${index}`);
    for (const name of names) createApplication(tenant, name);
    const seen: string[] = [];
    let path = "/applications?$top=3&$select=id,displayName";
    for (let page = 0; path !== ""; page++) {
      assert.ok(page < 5, "the pages end");
      const { body } = call(tenant, "GET", path);
      seen.push(...(body.value as { displayName: string }[]).map(({ displayName }) => displayName));
      const next = body["@odata.nextLink"] as string | undefined;
      path = next === undefined ? "" : next.replace("https://graph.microsoft.com/v1.0", "");
    }
    assert.deepEqual(seen, ["certlock-deployer", ...names]);
    assert.equal(refusal(call(tenant, "GET", "/applications?$top=1000")), "400 Request_BadRequest");
    assert.equal(
      refusal(call(tenant, "GET", "/applications?$skiptoken=eA")),
      "400 Directory_ExpiredPageToken",
    );
  });

  it("needs an application for a service principal, and makes only one", () => {
    assert.equal(
      refusal(call(tenant, "POST", "/servicePrincipals", { appId: UNKNOWN })),
      "400 NoBackingApplicationObject",
    );
    const { appId } = createApplication(tenant, "billing-api", { description: "bills" });
    const { id } = createServicePrincipal(tenant, appId);
    const again = call(tenant, "POST", "/servicePrincipals", { appId });
    assert.equal(refusal(again), "409 Request_MultipleObjectsWithSameKeyValue");
    const { body } = call(tenant, "GET", `/servicePrincipals(appId='${appId}')`);
    assert.deepEqual(
      [body.id, body.displayName, body.appDescription, body.signInAudience, body.appOwnerOrganizationId],
      [id, "billing-api", "bills", "AzureADMyOrg", tenant.id],
    );
  });

  it("lists Microsoft Graph with the ids of its app roles", () => {
    const { body } = call(tenant, "GET", "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')");
    const roles = body.appRoles as { id: string; value: string }[];
    assert.equal(
      roles.find(({ value }) => value === "Application.ReadWrite.All")?.id,
      "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    );
  });

  it("adds, lists and removes owners, and refuses a second time or an unknown one", () => {
    const { id } = createApplication(tenant, "owned", {
      "owners@odata.bind": [`https://graph.microsoft.com/v1.0/users/${ADA_USER_ID}`],
    });
    const reference = (owner: string) => ({
      "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${owner}`,
    });
    const path = `/applications/${id}/owners`;
    assert.equal(call(tenant, "POST", `${path}/$ref`, reference(GRACE_USER_ID)).status, 204);
    const twice = call(tenant, "POST", `${path}/$ref`, reference(GRACE_USER_ID));
    assert.match(twice.body.error.message as string, /object references already exist.*'owners'/);
    assert.equal(
      refusal(call(tenant, "POST", `${path}/$ref`, reference(UNKNOWN))),
      "404 Request_ResourceNotFound",
    );
    const { body } = call(tenant, "GET", path);
    assert.deepEqual(
      (body.value as { id: string; "@odata.type": string }[]).map((owner) => [
        owner["@odata.type"],
        owner.id,
      ]),
      [
        ["#microsoft.graph.user", ADA_USER_ID],
        ["#microsoft.graph.user", GRACE_USER_ID],
      ],
    );
    assert.equal(call(tenant, "DELETE", `${path}/${ADA_USER_ID}/$ref`).status, 204);
    assert.equal(
      refusal(call(tenant, "DELETE", `${path}/${ADA_USER_ID}/$ref`)),
      "404 Request_ResourceNotFound",
    );
    const left = call(tenant, "GET", `${path}/$ref`).body.value as unknown[];
    assert.equal(left.length, 1);
  });

  it("soft-deletes an application with its service principal and restores each on its own", () => {
    const { id, appId } = createApplication(tenant, "short-lived");
    const principal = createServicePrincipal(tenant, appId);
    assert.equal(call(tenant, "DELETE", `/applications/${id}`).status, 204);
    assert.equal(call(tenant, "GET", `/applications/${id}`).status, 404);
    assert.equal(call(tenant, "GET", `/servicePrincipals/${principal.id}`).status, 404);
    const gone = call(tenant, "GET", "/directory/deletedItems/microsoft.graph.application?$select=id").body;
    assert.deepEqual(gone.value, [{ id }]);

    assert.equal(call(tenant, "POST", `/directory/deletedItems/${id}/restore`).status, 200);
    assert.equal(call(tenant, "GET", `/applications/${id}`).body.deletedDateTime, null);
    assert.equal(call(tenant, "GET", `/servicePrincipals/${principal.id}`).status, 404);
    assert.equal(call(tenant, "POST", `/directory/deletedItems/${principal.id}/restore`).status, 200);
    assert.equal(call(tenant, "GET", `/servicePrincipals/${principal.id}`).status, 200);
  });

  it("forgets deleted objects after 30 days, or at once when they are purged", () => {
    const kept = createApplication(tenant, "kept");
    const purged = createApplication(tenant, "purged");
    for (const { id } of [kept, purged]) call(tenant, "DELETE", `/applications/${id}`);
    assert.equal(call(tenant, "DELETE", `/directory/deletedItems/${purged.id}`).status, 204);
    assert.equal(call(tenant, "GET", `/directory/deletedItems/${purged.id}`).status, 404);
    tenant.advance(30 * DAY);
    assert.equal(call(tenant, "GET", `/directory/deletedItems/${kept.id}`).status, 200);
    tenant.advance(1000);
    assert.equal(call(tenant, "GET", `/directory/deletedItems/${kept.id}`).status, 404);
  });

  it("holds new application id URIs against the restriction Microsoft switched on", () => {
    const body = (uri: string, more: object = {}) => ({ displayName: "api", identifierUris: [uri], ...more });
    assert.equal(
      refusal(call(tenant, "POST", "/applications", body("api://billing"))),
      "400 Request_BadRequest",
    );
    assert.equal(call(tenant, "POST", "/applications", body(`api://${tenant.id}/billing`)).status, 201);
    assert.equal(call(tenant, "POST", "/applications", body(`https://${tenant.domain}/billing`)).status, 201);
    const v2 = { api: { requestedAccessTokenVersion: 2 } };
    assert.equal(call(tenant, "POST", "/applications", body("api://billing", v2)).status, 201);
    const taken = call(tenant, "POST", "/applications", body("api://billing", v2));
    assert.match(taken.body.error.message as string, /same value for property identifierUris/);
  });
});
