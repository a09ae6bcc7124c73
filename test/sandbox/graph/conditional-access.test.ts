import assert from "node:assert/strict";
import { call, createApplication, createServicePrincipal, refusal, TestTenant } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const LOCATIONS = "/identity/conditionalAccess/namedLocations";
const POLICIES = "/identity/conditionalAccess/policies";

const OFFICE = {
  "@odata.type": "#microsoft.graph.ipNamedLocation",
  displayName: "office",
  isTrusted: true,
  ipRanges: [
    { "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" },
    { "@odata.type": "#microsoft.graph.iPv6CidrRange", cidrAddress: "2001:db8::/32" },
  ],
};

describe("sandbox: named locations and Conditional Access policies", () => {
  let tenant: TestTenant;
  let location: string;
  let principal: string;
  beforeEach(() => {
    tenant = TestTenant.at();
    location = (call(tenant, "POST", LOCATIONS, OFFICE).body as { id: string }).id;
    principal = createServicePrincipal(tenant, createApplication(tenant, "partner-daemon").appId).id;
  });

  const policy = (changes: object = {}, conditions: object = {}) => ({
    displayName: "partner only from its networks",
    state: "enabled",
    conditions: {
      applications: { includeApplications: ["All"] },
      users: { includeUsers: ["None"] },
      clientAppTypes: ["all"],
      clientApplications: { includeServicePrincipals: [principal] },
      locations: { includeLocations: ["All"], excludeLocations: [location] },
      ...conditions,
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
    ...changes,
  });

  it("reads a location back as it was written", () => {
    const { body } = call(tenant, "GET", `${LOCATIONS}/${location}`);
    assert.deepEqual(
      [body["@odata.type"], body.isTrusted, body.ipRanges, body.createdDateTime],
      [OFFICE["@odata.type"], true, OFFICE.ipRanges, "2026-11-21T12:00:00Z"],
    );
  });

  it("wants a trusted location untrusted, and an unused one, before it goes", () => {
    const path = `${LOCATIONS}/${location}`;
    assert.match(call(tenant, "DELETE", path).body.error.message as string, /isTrusted to false/);
    const patch = { "@odata.type": OFFICE["@odata.type"], isTrusted: false };
    assert.equal(call(tenant, "PATCH", path, patch).status, 204);
    const { id } = call(tenant, "POST", POLICIES, policy()).body as { id: string };
    assert.ok((call(tenant, "DELETE", path).body.error.message as string).includes(id));
    assert.equal(call(tenant, "DELETE", `${POLICIES}/${id}`).status, 204);
    assert.equal(call(tenant, "DELETE", path).status, 204);
    assert.equal(refusal(call(tenant, "GET", path)), "404 NotFound");
  });

  const ranges: [string, object[]][] = [
    ["no ranges", []],
    ["a prefix of seven bits", [{ ...OFFICE.ipRanges[0], cidrAddress: "16.0.0.0/7" }]],
    ["an IPv6 range called IPv4", [{ ...OFFICE.ipRanges[0], cidrAddress: "2001:db8::/32" }]],
    ["an address without prefix", [{ ...OFFICE.ipRanges[0], cidrAddress: "203.0.113.7" }]],
    ["a prefix beyond the address", [{ ...OFFICE.ipRanges[0], cidrAddress: "203.0.113.7/33" }]],
    ["2001 ranges", Array.from({ length: 2001 }, () => OFFICE.ipRanges[0] ?? {})],
  ];
  for (const [situation, ipRanges] of ranges) {
    it(`refuses a location with ${situation}`, () => {
      assert.equal(
        refusal(call(tenant, "POST", LOCATIONS, { ...OFFICE, ipRanges })),
        "400 Request_BadRequest",
      );
    });
  }

  it("takes a country location and refuses to turn it into networks", () => {
    const country = {
      "@odata.type": "#microsoft.graph.countryNamedLocation",
      displayName: "home",
      countriesAndRegions: ["DE"],
    };
    const { id } = call(tenant, "POST", LOCATIONS, country).body as { id: string };
    const { body } = call(tenant, "GET", `${LOCATIONS}/${id}`);
    assert.deepEqual(
      [body.countriesAndRegions, body.includeUnknownCountriesAndRegions, body.countryLookupMethod],
      [["DE"], false, "clientIpAddress"],
    );
    assert.equal(refusal(call(tenant, "PATCH", `${LOCATIONS}/${id}`, OFFICE)), "400 Request_BadRequest");
  });

  it("creates a policy and reads back what was declared, with Graph's own fields beside it", () => {
    const { status, body } = call(tenant, "POST", POLICIES, policy());
    assert.equal(status, 201);
    const read = call(tenant, "GET", `${POLICIES}/${body.id as string}`).body;
    assert.equal(read.state, "enabled");
    assert.deepEqual(read.conditions.clientApplications, {
      includeServicePrincipals: [principal],
      excludeServicePrincipals: [],
    });
    assert.deepEqual(read.conditions.locations, {
      includeLocations: ["All"],
      excludeLocations: [location],
    });
    assert.deepEqual(read.grantControls.builtInControls, ["block"]);
    assert.equal(read.modifiedDateTime, null);
  });

  it("changes only what a PATCH names", () => {
    const { id } = call(tenant, "POST", POLICIES, policy()).body as { id: string };
    const state = "enabledForReportingButNotEnforced";
    assert.equal(call(tenant, "PATCH", `${POLICIES}/${id}`, { state }).status, 204);
    const read = call(tenant, "GET", `${POLICIES}/${id}`).body;
    assert.deepEqual(
      [read.state, read.displayName, read.conditions.clientApplications.includeServicePrincipals],
      [state, "partner only from its networks", [principal]],
    );
  });

  const UNKNOWN = "99999999-0000-4000-8000-000000000000";
  const refused: [string, () => object, RegExp][] = [
    [
      "a control other than block",
      () => policy({ grantControls: { operator: "OR", builtInControls: ["mfa"] } }),
      /Only the control 'block'/,
    ],
    [
      "a target narrower than all applications",
      () => policy({}, { applications: { includeApplications: [UNKNOWN] } }),
      /must include 'All' applications/,
    ],
    [
      "a service principal that does not exist",
      () => policy({}, { clientApplications: { includeServicePrincipals: [UNKNOWN] } }),
      /Service principal '.*' does not exist/,
    ],
    [
      "a named location that does not exist",
      () => policy({}, { locations: { includeLocations: ["All"], excludeLocations: [UNKNOWN] } }),
      /Named location '.*' does not exist/,
    ],
    [
      "an exclusion without the whole tenant",
      () =>
        policy(
          {},
          {
            clientApplications: {
              includeServicePrincipals: [principal],
              excludeServicePrincipals: [principal],
            },
          },
        ),
      /requires 'ServicePrincipalsInMyTenant'/,
    ],
    ["neither location nor risk", () => policy({}, { locations: null }), /needs a location or/],
    ["no controls at all", () => policy({ grantControls: null }), /grantControls or sessionControls/],
    ["a state that does not exist", () => policy({ state: "on" }), /'state'/],
    ["a misspelt condition", () => policy({}, { location: {} }), /Invalid property 'location'/],
  ];
  for (const [situation, body, message] of refused) {
    it(`refuses a policy with ${situation}`, () => {
      const answer = call(tenant, "POST", POLICIES, body());
      assert.equal(answer.status, 400);
      assert.match(answer.body.error.message as string, message);
      assert.deepEqual(call(tenant, "GET", POLICIES).body.value, []);
    });
  }

  it("holds a changed policy against the same rules", () => {
    const { id } = call(tenant, "POST", POLICIES, policy()).body as { id: string };
    const mfa = { grantControls: { operator: "OR", builtInControls: ["mfa"] } };
    assert.equal(call(tenant, "PATCH", `${POLICIES}/${id}`, mfa).status, 400);
    assert.deepEqual(call(tenant, "GET", `${POLICIES}/${id}`).body.grantControls.builtInControls, ["block"]);
  });
});
