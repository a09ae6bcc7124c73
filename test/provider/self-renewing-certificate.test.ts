import assert from "node:assert/strict";
import { type PropertyMap, UNKNOWN } from "../../provider/properties";
import { text } from "../../provider/vault-certificate-request";
import { newestVersion } from "../../sandbox/vault/vault-certificate";
import { failure, VaultFixture } from "./vault-fixture";

/** What a program declares at the least. */
const LEAST: PropertyMap = {
  vaultUri: "https://kv-billing.vault.azure.net/",
  certificateName: "billing",
  subject: "CN=billing",
  keyBits: 2048,
};
const ID = "https://kv-billing.vault.azure.net/certificates/billing";

describe("a SelfRenewingCertificate", function () {
  this.timeout(30_000);
  let fixture: VaultFixture;
  beforeEach(async () => {
    fixture = await VaultFixture.start();
  });
  afterEach(() => fixture.close());

  const store = () => fixture.tenant.vaults.certificates;
  const certificate = () => store().find(fixture.vault, "billing");
  const enabled = (): boolean[] => certificate().versions.map((version) => version.enabled);
  const writes = (): string[] => fixture.requests.filter((request) => !request.startsWith("GET"));

  async function make(given: PropertyMap = LEAST) {
    const { values } = await fixture.renewing.check(given);
    const { id, values: outputs } = await fixture.renewing.create(values);
    return { id, inputs: values, outputs };
  }

  async function diffOf(outputs: PropertyMap, inputs: PropertyMap): Promise<unknown> {
    const { detailed, replaces } = await fixture.renewing.diff(outputs, inputs);
    return [detailed, replaces];
  }

  it("is issued by the vault with a policy that renews, and nothing secret comes out", async () => {
    const { id, inputs, outputs } = await make({ ...LEAST, tags: { owner: "finance" } });
    assert.equal(id, ID);
    const { policy, versions } = certificate();
    assert.deepEqual(policy.lifetime_actions, [
      { trigger: { lifetime_percentage: 40 }, action: { action_type: "AutoRenew" } },
    ]);
    const { exportable, reuse_key, key_size } = policy.key_props;
    assert.deepEqual([exportable, reuse_key, key_size], [true, false, 2048]);
    assert.deepEqual([policy.x509_props.validity_months, policy.issuer.name], [5, "Self"]);
    const { claim, thumbprintSha1, thumbprintSha256, ...rest } = outputs;
    assert.match(text(thumbprintSha1), /^[0-9A-F]{40}$/);
    assert.match(text(thumbprintSha256), /^[0-9A-F]{64}$/);
    assert.equal(versions[0].tags["certlock-claim"], claim);
    assert.deepEqual(rest, {
      ...inputs,
      certificateUri: ID,
      secretUri: "https://kv-billing.vault.azure.net/secrets/billing",
      version: versions[0].version,
      validFrom: "2026-11-21T11:50:00Z",
      validUntil: "2027-04-21T12:00:00Z",
      renewalDue: "2027-01-20T21:30:00Z",
      autoRenew: true,
      reusesKey: false,
    });
    assert.doesNotMatch(JSON.stringify(outputs), /PRIVATE/);
  });

  it("contacts nobody in a preview", async () => {
    const { values } = await fixture.renewing.check({ ...LEAST, vaultUri: UNKNOWN });
    const { id, values: outputs } = await fixture.renewing.create(values, { preview: true });
    assert.deepEqual([id, outputs["certificateName"], outputs["version"]], ["", "billing", UNKNOWN]);
    assert.deepEqual(fixture.requests, []);
  });

  for (const keepsTags of [true, false]) {
    it(`is no difference when the vault has renewed it, ${keepsTags ? "with" : "without"} its tags`, async () => {
      fixture.tenant.vaults.renewals.keepsTags = keepsTags;
      const { id, inputs, outputs } = await make({ ...LEAST, tags: { owner: "finance" } });
      fixture.advance(59);
      assert.deepEqual((await fixture.renewing.read(id, outputs, inputs)).outputs, outputs);
      fixture.advance(2);
      const renewed = await fixture.renewing.read(id, outputs, inputs);
      assert.equal(certificate().versions.length, 2);
      assert.deepEqual(renewed.inputs, inputs);
      assert.equal(renewed.outputs["version"], newestVersion(certificate()).version);
      assert.notEqual(renewed.outputs["thumbprintSha256"], outputs["thumbprintSha256"]);
      assert.match(text(renewed.outputs["validUntil"]), /^2027-06-21T12:00:/);
      assert.deepEqual(await diffOf(outputs, inputs), [{}, []]);
      assert.deepEqual(await diffOf(renewed.outputs, inputs), [{}, []]);
      // It is still this resource's: changed, and deleted with the stack.
      const tags = { owner: "treasury" };
      const updated = await fixture.renewing.update(renewed.outputs, { ...inputs, tags }, false, id);
      assert.equal(newestVersion(certificate()).tags["owner"], "treasury");
      await fixture.renewing.delete(updated, id);
      assert.equal(store().get(fixture.vault, "billing"), undefined);
      assert.deepEqual(fixture.warnings, []);
    });
  }

  it("tells what somebody changed in the policy, and puts it back without a new key", async () => {
    const { id, inputs, outputs } = await make();
    const notice = [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }];
    store().updatePolicy(fixture.vault, certificate(), {
      lifetime_actions: notice,
      x509_props: { validity_months: 12 },
      key_props: { reuse_key: true },
    });
    const drifted = await fixture.renewing.read(id, outputs, inputs);
    assert.equal(drifted.outputs["renewalDue"], "");
    assert.deepEqual(await diffOf(drifted.outputs, inputs), [
      { validityMonths: "UPDATE", autoRenew: "UPDATE", reusesKey: "UPDATE" },
      [],
    ]);
    assert.deepEqual(await fixture.renewing.update(drifted.outputs, inputs, false, id), outputs);
    assert.equal(certificate().versions.length, 1);
    assert.deepEqual((await fixture.renewing.read(id, outputs, inputs)).outputs, outputs);
    store().updatePolicy(fixture.vault, certificate(), {
      lifetime_actions: [{ trigger: { days_before_expiry: 5 }, action: { action_type: "AutoRenew" } }],
    });
    const late = await fixture.renewing.read(id, outputs, inputs);
    assert.deepEqual(await diffOf(late.outputs, inputs), [{ renewal: "UPDATE" }, []]);
  });

  it("changes months and renewal for the versions to come, and what makes a key at once", async () => {
    const { id, inputs, outputs } = await make();
    const later = { ...inputs, validityMonths: 4, renewal: { daysBeforeExpiry: 65 } };
    assert.deepEqual(await diffOf(outputs, later), [{ validityMonths: "UPDATE", renewal: "UPDATE" }, []]);
    const kept = await fixture.renewing.update(outputs, later, false, id);
    assert.equal(kept["version"], outputs["version"]);
    assert.equal(certificate().policy.x509_props.validity_months, 4);
    assert.deepEqual(certificate().policy.lifetime_actions[0]?.trigger, { days_before_expiry: 65 });

    fixture.advance(1);
    const now = { ...later, keyBits: 3072 };
    const planned = await fixture.renewing.update(kept, now, true, id);
    assert.deepEqual([planned["version"], planned["claim"]], [UNKNOWN, outputs["claim"]]);
    const changed = await fixture.renewing.update(kept, now, false, id);
    assert.notEqual(changed["version"], kept["version"]);
    assert.deepEqual(enabled(), [true, true]);
    assert.equal(certificate().policy.key_props.key_size, 3072);
    // An update whose answer was lost is sent again by the next run.
    assert.deepEqual(await fixture.renewing.update(kept, now, false, id), changed);
    assert.equal(certificate().versions.length, 2);
    // And back again is another key, not the first one.
    fixture.advance(1);
    const back = await fixture.renewing.update(changed, later, false, id);
    assert.equal(certificate().versions.length, 3);
    assert.equal(back["version"], newestVersion(certificate()).version);
  });

  it("is another certificate under another name or in another vault", async () => {
    const { inputs, outputs } = await make();
    for (const [name, value] of [
      ["vaultUri", "https://kv-other.vault.azure.net/"],
      ["certificateName", "other"],
    ] as const) {
      assert.deepEqual(await diffOf(outputs, { ...inputs, [name]: value }), [
        { [name]: "UPDATE_REPLACE" },
        [name],
      ]);
    }
  });

  it("is found again by the run after one that was killed, with the policy that is declared then", async () => {
    const first = await make();
    const second = await make({ ...LEAST, validityMonths: 4 });
    assert.equal(certificate().versions.length, 1);
    assert.equal(second.outputs["version"], first.outputs["version"]);
    assert.equal(certificate().policy.x509_props.validity_months, 4);
    assert.match(fixture.warnings.join(), /is there already, made with the same settings/);
    // The killed run's state, were it ever to appear, is no leave to delete.
    await fixture.renewing.delete(first.outputs, first.id);
    assert.deepEqual(enabled(), [true]);
    assert.match(
      await failure(fixture.renewing.update(first.outputs, first.inputs, false, first.id)),
      /^CERTLOCK_CERTIFICATE_TAKEN: /,
    );
  });

  it("goes on when the answer to the creation was lost, without a second key", async () => {
    let cut = false;
    fixture.before = async (request, response) => {
      if (request.method !== "POST" || cut) return false;
      cut = true;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { policy, tags } = JSON.parse(Buffer.concat(chunks).toString()) as {
        policy: unknown;
        tags: Record<string, string>;
      };
      await store().create(fixture.vault, "billing", { policy, enabled: true, tags });
      response.socket?.destroy();
      return true;
    };
    await make();
    assert.equal(certificate().versions.length, 1);
    assert.equal(writes().length, 1);
  });

  it("leaves certificates of others alone, and says how to adopt them", async () => {
    const policy = { x509_props: { subject: "CN=billing" }, issuer: { name: "Self" } };
    await store().create(fixture.vault, "billing", { policy, enabled: true, tags: {} });
    await store().settle(fixture.vault, "billing", "issue");
    const refusal = await failure(make());
    assert.match(
      refusal,
      /^CERTLOCK_CERTIFICATE_TAKEN: .*pulumi import certlock:index:SelfRenewingCertificate/,
    );
    assert.ok(refusal.endsWith(ID), refusal);
    assert.deepEqual(writes(), []);

    const { inputs, outputs } = await fixture.renewing.read(ID);
    assert.deepEqual(inputs, {
      vaultUri: LEAST["vaultUri"],
      certificateName: "billing",
      subject: "CN=billing",
      keyBits: 2048,
      validityMonths: 12,
      renewal: { lifetimePercentage: 80 },
      issuerName: "Self",
      contentType: "application/x-pkcs12",
    });
    await fixture.renewing.delete(outputs, ID);
    assert.equal(store().get(fixture.vault, "billing"), undefined);
  });

  it("is refused where generations of a stack are, and they where it is", async () => {
    await make();
    assert.match(
      await failure(fixture.make()),
      /^CERTLOCK_CERTIFICATE_TAKEN: .* is a SelfRenewingCertificate/,
    );
    const other = { ...LEAST, certificateName: "generations" };
    await fixture.make({ ...other, generation: 1 });
    assert.match(await failure(make(other)), /^CERTLOCK_CERTIFICATE_TAKEN: /);
  });

  it("is deleted softly, with all its versions disabled, and comes back with a new key", async () => {
    fixture.tenant.vaults.renewals.keepsTags = false;
    const { id, outputs } = await make();
    fixture.advance(61);
    await fixture.renewing.delete(outputs, id);
    const deleted = store().deleted(fixture.vault, "billing");
    assert.deepEqual(
      deleted?.certificate.versions.map((version) => version.enabled),
      [false, false],
    );
    await fixture.renewing.delete(outputs, id);
    fixture.advance(1);
    const again = await make();
    assert.deepEqual(enabled(), [false, false, true]);
    assert.equal(again.outputs["version"], newestVersion(certificate()).version);
    assert.match(fixture.warnings.join(), /was deleted by an earlier destroy; certlock recovers it/);
  });

  it("is gone when its newest version is disabled or it is deleted, and a new key takes its place", async () => {
    const { id, inputs, outputs } = await make();
    store().update(fixture.vault, certificate(), newestVersion(certificate()), { enabled: false });
    assert.equal((await fixture.renewing.read(id, outputs, inputs)).id, "");
    assert.match(await failure(fixture.renewing.read(id)), /^CERTLOCK_CERTIFICATE_NOT_USABLE: /);
    fixture.advance(1);
    const again = await make();
    assert.deepEqual(enabled(), [false, true]);
    store().delete(fixture.vault, certificate());
    assert.equal((await fixture.renewing.read(id, again.outputs, inputs)).id, "");
  });

  it("refuses ids that are no certificate, or in another place", async () => {
    for (const id of ["billing", `${ID}/${"0".repeat(32)}`, ID.replace("certificates", "secrets")]) {
      assert.match(await failure(fixture.renewing.read(id)), /^CERTLOCK_IMPORT_ID_UNKNOWN: /);
    }
    assert.match(
      await failure(fixture.renewing.read("https://contoso.example/certificates/billing")),
      /^CERTLOCK_VAULT_URI_REFUSED: /,
    );
    assert.deepEqual(fixture.requests, []);
  });

  it("lists everything that is wrong with its inputs at once", async () => {
    const problems = async (news: PropertyMap): Promise<string[]> =>
      (await fixture.renewing.check({ ...LEAST, ...news })).failures.map(
        ([property, reason]) => `${property} ${reason}`,
      );
    assert.deepEqual(await problems({ generation: 1, keyBits: 1024, renewal: { daysBeforeExpiry: 136 } }), [
      `generation is not a known property; allowed: vaultUri, certificateName, subject, keyBits, validityMonths, renewal, issuerName, contentType, tags, validityDays`,
      "renewal.daysBeforeExpiry must be a whole number from 1 to 135; given: 136",
      "keyBits must be 2048, 3072 or 4096 (RSA); given: 1024",
    ]);
    assert.deepEqual(await problems({ renewal: { daysBeforeExpiry: 135 } }), []);
    assert.deepEqual(await problems({ renewal: UNKNOWN }), []);
    assert.deepEqual(fixture.warnings, []);
    for (const renewal of [
      {},
      "late",
      { lifetimePercentage: 0 },
      { lifetimePercentage: 100 },
      { daysBeforeExpiry: 1.5 },
      { daysBeforeExpiry: 60, lifetimePercentage: 40 },
      { daysBeforExpiry: 60 },
    ]) {
      assert.ok((await problems({ renewal })).length > 0, JSON.stringify(renewal));
    }
    await problems({ renewal: { daysBeforeExpiry: 30 } });
    await problems({ validityMonths: 1 });
    assert.deepEqual(
      fixture.warnings.map((warning) => / for (\d+) days only/.exec(warning)?.[1]),
      ["30", "16"],
    );
  });
});
