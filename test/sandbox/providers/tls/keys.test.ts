import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plain, ProviderSession, secretNames, unknownNames } from "../provider-session";

const KEY = "tls:index/privateKey:PrivateKey";

describe("tls private keys", () => {
  let session: ProviderSession;
  before(async () => {
    session = await ProviderSession.open();
  });
  after(() => session.close());

  const cases = [
    ["RSA of 2048 bits by default", { algorithm: "RSA" }, "BEGIN RSA PRIVATE KEY", "ssh-rsa"],
    ["RSA of the bits asked for", { algorithm: "RSA", rsaBits: 3072 }, "BEGIN RSA PRIVATE KEY", "ssh-rsa"],
    [
      "ECDSA on P256",
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      "BEGIN EC PRIVATE KEY",
      "ecdsa-sha2-nistp256",
    ],
    [
      "ECDSA on P384",
      { algorithm: "ECDSA", ecdsaCurve: "P384" },
      "BEGIN EC PRIVATE KEY",
      "ecdsa-sha2-nistp384",
    ],
    [
      "ECDSA on P521",
      { algorithm: "ECDSA", ecdsaCurve: "P521" },
      "BEGIN EC PRIVATE KEY",
      "ecdsa-sha2-nistp521",
    ],
    ["ED25519", { algorithm: "ED25519" }, "BEGIN PRIVATE KEY", "ssh-ed25519"],
  ] as const;

  for (const [title, inputs, preamble, sshName] of cases) {
    it(`makes a real key, ${title}, in every form`, async () => {
      const key = await session.create(KEY, inputs);
      const outputs = plain(key) as Record<string, string>;
      const privateKey = createPrivateKey(outputs["privateKeyPem"] ?? "");
      const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });

      assert.ok(outputs["privateKeyPem"]?.includes(preamble));
      assert.deepEqual(
        createPrivateKey(outputs["privateKeyPemPkcs8"] ?? "").export({ format: "jwk" }),
        privateKey.export({ format: "jwk" }),
      );
      assert.deepEqual(
        createPublicKey(outputs["publicKeyPem"] ?? "").export({ type: "spki", format: "der" }),
        spki,
      );
      assert.equal(key.id, createHash("sha1").update(spki).digest("hex"));
      assert.equal(
        privateKey.asymmetricKeyDetails?.modulusLength,
        "rsaBits" in inputs ? inputs.rsaBits : inputs.algorithm === "RSA" ? 2048 : undefined,
      );
      assert.deepEqual(secretNames(key.outputs), [
        "privateKeyOpenssh",
        "privateKeyPem",
        "privateKeyPemPkcs8",
      ]);

      const [name, blob = ""] = (outputs["publicKeyOpenssh"] ?? "").split(" ");
      assert.equal(name, sshName);
      assert.equal(
        outputs["publicKeyFingerprintSha256"],
        `SHA256:${createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "")}`,
      );
      assert.match(outputs["publicKeyFingerprintMd5"] ?? "", /^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/);
      assert.equal(publicHalf(outputs["privateKeyOpenssh"] ?? ""), blob.trim());
    });
  }

  it("has no OpenSSH form of a key on P224, which OpenSSH does not know", async () => {
    const key = plain(await session.create(KEY, { algorithm: "ECDSA" }));
    assert.equal(key["ecdsaCurve"], "P224");
    assert.deepEqual(
      [key["privateKeyOpenssh"], key["publicKeyOpenssh"], key["publicKeyFingerprintSha256"]],
      ["", "", ""],
    );
  });

  it("writes private keys OpenSSH itself can read", function () {
    if (!hasSshKeygen()) this.skip();
    return Promise.all(
      cases.map(async ([, inputs]) => {
        const outputs = plain(await session.create(KEY, inputs)) as Record<string, string>;
        const derived = sshPublicKey(outputs["privateKeyOpenssh"] ?? "");
        assert.equal(derived.split(" ").slice(0, 2).join(" "), outputs["publicKeyOpenssh"]?.trim());
      }),
    );
  });

  it("knows in a preview all but the key", async () => {
    const outputs = await session.preview(KEY, { algorithm: "RSA" });
    assert.deepEqual(unknownNames(outputs), [
      "privateKeyOpenssh",
      "privateKeyPem",
      "privateKeyPemPkcs8",
      "publicKeyFingerprintMd5",
      "publicKeyFingerprintSha256",
      "publicKeyOpenssh",
      "publicKeyPem",
    ]);
    assert.equal(outputs["rsaBits"], 2048);
    assert.deepEqual(secretNames(outputs), ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
  });

  it("replaces the key on any change and keeps it otherwise", async () => {
    const key = await session.create(KEY, { algorithm: "ED25519" });
    assert.equal((await session.diff(key, { algorithm: "ED25519" })).changed, false);
    assert.deepEqual((await session.diff(key, { algorithm: "ECDSA", ecdsaCurve: "P256" })).replaces, [
      "algorithm",
      "ecdsaCurve",
    ]);
    assert.deepEqual(await session.refresh(key), key);
    await session.delete(key);
    assert.equal(await session.import(KEY, key.id), undefined);
  });

  it("checks algorithm, curve and size", async () => {
    const { failures } = await session.check(KEY, { algorithm: "DSA", ecdsaCurve: "P192", rsaBits: 512 });
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["algorithm", "ecdsaCurve", "rsaBits"]);
  });
});

/** The public key inside an OpenSSH private key block, in base64. */
function publicHalf(block: string): string {
  const bytes = Buffer.from(block.replace(/-----.*-----/g, ""), "base64");
  // magic, cipher "none", kdf "none", empty kdf options, one key
  const start = "openssh-key-v1\0".length + 8 + 8 + 4 + 4;
  const length = bytes.readUInt32BE(start);
  return bytes.subarray(start + 4, start + 4 + length).toString("base64");
}

function hasSshKeygen(): boolean {
  try {
    execFileSync("ssh-keygen", ["-?"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

function sshPublicKey(privateKey: string): string {
  const directory = mkdtempSync(join(tmpdir(), "certlock-ssh-"));
  try {
    const file = join(directory, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    return execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
