import assert from "node:assert/strict";
import { type FakeTenant, INITIAL, PATH } from "./fake-tenant";
import { partialState, type ProviderClient, text } from "./provider-client";
import { ID, NO_SECRETS, NO_SECRETS_ONLY, ProviderFixture } from "./provider-fixture";

const ON = { ...INITIAL, isEnabled: true };
const KEYS = { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" };
const EXEMPT = { customSecurityAttributes: [{ id: "Engineering_Project", operator: "equals", value: "x" }] };
const EXEMPTION = {
  scope: "applicationRestrictions",
  restrictionType: "passwordAddition",
  attributes: ["Engineering_Project"],
};

describe("what a person is told about the tenant's policy", () => {
  let fixture: ProviderFixture;
  let provider: ProviderClient;
  let tenant: FakeTenant;

  beforeEach(async () => {
    fixture = await ProviderFixture.start();
    ({ provider, tenant } = fixture);
  });

  afterEach(async () => {
    await fixture.close();
  });

  /** Each warning must match its pattern, and there must be no other. */
  function assertWarned(...patterns: RegExp[]): void {
    assert.equal(fixture.warnings.length, patterns.length, fixture.warnings.join("\n"));
    for (const [index, pattern] of patterns.entries()) assert.match(fixture.warnings[index] ?? "", pattern);
  }

  describe("switching on", () => {
    const ACTIVATED =
      /into force what others left in it: applicationRestrictions\.passwordCredentials passwordLifetime; applicationRestrictions\.identifierUris\.uriAdditionWithoutUniqueTenantIdentifier\. /;

    it("names the dormant restrictions of others at creation", async () => {
      await provider.create(NO_SECRETS);
      assertWarned(ACTIVATED);
    });

    it("names them when an update switches on", async () => {
      const { values } = await provider.create({ ...NO_SECRETS, isEnabled: false });
      assertWarned();
      await provider.update(values, NO_SECRETS);
      assertWarned(ACTIVATED);
    });

    it("says nothing when the policy was on, or holds nothing dormant, or the restriction is declared", async () => {
      tenant.policy = ON;
      await provider.create(NO_SECRETS);
      tenant.policy = { isEnabled: false, applicationRestrictions: { keyCredentials: [KEYS] } };
      await provider.create(NO_SECRETS);
      assertWarned();
    });

    it("clears what it quotes from the tenant", async () => {
      tenant.setPassword("\u001b[31m\u202eevil", { state: "enabled" });
      await provider.create(NO_SECRETS);
      assert.doesNotMatch(fixture.warnings.join(), /[\u001b\u202e]/);
      assert.match(fixture.warnings.join(), /evil/);
    });
  });

  describe("taking over what is there already", () => {
    it("says that the present values are what a deletion returns to", async () => {
      tenant.policy = ON;
      const first = await provider.create(NO_SECRETS);
      assertWarned();
      // The run was killed before its state was saved; the next one creates again.
      const { values } = await provider.create(NO_SECRETS);
      assertWarned(/has every declared restriction already.*destroying this resource will not loosen them/);
      await provider.delete(values);
      assert.equal(tenant.policy.applicationRestrictions?.keyCredentials?.length, 1);
      await provider.delete(first.values);
      assert.deepEqual(tenant.policy, ON);
    });

    it("says nothing when something had to be written or nothing is enforced", async () => {
      tenant.policy = ON;
      await provider.create(NO_SECRETS_ONLY);
      await provider.create(NO_SECRETS);
      const off = [{ restrictionType: "passwordAddition", state: "disabled" }];
      tenant.policy = ON;
      await provider.create({ ...NO_SECRETS, applicationRestrictions: { passwordCredentials: off } });
      await provider.create({ isEnabled: true, onDelete: "restore" });
      assertWarned();
    });
  });

  describe("exempt callers", () => {
    beforeEach(() => {
      tenant.policy = ON;
      tenant.setPassword("passwordAddition", { state: "disabled", excludeActors: EXEMPT });
    });

    it("are told at creation, kept, and shown as an output", async () => {
      const { values } = await provider.create(NO_SECRETS);
      assertWarned(
        /exempts callers.*applicationRestrictions passwordAddition \(callers with Engineering_Project\)/,
      );
      assert.deepEqual(values["exemptActors"], [EXEMPTION]);
      const [, entry] = tenant.policy.applicationRestrictions?.passwordCredentials ?? [];
      assert.deepEqual(entry?.["excludeActors"], EXEMPT);
    });

    it("show in a refresh when somebody adds or removes one", async () => {
      const { values } = await provider.create(NO_SECRETS);
      tenant.setPassword("passwordAddition", { state: "enabled" });
      assert.deepEqual((await provider.read(ID, values, NO_SECRETS)).outputs["exemptActors"], []);
      const more = [...EXEMPT.customSecurityAttributes, { id: "A_b" }];
      tenant.setPassword("passwordAddition", {
        state: "enabled",
        excludeActors: { customSecurityAttributes: more },
      });
      const { inputs, outputs } = await provider.read(ID, values, NO_SECRETS);
      assert.deepEqual(inputs, NO_SECRETS);
      assert.deepEqual(outputs["exemptActors"], [
        { ...EXEMPTION, attributes: ["A_b", "Engineering_Project"] },
      ]);
    });

    it("are shown by an import, and told by an update that declares the restriction", async () => {
      assert.deepEqual((await provider.read(ID)).outputs["exemptActors"], [EXEMPTION]);
      const { values } = await provider.create({ isEnabled: true, onDelete: "restore" });
      assert.deepEqual(values["exemptActors"], []);
      const updated = await provider.update(values, NO_SECRETS);
      assert.deepEqual(updated["exemptActors"], [EXEMPTION]);
      assertWarned(/exempts callers/);
      await provider.update(updated, { ...NO_SECRETS, onDelete: "keep" });
      assertWarned(/exempts callers/);
    });
  });

  describe("a Graph that does not keep what a write leaves out", () => {
    beforeEach(() => {
      tenant.policy = ON;
      tenant.replacesScopes = true;
    });

    const uriState = (): unknown =>
      (tenant.policy.applicationRestrictions?.["identifierUris"] as Record<string, unknown> | undefined)?.[
        "uriAdditionWithoutUniqueTenantIdentifier"
      ];
    const patches = (): number => tenant.requests.filter((request) => request === `PATCH ${PATH}`).length;

    it("is given the lost part back, once and without the service's own member", async () => {
      const { values } = await provider.create(NO_SECRETS);
      assertWarned(/lost applicationRestrictions\.identifierUris with this write; certlock writes it back/);
      assert.deepEqual(uriState(), { state: "enabled" });
      assert.equal(patches(), 2);
      await provider.delete(values);
      assert.equal(patches(), 4);
      assert.equal(tenant.policy.applicationRestrictions?.passwordCredentials?.length, 1);
      assert.deepEqual(uriState(), { state: "enabled" });
    });

    it("is reported with the memory in the state when the part cannot be given back", async () => {
      for (const status of [204, 403, 500]) {
        tenant.policy = ON;
        let writes = 0;
        tenant.before = (request, response) => {
          if (request.method !== "PATCH" || writes++ === 0) return false;
          response.writeHead(status).end();
          return true;
        };
        const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
        const state = partialState(error);
        assert.match(
          state?.reasons.join() ?? "",
          /^CERTLOCK_POLICY_PART_LOST: .*applicationRestrictions\.identifierUris, .*"previous"/,
        );
        assert.deepEqual(JSON.parse(text(state?.values["previous"])), ON);
        assert.equal(writes, 2);
      }
    });
  });
});
