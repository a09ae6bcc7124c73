import assert from "node:assert/strict";
import { ADA_USER_ID, GRACE_USER_ID } from "../../../../sandbox/tenant/seed";
import { output, plain, ProviderSession, type Deployed } from "../provider-session";

const PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";
const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

describe("azuread service principals", () => {
  let session: ProviderSession;
  let clientId: string;
  beforeEach(async () => {
    session = await ProviderSession.open();
    const application = await session.create(
      "azuread:index/applicationRegistration:ApplicationRegistration",
      {
        displayName: "billing",
      },
    );
    clientId = output(application, "clientId");
  });
  afterEach(() => session.close());

  const stored = (resource: Deployed) => session.tenant.servicePrincipals.get(output(resource, "objectId"));

  it("creates one for an application, owned by exactly the declared owners", async () => {
    const declared = {
      clientId,
      owners: [GRACE_USER_ID, ADA_USER_ID],
      description: "nightly",
      tags: ["HideApp"],
    };
    const principal = await session.create(PRINCIPAL, declared);
    const outputs = plain(principal);
    assert.equal(principal.id, `/servicePrincipals/${stored(principal)?.id ?? ""}`);
    assert.deepEqual(new Set(stored(principal)?.owners), new Set([ADA_USER_ID, GRACE_USER_ID]));
    assert.deepEqual(
      {
        applicationTenantId: outputs["applicationTenantId"],
        displayName: outputs["displayName"],
        accountEnabled: outputs["accountEnabled"],
        type: outputs["type"],
        featureTags: outputs["featureTags"],
      },
      {
        applicationTenantId: session.tenant.id,
        displayName: "billing",
        accountEnabled: true,
        type: "Application",
        featureTags: [{ customSingleSignOn: false, enterprise: false, gallery: false, hide: true }],
      },
    );
    assert.equal((await session.diff(principal, declared)).changed, false);
    assert.deepEqual(await session.refresh(principal), principal);
  });

  it("changes owners, account state and tags in place, and the application only by replacement", async () => {
    const principal = await session.create(PRINCIPAL, { clientId, owners: [ADA_USER_ID] });
    const change = { clientId, owners: [GRACE_USER_ID], accountEnabled: false, tags: ["one"] };
    assert.deepEqual((await session.diff(principal, change)).details, {
      accountEnabled: "update",
      owners: "update",
      tags: "update",
    });
    const updated = await session.update(principal, change);
    assert.deepEqual(stored(updated)?.owners, [GRACE_USER_ID]);
    assert.equal(stored(updated)?.properties["accountEnabled"], false);
    assert.equal((await session.diff(updated, change)).changed, false);
    const other = await session.diff(updated, { ...change, clientId: GRAPH_APP_ID });
    assert.deepEqual(other.replaces, ["clientId"]);
  });

  it("leaves none behind when an owner is refused", async () => {
    const owners = ["0a0e0000-0000-4000-8000-00000000dead"];
    await assert.rejects(session.create(PRINCIPAL, { clientId, owners }), /Request_ResourceNotFound/);
    assert.equal(session.tenant.servicePrincipalByAppId(clientId), undefined);
  });

  it("refuses a second one for the same application unless it is told to adopt it", async () => {
    const first = await session.create(PRINCIPAL, { clientId });
    await assert.rejects(session.create(PRINCIPAL, { clientId }), /already exists/);
    const adopted = await session.create(PRINCIPAL, { clientId, useExisting: true });
    assert.equal(adopted.id, first.id);
  });

  it("adopts Microsoft Graph's and leaves it in the tenant when deleted", async () => {
    const declared = { clientId: GRAPH_APP_ID, useExisting: true };
    const graph = await session.create(PRINCIPAL, declared);
    const roleIds = plain(graph)["appRoleIds"] as Record<string, string>;
    assert.equal(roleIds["Application.Read.All"], "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30");
    assert.equal((await session.diff(graph, declared)).changed, false);
    await session.delete(graph);
    assert.notEqual(session.tenant.servicePrincipalByAppId(GRAPH_APP_ID), undefined);
  });

  it("fails for an application that does not exist, in Graph's words", async () => {
    await assert.rejects(
      session.create(PRINCIPAL, { clientId: "0a0e0000-0000-4000-8000-00000000dead" }),
      /Could not create service principal: unexpected status 400 \(400 Bad Request\) with error: /,
    );
  });
});
