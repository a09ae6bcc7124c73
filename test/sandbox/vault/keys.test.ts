/** The keys of certificates: a vault signs with them, whether they may leave it or not. */
import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, randomBytes, verify, X509Certificate } from "node:crypto";
import { newestVersion, type VaultCertificate } from "../../../sandbox/vault/vault-certificate";
import { DAY, NOON } from "../tenant-fixture";
import { CALLER, CERTIFICATES_OFFICER, refusal, SECRETS_USER, VaultDoor } from "./vault-doors";

const CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424";
const CERTIFICATE_USER = "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba";
const message = randomBytes(100);
const DIGEST = createHash("sha256").update(message).digest("base64url");

describe("sandbox: the keys of a vault", () => {
  let door: VaultDoor;
  let now: Date;

  beforeEach(async () => {
    now = new Date(NOON);
    door = await VaultDoor.open(() => now);
  });
  afterEach(() => door.close());

  const make = async (policy: object = {}): Promise<VaultCertificate> => {
    const { certificates } = door.tenant.vaults;
    await certificates.create(door.vault, "billing", {
      policy: {
        issuer: { name: "Self" },
        x509_props: { subject: "CN=billing", validity_months: 4 },
        ...policy,
      },
      enabled: true,
      tags: {},
    });
    await certificates.settle(door.vault, "billing", "issue");
    return certificates.find(door.vault, "billing");
  };
  const sign = (version: string, body: object) =>
    door.get(`/kv-billing/keys/billing/${version}/sign?api-version=7.4`, {}, "POST", JSON.stringify(body));

  for (const key_size of [2048, 3072]) {
    it(`signs with a key of ${key_size} bits that never leaves, as the certificate's public key confirms`, async () => {
      door.grant(CRYPTO_USER, `${door.vault.id}/keys/billing`);
      const certificate = await make({ key_props: { exportable: false, kty: "RSA", key_size } });
      const { version, certificateDer = Buffer.of() } = newestVersion(certificate);
      const key = new X509Certificate(certificateDer).publicKey;
      const pkcs1 = await sign(version, { alg: "RS256", value: DIGEST });
      const pss = await sign(version, { alg: "PS256", value: DIGEST });
      assert.deepEqual([pkcs1.status, pss.status], [200, 200]);
      assert.equal(pss.body["kid"], `https://kv-billing.vault.azure.net/keys/billing/${version}`);
      const signature = (value: unknown) => Buffer.from(String(value), "base64url");
      assert.ok(verify("RSA-SHA256", message, key, signature(pkcs1.body["value"])));
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      assert.ok(
        verify("RSA-SHA256", message, { key, padding, saltLength: 32 }, signature(pss.body["value"])),
      );
    });
  }

  it("shows the public part to whoever may read certificates, and signs for none of them", async () => {
    door.grant(CERTIFICATE_USER);
    const { version, certificateDer = Buffer.of() } = newestVersion(await make());
    const { body } = await door.get(`/kv-billing/keys/billing/${version}?api-version=7.4`);
    const { kty, n, e, key_ops } = body["key"] as { kty: string; n: string; e: string; key_ops: string[] };
    assert.deepEqual(createPublicKey({ key: { kty, n, e }, format: "jwk" }).export({ format: "jwk" }), {
      ...new X509Certificate(certificateDer).publicKey.export({ format: "jwk" }),
    });
    assert.ok(key_ops.includes("sign"));
    assert.deepEqual(refusal(await sign(version, { alg: "PS256", value: DIGEST })), [
      403,
      "Forbidden",
      "ForbiddenByRbac",
    ]);
  });

  it("lets nobody sign by a role on secrets, on certificates or on another key", async () => {
    door.grant(SECRETS_USER);
    door.grant(CERTIFICATES_OFFICER);
    door.grant(CRYPTO_USER, `${door.vault.id}/keys/other`);
    const { version } = newestVersion(await make());
    const answer = await sign(version, { alg: "PS256", value: DIGEST });
    assert.deepEqual(refusal(answer), [403, "Forbidden", "ForbiddenByRbac"]);
    assert.match(JSON.stringify(answer.body), new RegExp(`${CALLER.objectId}.*keys/sign/action`));
  });

  it("refuses a key that is for something else, disabled, expired or not there, and what is no digest", async () => {
    door.grant(CRYPTO_USER);
    const { certificates } = door.tenant.vaults;
    const inner = async (version: string, body: object = { alg: "PS256", value: DIGEST }) =>
      refusal(await sign(version, body)).slice(0, 3);
    const wrapping = { subject: "CN=billing", validity_months: 4, key_usage: ["keyEncipherment"] };
    const other = newestVersion(await make({ x509_props: wrapping }));
    assert.deepEqual(await inner(other.version), [403, "Forbidden", "KeyOperationForbidden"]);
    const signing = { subject: "CN=billing", validity_months: 4, key_usage: ["digitalSignature"] };
    const certificate = await make({ x509_props: signing });
    const { version } = newestVersion(certificate);
    assert.deepEqual(await inner("0".repeat(32)), [404, "KeyNotFound", undefined]);
    for (const body of [{ alg: "PS256", value: "AAAA" }, { alg: "ES256", value: DIGEST }, { alg: "PS256" }]) {
      assert.deepEqual(await inner(version, body), [400, "BadParameter", undefined]);
    }
    now = new Date(now.getTime() + 130 * DAY);
    assert.deepEqual(await inner(version), [403, "Forbidden", "KeyExpired"]);
    certificates.update(door.vault, certificate, newestVersion(certificate), { enabled: false });
    assert.deepEqual(await inner(version), [403, "Forbidden", "KeyDisabled"]);
  });
});
