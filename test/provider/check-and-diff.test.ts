import assert from "node:assert/strict";
import { type PropertyMap, type PropertyValue, UNKNOWN } from "../../provider/properties";
import type { ProviderClient } from "./provider-client";
import { NO_SECRETS, ProviderFixture } from "./provider-fixture";

const PASSWORDS = "applicationRestrictions.passwordCredentials";
const KEYS = "applicationRestrictions.keyCredentials";

function passwords(...entries: PropertyValue[]): PropertyMap {
  return { applicationRestrictions: { passwordCredentials: entries } };
}

function keys(...entries: PropertyValue[]): PropertyMap {
  return { applicationRestrictions: { keyCredentials: entries } };
}

const ADDITION = { restrictionType: "passwordAddition", state: "enabled" } as const;
const CERTIFICATE = {
  restrictionType: "asymmetricKeyLifetime",
  state: "enabled",
  maxLifetime: "P180D",
} as const;

describe("checking a TenantAppManagementPolicy", () => {
  let fixture: ProviderFixture;
  let provider: ProviderClient;

  beforeEach(async () => {
    fixture = await ProviderFixture.start();
    ({ provider } = fixture);
  });

  afterEach(async () => {
    assert.deepEqual(fixture.tenant.requests, [], "checking and comparing contact nobody");
    await fixture.close();
  });

  it("fills in the defaults", async () => {
    const { values, failures } = await provider.check({});
    assert.deepEqual(values, { isEnabled: true, onDelete: "restore" });
    assert.deepEqual(failures, []);
  });

  it("takes everything unknown in a preview, at every depth", async () => {
    for (const value of [
      UNKNOWN,
      { passwordCredentials: UNKNOWN },
      { passwordCredentials: [UNKNOWN, ADDITION] },
      { keyCredentials: [{ ...CERTIFICATE, maxLifetime: UNKNOWN }] },
      {
        keyCredentials: [
          { restrictionType: UNKNOWN, state: UNKNOWN, restrictForAppsCreatedAfterDateTime: UNKNOWN },
        ],
      },
    ]) {
      const inputs = { isEnabled: UNKNOWN, applicationRestrictions: value, onDelete: UNKNOWN } as PropertyMap;
      const { values, failures } = await provider.check(inputs);
      assert.deepEqual(failures, []);
      assert.deepEqual(values, inputs);
    }
  });

  const situations: [string, PropertyMap, string, RegExp][] = [
    ["a misspelt property", { isEnabeld: true }, "isEnabeld", /did you mean "isEnabled"/],
    ["a property that is nothing like any", { wholly: 1 }, "wholly", /allowed: isEnabled, application/],
    ["a switch that is a text", { isEnabled: "true" }, "isEnabled", /true or false; given: "true"/],
    [
      "an unknown way to delete",
      { onDelete: "restor" },
      "onDelete",
      /given: "restor" \(did you mean "restore"/,
    ],
    ["a scope that is a list", { applicationRestrictions: [] }, "applicationRestrictions", /given: a list/],
    [
      "a misspelt collection",
      { applicationRestrictions: { keyCredential: [] } },
      "applicationRestrictions.keyCredential",
      /did you mean "keyCredentials"/,
    ],
    [
      "a collection that is an object",
      { applicationRestrictions: { keyCredentials: {} } },
      KEYS,
      /given: an object/,
    ],
    ["an entry that is a text", passwords("passwordAddition"), `${PASSWORDS}[0]`, /must be an object/],
    [
      "an entry without type",
      passwords({ state: "enabled" }),
      `${PASSWORDS}[0].restrictionType`,
      /is required; allowed: "passwordAddition"/,
    ],
    [
      "an entry without state",
      passwords({ restrictionType: "passwordAddition" }),
      `${PASSWORDS}[0].state`,
      /is required; allowed: "enabled", "disabled"/,
    ],
    [
      "a misspelt type",
      passwords({ ...ADDITION, restrictionType: "passwordAdition" }),
      `${PASSWORDS}[0].restrictionType`,
      /did you mean "passwordAddition"/,
    ],
    [
      "a type of the other collection",
      passwords(CERTIFICATE),
      `${PASSWORDS}[0].restrictionType`,
      /restriction of keyCredentials/,
    ],
    [
      "a type twice",
      passwords(ADDITION, { ...ADDITION, state: "disabled" }),
      `${PASSWORDS}[1].restrictionType`,
      /stands in \[0\] already/,
    ],
    [
      "a lifetime of an addition",
      passwords({ ...ADDITION, maxLifetime: "P1D" }),
      `${PASSWORDS}[0].maxLifetime`,
      /must be left out for "passwordAddition"/,
    ],
    [
      "a lifetime restriction without lifetime",
      keys({ ...CERTIFICATE, maxLifetime: null }),
      `${KEYS}[0].maxLifetime`,
      /is required.*"P180D"/,
    ],
    [
      "a lifetime in months",
      keys({ ...CERTIFICATE, maxLifetime: "P6M" }),
      `${KEYS}[0].maxLifetime`,
      /given: "P6M".*months/,
    ],
    [
      "a lifetime as a number",
      keys({ ...CERTIFICATE, maxLifetime: 180 }),
      `${KEYS}[0].maxLifetime`,
      /given: a number/,
    ],
    [
      "a lifetime of nothing",
      keys({ ...CERTIFICATE, maxLifetime: "PT0S" }),
      `${KEYS}[0].maxLifetime`,
      /longer than nothing/,
    ],
    [
      "a day that does not exist",
      keys({ ...CERTIFICATE, restrictForAppsCreatedAfterDateTime: "2026-02-30T00:00:00Z" }),
      `${KEYS}[0].restrictForAppsCreatedAfterDateTime`,
      /given: "2026-02-30/,
    ],
    [
      "a month that does not exist",
      keys({ ...CERTIFICATE, restrictForAppsCreatedAfterDateTime: "2026-13-01T00:00:00Z" }),
      `${KEYS}[0].restrictForAppsCreatedAfterDateTime`,
      /must be a moment/,
    ],
    [
      "a moment without time zone",
      keys({ ...CERTIFICATE, restrictForAppsCreatedAfterDateTime: "2026-02-03T00:00:00" }),
      `${KEYS}[0].restrictForAppsCreatedAfterDateTime`,
      /must be a moment/,
    ],
    [
      "a member of beta",
      keys({ ...CERTIFICATE, certificateBasedApplicationConfigurationIds: [] }),
      `${KEYS}[0].certificateBasedApplicationConfigurationIds`,
      /not a known property/,
    ],
  ];
  for (const [situation, inputs, property, reason] of situations) {
    it(`refuses ${situation}`, async () => {
      const { failures } = await provider.check(inputs);
      assert.deepEqual(
        failures.map(([path]) => path),
        [property],
      );
      assert.match(failures[0]?.[1] ?? "", reason);
    });
  }

  it("accepts what is at the edge of allowed", async () => {
    for (const inputs of [
      keys({ ...CERTIFICATE, maxLifetime: "PT0.5S" }),
      keys({ restrictionType: "asymmetricKeyLifetime", state: "disabled" }),
      keys({ ...CERTIFICATE, restrictForAppsCreatedAfterDateTime: "2028-02-29T23:59:59.1234567+14:00" }),
      keys({ ...CERTIFICATE, restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z" }),
      { applicationRestrictions: null, servicePrincipalRestrictions: { keyCredentials: null } },
      { __defaults: [] },
    ] as PropertyMap[]) {
      assert.deepEqual((await provider.check(inputs)).failures, []);
    }
  });

  it("reports all problems of all scopes together", async () => {
    const { failures } = await provider.check({
      isEnabled: 1,
      ...passwords({ ...ADDITION, state: "on", maxLifetime: "P1D" }),
      servicePrincipalRestrictions: { keyCredentials: [{ ...CERTIFICATE, maxLifetime: "1 year" }] },
    });
    assert.deepEqual(
      failures.map(([path]) => path),
      [
        "isEnabled",
        `${PASSWORDS}[0].state`,
        `${PASSWORDS}[0].maxLifetime`,
        "servicePrincipalRestrictions.keyCredentials[0].maxLifetime",
      ],
    );
  });

  it("does not repeat a value that is secret, and keeps it secret", async () => {
    const inputs = keys({ ...CERTIFICATE, maxLifetime: "canary" });
    const { failures, secretKeys } = await provider.check(inputs, new Set(["applicationRestrictions"]));
    assert.match(failures[0]?.[1] ?? "", /given: a secret value/);
    assert.ok(!JSON.stringify(failures).includes("canary"));
    assert.deepEqual([...secretKeys], ["applicationRestrictions"]);
  });

  it("does not repeat a secret that stands in a wrong place, nor what a terminal would obey", async () => {
    const secret = "abc8Q~0123456789012345678901234567890";
    const { failures } = await provider.check({
      [secret]: true,
      onDelete: secret,
      ...passwords({ ...ADDITION, state: "on\u001b[31m\u202e" }),
    });
    assert.deepEqual(
      failures.map(([path]) => path),
      ["(a name of 37 characters)", "onDelete", `${PASSWORDS}[0].state`],
    );
    assert.match(failures[1]?.[1] ?? "", /given: a text of 37 characters$/);
    assert.match(failures[2]?.[1] ?? "", /given: "on\\u001b\[31m\\u202e"/);
    assert.ok(!JSON.stringify(failures).includes("8Q~"));
  });

  it("names its types when it is asked for another", async () => {
    await assert.rejects(
      provider.check({}, new Set(), "certlock:index:Other"),
      /no resource type "certlock:index:Other"; it has certlock:index:TenantAppManagementPolicy/,
    );
  });

  it("has no configuration of its own and says where settings go", async () => {
    assert.deepEqual(await provider.checkConfig({ version: "1.2.3", pluginDownloadURL: "x" }), []);
    for (const version of ["1.2.2", "1.1.9", "0.9.0", "v1.2.3", "1.2.3-beta.1"]) {
      assert.deepEqual(await provider.checkConfig({ version }), [], version);
    }
    for (const version of ["1.2.4", "1.10.0", "2.0.0"]) {
      const [[property, reason] = []] = await provider.checkConfig({ version });
      assert.equal(property, "version");
      assert.match(
        reason ?? "",
        new RegExp(`uses certlock ${version} and .* certlock 1\\.2\\.3,.*node_modules/certlock/provider/bin`),
      );
    }
    const [failure] = await provider.checkConfig({ tenantId: "x" });
    assert.equal(failure?.[0], "tenantId");
    assert.match(failure[1], /ARM_TENANT_ID/);
  });

  describe("comparing", () => {
    const state = { ...NO_SECRETS, previous: "{}", applied: "{}" };
    const compare = async (news: PropertyMap): Promise<Record<string, string>> => {
      const { changes, detailed, top } = await provider.diff(state, { ...NO_SECRETS, ...news });
      const paths = Object.keys(detailed);
      assert.equal(changes, paths.length === 0 ? 1 : 2);
      assert.deepEqual(
        top.toSorted(),
        [...new Set(paths.map((path) => path.split(/[.[]/)[0] ?? ""))].toSorted(),
      );
      return detailed;
    };

    it("sees nothing in another spelling or order", async () => {
      assert.deepEqual(
        await compare({
          applicationRestrictions: {
            keyCredentials: [
              {
                ...CERTIFICATE,
                maxLifetime: "PT4320H",
                restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z",
              },
            ],
            passwordCredentials: [
              { state: "enabled", restrictionType: "passwordAddition", maxLifetime: null },
            ],
          },
          servicePrincipalRestrictions: { passwordCredentials: [] },
        }),
        {},
      );
    });

    it("names added, removed and changed members by path", async () => {
      assert.deepEqual(
        await compare({
          isEnabled: false,
          applicationRestrictions: {
            keyCredentials: [
              {
                ...CERTIFICATE,
                maxLifetime: "P90D",
                restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z",
              },
            ],
            passwordCredentials: [{ restrictionType: "symmetricKeyAddition", state: "disabled" }],
          },
        }),
        {
          isEnabled: "UPDATE",
          [PASSWORDS]: "UPDATE",
          [`${KEYS}[0].maxLifetime`]: "UPDATE",
          [`${KEYS}[0].restrictForAppsCreatedAfterDateTime`]: "ADD",
        },
      );
    });

    it("tells an entry that comes from one that goes", async () => {
      const more = [ADDITION, { restrictionType: "symmetricKeyAddition", state: "disabled" }] as const;
      assert.deepEqual(
        await compare({ applicationRestrictions: { passwordCredentials: more, keyCredentials: [] } }),
        { [`${PASSWORDS}[1]`]: "ADD", [`${KEYS}[0]`]: "DELETE" },
      );
      assert.deepEqual(await compare({ applicationRestrictions: null }), {
        [`${PASSWORDS}[0]`]: "DELETE",
        [`${KEYS}[0]`]: "DELETE",
      });
    });

    it("counts what a preview cannot know as a change", async () => {
      assert.deepEqual(await compare({ isEnabled: UNKNOWN }), { isEnabled: "UPDATE" });
      assert.deepEqual(await compare({ applicationRestrictions: UNKNOWN }), {
        applicationRestrictions: "UPDATE",
      });
      assert.deepEqual(await compare({ servicePrincipalRestrictions: UNKNOWN }), {
        servicePrincipalRestrictions: "ADD",
      });
      assert.deepEqual(
        await compare({
          applicationRestrictions: {
            passwordCredentials: [UNKNOWN],
            keyCredentials: [{ ...CERTIFICATE, maxLifetime: UNKNOWN }],
          },
        }),
        { [`${PASSWORDS}[0]`]: "UPDATE", [`${KEYS}[0].maxLifetime`]: "UPDATE" },
      );
    });
  });
});
