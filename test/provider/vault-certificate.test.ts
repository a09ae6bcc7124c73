import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type PropertyMap, UNKNOWN } from "../../provider/properties";
import { grantRole, SECRETS_USER } from "../sandbox/vault/vault-doors";
import { text } from "./provider-client";
import { failure, GENERATION_1, VaultFixture } from "./vault-fixture";

const GENERATION_2 = { ...GENERATION_1, generation: 2 };

describe("a VaultCertificate", function () {
  this.timeout(20_000);
  let fixture: VaultFixture;

  beforeEach(async () => {
    fixture = await VaultFixture.start();
  });
  afterEach(() => fixture.close());

  const stored = (version: string): string => {
    const secret = fixture.tenant.vaults.secrets.get(fixture.vault, "billing");
    return secret?.versions.find((each) => each.version === version)?.value ?? "";
  };
  const states = (): unknown[] => fixture.versions.map(({ enabled, generation }) => [generation, enabled]);

  it("is made in the vault, and its outputs are the certificate and nothing secret", async () => {
    const { id, outputs } = await fixture.make();
    const [made] = fixture.versions;
    const version = made?.version ?? "";
    assert.equal(id, `https://kv-billing.vault.azure.net/certificates/billing/${version}`);
    const certificate = new X509Certificate(text(outputs["certificatePem"]));
    const { claim, ...rest } = outputs;
    assert.match(text(claim), /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      certificatePem: certificate.toString(),
      ...GENERATION_1,
      validityMonths: 5,
      issuerName: "Self",
      contentType: "application/x-pem-file",
      thumbprintSha1: certificate.fingerprint.replaceAll(":", ""),
      thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
      validFrom: "2026-11-21T11:50:00Z",
      validUntil: "2027-04-21T12:00:00Z",
      version,
      secretId: `https://kv-billing.vault.azure.net/secrets/billing/${version}`,
      secretUri: "https://kv-billing.vault.azure.net/secrets/billing",
      autoRenew: false,
    });
    assert.match(stored(version), /-----BEGIN PRIVATE KEY-----/);
    assert.doesNotMatch(JSON.stringify(outputs), /PRIVATE/);
    assert.ok(!fixture.requests.some((request) => request.includes("/secrets")));
  });

  it("asks for a new exportable key, for signing in only, that the vault does not renew by itself", async () => {
    await fixture.make({ ...GENERATION_1, contentType: "application/x-pkcs12", tags: { owner: "finance" } });
    const certificate = fixture.tenant.vaults.certificates.find(fixture.vault, "billing");
    assert.deepEqual(certificate.policy, {
      attributes: certificate.policy.attributes,
      key_props: { exportable: true, kty: "RSA", key_size: 2048, reuse_key: false },
      secret_props: { contentType: "application/x-pkcs12" },
      x509_props: {
        subject: "CN=billing",
        ekus: ["1.3.6.1.5.5.7.3.2"],
        key_usage: ["digitalSignature"],
        validity_months: 5,
        basic_constraints: { ca: false },
      },
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
      issuer: { name: "Self" },
    });
    const { tags } = certificate.versions[0];
    assert.deepEqual(Object.keys(tags), [
      "owner",
      "certlock-generation",
      "certlock-request",
      "certlock-claim",
    ]);
    assert.equal(
      new X509Certificate(certificate.versions[0].certificateDer ?? "").keyUsage.join(),
      "1.3.6.1.5.5.7.3.2",
    );
  });

  it("waits for a pending operation as long as the vault asks for", async () => {
    fixture.tenant.vaults.certificates.retryAfterSeconds = 10;
    await fixture.make();
    assert.deepEqual([...new Set(fixture.waits)], [10_000]);
  });

  it("contacts nobody in a preview, also when the vault is not known yet", async () => {
    const unknown = { ...GENERATION_1, vaultUri: UNKNOWN, subject: UNKNOWN } as const;
    const checked = await fixture.provider.check(unknown);
    assert.deepEqual(checked.failures, []);
    const { id, values } = await fixture.provider.create(checked.values, { preview: true });
    assert.equal(id, "");
    assert.equal(values["vaultUri"], UNKNOWN);
    for (const name of ["certificatePem", "version", "validUntil", "secretUri", "claim"]) {
      assert.equal(values[name], UNKNOWN);
    }
    assert.deepEqual(fixture.requests, []);
  });

  it("is replaced by whatever makes another key or certificate, and changed in place for tags", async () => {
    const { inputs, outputs } = await fixture.make();
    const diff = async (news: PropertyMap): Promise<unknown> => {
      const { detailed, replaces } = await fixture.provider.diff(outputs, { ...inputs, ...news });
      return [detailed, replaces];
    };
    for (const [name, value] of Object.entries({
      vaultUri: "https://kv-other.vault.azure.net/",
      certificateName: "other",
      generation: 2,
      subject: "CN=other",
      keyBits: 4096,
      validityMonths: 2,
      issuerName: "corp-ca",
      contentType: "application/x-pkcs12",
    })) {
      assert.deepEqual(await diff({ [name]: value }), [{ [name]: "UPDATE_REPLACE" }, [name]]);
      assert.deepEqual(await diff({ [name]: UNKNOWN }), [{ [name]: "UPDATE_REPLACE" }, [name]]);
    }
    assert.deepEqual(await diff({ tags: { owner: "a" } }), [{ 'tags["owner"]': "ADD" }, []]);
    assert.deepEqual(await diff({ tags: UNKNOWN }), [{ tags: "ADD" }, []]);
    assert.deepEqual(await diff({}), [{}, []]);
  });

  it("gets a new version for a new generation, and retires the old one when that is deleted", async () => {
    const first = await fixture.make();
    const second = await fixture.make(GENERATION_2);
    assert.notEqual(first.outputs["thumbprintSha256"], second.outputs["thumbprintSha256"]);
    assert.deepEqual(states(), [
      ["1", true],
      ["2", true],
    ]);
    await fixture.provider.delete(first.outputs, first.id);
    assert.deepEqual(states(), [
      ["1", false],
      ["2", true],
    ]);
    // Idempotent: a delete whose answer was lost is sent again by the next run.
    await fixture.provider.delete(first.outputs, first.id);
    assert.deepEqual(states(), [
      ["1", false],
      ["2", true],
    ]);
    assert.deepEqual(
      fixture.requests.filter((request) => request.startsWith("DELETE")),
      [],
    );
  });

  it("is deleted softly with its certificate when it was the last, and comes back with a new key", async () => {
    const { id, outputs } = await fixture.make();
    await fixture.provider.delete(outputs, id);
    assert.equal(fixture.tenant.vaults.certificates.get(fixture.vault, "billing"), undefined);
    assert.notEqual(fixture.tenant.vaults.certificates.deleted(fixture.vault, "billing"), undefined);
    const again = await fixture.make();
    assert.deepEqual(states(), [
      ["1", false],
      ["1", true],
    ]);
    assert.notEqual(again.outputs["thumbprintSha256"], outputs["thumbprintSha256"]);
    assert.match(fixture.warnings.join(), /was deleted by an earlier destroy; certlock recovers it/);
    await fixture.provider.delete(outputs, id);
    assert.deepEqual(states(), [
      ["1", false],
      ["1", true],
    ]);
  });

  it("deletes one generation after the other in one destroy, whatever the order", async () => {
    const [first, second] = [await fixture.make(), await fixture.make(GENERATION_2)];
    await Promise.all([first, second].map(({ id, outputs }) => fixture.provider.delete(outputs, id)));
    assert.equal(fixture.tenant.vaults.certificates.get(fixture.vault, "billing"), undefined);
    const deleted = fixture.tenant.vaults.certificates.deleted(fixture.vault, "billing");
    assert.deepEqual(
      deleted?.certificate.versions.map(({ enabled }) => enabled),
      [false, false],
    );
  });

  it("sees all versions of a certificate that has more than a page of them", async () => {
    const { id } = await fixture.make();
    const { certificates } = fixture.tenant.vaults;
    const certificate = certificates.find(fixture.vault, "billing");
    const [mine] = certificate.versions;
    const old = Array.from({ length: 60 }, (_, index) => ({
      ...mine,
      version: index.toString(16).padStart(32, "0"),
      enabled: false,
      created: mine.created - 1_000 + index,
      tags: {},
    }));
    fixture.vault.certificates.set("billing", { ...certificate, versions: [...old, mine] as never });
    assert.equal((await fixture.make()).id, id);
    assert.equal(fixture.requests.filter((request) => request.startsWith("POST")).length, 1);
  });

  it("refuses to put an older generation in front of a newer one", async () => {
    await fixture.make(GENERATION_2);
    assert.match(
      await failure(fixture.make()),
      /^CERTLOCK_GENERATION_PASSED: The certificate "billing" of the vault kv-billing has generation 2 .*Declare a generation above 2/,
    );
    assert.equal(fixture.versions.length, 1);
  });

  it("is left alone by a refresh while nothing changed, and takes tags back that somebody changed", async () => {
    const { id, inputs, outputs } = await fixture.make({ ...GENERATION_1, tags: { owner: "finance" } });
    const quiet = await fixture.provider.read(id, outputs, inputs);
    assert.deepEqual([quiet.outputs, quiet.inputs], [outputs, inputs]);
    const { certificates } = fixture.tenant.vaults;
    const certificate = certificates.find(fixture.vault, "billing");
    const [version] = certificate.versions;
    certificates.update(fixture.vault, certificate, version, { tags: { ...version.tags, owner: "nobody" } });
    const drifted = await fixture.provider.read(id, outputs, inputs);
    assert.deepEqual(drifted.inputs["tags"], { owner: "nobody" });
    const { detailed } = await fixture.provider.diff(drifted.outputs, inputs);
    assert.deepEqual(detailed, { 'tags["owner"]': "UPDATE" });
    const updated = await fixture.provider.update(drifted.outputs, inputs, false, id);
    assert.deepEqual(updated, outputs);
    assert.deepEqual((await fixture.provider.read(id, updated, inputs)).outputs, outputs);
    assert.deepEqual(fixture.warnings, []);
  });

  it("is gone when its version is disabled or its certificate deleted, and another key takes its place", async () => {
    const { id, inputs, outputs } = await fixture.make();
    const { certificates } = fixture.tenant.vaults;
    const certificate = certificates.find(fixture.vault, "billing");
    certificates.update(fixture.vault, certificate, certificate.versions[0], { enabled: false });
    assert.equal((await fixture.provider.read(id, outputs, inputs)).id, "");
    assert.match(
      fixture.warnings.join(),
      /was disabled by somebody, so nobody can read its key; it counts as gone/,
    );
    const second = await fixture.make();
    certificates.delete(fixture.vault, certificates.find(fixture.vault, "billing"));
    assert.equal((await fixture.provider.read(second.id, second.outputs, inputs)).id, "");
  });

  it("stays when an old version is disabled, which nobody reads any more", async () => {
    const first = await fixture.make();
    await fixture.make(GENERATION_2);
    const { certificates } = fixture.tenant.vaults;
    const certificate = certificates.find(fixture.vault, "billing");
    certificates.update(fixture.vault, certificate, certificate.versions[0], { enabled: false });
    assert.equal((await fixture.provider.read(first.id, first.outputs, first.inputs)).id, first.id);
    assert.match(fixture.warnings.join(), /A newer version is there to be read/);
  });

  it("ends an automatic renewal that somebody switched on, and warns of versions of strangers", async () => {
    const { id, inputs, outputs } = await fixture.make();
    const { certificates } = fixture.tenant.vaults;
    const renew = {
      lifetime_actions: [{ trigger: { days_before_expiry: 30 }, action: { action_type: "AutoRenew" } }],
    };
    certificates.updatePolicy(fixture.vault, certificates.find(fixture.vault, "billing"), renew);
    const drifted = await fixture.provider.read(id, outputs, inputs);
    assert.deepEqual((await fixture.provider.diff(drifted.outputs, inputs)).detailed, {
      autoRenew: "UPDATE",
    });
    assert.deepEqual(await fixture.provider.update(drifted.outputs, inputs, false, id), outputs);
    const { policy } = certificates.find(fixture.vault, "billing");
    assert.deepEqual(
      policy.lifetime_actions.map(({ action }) => action.action_type),
      ["EmailContacts"],
    );

    await certificates.create(fixture.vault, "billing", { policy: {}, enabled: true, tags: {} });
    await certificates.settle(fixture.vault, "billing", "issue");
    assert.equal((await fixture.provider.read(id, outputs, inputs)).id, id);
    assert.match(fixture.warnings.join(), /newest version .* was not made by certlock/);
  });

  it("is imported by the id of a version, its own and one of another making", async () => {
    const mine = await fixture.make({
      ...GENERATION_1,
      generation: 7,
      subject: 'CN="Billing, nightly"',
      tags: { a: "b" },
    });
    const imported = await fixture.provider.read(mine.id);
    assert.deepEqual([imported.inputs, imported.outputs], [mine.inputs, mine.outputs]);

    const { certificates } = fixture.tenant.vaults;
    const policy = { x509_props: { subject: "CN=old", validity_months: 12 }, issuer: { name: "Self" } };
    const { versions } = await certificates.create(fixture.vault, "old", { policy, enabled: true, tags: {} });
    await certificates.settle(fixture.vault, "old", "issue");
    const id = `https://kv-billing.vault.azure.net/certificates/old/${versions[0].version}`;
    const found = await fixture.provider.read(id);
    assert.deepEqual(found.inputs, {
      vaultUri: "https://kv-billing.vault.azure.net/",
      certificateName: "old",
      generation: 1,
      subject: "CN=old",
      keyBits: 2048,
      validityMonths: 12,
      issuerName: "Self",
      contentType: "application/x-pkcs12",
    });
    assert.equal(found.outputs["autoRenew"], true);
    // What is imported can be deleted: it bears no claim, and none is remembered.
    await fixture.provider.delete(found.outputs, id);
    assert.equal(certificates.get(fixture.vault, "old"), undefined);
  });

  it("refuses ids that are no version, or in another place", async () => {
    for (const id of [
      "billing",
      "https://kv-billing.vault.azure.net/certificates/billing",
      `https://kv-billing.vault.azure.net/secrets/billing/${"0".repeat(32)}`,
      `https://kv-billing.vault.azure.net/certificates/../x/${"0".repeat(32)}`,
    ]) {
      assert.match(await failure(fixture.provider.read(id)), /^CERTLOCK_IMPORT_ID_UNKNOWN: /);
    }
    for (const host of [
      "kv.vault.azure.net.contoso.example",
      "contoso.example",
      "kv.vault.azure.cn",
      "a@kv.vault.azure.net",
    ]) {
      const id = `https://${host}/certificates/billing/${"0".repeat(32)}`;
      assert.match(await failure(fixture.provider.read(id)), /^CERTLOCK_VAULT_URI_REFUSED: /);
    }
    assert.deepEqual(fixture.requests, []);
  });

  it("is readable by a workload with a role on its secret alone", async () => {
    const workload = "0a0e0000-0000-4000-8000-0000000000b1";
    const { outputs } = await fixture.make();
    grantRole(fixture.tenant, workload, SECRETS_USER, `${fixture.vault.id}/secrets/billing`);
    const { roleAssignments } = fixture.tenant.vaults;
    const secret = `${fixture.vault.id}/${new URL(text(outputs["secretUri"])).pathname.slice(1)}`;
    assert.equal(roleAssignments.allows(workload, "secrets/getSecret/action", secret), true);
    assert.equal(
      roleAssignments.allows(workload, "certificates/read", `${fixture.vault.id}/certificates/billing`),
      false,
    );
  });
});
