import assert from "node:assert/strict";
import { UNKNOWN } from "../../provider/properties";
import { type FakeTenant, INITIAL } from "./fake-tenant";
import { partialState, type ProviderClient, text } from "./provider-client";
import { ID, NO_SECRETS, NO_SECRETS_ONLY, ProviderFixture } from "./provider-fixture";

describe("TenantAppManagementPolicy after its creation", () => {
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

  const passwords = (): unknown => tenant.policy.applicationRestrictions?.passwordCredentials;

  describe("read", () => {
    it("shows no difference when nothing changed", async () => {
      const { values } = await provider.create(NO_SECRETS);
      const read = await provider.read(ID, values, NO_SECRETS);
      assert.deepEqual(read, { id: ID, outputs: values, inputs: NO_SECRETS });
    });

    it("shows a changed, a vanished and a switched-off restriction", async () => {
      const { values } = await provider.create(NO_SECRETS);
      tenant.setPassword("passwordAddition", undefined);
      tenant.patch({
        isEnabled: false,
        applicationRestrictions: {
          keyCredentials: [
            { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P730D" },
          ],
        },
      });
      const { inputs, outputs } = await provider.read(ID, values, NO_SECRETS);
      assert.deepEqual(inputs, {
        isEnabled: false,
        applicationRestrictions: {
          passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }],
          keyCredentials: [
            { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P730D" },
          ],
        },
        onDelete: "restore",
      });
      assert.deepEqual((await provider.diff(outputs, NO_SECRETS)).detailed, {
        isEnabled: "UPDATE",
        "applicationRestrictions.passwordCredentials[0].state": "UPDATE",
        "applicationRestrictions.keyCredentials[0].maxLifetime": "UPDATE",
      });
      await provider.update(outputs, NO_SECRETS);
      const repaired = await provider.read(ID, values, NO_SECRETS);
      assert.deepEqual(repaired.inputs, NO_SECRETS);
    });

    it("imports everything that is there, and deleting that changes nothing", async () => {
      const { id, inputs, outputs } = await provider.read(ID);
      assert.equal(id, ID);
      assert.deepEqual(inputs, {
        isEnabled: false,
        applicationRestrictions: {
          passwordCredentials: [
            { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P90D" },
          ],
          keyCredentials: [],
        },
        onDelete: "restore",
      });
      const checked = await provider.check(inputs);
      assert.deepEqual(checked.failures, []);
      assert.equal((await provider.diff(outputs, checked.values)).changes, 1);
      await provider.delete(outputs);
      assert.deepEqual(tenant.policy, INITIAL);
      assert.equal((await provider.read("00000000-0000-0000-0000-000000000000")).id, ID);
      await assert.rejects(
        provider.read("my-policy"),
        /CERTLOCK_IMPORT_ID_UNKNOWN.*"defaultAppManagementPolicy"/,
      );
    });

    it("still finds the policy after a deletion, with the values from before", async () => {
      const { values } = await provider.create(NO_SECRETS);
      await provider.delete(values);
      const { id, inputs } = await provider.read(ID, values, NO_SECRETS);
      assert.equal(id, ID);
      assert.equal(inputs["isEnabled"], false);
    });
  });

  describe("update", () => {
    it("takes an entry that is no longer declared back to what it was", async () => {
      tenant.setPassword("passwordAddition", {
        state: "enabled",
        restrictForAppsCreatedAfterDateTime: "2027-01-01T00:00:00Z",
      });
      const { values } = await provider.create(NO_SECRETS);
      const updated = await provider.update(values, { isEnabled: true, onDelete: "restore" });
      assert.deepEqual(passwords(), [
        INITIAL.applicationRestrictions?.passwordCredentials?.[0],
        {
          restrictionType: "passwordAddition",
          state: "enabled",
          maxLifetime: null,
          restrictForAppsCreatedAfterDateTime: "2027-01-01T00:00:00Z",
        },
      ]);
      assert.deepEqual(tenant.policy.applicationRestrictions?.keyCredentials, []);
      assert.deepEqual(Object.keys(updated), [
        "applied",
        "exemptActors",
        "isEnabled",
        "onDelete",
        "previous",
      ]);
    });

    it("takes a dropped entry back at the retry after a write whose outcome was not certain", async () => {
      const { values } = await provider.create(NO_SECRETS);
      tenant.before = (request, response) => {
        if (request.method !== "PATCH") return false;
        response.writeHead(500).end();
        return true;
      };
      const error: unknown = await provider
        .update(values, NO_SECRETS_ONLY)
        .catch((reason: unknown) => reason);
      tenant.before = () => false;
      const state = partialState(error);
      assert.ok(state);
      assert.deepEqual(JSON.parse(text(state.values["applied"])), JSON.parse(text(values["applied"])));

      const retried = await provider.update(state.values, NO_SECRETS_ONLY);
      assert.deepEqual(tenant.policy.applicationRestrictions?.keyCredentials, []);
      assert.ok(!text(retried["applied"]).includes("asymmetricKeyLifetime"));
      await provider.delete(retried);
      assert.deepEqual(tenant.policy, INITIAL);
    });

    it("takes a dropped entry back at a deletion right after such a write", async () => {
      const { values } = await provider.create(NO_SECRETS);
      tenant.before = (request, response) => {
        if (request.method !== "PATCH") return false;
        response.socket?.destroy();
        return true;
      };
      const nothing = { isEnabled: true, onDelete: "restore" };
      const error: unknown = await provider.update(values, nothing).catch((reason: unknown) => reason);
      tenant.before = () => false;
      await provider.delete(partialState(error)?.values ?? {});
      assert.deepEqual(tenant.policy, INITIAL);
    });

    it("remembers of a newly declared entry what is there now, not what was at creation", async () => {
      const { values } = await provider.create(NO_SECRETS_ONLY);
      const theirs = [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P365D" }];
      tenant.patch({ applicationRestrictions: { keyCredentials: theirs } });
      const updated = await provider.update(values, NO_SECRETS);
      await provider.delete(updated);
      const [entry] = tenant.policy.applicationRestrictions?.keyCredentials ?? [];
      assert.equal(entry?.maxLifetime, "P365D");
    });

    it("changes the state only when onDelete changes", async () => {
      const { values } = await provider.create(NO_SECRETS);
      const keep = { ...NO_SECRETS, onDelete: "keep" };
      assert.deepEqual((await provider.diff(values, keep)).detailed, { onDelete: "UPDATE" });
      const updated = await provider.update(values, keep);
      assert.equal(tenant.requests.filter((request) => request.startsWith("PATCH")).length, 1);
      await provider.delete(updated);
      assert.equal(tenant.policy.isEnabled, true);
    });

    it("contacts nobody in a preview, and knows what it will remember unless entries are added", async () => {
      const { values } = await provider.create(NO_SECRETS_ONLY);
      const before = tenant.requests.length;
      const added = await provider.update(values, NO_SECRETS, true);
      assert.equal(added["previous"], UNKNOWN);
      const same = await provider.update(values, { ...NO_SECRETS_ONLY, isEnabled: false }, true);
      assert.equal(same["previous"], values["previous"]);
      const unknown = await provider.update(values, { ...NO_SECRETS, isEnabled: UNKNOWN }, true);
      assert.deepEqual([unknown["previous"], unknown["applied"]], [UNKNOWN, UNKNOWN]);
      assert.equal(tenant.requests.length, before);
    });
  });

  describe("delete", () => {
    it("brings back the policy that was found", async () => {
      const { values } = await provider.create(NO_SECRETS);
      await provider.delete(values);
      assert.deepEqual(tenant.policy, INITIAL);
    });

    it("keeps what somebody else added or changed since, also after a refresh has seen it", async () => {
      const { values } = await provider.create(NO_SECRETS);
      tenant.setPassword("passwordAddition", {
        state: "enabled",
        restrictForAppsCreatedAfterDateTime: "2026-06-01T00:00:00Z",
      });
      tenant.setPassword("symmetricKeyAddition", { state: "enabled" });
      const { outputs } = await provider.read(ID, values, NO_SECRETS);
      await provider.delete(outputs);
      assert.deepEqual(passwords(), [
        INITIAL.applicationRestrictions?.passwordCredentials?.[0],
        {
          restrictionType: "passwordAddition",
          state: "enabled",
          restrictForAppsCreatedAfterDateTime: "2026-06-01T00:00:00Z",
        },
        { restrictionType: "symmetricKeyAddition", state: "enabled" },
      ]);
      assert.deepEqual(tenant.policy.applicationRestrictions?.keyCredentials, []);
      assert.equal(tenant.policy.isEnabled, true);
    });

    it("asks nobody when the tenant is to stay as it is", async () => {
      const { values } = await provider.create({ ...NO_SECRETS, onDelete: "keep" });
      const before = tenant.requests.length;
      await provider.delete(values);
      assert.equal(tenant.requests.length, before);
    });

    it("refuses to guess when the state has lost what was there before", async () => {
      const { values } = await provider.create(NO_SECRETS);
      for (const previous of ["{", "[]", '{"isEnabled":1}', undefined]) {
        await assert.rejects(provider.delete({ ...values, previous }), /CERTLOCK_STATE_INCOMPLETE/);
      }
      assert.equal(tenant.policy.isEnabled, true);
    });

    it("can be repeated after a failure half way", async () => {
      const { values } = await provider.create(NO_SECRETS);
      tenant.before = (request, response) => {
        if (request.method !== "PATCH") return false;
        tenant.before = () => false;
        response.writeHead(500).end();
        tenant.patch(JSON.parse(request.body) as object);
        return true;
      };
      await provider.delete(values);
      await provider.delete(values);
      assert.deepEqual(tenant.policy, INITIAL);
    });
  });
});
