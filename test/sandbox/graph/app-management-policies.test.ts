import assert from "node:assert/strict";
import {
  call,
  createApplication,
  createServicePrincipal,
  refusal,
  restrictTenant,
  TestTenant,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const DEFAULT = "/policies/defaultAppManagementPolicy";
const CUSTOM = "/policies/appManagementPolicies";

const ADDITION = { restrictionType: "passwordAddition", state: "enabled" };
/** As Graph reads an entry back: every field, null where nothing was said. */
const ADDITION_READ = {
  restrictionType: "passwordAddition",
  state: "enabled",
  maxLifetime: null,
  restrictForAppsCreatedAfterDateTime: null,
  excludeActors: null,
};

describe("sandbox: app management policies", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });

  it("starts as Microsoft left tenants in 2025: on, with its own restriction of identifier URIs", () => {
    const { body } = call(tenant, "GET", DEFAULT);
    assert.equal(body.id, "00000000-0000-0000-0000-000000000000");
    assert.equal(body.isEnabled, true);
    assert.deepEqual(body.applicationRestrictions.passwordCredentials, []);
    assert.deepEqual(body.applicationRestrictions.identifierUris.uriAdditionWithoutUniqueTenantIdentifier, {
      state: "enabled",
      restrictForAppsCreatedAfterDateTime: null,
      isStateSetByMicrosoft: true,
      excludeAppsReceivingV2Tokens: true,
      excludeSaml: true,
      excludeActors: null,
    });
    assert.deepEqual(body.servicePrincipalRestrictions, { passwordCredentials: [], keyCredentials: [] });
  });

  it("keeps what a PATCH leaves out and replaces whole every collection it names", () => {
    restrictTenant(tenant, [ADDITION, { restrictionType: "symmetricKeyAddition", state: "enabled" }]);
    const scope = { passwordCredentials: [ADDITION] };
    assert.deepEqual(call(tenant, "PATCH", DEFAULT, { applicationRestrictions: scope }), {
      status: 204,
      body: undefined,
    });
    const { body } = call(tenant, "GET", DEFAULT);
    assert.deepEqual(body.applicationRestrictions.passwordCredentials, [ADDITION_READ]);
    assert.equal((body.servicePrincipalRestrictions.passwordCredentials as unknown[]).length, 2);
    const kept = body.applicationRestrictions.identifierUris.uriAdditionWithoutUniqueTenantIdentifier;
    assert.equal(kept.isStateSetByMicrosoft, true);
  });

  it("loses Microsoft's restriction when identifierUris is written without it", () => {
    call(tenant, "PATCH", DEFAULT, {
      applicationRestrictions: { identifierUris: { nonDefaultUriAddition: { state: "disabled" } } },
    });
    const { identifierUris } = call(tenant, "GET", DEFAULT).body.applicationRestrictions as {
      identifierUris: Record<string, unknown>;
    };
    assert.equal(identifierUris["uriAdditionWithoutUniqueTenantIdentifier"], null);
  });

  it("keeps isStateSetByMicrosoft out of a caller's hands", () => {
    const name = "uriAdditionWithoutUniqueTenantIdentifier";
    const write = (state: string) => {
      const entry = { state, isStateSetByMicrosoft: true };
      call(tenant, "PATCH", DEFAULT, { applicationRestrictions: { identifierUris: { [name]: entry } } });
      return call(tenant, "GET", DEFAULT).body.applicationRestrictions.identifierUris[name]
        .isStateSetByMicrosoft as boolean;
    };
    assert.equal(write("enabled"), true);
    assert.equal(write("disabled"), false);
    assert.equal(write("enabled"), false);
  });

  it("has no POST and no DELETE: the policy always exists", () => {
    assert.equal(call(tenant, "DELETE", DEFAULT).status, 405);
    assert.equal(call(tenant, "POST", DEFAULT, {}).status, 405);
  });

  const malformed: [string, object][] = [
    [
      "a restriction type of the other collection",
      { restrictionType: "asymmetricKeyLifetime", state: "enabled" },
    ],
    [
      "a restriction type only beta knows",
      { restrictionType: "trustedCertificateAuthority", state: "enabled" },
    ],
    ["a state that does not exist", { restrictionType: "passwordAddition", state: "on" }],
    ["a lifetime restriction without lifetime", { restrictionType: "passwordLifetime", state: "enabled" }],
    ["a lifetime in years", { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P1Y" }],
    ["a lifetime of nothing", { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P" }],
    ["a lifetime on an addition", { ...ADDITION, maxLifetime: "P1D" }],
    ["a date that is none", { ...ADDITION, restrictForAppsCreatedAfterDateTime: "soon" }],
    ["a misspelt property", { ...ADDITION, maxLifeTime: null }],
  ];
  for (const [situation, restriction] of malformed) {
    it(`refuses ${situation} and changes nothing`, () => {
      const before = call(tenant, "GET", DEFAULT).body as object;
      const scope = { passwordCredentials: [restriction] };
      const answer = call(tenant, "PATCH", DEFAULT, { isEnabled: false, applicationRestrictions: scope });
      assert.equal(refusal(answer), "400 Request_BadRequest");
      assert.deepEqual(call(tenant, "GET", DEFAULT).body, before);
    });
  }

  it("refuses the same restriction type twice in one collection", () => {
    const scope = { passwordCredentials: [ADDITION, { ...ADDITION, state: "disabled" }] };
    const answer = call(tenant, "PATCH", DEFAULT, { applicationRestrictions: scope });
    assert.match(answer.body.error.message as string, /'passwordAddition' is specified more than once/);
  });

  describe("custom policies", () => {
    const policy = (displayName: string, restrictions: object = {}) =>
      call(tenant, "POST", CUSTOM, { displayName, description: "test", isEnabled: true, restrictions })
        .body as {
        id: string;
      };
    const reference = (id: string) => ({ "@odata.id": `https://graph.microsoft.com/v1.0${CUSTOM}/${id}` });

    it("are created, read, changed and deleted", () => {
      const { id } = policy("exception", { passwordCredentials: [ADDITION] });
      const path = `${CUSTOM}/${id}`;
      assert.deepEqual(call(tenant, "GET", path).body.restrictions, {
        passwordCredentials: [ADDITION_READ],
        keyCredentials: [],
        applicationRestrictions: null,
      });
      assert.equal(call(tenant, "PATCH", path, { displayName: "renamed" }).status, 204);
      assert.equal(call(tenant, "GET", path).body.displayName, "renamed");
      const listed = call(tenant, "GET", `${CUSTOM}?$select=id`).body.value as unknown;
      assert.deepEqual(listed, [{ id }]);
      assert.equal(call(tenant, "DELETE", path).status, 204);
      assert.equal(call(tenant, "GET", path).status, 404);
    });

    it("need a name and a description", () => {
      assert.equal(refusal(call(tenant, "POST", CUSTOM, { displayName: "x" })), "400 Request_BadRequest");
    });

    it("keep credential arrays directly under restrictions, unlike the default", () => {
      const nested = { applicationRestrictions: { passwordCredentials: [ADDITION] } };
      const answer = call(tenant, "POST", CUSTOM, {
        displayName: "x",
        description: "y",
        restrictions: nested,
      });
      assert.equal(refusal(answer), "400 Request_BadRequest");
    });

    it("are assigned by object id, at most one an object, and listed from both sides", () => {
      const { id: application, appId } = createApplication(tenant, "billing-api");
      const { id: principal } = createServicePrincipal(tenant, appId);
      const { id } = policy("exception");
      const other = policy("second");
      const assign = (path: string, wanted: string) =>
        call(tenant, "POST", `${path}/appManagementPolicies/$ref`, reference(wanted));
      assert.equal(assign(`/applications/${application}`, id).status, 204);
      assert.equal(assign(`/servicePrincipals/${principal}`, id).status, 204);
      assert.equal(refusal(assign(`/applications/${application}`, id)), "400 Request_BadRequest");
      const second = assign(`/applications/${application}`, other.id);
      assert.ok((second.body.error.message as string).includes(id), "the policy in the way is named");

      const targets = call(tenant, "GET", `${CUSTOM}/${id}/appliesTo?$select=id`).body.value as unknown;
      assert.deepEqual(targets, [
        { "@odata.type": "#microsoft.graph.application", id: application },
        { "@odata.type": "#microsoft.graph.servicePrincipal", id: principal },
      ]);
      const policies = call(tenant, "GET", `/applications/${application}/appManagementPolicies?$select=id`);
      assert.deepEqual(policies.body.value, [{ id }]);

      const unassign = `/applications/${application}/appManagementPolicies/${id}/$ref`;
      assert.equal(call(tenant, "DELETE", unassign).status, 204);
      assert.equal(call(tenant, "DELETE", unassign).status, 404);
      assert.equal(assign(`/applications/${application}`, other.id).status, 204);
    });

    it("leave their objects when they are deleted", () => {
      const { id: application } = createApplication(tenant, "billing-api");
      const { id } = policy("exception");
      const path = `/applications/${application}/appManagementPolicies`;
      call(tenant, "POST", `${path}/$ref`, reference(id));
      call(tenant, "DELETE", `${CUSTOM}/${id}`);
      assert.deepEqual(call(tenant, "GET", path).body.value, []);
      assert.equal(call(tenant, "POST", `${path}/$ref`, reference(policy("next").id)).status, 204);
    });
  });
});
