import assert from "node:assert/strict";
import fc from "fast-check";
import {
  changeBetween,
  type Collection,
  COLLECTIONS,
  type DeclaredPolicy,
  entryAt,
  GraphPolicyNotMergeableError,
  KEY_RESTRICTION_TYPES,
  lostParts,
  mergePolicy,
  PASSWORD_RESTRICTION_TYPES,
  placesOf,
  type RestrictionEntry,
  restoreEntries,
  restorePolicy,
  sameMeaning,
  samePlace,
  sameRestrictions,
  type Scope,
  SCOPES,
  type TenantAppManagementPolicy,
} from "../../graph";

const identifierUris = {
  nonDefaultUriAddition: null,
  uriAdditionWithoutUniqueTenantIdentifier: {
    state: "enabled",
    isStateSetByMicrosoft: true,
    restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z",
  },
};

/** A tenant as Microsoft left it, with one restriction of another administrator. */
const FOUND: TenantAppManagementPolicy = {
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#policies/x",
  id: "00000000-0000-0000-0000-000000000000",
  displayName: "Default app management tenant policy",
  isEnabled: false,
  applicationRestrictions: {
    passwordCredentials: [
      { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P90D" },
      {
        restrictionType: "passwordAddition",
        state: "disabled",
        excludeActors: { customSecurityAttributes: [] },
      },
    ],
    keyCredentials: [],
    identifierUris,
    audiences: { futureMember: true },
  },
  servicePrincipalRestrictions: null,
};

const DECLARED: DeclaredPolicy = {
  isEnabled: true,
  applicationRestrictions: {
    passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
    keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" }],
  },
};

describe("merging into the tenant's policy", () => {
  it("puts declared entries in place and keeps everything else as found", () => {
    const merged = mergePolicy(FOUND, DECLARED);
    assert.deepEqual(changeBetween(FOUND, merged), {
      isEnabled: true,
      applicationRestrictions: {
        passwordCredentials: [
          { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P90D" },
          {
            restrictionType: "passwordAddition",
            state: "enabled",
            maxLifetime: null,
            restrictForAppsCreatedAfterDateTime: null,
            excludeActors: { customSecurityAttributes: [] },
          },
        ],
        keyCredentials: [
          {
            restrictionType: "asymmetricKeyLifetime",
            state: "enabled",
            maxLifetime: "P180D",
            restrictForAppsCreatedAfterDateTime: null,
          },
        ],
      },
    });
  });

  it("sends only the collections that differ, and the switch with every change", () => {
    const entry = { restrictionType: "passwordAddition", state: "enabled" };
    const declared: DeclaredPolicy = {
      isEnabled: false,
      servicePrincipalRestrictions: { passwordCredentials: [entry] },
    };
    assert.deepEqual(changeBetween(FOUND, mergePolicy(FOUND, declared)), {
      isEnabled: false,
      servicePrincipalRestrictions: {
        passwordCredentials: [{ ...entry, maxLifetime: null, restrictForAppsCreatedAfterDateTime: null }],
      },
    });
  });

  it("has nothing to send when the tenant says the same in other words", () => {
    const found: TenantAppManagementPolicy = {
      isEnabled: true,
      applicationRestrictions: {
        passwordCredentials: [],
        keyCredentials: [
          {
            restrictionType: "asymmetricKeyLifetime",
            state: "enabled",
            maxLifetime: "PT4320H",
            restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z",
          },
        ],
      },
    };
    const declared: DeclaredPolicy = {
      isEnabled: true,
      applicationRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordLifetime", state: "disabled", maxLifetime: "P1D" }],
        keyCredentials: [
          { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" },
        ],
      },
      servicePrincipalRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }],
      },
    };
    assert.equal(changeBetween(found, mergePolicy(found, declared)), undefined);
  });

  it("tells apart a cut-off date, another lifetime and another state", () => {
    const base: RestrictionEntry = { restrictionType: "x", state: "enabled", maxLifetime: "P1D" };
    for (const other of [
      { ...base, maxLifetime: "P2D" },
      { ...base, state: "disabled" },
      { ...base, state: "unknownFutureValue" },
      { ...base, restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" },
      undefined,
    ]) {
      assert.equal(sameMeaning(base, other), false, JSON.stringify(other));
    }
    assert.ok(
      sameMeaning(
        { ...base, restrictForAppsCreatedAfterDateTime: "2026-01-01T01:00:00+01:00" },
        { ...base, restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00.0000000Z" },
      ),
    );
  });

  it("refuses to write a collection that holds what v1.0 cannot express", () => {
    const found: TenantAppManagementPolicy = {
      ...FOUND,
      applicationRestrictions: {
        keyCredentials: [{ restrictionType: "unknownFutureValue", state: "enabled" }],
      },
    };
    assert.throws(() => changeBetween(found, mergePolicy(found, DECLARED)), GraphPolicyNotMergeableError);
    const deep: TenantAppManagementPolicy = {
      ...FOUND,
      applicationRestrictions: {
        identifierUris: { nonDefaultUriAddition: { state: "unknownFutureValue" } },
      },
    };
    assert.throws(
      () => changeBetween(deep, mergePolicy(deep, DECLARED)),
      /at applicationRestrictions\.identifierUris\.nonDefaultUriAddition\.state that/,
    );
    const elsewhere: DeclaredPolicy = {
      isEnabled: true,
      servicePrincipalRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
      },
    };
    const change = changeBetween(found, mergePolicy(found, elsewhere));
    assert.deepEqual(Object.keys(change ?? {}), ["isEnabled", "servicePrincipalRestrictions"]);
  });
});

describe("restoring the tenant's policy", () => {
  it("brings back exactly what was there", () => {
    const restored = restorePolicy(mergePolicy(FOUND, DECLARED), DECLARED, FOUND);
    assert.equal(restored.isEnabled, false);
    assert.ok(sameRestrictions(restored, FOUND));
    assert.deepEqual(restored.applicationRestrictions?.keyCredentials, []);
  });

  it("leaves an entry that somebody changed since", () => {
    const merged = mergePolicy(FOUND, DECLARED);
    const place = placesOf(DECLARED)[1];
    assert.ok(place);
    const stricter = mergePolicy(merged, {
      isEnabled: true,
      applicationRestrictions: {
        keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P30D" }],
      },
    });
    const restored = restorePolicy(stricter, DECLARED, FOUND);
    assert.equal(entryAt(restored, place)?.maxLifetime, "P30D");
    assert.equal(restored.isEnabled, true, "switching off would end the stricter rule too");
  });

  it("leaves the main switch on for a restriction that somebody added since", () => {
    const merged = mergePolicy(FOUND, DECLARED);
    const withMore: TenantAppManagementPolicy = {
      ...merged,
      applicationRestrictions: {
        ...merged.applicationRestrictions,
        identifierUris: { nonDefaultUriAddition: { state: "enabled" } },
      },
    };
    const restored = restorePolicy(withMore, DECLARED, FOUND);
    assert.equal(restored.isEnabled, true);
    assert.deepEqual(restored.applicationRestrictions?.["identifierUris"], {
      nonDefaultUriAddition: { state: "enabled" },
    });
  });

  it("leaves the main switch where somebody else put it", () => {
    const switchedOff = { ...mergePolicy({ ...FOUND, isEnabled: true }, DECLARED), isEnabled: false };
    assert.equal(restorePolicy(switchedOff, DECLARED, { ...FOUND, isEnabled: true }).isEnabled, false);
  });
});

describe("merge and restore, whatever is in the tenant", () => {
  const types: Record<Collection, readonly string[]> = {
    passwordCredentials: [...PASSWORD_RESTRICTION_TYPES, "somethingNew"],
    keyCredentials: [...KEY_RESTRICTION_TYPES, "trustedCertificateAuthority"],
  };
  const entry = (restrictionType: string): fc.Arbitrary<RestrictionEntry> =>
    fc.record(
      {
        restrictionType: fc.constant(restrictionType),
        state: fc.constantFrom("enabled", "disabled"),
        maxLifetime: fc.constantFrom(null, "P30D", "P180D", "PT720H"),
        restrictForAppsCreatedAfterDateTime: fc.constantFrom(
          null,
          "0001-01-01T00:00:00Z",
          "2026-01-01T00:00:00Z",
        ),
        excludeActors: fc.constantFrom(null, { customSecurityAttributes: [{ id: "A_b" }] }),
      },
      { requiredKeys: ["restrictionType", "state"] },
    );
  const entries = (collection: Collection): fc.Arbitrary<RestrictionEntry[]> =>
    fc.subarray([...types[collection]]).chain((chosen) => fc.tuple(...chosen.map(entry)));
  const scope = fc.option(
    fc.record(
      {
        passwordCredentials: fc.option(entries("passwordCredentials")),
        keyCredentials: fc.option(entries("keyCredentials")),
        identifierUris: fc.constantFrom(null, identifierUris),
        unheardOf: fc.string(),
      },
      { requiredKeys: [] },
    ),
  );
  const policy: fc.Arbitrary<TenantAppManagementPolicy> = fc.record(
    { isEnabled: fc.boolean(), applicationRestrictions: scope, servicePrincipalRestrictions: scope },
    { requiredKeys: ["isEnabled"] },
  );
  const declaredScope = fc.record(
    {
      passwordCredentials: entries("passwordCredentials"),
      keyCredentials: entries("keyCredentials"),
    },
    { requiredKeys: [] },
  );
  const declared: fc.Arbitrary<DeclaredPolicy> = fc
    .record(
      {
        isEnabled: fc.boolean(),
        applicationRestrictions: declaredScope,
        servicePrincipalRestrictions: declaredScope,
      },
      { requiredKeys: ["isEnabled"] },
    )
    .map(
      (value) =>
        JSON.parse(JSON.stringify(value), (_key, item: unknown) => item ?? undefined) as DeclaredPolicy,
    );

  const all: { scope: Scope; collection: Collection; restrictionType: string }[] = SCOPES.flatMap((name) =>
    COLLECTIONS.flatMap((collection) =>
      types[collection].map((restrictionType) => ({ scope: name, collection, restrictionType })),
    ),
  );
  const enforcedUri = (value: TenantAppManagementPolicy, name: Scope): unknown => {
    const uris = value[name]?.["identifierUris"] as typeof identifierUris | null | undefined;
    return uris?.uriAdditionWithoutUniqueTenantIdentifier.state;
  };
  const rest = (value: TenantAppManagementPolicy, name: Scope): object => ({
    identifierUris: value[name]?.["identifierUris"] ?? null,
    unheardOf: value[name]?.["unheardOf"] ?? null,
  });

  it("merges to what is declared, touches nothing else, and has nothing left to do after that", () => {
    fc.assert(
      fc.property(policy, declared, (found, wanted) => {
        const merged = mergePolicy(found, wanted);
        for (const place of all) {
          const mine = entryAt(wanted, place);
          if (mine === undefined) assert.deepEqual(entryAt(merged, place), entryAt(found, place));
          else assert.ok(sameMeaning(entryAt(merged, place), mine));
        }
        for (const name of SCOPES) assert.deepEqual(rest(merged, name), rest(found, name));
        assert.equal(changeBetween(merged, mergePolicy(merged, wanted)), undefined);
      }),
    );
  });

  it("misses nothing after a write that Graph merges, and says how to repair one it does not", () => {
    fc.assert(
      fc.property(policy, declared, fc.boolean(), (found, wanted, replaces) => {
        const merged = mergePolicy(found, wanted);
        const change = changeBetween(found, merged);
        fc.pre(change !== undefined);
        const write = (before: TenantAppManagementPolicy, part: object): TenantAppManagementPolicy => {
          const after: Record<string, unknown> = { ...before, ...part };
          if (replaces) return after as TenantAppManagementPolicy;
          for (const name of SCOPES) {
            const sent = (part as TenantAppManagementPolicy)[name];
            after[name] = sent == null ? before[name] : { ...before[name], ...sent };
          }
          return after as TenantAppManagementPolicy;
        };
        const now = write(found, change);
        const lost = lostParts(now, merged);
        if (!replaces) assert.equal(lost, undefined);
        const repaired = lost === undefined ? now : write(now, lost.repair);
        assert.equal(lostParts(repaired, merged), undefined);
        for (const place of all) assert.ok(sameMeaning(entryAt(repaired, place), entryAt(merged, place)));
        for (const name of SCOPES) {
          assert.deepEqual(enforcedUri(repaired, name), enforcedUri(found, name));
          assert.equal(repaired[name]?.["unheardOf"] ?? "", found[name]?.["unheardOf"] ?? "");
        }
      }),
    );
  });

  it("restores to what was there when nobody else did anything", () => {
    fc.assert(
      fc.property(policy, declared, (found, wanted) => {
        const restored = restorePolicy(mergePolicy(found, wanted), wanted, found);
        assert.equal(restored.isEnabled, found.isEnabled);
        assert.ok(sameRestrictions(restored, found));
      }),
    );
  });

  it("restores only its own and keeps whatever others did to any entry", () => {
    fc.assert(
      fc.property(policy, declared, declared, (found, wanted, others) => {
        const after = mergePolicy(mergePolicy(found, wanted), { ...others, isEnabled: wanted.isEnabled });
        const restored = restorePolicy(after, wanted, found);
        for (const place of all) {
          const untouched = sameMeaning(entryAt(after, place), entryAt(wanted, place));
          const owned = placesOf(wanted).some((own) => samePlace(own, place));
          const expected = owned && untouched ? found : after;
          assert.ok(sameMeaning(entryAt(restored, place), entryAt(expected, place)));
        }
        for (const name of SCOPES) assert.deepEqual(rest(restored, name), rest(after, name));
        if (!sameRestrictions(restored, found) && after.isEnabled) assert.equal(restored.isEnabled, true);
      }),
    );
  });

  it("takes back single entries without looking at the others", () => {
    fc.assert(
      fc.property(policy, declared, fc.nat(), (found, wanted, pick) => {
        const places = placesOf(wanted);
        const place = places[pick % Math.max(1, places.length)];
        fc.pre(place !== undefined);
        const merged = mergePolicy(found, wanted);
        const restored = restoreEntries(merged, wanted, found, [place]);
        for (const other of all) {
          const expected = samePlace(other, place) ? found : merged;
          assert.ok(sameMeaning(entryAt(restored, other), entryAt(expected, other)));
        }
      }),
    );
  });
});
