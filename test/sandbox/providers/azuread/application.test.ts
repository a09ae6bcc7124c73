import assert from "node:assert/strict";
import { Secret, UNKNOWN } from "../../../../sandbox/providers/property-values";
import { ADA_USER_ID } from "../../../../sandbox/tenant/seed";
import { plain, ProviderSession, unknownNames } from "../provider-session";

const REGISTRATION = "azuread:index/applicationRegistration:ApplicationRegistration";
const APPLICATION = "azuread:index/application:Application";
const OWNER = "azuread:index/applicationOwner:ApplicationOwner";

describe("azuread applications", () => {
  let session: ProviderSession;
  beforeEach(async () => {
    session = await ProviderSession.open();
  });
  afterEach(() => session.close());

  const inTenant = (displayName: string) =>
    [...session.tenant.applications.values()].filter(
      ({ properties }) => properties["displayName"] === displayName,
    );
  const graph = (method: "GET" | "PATCH" | "DELETE", path: string, body?: object) =>
    session.tenant.graph({
      method,
      path: `/v1.0${path}`,
      caller: session.tenant.deployer,
      ...(body && { body }),
    });

  it("registers in the tenant what a registration declares", async () => {
    const registration = await session.create(REGISTRATION, {
      displayName: "billing",
      notes: "nightly",
      groupMembershipClaims: ["SecurityGroup", "DirectoryRole"],
      homepageUrl: "https://billing.example",
    });
    const [record] = inTenant("billing");
    assert.ok(record);
    assert.equal(registration.id, `/applications/${record.id}`);
    assert.deepEqual(plain(registration), {
      clientId: record.appId,
      displayName: "billing",
      groupMembershipClaims: ["SecurityGroup", "DirectoryRole"],
      homepageUrl: "https://billing.example",
      implicitAccessTokenIssuanceEnabled: false,
      implicitIdTokenIssuanceEnabled: false,
      notes: "nightly",
      objectId: record.id,
      publisherDomain: session.tenant.domain,
      requestedAccessTokenVersion: 2,
      signInAudience: "AzureADMyOrg",
    });
    assert.equal(record.properties["groupMembershipClaims"], "SecurityGroup,DirectoryRole");
  });

  it("leaves to the tenant in a preview what the tenant decides", async () => {
    const outputs = await session.preview(REGISTRATION, { displayName: UNKNOWN });
    assert.deepEqual(unknownNames(outputs), [
      "clientId",
      "disabledByMicrosoft",
      "displayName",
      "objectId",
      "publisherDomain",
    ]);
    assert.equal(session.tenant.applications.size, 1, "nothing but the deployer");
  });

  it("reports every wrong input at once, with its place", async () => {
    const { failures } = await session.check(
      REGISTRATION,
      {
        signInAudience: "Everyone",
        groupMembershipClaims: ["Nobody"],
        homepageUrl: "ftp://x",
        requestedAccessTokenVersion: 3,
        displaynam: "typo",
      },
      { name: "billing" },
    );
    assert.deepEqual(failures.map(({ property, reason }) => [property, reason]).sort(), [
      [
        "displayName",
        "Missing required argument: the argument \"displayName\" is required, but no definition was found. Examine values at 'billing.displayName'.",
      ],
      [
        "displaynam",
        "Unsupported argument: an argument named \"displaynam\" is not expected here. Examine values at 'billing.displaynam'.",
      ],
      [
        "groupMembershipClaims[0]",
        'expected groupMembershipClaims[0] to be one of ["All" "None" "ApplicationGroup" "DirectoryRole" "SecurityGroup"], got Nobody. Examine values at \'billing.groupMembershipClaims[0]\'.',
      ],
      [
        "homepageUrl",
        "homepageUrl: expected a URL with the scheme http or https, got \"ftp://x\". Examine values at 'billing.homepageUrl'.",
      ],
      [
        "requestedAccessTokenVersion",
        'expected requestedAccessTokenVersion to be one of ["1" "2"], got 3. Examine values at \'billing.requestedAccessTokenVersion\'.',
      ],
      [
        "signInAudience",
        'expected signInAudience to be one of ["AzureADMyOrg" "AzureADMultipleOrgs" "AzureADandPersonalMicrosoftAccount" "PersonalMicrosoftAccount"], got Everyone. Examine values at \'billing.signInAudience\'.',
      ],
    ]);
  });

  it("never repeats a secret value in a failed check", async () => {
    const { failures } = await session.check(
      REGISTRATION,
      {
        displayName: "billing",
        signInAudience: new Secret("canary"),
        groupMembershipClaims: [new Secret("canary")],
      },
      { name: "billing" },
    );
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      [
        "The secret value is not valid. Examine values at 'billing.groupMembershipClaims[0]'.",
        "The secret value is not valid. Examine values at 'billing.signInAudience'.",
      ],
    );
  });

  it("patches only what changed", async () => {
    const registration = await session.create(REGISTRATION, { displayName: "billing", notes: "nightly" });
    graph("PATCH", registration.id, { description: "set by hand" });

    const change = { displayName: "billing", notes: "weekly" };
    assert.deepEqual((await session.diff(registration, change)).details, { notes: "update" });
    await session.update(registration, change);
    const [record] = inTenant("billing");
    assert.equal(record?.properties["notes"], "weekly");
    assert.equal(record.properties["description"], "set by hand");
  });

  it("shows after a refresh what was changed behind its back, and offers to undo it", async () => {
    const declared = { displayName: "billing" };
    const registration = await session.create(REGISTRATION, declared);
    graph("PATCH", registration.id, { displayName: "renamed", description: "set by hand" });

    const refreshed = await session.refresh(registration);
    assert.ok(refreshed);
    assert.equal(refreshed.inputs["displayName"], "renamed");
    assert.deepEqual((await session.diff(refreshed, declared)).details, {
      description: "delete",
      displayName: "update",
    });
    const restored = await session.update(refreshed, declared);
    assert.equal((await session.diff(restored, declared)).changed, false);
    assert.equal(inTenant("billing")[0]?.properties["description"], null);
  });

  it("reads nothing once the application is gone, and deletes it twice without complaint", async () => {
    const registration = await session.create(REGISTRATION, { displayName: "billing" });
    await session.delete(registration);
    await session.delete(registration);
    assert.equal(await session.refresh(registration), undefined);
    assert.deepEqual(inTenant("billing"), []);
  });

  it("imports a registration with the inputs it would be declared with", async () => {
    const registration = await session.create(REGISTRATION, { displayName: "billing", notes: "nightly" });
    const imported = await session.import(REGISTRATION, registration.id);
    assert.deepEqual(imported?.inputs, {
      displayName: "billing",
      notes: "nightly",
      requestedAccessTokenVersion: 2,
      signInAudience: "AzureADMyOrg",
    });
    await assert.rejects(session.import(REGISTRATION, "billing"), {
      details: 'parsing the Application ID: expected the form "/applications/{applicationId}", got "billing"',
    });
  });

  it("creates the wide application with its blocks, and sees no change afterwards", async () => {
    const declared = {
      displayName: "portal",
      api: {
        oauth2PermissionScopes: [
          {
            id: "0a0e0000-0000-4000-8000-00000000a001",
            adminConsentDescription: "read",
            adminConsentDisplayName: "Read",
            value: "Read",
          },
        ],
      },
      appRoles: [
        {
          id: "0a0e0000-0000-4000-8000-00000000b001",
          allowedMemberTypes: ["Application"],
          description: "runs",
          displayName: "Runner",
          value: "Run",
        },
      ],
      featureTags: [{ enterprise: true, hide: true }],
      identifierUris: [],
      optionalClaims: { accessTokens: [{ name: "ipaddr" }] },
      owners: [ADA_USER_ID],
      requiredResourceAccesses: [
        {
          resourceAppId: "00000003-0000-0000-c000-000000000000",
          resourceAccesses: [{ id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" }],
        },
      ],
      web: { redirectUris: ["https://portal.example/b", "https://portal.example/a"] },
    };
    const application = await session.create(APPLICATION, declared);
    const outputs = plain(application);
    assert.deepEqual(outputs["owners"], [ADA_USER_ID]);
    assert.deepEqual(outputs["appRoleIds"], { Run: "0a0e0000-0000-4000-8000-00000000b001" });
    assert.deepEqual(outputs["oauth2PermissionScopeIds"], { Read: "0a0e0000-0000-4000-8000-00000000a001" });
    assert.deepEqual(outputs["tags"], ["WindowsAzureActiveDirectoryIntegratedApp", "HideApp"]);
    assert.equal((await session.diff(application, declared)).changed, false);
    const refreshed = await session.refresh(application);
    assert.deepEqual(refreshed, application);

    const without = { ...declared, web: undefined, appRoles: undefined };
    assert.deepEqual((await session.diff(application, without)).details, {
      appRoles: "delete",
      web: "delete",
    });
  });

  it("creates the inline password in the same request and keeps its value secret", async () => {
    const declared = { displayName: "legacy", password: { displayName: "first" } };
    const application = await session.create(APPLICATION, declared);
    const password = application.outputs["password"] as Record<string, unknown>;
    assert.ok(password["value"] instanceof Secret);
    assert.match(JSON.stringify(password["value"].value), /^".{3}8Q~/);
    assert.deepEqual(
      inTenant("legacy")[0]?.passwordCredentials.map(({ displayName }) => displayName),
      ["first"],
    );

    const refreshed = await session.refresh(application);
    assert.ok((refreshed?.outputs["password"] as Record<string, unknown>)["value"] instanceof Secret);
    assert.equal((await session.diff(application, declared)).changed, false);

    const changed = await session.update(application, { ...declared, password: { displayName: "second" } });
    assert.notEqual((changed.outputs["password"] as Record<string, unknown>)["keyId"], password["keyId"]);
    assert.deepEqual(
      inTenant("legacy")[0]?.passwordCredentials.map(({ displayName }) => displayName),
      ["second"],
    );
  });

  it("leaves no application behind when the tenant refuses its password or an owner", async () => {
    graph("PATCH", "/policies/defaultAppManagementPolicy", {
      isEnabled: true,
      applicationRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled", maxLifetime: null }],
      },
    });
    await assert.rejects(
      session.create(APPLICATION, { displayName: "legacy", password: { displayName: "first" } }),
      /CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed/,
    );
    await assert.rejects(
      session.create(APPLICATION, {
        displayName: "legacy",
        owners: ["0a0e0000-0000-4000-8000-00000000dead"],
      }),
      /Request_ResourceNotFound/,
    );
    assert.deepEqual(inTenant("legacy"), []);
  });

  it("refuses a second application of the same name where duplicates are prevented", async () => {
    await session.create(APPLICATION, { displayName: "it's one" });
    await assert.rejects(
      session.create(APPLICATION, { displayName: "it's one", preventDuplicateNames: true }),
      /duplicate names is disabled: "it's one" exists with ID/,
    );
    assert.equal(inTenant("it's one").length, 1);
  });

  it("adds and removes an owner, and refuses one that is there already", async () => {
    const registration = await session.create(REGISTRATION, { displayName: "billing" });
    const declared = { applicationId: registration.id, ownerObjectId: ADA_USER_ID };
    const owner = await session.create(OWNER, declared);
    assert.equal(owner.id, `${registration.id}/owners/${ADA_USER_ID}`);
    assert.deepEqual(inTenant("billing")[0]?.owners, [ADA_USER_ID]);
    await assert.rejects(session.create(OWNER, declared), /already exists/);
    assert.deepEqual(plain(await session.import(OWNER, owner.id)), declared);

    const { replaces } = await session.diff(owner, {
      ...declared,
      ownerObjectId: "0a0e0000-0000-4000-8000-000000000002",
    });
    assert.deepEqual(replaces, ["ownerObjectId"]);
    await session.delete(owner);
    await session.delete(owner);
    assert.equal(await session.refresh(owner), undefined);
  });

  it("answers getClientConfig, getApplication and getServicePrincipal", async () => {
    const { appId } = session.tenant.deployer;
    const objectId = session.tenant.servicePrincipalByAppId(appId)?.id;
    assert.deepEqual(await session.invoke("azuread:index/getClientConfig:getClientConfig"), {
      id: `${session.tenant.id}-${appId}-${objectId ?? ""}`,
      clientId: appId,
      objectId,
      tenantId: session.tenant.id,
    });
    const token = "azuread:index/getApplication:getApplication";
    const byName = await session.invoke(token, { displayName: "certlock-deployer" });
    assert.equal(byName["clientId"], appId);
    const principal = await session.invoke("azuread:index/getServicePrincipal:getServicePrincipal", {
      clientId: appId,
    });
    assert.equal(principal["objectId"], objectId);
    await assert.rejects(session.invoke(token, { displayName: "nobody" }), {
      details: "Expected one object in applications with displayName eq 'nobody', found 0.",
    });
  });
});
