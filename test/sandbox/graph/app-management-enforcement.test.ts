import assert from "node:assert/strict";
import fc from "fast-check";
import type { Caller, GraphRequest } from "../../../sandbox/tenant/graph-request";
import {
  call,
  createApplication,
  createServicePrincipal,
  makeCertificate,
  refusal,
  restrictTenant,
  TestTenant,
  type Answer,
  type TestCertificate,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const ZERO = "00000000-0000-0000-0000-000000000000";
const TYPE_REFUSED = "400 CredentialTypeNotAllowedAsPerAppPolicy";
const LIFETIME_REFUSED = "400 CredentialInvalidLifetimeAsPerAppPolicy";

type Scope = "applications" | "servicePrincipals";
const SCOPES: readonly Scope[] = ["applications", "servicePrincipals"];

/** Start at the tenant's noon, this many days, so lifetimes are exact. */
function days(count: number, extraSeconds = 0): { startDateTime: string; endDateTime: string } {
  const start = Date.parse("2026-11-21T12:00:00Z");
  const end = new Date(start + count * 86_400_000 + extraSeconds * 1000);
  return { startDateTime: "2026-11-21T12:00:00Z", endDateTime: end.toISOString().replace(".000", "") };
}

describe("sandbox: enforcement of app management policies", () => {
  let tenant: TestTenant;
  let certificate: TestCertificate;
  let targets: Record<Scope, string>;
  before(async () => {
    certificate = await makeCertificate("2026-11-21T12:00:00Z", "2028-11-21T12:00:00Z");
  });
  beforeEach(() => {
    tenant = TestTenant.at();
    const { id, appId } = createApplication(tenant, "billing-api");
    targets = {
      applications: `/applications/${id}`,
      servicePrincipals: `/servicePrincipals/${createServicePrincipal(tenant, appId).id}`,
    };
  });

  /** Each way to write a credential, with a lifetime where it has one. */
  const writes = {
    password: (path: string, dates: object = {}): Answer =>
      call(tenant, "POST", `${path}/addPassword`, { passwordCredential: dates }),
    customPassword: (path: string): Answer =>
      call(tenant, "POST", `${path}/addPassword`, { passwordCredential: { secretText: "chosen-by-client" } }),
    symmetricKey: (path: string, dates: object = days(10)): Answer => {
      const key = { type: "Symmetric", usage: "Verify", key: "c2VjcmV0", ...dates };
      return call(tenant, "PATCH", path, { keyCredentials: [key] });
    },
    certificate: (path: string, dates: object = days(10)): Answer =>
      call(tenant, "PATCH", path, { keyCredentials: [{ ...certificate.keyCredential, ...dates }] }),
  };

  const outcomes = (path: string): Record<string, string> => ({
    password: short(writes.password(path, days(10))),
    customPassword: short(writes.customPassword(path)),
    symmetricKey: short(writes.symmetricKey(path)),
    certificate: short(writes.certificate(path)),
  });
  const short = (answer: Answer): string => (answer.status < 300 ? "allowed" : refusal(answer));

  // Without a policy the service still refuses secrets of the client's choosing, in other words.
  const UNRESTRICTED = {
    password: "allowed",
    customPassword: "400 Request_BadRequest",
    symmetricKey: "allowed",
    certificate: "allowed",
  };

  const additionCases: [string, Partial<typeof UNRESTRICTED>][] = [
    ["passwordAddition", { password: TYPE_REFUSED, customPassword: TYPE_REFUSED }],
    ["customPasswordAddition", { customPassword: TYPE_REFUSED }],
    ["symmetricKeyAddition", { symmetricKey: TYPE_REFUSED }],
  ];
  for (const scope of SCOPES) {
    it(`lets every credential through while nothing is restricted (${scope})`, () => {
      assert.deepEqual(outcomes(targets[scope]), UNRESTRICTED);
    });
    for (const [restrictionType, changed] of additionCases) {
      it(`refuses by ${restrictionType} exactly what it names (${scope})`, () => {
        restrictTenant(tenant, [{ restrictionType, state: "enabled" }]);
        assert.deepEqual(outcomes(targets[scope]), { ...UNRESTRICTED, ...changed });
      });
      it(`leaves ${restrictionType} alone when it is disabled or the policy is off (${scope})`, () => {
        restrictTenant(tenant, [{ restrictionType, state: "disabled" }]);
        assert.deepEqual(outcomes(targets[scope]), UNRESTRICTED);
        restrictTenant(tenant, [{ restrictionType, state: "enabled" }], false);
        assert.deepEqual(outcomes(targets[scope]), UNRESTRICTED);
      });
    }
  }

  const lifetimeCases: ["password" | "symmetricKey" | "certificate", string][] = [
    ["password", "passwordLifetime"],
    ["symmetricKey", "symmetricKeyLifetime"],
    ["certificate", "asymmetricKeyLifetime"],
  ];
  for (const [kind, restrictionType] of lifetimeCases) {
    it(`takes by ${restrictionType} what lives shorter than the limit and nothing as long`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 2, max: 600 }),
          fc.integer({ min: -3, max: 3 }),
          fc.constantFrom(...SCOPES),
          (limit, offset, scope) => {
            restrictTenant(tenant, [{ restrictionType, state: "enabled", maxLifetime: `P${limit}D` }]);
            const answer = writes[kind](targets[scope], days(limit, offset));
            assert.equal(short(answer), offset < 0 ? "allowed" : LIFETIME_REFUSED);
            call(tenant, "PATCH", targets[scope], { keyCredentials: [] });
          },
        ),
        { numRuns: 40 },
      );
    });
  }

  it("judges a secret without an end by the two years the service would give it", () => {
    restrictTenant(tenant, [{ restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P180D" }]);
    const answer = writes.password(targets.applications);
    assert.equal(refusal(answer), LIFETIME_REFUSED);
    const message = `Credential lifetime exceeds the max value allowed as per assigned policy '${ZERO}'.`;
    assert.equal(answer.body.error.message, message);
    assert.deepEqual(answer.body.error.details, [{ code: "InvalidKeyEndDate", message, target: "EndDate" }]);
  });

  it("names the policy in the refusal of a type", () => {
    restrictTenant(tenant, [{ restrictionType: "passwordAddition", state: "enabled" }]);
    assert.equal(
      writes.password(targets.applications).body.error.message,
      `Credential type not allowed as per assigned policy '${ZERO}'.`,
    );
  });

  it("refuses credentials in the body of a create, and creates nothing", () => {
    restrictTenant(tenant, [
      { restrictionType: "passwordAddition", state: "enabled" },
      { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P90D" },
    ]);
    const existing = tenant.applications.size;
    const withSecret = { displayName: "x", passwordCredentials: [{}] };
    assert.equal(refusal(call(tenant, "POST", "/applications", withSecret)), TYPE_REFUSED);
    const withKey = { displayName: "x", keyCredentials: [{ ...certificate.keyCredential, ...days(90) }] };
    assert.equal(refusal(call(tenant, "POST", "/applications", withKey)), LIFETIME_REFUSED);
    assert.equal(tenant.applications.size, existing);
  });

  it("does not judge the keys a PATCH merely echoes, and leaves existing secrets alone", () => {
    const path = targets.applications;
    writes.password(path);
    writes.certificate(path, days(700));
    restrictTenant(tenant, [
      { restrictionType: "passwordAddition", state: "enabled" },
      { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P90D" },
    ]);
    const { keyCredentials, passwordCredentials } = call(tenant, "GET", path).body as Record<
      string,
      object[]
    >;
    assert.equal(call(tenant, "PATCH", path, { keyCredentials, notes: "still here" }).status, 204);
    assert.equal(passwordCredentials?.length, 1);
    const added = [...(keyCredentials ?? []), { ...certificate.keyCredential, ...days(90) }];
    assert.equal(refusal(call(tenant, "PATCH", path, { keyCredentials: added })), LIFETIME_REFUSED);
  });

  it("binds only objects created after the date of the restriction", () => {
    const before = targets.applications;
    const restriction = (date: string | null) => ({
      restrictionType: "passwordAddition",
      state: "enabled",
      restrictForAppsCreatedAfterDateTime: date,
    });
    const cases: [string | null, string][] = [
      [null, TYPE_REFUSED],
      ["0001-01-01T00:00:00Z", TYPE_REFUSED],
      ["2026-11-21T11:59:59Z", TYPE_REFUSED],
      ["2026-11-21T12:00:00Z", "allowed"],
      ["2027-01-01T00:00:00Z", "allowed"],
    ];
    for (const [date, expected] of cases) {
      restrictTenant(tenant, [restriction(date)]);
      assert.equal(short(writes.password(before)), expected, String(date));
    }
  });

  it("counts a service principal without creation date as created on 2019-01-01", () => {
    const graph = tenant.servicePrincipalByAppId("00000003-0000-0000-c000-000000000000");
    const path = `/servicePrincipals/${graph?.id ?? ""}`;
    const since = (date: string) => ({
      restrictionType: "passwordAddition",
      state: "enabled",
      restrictForAppsCreatedAfterDateTime: date,
    });
    restrictTenant(tenant, [since("2019-01-01T00:00:00Z")]);
    assert.equal(short(writes.password(path)), "allowed");
    restrictTenant(tenant, [since("2018-12-31T23:59:59Z")]);
    assert.equal(short(writes.password(path)), TYPE_REFUSED);
  });

  it("lets the callers through that a restriction exempts by their attribute", () => {
    const self = tenant.servicePrincipalByAppId(tenant.deployer.appId);
    const attributes = { customSecurityAttributes: { AppPolicy: { Exempt: "yes" } } };
    const exemption = (value: string) => ({
      restrictionType: "passwordAddition",
      state: "enabled",
      excludeActors: {
        customSecurityAttributes: [
          {
            "@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption",
            id: "AppPolicy_Exempt",
            operator: "equals",
            value,
          },
        ],
      },
    });
    restrictTenant(tenant, [exemption("yes")]);
    assert.equal(short(writes.password(targets.applications)), TYPE_REFUSED);
    const security: Caller = {
      appId: "a security team's",
      roles: ["CustomSecAttributeDefinition.ReadWrite.All", "CustomSecAttributeAssignment.ReadWrite.All"],
    };
    call(tenant, "POST", "/directory/attributeSets", { id: "AppPolicy" }, security);
    const definition = { attributeSet: "AppPolicy", name: "Exempt", type: "String", status: "Available" };
    call(tenant, "POST", "/directory/customSecurityAttributeDefinitions", definition, security);
    const path = `/servicePrincipals/${self?.id ?? ""}`;
    assert.equal(call(tenant, "PATCH", path, attributes, security).status, 204);
    assert.equal(short(writes.password(targets.applications)), "allowed");
    restrictTenant(tenant, [exemption("no")]);
    assert.equal(short(writes.password(targets.applications)), TYPE_REFUSED);
  });

  it("lets SAML applications and exempt callers add the identifier URIs a restriction forbids others", () => {
    const blocked = (): string => {
      const body = { identifierUris: ["https://elsewhere.example/api"] };
      return short(call(tenant, "PATCH", targets.applications, body));
    };
    const restrict = (more: object): void => {
      const rule = { state: "enabled", ...more };
      const identifierUris = { uriAdditionWithoutUniqueTenantIdentifier: rule };
      const answer = call(tenant, "PATCH", "/policies/defaultAppManagementPolicy", {
        isEnabled: true,
        applicationRestrictions: { identifierUris },
      });
      assert.equal(answer.status, 204);
    };
    restrict({ excludeSaml: true });
    assert.equal(blocked(), "400 Request_BadRequest");
    call(tenant, "PATCH", targets.servicePrincipals, { preferredSingleSignOnMode: "saml" });
    assert.equal(blocked(), "allowed");
    call(tenant, "PATCH", targets.applications, { identifierUris: [] });
    restrict({ excludeSaml: false });
    assert.equal(blocked(), "400 Request_BadRequest");

    const self = tenant.servicePrincipalByAppId(tenant.deployer.appId);
    assert.ok(self);
    self.properties["customSecurityAttributes"] = { AppPolicy: { Exempt: "yes" } };
    const exemption = {
      "@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption",
      id: "AppPolicy_Exempt",
      operator: "equals",
      value: "yes",
    };
    restrict({ excludeActors: { customSecurityAttributes: [exemption] } });
    assert.equal(blocked(), "allowed");
  });

  describe("custom over default", () => {
    const states = ["enabled", "disabled", "absent"] as const;
    const entry = (state: string): object[] =>
      state === "absent" ? [] : [{ restrictionType: "passwordAddition", state }];

    it("decides by the custom entry where there is one, else by the default, for every combination", () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...states),
          fc.constantFrom(...states),
          fc.boolean(),
          fc.boolean(),
          fc.constantFrom(...SCOPES),
          (custom, fallback, customOn, defaultOn, scope) => {
            const path = targets[scope];
            restrictTenant(tenant, entry(fallback), defaultOn);
            const policy = call(tenant, "POST", "/policies/appManagementPolicies", {
              displayName: "exception",
              description: "for a test",
              isEnabled: customOn,
              restrictions: { passwordCredentials: entry(custom) },
            }).body as { id: string };
            const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/policies/${policy.id}` };
            assert.equal(assign("POST", path, reference).status, 204);

            const customSpeaks = customOn && custom !== "absent";
            const refusing = customSpeaks
              ? custom === "enabled" && policy.id
              : defaultOn && fallback === "enabled" && ZERO;
            const answer = writes.password(path);
            assert.equal(short(answer), refusing === false ? "allowed" : TYPE_REFUSED);
            if (refusing !== false) {
              assert.ok(String(answer.body.error.message).includes(refusing), "the deciding policy is named");
            }
            assert.equal(call(tenant, "DELETE", `/policies/appManagementPolicies/${policy.id}`).status, 204);
          },
        ),
        { numRuns: 72 },
      );
    });

    function assign(method: GraphRequest["method"], path: string, body: object): Answer {
      return call(tenant, method, `${path}/appManagementPolicies/$ref`, body);
    }
  });
});
