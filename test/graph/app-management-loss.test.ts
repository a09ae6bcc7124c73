import assert from "node:assert/strict";
import { actorExemptions, enabledElsewhere, lostParts, type TenantAppManagementPolicy } from "../../graph";

const exempt = {
  customSecurityAttributes: [
    { "@odata.type": "#x", id: "Engineering_Project", operator: "equals", value: "Baker" },
    { "@odata.type": "#x", id: "Engineering_Level", operator: "equals", value: "9" },
  ],
};

const WANTED = {
  isEnabled: true,
  applicationRestrictions: {
    passwordCredentials: [
      { restrictionType: "passwordAddition", state: "enabled", excludeActors: exempt },
      { restrictionType: "passwordLifetime", state: "disabled", maxLifetime: "P1D" },
    ],
    keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" }],
    identifierUris: {
      nonDefaultUriAddition: { state: "disabled", excludeSaml: true },
      uriAdditionWithoutUniqueTenantIdentifier: {
        state: "enabled",
        isStateSetByMicrosoft: true,
        excludeSaml: true,
        restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z",
      },
    },
  },
  servicePrincipalRestrictions: null,
} satisfies TenantAppManagementPolicy;

const { applicationRestrictions: SCOPE } = WANTED;
const URI = SCOPE.identifierUris.uriAdditionWithoutUniqueTenantIdentifier;

/** The tenant with something else in the scope of applications. */
function withScope(change: object): TenantAppManagementPolicy {
  return { ...WANTED, applicationRestrictions: { ...SCOPE, ...change } };
}

function withUri(change: object): TenantAppManagementPolicy {
  return withScope({ identifierUris: { uriAdditionWithoutUniqueTenantIdentifier: { ...URI, ...change } } });
}

describe("what a write took away from others", () => {
  const AT_URI = "applicationRestrictions.identifierUris.uriAdditionWithoutUniqueTenantIdentifier";
  const losses: [string, TenantAppManagementPolicy, string[]][] = [
    [
      "a member that is gone",
      withScope({ identifierUris: null }),
      ["applicationRestrictions.identifierUris"],
    ],
    ["a restriction filled with its default", withUri({ state: "disabled" }), [`${AT_URI}.state`]],
    ["an exception filled with its default", withUri({ excludeSaml: false }), [`${AT_URI}.excludeSaml`]],
    [
      "a collection that is gone",
      withScope({ keyCredentials: undefined }),
      ["applicationRestrictions.keyCredentials asymmetricKeyLifetime"],
    ],
    [
      "an exemption that is gone",
      withScope({ passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }] }),
      ["applicationRestrictions.passwordCredentials passwordAddition.excludeActors"],
    ],
    [
      "the whole scope",
      { ...WANTED, applicationRestrictions: null },
      [
        "applicationRestrictions.identifierUris",
        "applicationRestrictions.passwordCredentials passwordAddition",
        "applicationRestrictions.keyCredentials asymmetricKeyLifetime",
      ],
    ],
  ];
  for (const [situation, now, paths] of losses) {
    it(`is ${situation}, and is written back with the rest of its scope`, () => {
      const lost = lostParts(now, WANTED);
      assert.deepEqual(lost?.paths, paths);
      assert.equal(lostParts({ ...now, ...lost.repair }, WANTED), undefined);
      assert.deepEqual(Object.keys(lost.repair), ["isEnabled", "applicationRestrictions"]);
      assert.ok(!JSON.stringify(lost.repair).includes("isStateSetByMicrosoft"), "the service's own member");
    });
  }

  const untouched: [string, TenantAppManagementPolicy][] = [
    ["the same", WANTED],
    [
      "a lifetime that somebody changed",
      withScope({ keyCredentials: [{ ...SCOPE.keyCredentials[0], maxLifetime: "P30D" }] }),
    ],
    [
      "a disabled restriction that is gone",
      withScope({ passwordCredentials: [SCOPE.passwordCredentials[0]] }),
    ],
    ["another spelling of no date", withUri({ restrictForAppsCreatedAfterDateTime: null })],
    ["a state that Microsoft no longer claims", withUri({ isStateSetByMicrosoft: false })],
    ["a restriction that somebody added", withScope({ audiences: { state: "enabled" } })],
  ];
  for (const [situation, now] of untouched) {
    it(`is not ${situation}`, () => {
      assert.equal(lostParts(now, WANTED), undefined);
    });
  }
});

describe("what a policy holds beside the declared", () => {
  const passwordAddition = {
    scope: "applicationRestrictions",
    collection: "passwordCredentials",
    restrictionType: "passwordAddition",
  } as const;

  it("names the attributes of exempt callers, not their values", () => {
    const places = [passwordAddition, { ...passwordAddition, restrictionType: "passwordLifetime" }];
    assert.deepEqual(actorExemptions(WANTED, places), [
      {
        scope: "applicationRestrictions",
        restrictionType: "passwordAddition",
        attributes: ["Engineering_Level", "Engineering_Project"],
      },
    ]);
  });

  it("names an exemption of a kind it does not know by its member", () => {
    const excludeActors = {
      "@odata.type": "#x",
      groups: [{}],
      everybody: true,
      customSecurityAttributes: null,
    };
    const policy = withScope({
      passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled", excludeActors }],
    });
    assert.deepEqual(actorExemptions(policy, [passwordAddition])[0]?.attributes, ["everybody", "groups"]);
  });

  it("names every enabled restriction that is not declared", () => {
    assert.deepEqual(enabledElsewhere(WANTED, [passwordAddition]), [
      "applicationRestrictions.keyCredentials asymmetricKeyLifetime",
      "applicationRestrictions.identifierUris.uriAdditionWithoutUniqueTenantIdentifier",
    ]);
  });
});
