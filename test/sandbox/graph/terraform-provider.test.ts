/** What the Terraform provider for Entra asks of Graph and no document promises. Source: its own code, version 3.9.0. */
import assert from "node:assert/strict";
import { call, createApplication, createServicePrincipal, refusal, TestTenant } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: Graph as the Terraform provider calls it", () => {
  let tenant: TestTenant;
  let application: { id: string; appId: string };
  let principal: { id: string };
  beforeEach(() => {
    tenant = TestTenant.at();
    application = createApplication(tenant, "billing");
    principal = createServicePrincipal(tenant, application.appId);
  });

  const beta = (path: string) => {
    const { status, body } = tenant.graph({
      method: "GET",
      path: `/beta${path}`,
      body: undefined,
      caller: tenant.deployer,
    });
    return { status, body: body as Record<string, unknown> };
  };

  it("selects in beta what v1.0 does not tell", () => {
    const found = beta(`/applications/${application.id}?$select=oauth2RequirePostResponse`);
    const saml = beta(`/servicePrincipals/${principal.id}?$select=samlMetadataUrl`);
    assert.deepEqual(
      [found.status, "oauth2RequirePostResponse" in found.body, saml.status, "samlMetadataUrl" in saml.body],
      [200, true, 200, true],
    );
    const all = beta(`/applications/${application.id}`).body;
    assert.equal("oauth2RequirePostResponse" in all, false);
    const unknown = beta(`/applications/${application.id}?$select=samlMetadataurl`);
    assert.equal(unknown.status, 400);
  });

  it("changes an object by a body that names its own id, and by no other", () => {
    const { appId } = application;
    for (const [kind, id] of [
      ["applications", application.id],
      ["servicePrincipals", principal.id],
    ] as const) {
      const path = `/${kind}/${id}`;
      assert.equal(call(tenant, "PATCH", path, { id, notes: "by id" }).status, 204);
      assert.equal(call(tenant, "GET", path).body.notes, "by id");
      assert.equal(refusal(call(tenant, "PATCH", path, { id: appId, notes: "x" })), "400 Request_BadRequest");
    }
  });
});
