import assert from "node:assert/strict";
import {
  asymmetries,
  customEntries,
  customRestrictions,
  loosened,
  strayEntries,
  type TenantAppManagementPolicy,
} from "../../graph";

const on = (restrictionType: string, more: object = {}) => ({ restrictionType, state: "enabled", ...more });

/** Applications more strictly than service principals, and one restriction of each kind of URI. */
const TENANT: TenantAppManagementPolicy = {
  isEnabled: true,
  applicationRestrictions: {
    passwordCredentials: [on("passwordAddition"), on("passwordLifetime", { maxLifetime: "P30D" })],
    keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "disabled", maxLifetime: "P1D" }],
    identifierUris: {
      nonDefaultUriAddition: null,
      uriAdditionWithoutUniqueTenantIdentifier: {
        state: "enabled",
        isStateSetByMicrosoft: true,
        excludeSaml: true,
      },
    },
  },
  servicePrincipalRestrictions: {
    passwordCredentials: [
      on("passwordAddition", { restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" }),
      on("passwordLifetime", { maxLifetime: "P90D" }),
    ],
    keyCredentials: [],
  },
};
const LIFT = { passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }] };

describe("the entries of a custom policy", () => {
  const named = (kinds: Parameters<typeof customEntries>[2], declared = LIFT) =>
    customEntries(declared, TENANT, kinds).map(({ part, entry }) => [
      part,
      entry.restrictionType,
      entry.state,
      entry.maxLifetime ?? null,
      entry.restrictForAppsCreatedAfterDateTime ?? null,
    ]);

  it("are those declared and what the tenant enforces for the kind of object", () => {
    assert.deepEqual(named(["application"]), [
      ["passwordCredentials", "passwordAddition", "disabled", null, null],
      ["passwordCredentials", "passwordLifetime", "enabled", "P30D", null],
      ["identifierUris", "uriAdditionWithoutUniqueTenantIdentifier", "enabled", null, null],
    ]);
    assert.deepEqual(named(["servicePrincipal"]).slice(1), [
      ["passwordCredentials", "passwordLifetime", "enabled", "P90D", null],
    ]);
  });

  it("are the stricter of two scopes for objects of both kinds, and for none yet", () => {
    const both = named(["application", "servicePrincipal"], { passwordCredentials: [] });
    assert.deepEqual(both.slice(0, 2), [
      ["passwordCredentials", "passwordAddition", "enabled", null, null],
      ["passwordCredentials", "passwordLifetime", "enabled", "P30D", null],
    ]);
    assert.deepEqual(named([], { passwordCredentials: [] }), both);
  });

  it("hold nothing of a tenant's policy that is off, and never Microsoft's own mark", () => {
    const entries = customEntries(LIFT, { ...TENANT, isEnabled: false }, ["application"]);
    assert.equal(entries.length, 1);
    assert.ok(
      !JSON.stringify(customEntries(LIFT, TENANT, ["application"])).includes("isStateSetByMicrosoft"),
    );
  });

  it("become a body that names every part, identifier URIs one level down and without a type", () => {
    const body = customRestrictions(customEntries(LIFT, TENANT, ["application"]));
    assert.deepEqual(
      [Object.keys(body), body.keyCredentials],
      [["passwordCredentials", "keyCredentials", "applicationRestrictions"], []],
    );
    assert.deepEqual(body.applicationRestrictions, {
      identifierUris: { uriAdditionWithoutUniqueTenantIdentifier: { state: "enabled", excludeSaml: true } },
    });
  });

  it("are compared with what is found: missing, changed and further ones", () => {
    const wanted = customEntries(LIFT, TENANT, ["application"]);
    assert.deepEqual(strayEntries(customRestrictions(wanted), wanted), []);
    const found = {
      passwordCredentials: [
        { restrictionType: "passwordAddition", state: "enabled" },
        { restrictionType: "symmetricKeyAddition", state: "disabled" },
      ],
    };
    assert.deepEqual(strayEntries(found, wanted), [
      "passwordCredentials passwordAddition",
      "passwordCredentials passwordLifetime",
      "identifierUris uriAdditionWithoutUniqueTenantIdentifier",
      "passwordCredentials symmetricKeyAddition",
    ]);
  });

  it("are looser than the tenant's only where they allow more", () => {
    const bound = (maxLifetime: string) => ({
      passwordCredentials: [on("passwordLifetime", { maxLifetime })],
    });
    assert.deepEqual(loosened(bound("P31D"), TENANT), ["passwordCredentials passwordLifetime"]);
    assert.deepEqual(loosened(bound("P30D"), TENANT), []);
    assert.deepEqual(loosened(bound("P10D"), TENANT), []);
    const dated = { restrictForAppsCreatedAfterDateTime: "2026-06-01T00:00:00Z" };
    assert.deepEqual(loosened({ passwordCredentials: [on("passwordAddition", dated)] }, TENANT), [
      "passwordCredentials passwordAddition",
    ]);
  });
});

describe("what the admin centre edits", () => {
  const scope = (...entries: ReturnType<typeof on>[]) => ({ passwordCredentials: entries });

  it("is a policy whose additions say the same four times, or not at all", () => {
    const both = scope(on("passwordAddition"), on("symmetricKeyAddition"));
    const alike = { isEnabled: true, applicationRestrictions: both, servicePrincipalRestrictions: both };
    assert.deepEqual(asymmetries(alike), []);
    assert.deepEqual(asymmetries({ isEnabled: true }), []);
    assert.deepEqual(asymmetries({ ...alike, servicePrincipalRestrictions: scope(on("passwordAddition")) }), [
      "servicePrincipalRestrictions.passwordCredentials symmetricKeyAddition",
    ]);
    const dated = on("symmetricKeyAddition", { restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" });
    assert.deepEqual(
      asymmetries({ ...alike, servicePrincipalRestrictions: scope(on("passwordAddition"), dated) }),
      ["servicePrincipalRestrictions.passwordCredentials symmetricKeyAddition"],
    );
  });
});
