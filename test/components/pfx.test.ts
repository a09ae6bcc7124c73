import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { certificateBlocks } from "../../components/certificate-pem";
import { pfxOf } from "../../components/pfx";
import { issueCertificate, type IssuedCertificate, issueFrom } from "../policies/certificates";

describe("a PFX file", () => {
  let folder: string;
  let issued: IssuedCertificate;
  let chainPem: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "certlock-pfx-"));
    issued = await issueCertificate();
    chainPem = `${await issueFrom("root", true)}\n${await issueFrom("other root", true)}\n`;
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const parts = () => ({ privateKeyPem: issued.privateKeyPem, certificatePem: issued.pem });
  const openssl = (base64: string, ...more: string[]): { out: string; info: string } => {
    const file = join(folder, "one.pfx");
    writeFileSync(file, Buffer.from(base64, "base64"));
    const script = 'openssl pkcs12 -in "$0" -passin pass: "$@" 2>&1';
    const out = execFileSync("sh", ["-c", script, file, ...more], { encoding: "utf8" });
    return { out, info: out };
  };

  it("is read by OpenSSL, with the same key, certificate and chain", async () => {
    const pfx = await pfxOf({ ...parts(), chainPem });
    const { out } = openssl(pfx, "-nodes");
    const key = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/.exec(out)?.[0] ?? "";
    assert.ok(createPrivateKey(key).equals(issued.privateKey));
    assert.deepEqual(
      certificateBlocks(out).map(({ fingerprint256 }) => fingerprint256),
      [new X509Certificate(issued.pem), ...certificateBlocks(chainPem)].map(
        ({ fingerprint256 }) => fingerprint256,
      ),
    );
    // The certificate that has the key, told by the attribute both bear.
    const own = openssl(pfx, "-clcerts", "-nokeys").out;
    assert.deepEqual(
      certificateBlocks(own).map(({ fingerprint256 }) => fingerprint256),
      [new X509Certificate(issued.pem).fingerprint256],
    );
  });

  it("holds AES-256 under PBES2 and a SHA-256 seal, and nothing weaker", async () => {
    const { info } = openssl(await pfxOf(parts()), "-info", "-noout");
    assert.deepEqual(
      info
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== ""),
      [
        "MAC: sha256, Iteration 2048",
        "MAC length: 32, salt length: 64",
        "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256",
        "Certificate bag",
        "PKCS7 Data",
        "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256",
      ],
    );
  });

  it("says the length of each of its parts, without which Go and the azuread provider read no file", async () => {
    assert.ok(partsOf(Buffer.from(await pfxOf({ ...parts(), chainPem }), "base64")) > 50);
  });

  it("is read by Node, with an empty password and without one", async () => {
    const pfx = Buffer.from(await pfxOf(parts()), "base64");
    assert.ok(createSecureContext({ pfx, passphrase: "" }));
    assert.ok(createSecureContext({ pfx }));
    assert.throws(() => createSecureContext({ pfx, passphrase: "other" }), /mac verify failure/);
  });

  it("is the same for the same parts, however the key is written, and another for any other part", async () => {
    const first = await pfxOf(parts());
    assert.equal(await pfxOf(parts()), first);
    const pkcs1 = issued.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    assert.equal(await pfxOf({ ...parts(), privateKeyPem: pkcs1 }), first);
    const [withChain, later] = [
      await pfxOf({ ...parts(), chainPem }),
      await pfxOf({ ...parts(), certificatePem: (await issueCertificate("rsa2048", 3001)).pem }),
    ];
    const all = [first, withChain, later].map(randomPartsOf);
    // Salts and vectors have nothing in common between files, nor within one.
    assert.equal(new Set(all.flat()).size, all.flat().length);
  });

  it("is not made of a key and the certificate of another, and repeats neither", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const privateKeyPem = other.export({ type: "pkcs8", format: "pem" }).toString();
    await assert.rejects(pfxOf({ ...parts(), privateKeyPem }), {
      message: "the private key does not belong to the certificate, so no PKCS#12 file was made of them",
    });
  });

  /** Salts (64 bytes) and initialisation vectors (16 bytes): the octet strings that are neither content nor seal. */
  function randomPartsOf(base64: string): string[] {
    const file = join(folder, "parts.pfx");
    writeFileSync(file, Buffer.from(base64, "base64"));
    const parse = (...more: string[]) =>
      execFileSync("openssl", ["asn1parse", "-inform", "DER", "-in", file, ...more], { encoding: "utf8" });
    const content = Number(/^\s*(\d+):d=\d+\s+hl=\d+ l=\s*\d{3,} prim: OCTET STRING/m.exec(parse())?.[1]);
    const dumps = parse() + parse("-strparse", String(content));
    const found = [...dumps.matchAll(/l=\s*(?:64|16) prim: OCTET STRING\s+\[HEX DUMP\]:([0-9A-F]+)/g)];
    const values = found.map(([, hex = ""]) => hex);
    assert.ok(values.length >= 3, dumps);
    return values;
  }
});

/** Counts the parts of a DER encoding, and those in strings that hold another encoding, as PKCS#12 has them. */
function partsOf(der: Buffer): number {
  let count = 0;
  for (let at = 0; at < der.length;) {
    const [tag = 0, first = 0] = der.subarray(at, at + 2);
    assert.notEqual(first, 0x80, "a length that is not said");
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    const begin = at + 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
    const content = der.subarray(begin, begin + length);
    assert.equal(content.length, length);
    // Another encoding in a string: it fills the string to its end, which ciphertext does not do by chance.
    const fills = content[1] === 0x82 ? content.readUInt16BE(2) === length - 4 : content[1] === 0x80;
    const nested = (tag & 0x20) !== 0 || (tag === 0x04 && length > 255 && content[0] === 0x30 && fills);
    count += 1 + (nested ? partsOf(content) : 0);
    at = begin + length;
  }
  return count;
}
