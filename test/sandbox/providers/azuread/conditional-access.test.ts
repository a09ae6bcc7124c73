import assert from "node:assert/strict";
import { UNKNOWN, type PropertyMap } from "../../../../sandbox/providers/property-values";
import { output, plain, ProviderSession, unknownNames } from "../provider-session";

const LOCATION = "azuread:index/namedLocation:NamedLocation";
const POLICY = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy";

describe("azuread conditional access", () => {
  let session: ProviderSession;
  let principalId: string;
  beforeEach(async () => {
    session = await ProviderSession.open();
    const application = await session.create(
      "azuread:index/applicationRegistration:ApplicationRegistration",
      {
        displayName: "partner",
      },
    );
    const principal = await session.create("azuread:index/servicePrincipal:ServicePrincipal", {
      clientId: plain(application)["clientId"],
    });
    principalId = output(principal, "objectId");
  });
  afterEach(() => session.close());

  const policy = (locationId: PropertyMap[string], more: PropertyMap = {}): PropertyMap => ({
    displayName: "partner: only from its networks",
    state: "enabledForReportingButNotEnforced",
    conditions: {
      clientAppTypes: ["all"],
      applications: { includedApplications: ["All"] },
      users: { includedUsers: ["None"] },
      clientApplications: { includedServicePrincipals: [principalId] },
      locations: { includedLocations: ["All"], excludedLocations: [locationId ?? ""] },
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
    ...more,
  });
  const networks = {
    displayName: "partner",
    ip: { ipRanges: ["203.0.113.0/24", "2001:db8::/32"], trusted: true },
  };

  it("creates an IP location in both address families and updates it in place", async () => {
    const location = await session.create(LOCATION, networks);
    const stored = session.tenant.namedLocations.get(output(location, "objectId"));
    assert.equal(location.id, `/identity/conditionalAccess/namedLocations/${stored?.id ?? ""}`);
    assert.deepEqual(plain(location), { ...networks, objectId: stored?.id });
    assert.deepEqual(await session.refresh(location), location);

    const change = { ...networks, ip: { ipRanges: ["203.0.113.0/25"] } };
    assert.deepEqual((await session.diff(location, change)).details, {
      "ip.ipRanges": "update",
      "ip.trusted": "delete",
    });
    const updated = await session.update(location, change);
    assert.deepEqual(plain(updated)["ip"], { ipRanges: ["203.0.113.0/25"], trusted: false });
  });

  it("replaces a location that turns from addresses to countries", async () => {
    const location = await session.create(LOCATION, networks);
    const countries = { displayName: "partner", country: { countriesAndRegions: ["IE", "GB"] } };
    assert.deepEqual((await session.diff(location, countries)).replaces, ["ip", "country"]);
    const replacement = await session.create(LOCATION, countries);
    assert.deepEqual(plain(replacement)["country"], {
      countriesAndRegions: ["IE", "GB"],
      countryLookupMethod: "clientIpAddress",
      includeUnknownCountriesAndRegions: false,
    });
    assert.equal((await session.diff(replacement, countries)).changed, false);
  });

  it("checks prefix length and that a location is one of the two kinds", async () => {
    const both = {
      displayName: "x",
      ip: { ipRanges: ["10.0.0.0/7"] },
      country: { countriesAndRegions: ["IE"] },
    };
    const failures = [
      ...(await session.check(LOCATION, both)).failures,
      ...(await session.check(LOCATION, { displayName: "x" })).failures,
    ];
    assert.deepEqual(
      failures.map(({ property, reason }) => [property, reason.split(". Examine")[0]]),
      [
        [
          "ip.ipRanges[0]",
          'ip.ipRanges[0]: expected a CIDR range with a prefix length of at least 8, got "10.0.0.0/7"',
        ],
        ["ip", 'Invalid combination of arguments: exactly one of "country", "ip" must be specified'],
        ["ip", 'Invalid combination of arguments: exactly one of "country", "ip" must be specified'],
      ],
    );
  });

  it("takes the trust away before it deletes a location", async () => {
    const location = await session.create(LOCATION, networks);
    await session.delete(location);
    await session.delete(location);
    assert.equal(session.tenant.namedLocations.size, 0);
    assert.equal(await session.refresh(location), undefined);
  });

  it("creates a workload policy as Graph has it, and sees no change afterwards", async () => {
    const location = await session.create(LOCATION, networks);
    const locationId = plain(location)["objectId"];
    const declared = policy(locationId);
    const created = await session.create(POLICY, declared);
    const stored = session.tenant.conditionalAccessPolicies.get(output(created, "objectId"));
    assert.deepEqual(stored?.conditions.clientApplications, {
      includeServicePrincipals: [principalId],
      excludeServicePrincipals: [],
    });
    assert.deepEqual(stored.conditions.locations, {
      includeLocations: ["All"],
      excludeLocations: [locationId],
    });
    assert.deepEqual(stored.grantControls?.builtInControls, ["block"]);
    assert.equal(stored.state, "enabledForReportingButNotEnforced");
    assert.equal((await session.diff(created, declared)).changed, false);
    assert.deepEqual(await session.refresh(created), created);
  });

  it("keeps the conditions it knows in a preview with an unknown location", async () => {
    const outputs = await session.preview(POLICY, policy(UNKNOWN));
    assert.deepEqual(unknownNames(outputs), ["objectId"]);
    const { locations } = outputs["conditions"] as PropertyMap;
    assert.deepEqual(locations, { includedLocations: ["All"], excludedLocations: [UNKNOWN] });
  });

  it("enforces in place, and takes a condition away that is no longer declared", async () => {
    const location = await session.create(LOCATION, networks);
    const created = await session.create(POLICY, policy(plain(location)["objectId"]));
    const conditions = created.inputs["conditions"] as PropertyMap;
    const change = {
      ...created.inputs,
      state: "enabled",
      conditions: { ...conditions, locations: undefined, servicePrincipalRiskLevels: ["high"] },
    };
    assert.deepEqual((await session.diff(created, change)).details, {
      "conditions.locations": "delete",
      "conditions.servicePrincipalRiskLevels": "update",
      state: "update",
    });
    const updated = await session.update(created, change);
    const stored = session.tenant.conditionalAccessPolicies.get(output(created, "objectId"));
    assert.equal(stored?.state, "enabled");
    assert.equal(stored.conditions.locations, null);
    assert.equal((await session.diff(updated, change)).changed, false);
  });

  it("shows a policy switched off behind its back", async () => {
    const location = await session.create(LOCATION, networks);
    const declared = policy(plain(location)["objectId"], { state: "enabled" });
    const created = await session.create(POLICY, declared);
    session.tenant.graph({
      method: "PATCH",
      path: `/v1.0${created.id}`,
      caller: session.tenant.deployer,
      body: { state: "disabled" },
    });
    const refreshed = await session.refresh(created);
    assert.ok(refreshed);
    assert.equal(refreshed.inputs["state"], "disabled");
    assert.deepEqual((await session.diff(refreshed, declared)).details, { state: "update" });
  });

  it("reports every missing part of a policy at once", async () => {
    const { failures } = await session.check(POLICY, {
      displayName: "empty",
      state: "on",
      conditions: { applications: {}, users: {}, clientApplications: {} },
      grantControls: { operator: "OR" },
    });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "conditions.applications.includedApplications",
      "conditions.clientAppTypes",
      "conditions.users.includedUsers",
      "grantControls.builtInControls",
      "state",
    ]);
    const nothing = await session.check(POLICY, { displayName: "x", state: "enabled" });
    assert.deepEqual(
      nothing.failures.map(({ property }) => property),
      ["conditions", "grantControls"],
    );
  });

  it("tells Graph's refusal of a policy for a principal that does not exist, and leaves none behind", async () => {
    const location = await session.create(LOCATION, networks);
    principalId = "0a0e0000-0000-4000-8000-00000000dead";
    await assert.rejects(
      session.create(POLICY, policy(plain(location)["objectId"])),
      /Could not create conditional access policy: unexpected status 400 \(400 Bad Request\) with error: BadRequest: /,
    );
    assert.equal(session.tenant.conditionalAccessPolicies.size, 0);
  });

  it("passes sessions, guests, platforms and devices through to Graph and back", async () => {
    const declared = {
      displayName: "people",
      state: "disabled",
      conditions: {
        clientAppTypes: ["browser"],
        applications: { includedUserActions: ["urn:user:registersecurityinfo"] },
        users: {
          includedGuestsOrExternalUsers: [
            {
              guestOrExternalUserTypes: ["internalGuest", "serviceProvider"],
              externalTenants: [
                { membershipKind: "enumerated", members: ["0a0e0000-0000-4000-8000-00000000e001"] },
              ],
            },
          ],
        },
        platforms: { includedPlatforms: ["all"], excludedPlatforms: ["iOS"] },
        devices: { filter: { mode: "exclude", rule: "device.isCompliant -eq True" } },
      },
      sessionControls: {
        persistentBrowserMode: "never",
        signInFrequency: 4,
        signInFrequencyPeriod: "hours",
        cloudAppSecurityPolicy: "monitorOnly",
      },
    };
    const created = await session.create(POLICY, declared);
    assert.equal((await session.diff(created, declared)).changed, false);
    const { sessionControls } = plain(created);
    assert.deepEqual(sessionControls, {
      applicationEnforcedRestrictionsEnabled: false,
      cloudAppSecurityPolicy: "monitorOnly",
      disableResilienceDefaults: false,
      persistentBrowserMode: "never",
      signInFrequency: 4,
      signInFrequencyAuthenticationType: "primaryAndSecondaryAuthentication",
      signInFrequencyInterval: "timeBased",
      signInFrequencyPeriod: "hours",
    });
  });
});
