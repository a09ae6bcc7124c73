import assert from "node:assert/strict";
import { call, createApplication, createServicePrincipal, refusal } from "../../tenant-fixture";
import { output, plain, ProviderSession, unknownNames } from "../provider-session";
import { grantToDeployer } from "./grant-to-deployer";

const ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment";
const ACCESS = "azuread:index/applicationApiAccess:ApplicationApiAccess";
const GRAPH = "00000003-0000-0000-c000-000000000000";
const USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214";
const GROUP_READ_ALL = "5b567255-7703-4780-807c-7be8301ae99b";
const OTHER_API = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

describe("azuread permissions of applications", () => {
  let session: ProviderSession;
  let application: string;
  let principal: string;
  let graph: string;
  beforeEach(async () => {
    session = await ProviderSession.open();
    const created = createApplication(session.tenant, "billing");
    application = created.id;
    principal = createServicePrincipal(session.tenant, created.appId).id;
    graph = session.tenant.servicePrincipalByAppId(GRAPH)?.id ?? "";
  });
  afterEach(() => session.close());

  const assignment = (appRoleId: string) => ({
    appRoleId,
    principalObjectId: principal,
    resourceObjectId: graph,
  });
  const stored = () => session.tenant.applications.get(application)?.properties["requiredResourceAccess"];

  it("refuses to grant a permission while the deployment may not, and grants it once it may", async () => {
    await assert.rejects(
      session.create(ASSIGNMENT, assignment(USER_READ_ALL)),
      /Authorization_RequestDenied/,
    );
    grantToDeployer(session.tenant, "AppRoleAssignment.ReadWrite.All");
    const granted = await session.create(ASSIGNMENT, assignment(USER_READ_ALL));
    assert.match(granted.id, new RegExp(`^${graph}/appRoleAssignment/`));
    assert.deepEqual(plain(granted), {
      ...assignment(USER_READ_ALL),
      principalDisplayName: "billing",
      principalType: "ServicePrincipal",
      resourceDisplayName: "Microsoft Graph",
    });
    assert.deepEqual(await session.refresh(granted), granted);
    const held = session.tenant.servicePrincipals.get(principal)?.appRoleAssignments ?? [];
    assert.deepEqual(
      held.map(({ appRoleId }) => appRoleId),
      [USER_READ_ALL],
    );
    await session.delete(granted);
    assert.equal(await session.refresh(granted), undefined);
  });

  it("replaces an assignment on every change, and knows nothing of it in a preview", async () => {
    grantToDeployer(session.tenant, "AppRoleAssignment.ReadWrite.All");
    const granted = await session.create(ASSIGNMENT, assignment(USER_READ_ALL));
    assert.deepEqual((await session.diff(granted, assignment(GROUP_READ_ALL))).replaces, ["appRoleId"]);
    assert.deepEqual(unknownNames(await session.preview(ASSIGNMENT, assignment(GROUP_READ_ALL))), [
      "principalDisplayName",
      "principalType",
      "resourceDisplayName",
    ]);
  });

  it("refuses what the API has not, what is there already, and an API that does not exist", async () => {
    grantToDeployer(session.tenant, "AppRoleAssignment.ReadWrite.All");
    await session.create(ASSIGNMENT, assignment(USER_READ_ALL));
    const nobody = "0a0e0000-0000-4000-8000-00000000dead";
    await assert.rejects(session.create(ASSIGNMENT, assignment(nobody)), /not found on application/);
    await assert.rejects(session.create(ASSIGNMENT, assignment(USER_READ_ALL)), /already exists/);
    await assert.rejects(
      session.create(ASSIGNMENT, { ...assignment(USER_READ_ALL), resourceObjectId: nobody }),
      /Could not retrieve service principal for resource/,
    );
    const path = `/servicePrincipals/${graph}/appRoleAssignedTo`;
    const body = { appRoleId: GROUP_READ_ALL, principalId: principal, resourceId: principal };
    assert.equal(refusal(call(session.tenant, "POST", path, body)), "400 Request_BadRequest");
  });

  it("writes the entry of one API and leaves those of others alone", async () => {
    const other = { resourceAppId: OTHER_API, resourceAccess: [{ id: GROUP_READ_ALL, type: "Scope" }] };
    call(session.tenant, "PATCH", `/applications/${application}`, { requiredResourceAccess: [other] });
    const inputs = { applicationId: `/applications/${application}`, apiClientId: GRAPH };
    const declared = { ...inputs, roleIds: [USER_READ_ALL] };
    const access = await session.create(ACCESS, declared);
    const entry = (...ids: string[]) => ({
      resourceAppId: GRAPH,
      resourceAccess: ids.map((id) => ({ id, type: "Role" })),
    });
    assert.deepEqual(stored(), [other, entry(USER_READ_ALL)]);
    assert.equal((await session.diff(access, declared)).changed, false);
    const wider = { ...inputs, roleIds: [USER_READ_ALL, GROUP_READ_ALL] };
    assert.deepEqual((await session.diff(access, wider)).details, { roleIds: "update" });
    const updated = await session.update(access, wider);
    assert.deepEqual(stored(), [other, entry(USER_READ_ALL, GROUP_READ_ALL)]);
    assert.equal((await session.diff(updated, wider)).changed, false);
    await session.delete(updated);
    assert.deepEqual(stored(), [other]);
    assert.equal(output(access, "apiClientId"), GRAPH);
  });

  it("refuses an entry that is there already, and one that asks for nothing", async () => {
    const inputs = { applicationId: `/applications/${application}`, apiClientId: GRAPH };
    await session.create(ACCESS, { ...inputs, roleIds: [USER_READ_ALL] });
    await assert.rejects(session.create(ACCESS, { ...inputs, roleIds: [GROUP_READ_ALL] }), /already exists/);
    const { failures } = await session.check(ACCESS, inputs);
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["roleIds"],
    );
  });

  it("takes 400 permissions on an application and refuses one more", () => {
    const access = (count: number) => ({
      requiredResourceAccess: [
        {
          resourceAppId: GRAPH,
          resourceAccess: Array.from({ length: count }, () => ({ id: USER_READ_ALL, type: "Role" })),
        },
      ],
    });
    const path = `/applications/${application}`;
    assert.equal(call(session.tenant, "PATCH", path, access(400)).status, 204);
    assert.equal(refusal(call(session.tenant, "PATCH", path, access(401))), "400 Request_BadRequest");
    const wrong = {
      requiredResourceAccess: [{ resourceAppId: GRAPH, resourceAccess: [{ id: "x", type: "Role" }] }],
    };
    assert.equal(refusal(call(session.tenant, "PATCH", path, wrong)), "400 Request_BadRequest");
  });

  it("takes notes of 1024 characters on a service principal and refuses one more", () => {
    const path = `/servicePrincipals/${principal}`;
    assert.equal(call(session.tenant, "PATCH", path, { notes: "n".repeat(1024) }).status, 204);
    assert.equal(
      refusal(call(session.tenant, "PATCH", path, { notes: "n".repeat(1025) })),
      "400 Request_BadRequest",
    );
  });
});
