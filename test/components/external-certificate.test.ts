import "reflect-metadata"; // @peculiar/x509 does not load without it
import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import * as fc from "fast-check";
import { readExternalCertificates } from "../../components/external-certificate";
import { pfxOf } from "../../components/pfx";
import { Problems } from "../../components/problems";
import { issueCertificate, type IssuedCertificate, issueFrom } from "../policies/certificates";

const NOW = new Date("2026-03-01T00:00:00Z");
const read = (given: unknown, now = NOW, limitDays?: number) => {
  const problems = new Problems();
  const bounds = { now, ...(limitDays !== undefined && { limitDays }) };
  const certificates = readExternalCertificates("certificates", given, bounds, problems);
  return { certificates, problems: problems.found };
};
const refusal = (given: unknown, now?: Date, limitDays?: number): string[] =>
  read(given, now, limitDays).problems.map(({ at, code, given: shown }) => `${at} ${code}: ${shown ?? ""}`);

describe("a certificate from outside", () => {
  let issued: IssuedCertificate;
  let base64: string;
  before(async () => {
    issued = await issueCertificate();
    base64 = issued.der.toString("base64");
  });

  it("is taken in every form people have it in", () => {
    const hex = issued.der.toString("hex");
    const forms: readonly (string | Uint8Array)[] = [
      issued.pem,
      `\uFEFF${issued.pem.replaceAll("\n", "\r\n")}\n\n`,
      `Bag Attributes\n    friendlyName: billing\n${issued.pem}`,
      base64,
      base64.replaceAll(/(.{76})/g, "$1\n"),
      Buffer.from(issued.pem).toString("base64"),
      hex,
      hex.toUpperCase(),
      hex.replaceAll(/(..)(?=.)/g, "$1:"),
      `X509v3 Private Key Usage Period: \n    Not Before: Jan 1, the private key is in an HSM\n${issued.pem}`,
      issued.der,
      new Uint8Array(issued.der),
      Buffer.from(base64),
      Buffer.from(`${hex}\r\n`),
      Buffer.from(issued.pem).toString("hex"),
      Buffer.from(`\uFEFF${issued.pem}`, "utf16le"),
      Buffer.from(issued.pem),
    ];
    const expected = new X509Certificate(issued.pem).fingerprint256;
    for (const [index, form] of forms.entries()) {
      const { certificates, problems } = read([form]);
      assert.deepEqual(problems, [], `form ${index}`);
      assert.deepEqual(
        certificates.map(({ fingerprint256 }) => fingerprint256),
        [expected],
      );
    }
  });

  it("is refused with its key, in whatever form, and never repeated", async () => {
    const { privateKey, privateKeyPem } = issued;
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
    const pkcs1 = privateKey.export({ type: "pkcs1", format: "der" });
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const sec1 = ec.export({ type: "sec1", format: "der" });
    const locked = { cipher: "aes-256-cbc", passphrase: "x" };
    const encrypted = privateKey.export({ type: "pkcs8", format: "der", ...locked });
    const encryptedPem = privateKey.export({ type: "pkcs8", format: "pem", ...locked }).toString();
    const keys: readonly (string | Uint8Array)[] = [
      privateKeyPem,
      issued.pem + privateKeyPem,
      privateKeyPem + issued.pem,
      issued.pem + encryptedPem,
      Buffer.from(issued.pem + privateKeyPem),
      Buffer.from(privateKeyPem).toString("base64"),
      Buffer.from(privateKeyPem).toString("hex"),
      Buffer.from(`\uFEFF${privateKeyPem}`, "utf16le"),
      Buffer.from(pkcs8.toString("base64")),
      ...[pkcs8, pkcs1, sec1, encrypted].flatMap((der) => [der, der.toString("base64"), der.toString("hex")]),
    ];
    for (const key of keys) {
      assert.deepEqual(refusal([key]), ["certificates[0] private-key: a private key (not shown)"]);
    }
    const pfx = await pfxOf({ privateKeyPem, certificatePem: issued.pem });
    for (const form of [pfx, Buffer.from(pfx, "base64"), Buffer.from(pfx, "base64").toString("hex")]) {
      assert.deepEqual(refusal([form]), ["certificates[0] private-key: a PFX file (not shown)"]);
    }
  });

  it("repeats nothing of what it refuses", async () => {
    const { privateKeyPem } = issued;
    const pfx = await pfxOf({ privateKeyPem, certificatePem: issued.pem });
    const body = privateKeyPem.split("\n").at(-4) ?? "";
    for (const given of [privateKeyPem, pfx, "not a certificate at all", `${issued.pem}${privateKeyPem}`]) {
      const said = JSON.stringify(read([given]).problems);
      assert.ok(
        !said.includes(body) && !said.includes(pfx.slice(0, 40)) && !said.includes("not a cert"),
        said,
      );
    }
  });

  it("is one: several, a request, a public key, a PKCS#7 file or a stump are refused as what they are", async () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const publicKey = pair.publicKey.export({ type: "spki", format: "der" });
    const publicPkcs1 = pair.publicKey.export({ type: "pkcs1", format: "der" });
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ]);
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: "CN=x",
      keys,
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    });
    // ContentInfo of signedData, as a .p7b begins.
    const pkcs7 = Buffer.from("300d06092a864886f70d010702a000", "hex");
    const block = (label: string) => `-----BEGIN ${label}-----\nMAA=\n-----END ${label}-----\n`;
    const cases: readonly (readonly [unknown, string])[] = [
      [issued.pem + (await issueFrom("root")), "2 certificates (not shown)"],
      [request.toString("pem"), "a certificate signing request (not shown)"],
      [Buffer.from(request.rawData), "a certificate signing request (not shown)"],
      [publicKey, "a public key (not shown)"],
      [publicPkcs1, "a public key (not shown)"],
      [pair.publicKey.export({ type: "spki", format: "pem" }), "a public key (not shown)"],
      [pair.publicKey.export({ type: "pkcs1", format: "pem" }), "a public key (not shown)"],
      [issued.pem + request.toString("pem"), "a certificate signing request and more beside it (not shown)"],
      [block("NEW CERTIFICATE REQUEST"), "a certificate signing request (not shown)"],
      [block("PKCS7"), "a PKCS#7 file (not shown)"],
      [block("TRUSTED CERTIFICATE"), "a certificate with settings of OpenSSL (not shown)"],
      [block("X509 CRL"), "a list of revoked certificates (not shown)"],
      [block("DH PARAMETERS"), "a PEM block of another kind (not shown)"],
      [pkcs7, "a PKCS#7 file (not shown)"],
      [Buffer.concat([issued.der, Buffer.from([5, 0])]), "a certificate and more after it (not shown)"],
      [issued.der.subarray(0, 200), "bytes that are no certificate (not shown)"],
      [issued.pem.slice(0, 400), "a certificate that is cut off (not shown)"],
      ["", "a text in none of these forms (not shown)"],
      ["billing: nightly?", "a text in none of these forms (not shown)"],
      [7, "a value of type number (not shown)"],
      [null, "a value of type object (not shown)"],
    ];
    for (const [given, shown] of cases) {
      assert.deepEqual(refusal([given]), [`certificates[0] invalid-certificate: ${shown}`]);
    }
  });

  it("has an RSA key of 2048 bits or more", async () => {
    assert.deepEqual(
      refusal([(await issueCertificate("p256")).pem, (await issueCertificate("rsa1024")).pem]),
      [
        "certificates[0] invalid-certificate: a key of kind ec",
        "certificates[1] invalid-certificate: an RSA key of 1024 bits",
      ],
    );
  });

  it("has not ended, and may begin later", async () => {
    const end = new Date("2026-05-06T00:00:00Z");
    assert.deepEqual(refusal([issued.pem], new Date(end.getTime() - 1)), []);
    assert.deepEqual(refusal([issued.pem], end), [
      "certificates[0] invalid-certificate: a certificate that ended on 2026-05-06",
    ]);
    assert.deepEqual(refusal([issued.pem], new Date("2025-12-01T00:00:00Z")), []);
    const year = 365 * 24;
    assert.deepEqual(refusal([(await issueCertificate("rsa2048", year)).pem]), []);
    assert.deepEqual(refusal([(await issueCertificate("rsa2048", year + 1)).pem]), [
      "certificates[0] certificate-outlives-policy: 366",
    ]);
  });

  it("stays below the limit of the tenant policy", () => {
    assert.deepEqual(refusal([issued.pem], NOW, 126), []);
    assert.deepEqual(refusal([issued.pem], NOW, 125), ["certificates[0] certificate-outlives-policy: 125"]);
  });

  it("is not there twice, nor is its key", async () => {
    const renewed = await issueCertificate("rsa2048", 2000);
    assert.deepEqual(refusal([issued.pem, issued.der, renewed.pem]), [
      "certificates[1] duplicate: a certificate that is in the list already",
      "certificates[2] duplicate: another certificate for a key in the list",
    ]);
  });

  it("is needed: none is refused, and so is what is no list", () => {
    assert.deepEqual(refusal([]), ["certificates missing: a list of length 0"]);
    assert.deepEqual(refusal(undefined), ["certificates missing: nothing"]);
    assert.deepEqual(refusal("x"), ['certificates wrong-type: "x"']);
  });

  it("is answered with a certificate or a reason, whatever bytes or text come", () => {
    const cut = fc.nat(1200).map((length) => issued.der.subarray(0, length));
    const flipped = fc
      .tuple(fc.nat(issued.der.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, by]) => {
        const copy = Buffer.from(issued.der);
        copy.writeUInt8(copy.readUInt8(at) ^ by, at);
        return copy;
      });
    const any = fc.oneof(fc.anything(), fc.uint8Array({ maxLength: 300 }), cut, flipped, fc.string());
    fc.assert(
      fc.property(any, (given) => {
        const { certificates, problems } = read([given]);
        assert.equal(certificates.length + problems.length, 1);
        for (const { given: shown, code } of problems)
          assert.ok(
            code === "certificate-outlives-policy" || /\(not shown\)$|^an? /.test(shown ?? ""),
            shown,
          );
      }),
      { numRuns: 1000 },
    );
  });
});
