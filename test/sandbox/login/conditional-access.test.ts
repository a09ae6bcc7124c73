import assert from "node:assert/strict";
import { evaluateConditionalAccess } from "../../../sandbox/login/conditional-access";
import { call, createApplication, createServicePrincipal, TestTenant } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const INSIDE = "203.0.113.7";
const INSIDE_V6 = "2001:db8:1::7";
const OUTSIDE = "198.51.100.10";

describe("sandbox: Conditional Access at the token endpoint", () => {
  let tenant: TestTenant;
  let application: { id: string; appId: string };
  let principal: string;
  let location: string;
  beforeEach(() => {
    tenant = TestTenant.at();
    application = createApplication(tenant, "partner-daemon");
    principal = createServicePrincipal(tenant, application.appId).id;
    location = namedLocation({ isTrusted: false });
  });

  function namedLocation(changes: object): string {
    const { status, body } = call(tenant, "POST", "/identity/conditionalAccess/namedLocations", {
      "@odata.type": "#microsoft.graph.ipNamedLocation",
      displayName: "partner",
      ipRanges: [
        { "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/28" },
        { "@odata.type": "#microsoft.graph.iPv6CidrRange", cidrAddress: "2001:db8:1::/48" },
      ],
      ...changes,
    });
    assert.equal(status, 201, JSON.stringify(body));
    return body.id as string;
  }

  function policy(changes: object = {}, conditions: object = {}): void {
    const { status, body } = call(tenant, "POST", "/identity/conditionalAccess/policies", {
      displayName: "only from its networks",
      state: "enabled",
      conditions: {
        applications: { includeApplications: ["All"] },
        clientApplications: { includeServicePrincipals: [principal] },
        locations: { includeLocations: ["All"], excludeLocations: [location] },
        ...conditions,
      },
      grantControls: { operator: "OR", builtInControls: ["block"] },
      ...changes,
    });
    assert.equal(status, 201, JSON.stringify(body));
  }

  /** Overall status, and the result of the one policy. */
  function outcome(address: string): string {
    const record = tenant.applications.get(application.id);
    const principalRecord = tenant.servicePrincipals.get(principal);
    assert.ok(record && principalRecord);
    const { status, applied } = evaluateConditionalAccess(tenant, {
      application: record,
      principal: principalRecord,
      resourceAppId: "00000003-0000-0000-c000-000000000000",
      address,
    });
    return [status, ...applied.map(({ result }) => result)].join(" ");
  }

  it("applies nothing where there is no policy", () => {
    assert.equal(outcome(OUTSIDE), "notApplied");
  });

  it("blocks outside the excluded networks and nowhere else, at the edges of a range too", () => {
    policy();
    const cases: [string, string][] = [
      [INSIDE, "notApplied notApplied"],
      ["203.0.113.0", "notApplied notApplied"],
      ["203.0.113.15", "notApplied notApplied"],
      ["203.0.113.16", "failure failure"],
      ["203.0.112.255", "failure failure"],
      [INSIDE_V6, "notApplied notApplied"],
      ["2001:db8:2::1", "failure failure"],
      [OUTSIDE, "failure failure"],
    ];
    assert.deepEqual(
      cases.map(([address]) => outcome(address)),
      cases.map(([, expected]) => expected),
    );
  });

  it("only writes down what report-only would have done, and ignores a disabled policy", () => {
    policy({ state: "enabledForReportingButNotEnforced" });
    assert.equal(outcome(OUTSIDE), "notApplied reportOnlyFailure");
    assert.equal(outcome(INSIDE), "notApplied reportOnlyNotApplied");
    tenant.conditionalAccessPolicies.clear();
    policy({ state: "disabled" });
    assert.equal(outcome(OUTSIDE), "notApplied notEnabled");
  });

  it("leaves other service principals alone", () => {
    const other = createServicePrincipal(tenant, createApplication(tenant, "other").appId).id;
    policy({}, { clientApplications: { includeServicePrincipals: [other] } });
    assert.equal(outcome(OUTSIDE), "notApplied notApplied");
  });

  it("covers the whole tenant but its exclusions", () => {
    const everyone = { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] };
    policy({}, { clientApplications: everyone });
    assert.equal(outcome(OUTSIDE), "failure failure");
    tenant.conditionalAccessPolicies.clear();
    policy({}, { clientApplications: { ...everyone, excludeServicePrincipals: [principal] } });
    assert.equal(outcome(OUTSIDE), "notApplied notApplied");
  });

  it("does not reach a multi-tenant application", () => {
    policy();
    call(tenant, "PATCH", `/applications/${application.id}`, { signInAudience: "AzureADMultipleOrgs" });
    assert.equal(outcome(OUTSIDE), "notApplied notApplied");
  });

  it("counts a trusted location for AllTrusted, and an untrusted one not", () => {
    policy({}, { locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] } });
    assert.equal(outcome(INSIDE), "failure failure");
    namedLocation({ isTrusted: true });
    assert.equal(outcome(INSIDE), "notApplied notApplied");
  });

  it("blocks only inside an included location", () => {
    policy({}, { locations: { includeLocations: [location] } });
    assert.equal(outcome(INSIDE), "failure failure");
    assert.equal(outcome(OUTSIDE), "notApplied notApplied");
  });

  it("takes every address for one of an unknown country", () => {
    const country = (includeUnknownCountriesAndRegions: boolean) => {
      tenant.conditionalAccessPolicies.clear();
      const { id } = call(tenant, "POST", "/identity/conditionalAccess/namedLocations", {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        displayName: "home",
        countriesAndRegions: ["DE"],
        includeUnknownCountriesAndRegions,
      }).body as { id: string };
      policy({}, { locations: { includeLocations: [id] } });
      return outcome(OUTSIDE);
    };
    assert.deepEqual([country(true), country(false)], ["failure failure", "notApplied notApplied"]);
  });

  it("blocks at the levels of risk a policy names, and nobody who is at none", () => {
    policy({}, { locations: null, servicePrincipalRiskLevels: ["high", "medium"] });
    const outcomes = [outcome(OUTSIDE)];
    for (const level of ["low", "medium", "high"] as const) {
      tenant.servicePrincipalRisk.set(principal, level);
      outcomes.push(outcome(OUTSIDE));
    }
    assert.deepEqual(outcomes, [
      "notApplied notApplied",
      "notApplied notApplied",
      "failure failure",
      "failure failure",
    ]);
  });

  it("asks for risk and place together", () => {
    policy({}, { servicePrincipalRiskLevels: ["high"] });
    tenant.servicePrincipalRisk.set(principal, "high");
    assert.deepEqual([outcome(OUTSIDE), outcome(INSIDE)], ["failure failure", "notApplied notApplied"]);
  });

  it("leaves out the applications a policy leaves out", () => {
    const excludeApplications = ["00000003-0000-0000-c000-000000000000"];
    policy({}, { applications: { includeApplications: ["All"], excludeApplications } });
    assert.equal(outcome(OUTSIDE), "notApplied notApplied");
  });
});
