import assert from "node:assert/strict";
import { recoveryLevel } from "../../../sandbox/vault/vault";
import { VaultStore, type VaultWrite } from "../../../sandbox/vault/vault-store";

const DAY_MS = 86_400_000;

describe("vault store", () => {
  let now: Date;
  let store: VaultStore;
  beforeEach(() => {
    now = new Date("2026-03-01T12:00:00Z");
    store = new VaultStore({ clock: () => now });
    for (const name of ["rg", "other"]) {
      store.putResourceGroup({ name, location: "westeurope", tags: {}, managedBy: undefined });
    }
  });

  const write = (settings: VaultWrite["settings"] = {}, more: Partial<VaultWrite> = {}): VaultWrite => ({
    resourceGroup: "rg",
    name: "kvs",
    location: "westeurope",
    settings: { tenantId: "t", sku: { name: "standard" }, ...settings },
    ...more,
  });
  const refusals = (writes: readonly VaultWrite[]) =>
    writes.map((each) => {
      try {
        store.putVault(each);
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      }
    });

  it("refuses names Azure refuses, at the edges of what it takes", () => {
    const named = (name: string) => write({}, { name });
    assert.deepEqual(
      refusals([
        named("ab"),
        named("1kv"),
        named("kv-"),
        named("k--v"),
        named("k".repeat(25)),
        named("abc"),
        named("k".repeat(24)),
      ]),
      [
        "VaultNameNotValid",
        "VaultNameNotValid",
        "VaultNameNotValid",
        "VaultNameNotValid",
        "VaultNameNotValid",
        undefined,
        undefined,
      ],
    );
  });

  it("keeps a name unique in all of Azure, and a vault where it is", () => {
    store.putVault(write());
    assert.deepEqual(
      refusals([
        write({}, { resourceGroup: "other", name: "KVS" }),
        write({}, { resourceGroup: "none" }),
        write({}, { location: "northeurope" }),
        write(),
      ]),
      ["VaultAlreadyExists", "ResourceGroupNotFound", "BadRequest", undefined],
    );
  });

  it("refuses settings that cannot be", () => {
    const once = write({ softDeleteRetentionInDays: 7 }, { name: "once" });
    store.putVault(once);
    assert.deepEqual(
      refusals([
        write({ enablePurgeProtection: false }),
        write({ enableSoftDelete: false }),
        write({ softDeleteRetentionInDays: 6 }),
        write({ softDeleteRetentionInDays: 91 }),
        write({ tenantId: undefined }),
        write({ sku: undefined }),
        write({ networkAcls: { defaultAction: "deny" } }),
        write({ softDeleteRetentionInDays: 8 }, { name: "once" }),
        write({}, { name: "once" }),
        write({ softDeleteRetentionInDays: 90 }),
      ]),
      [...Array.from({ length: 8 }, () => "BadRequest"), undefined, undefined],
    );
    assert.equal(store.vault("once")?.properties.softDeleteRetentionInDays, 7);
  });

  it("purges a deleted vault on request only where purge protection is off", () => {
    store.putVault(write());
    store.deleteVault("kvs");
    store.purgeVault("kvs");
    store.putVault(write({ enablePurgeProtection: true }));
    store.deleteVault("kvs");
    assert.throws(
      () => {
        store.purgeVault("kvs");
      },
      { code: "MethodNotAllowed" },
    );
    assert.deepEqual(refusals([write()]), ["ConflictError"]);
  });

  it("keeps the name of a deleted secret until its retention is over", () => {
    const vault = store.putVault(write({ softDeleteRetentionInDays: 7 }));
    store.secrets.put(vault, { name: "a", value: "1" });
    store.secrets.delete(vault, "A");
    assert.throws(() => store.secrets.put(vault, { name: "a", value: "2" }), { code: "Conflict" });
    now = new Date(now.getTime() + 7 * DAY_MS);
    assert.equal(store.secrets.put(vault, { name: "a", value: "2" }).versions.length, 1);
  });

  it("takes secrets up to Key Vault's limits and not beyond", () => {
    const vault = store.putVault(write());
    const put = (more: object) => () => store.secrets.put(vault, { name: "a", value: "v", ...more });
    for (const more of [
      { name: "under_score" },
      { name: "n".repeat(128) },
      { value: "v".repeat(25_601) },
      { contentType: "c".repeat(256) },
      { attributes: { expires: 1_700_000_000_000 } },
      { attributes: { notBefore: 1.5 } },
    ]) {
      assert.throws(put(more), { code: "BadRequest" });
    }
    for (const more of [
      { name: "n".repeat(127) },
      { value: "v".repeat(25_600) },
      { contentType: "c".repeat(255) },
      { attributes: { expires: 253_402_300_799 } },
    ]) {
      assert.doesNotThrow(put(more));
    }
  });

  it("never names a secret's value in a refusal", () => {
    const vault = store.putVault(write());
    const canary = "canary-".repeat(4000);
    assert.throws(
      () => store.secrets.put(vault, { name: "a", value: canary }),
      (error: Error) => !error.message.includes("canary"),
    );
  });

  it("says how a deleted secret can come back", () => {
    const levels = [
      { softDeleteRetentionInDays: 90 },
      { softDeleteRetentionInDays: 90, enablePurgeProtection: true },
      { softDeleteRetentionInDays: 7 },
      { softDeleteRetentionInDays: 7, enablePurgeProtection: true },
    ].map((settings, index) =>
      recoveryLevel(store.putVault(write(settings, { name: `kv${index}` })).properties),
    );
    assert.deepEqual(levels, [
      "Recoverable+Purgeable",
      "Recoverable",
      "CustomizedRecoverable+Purgeable",
      "CustomizedRecoverable",
    ]);
  });
});
