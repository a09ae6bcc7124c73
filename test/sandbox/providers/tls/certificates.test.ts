import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { Secret, UNKNOWN, type PropertyMap } from "../../../../sandbox/providers/property-values";
import { output, plain, ProviderSession, secretNames, unknownNames } from "../provider-session";

const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const REQUEST = "tls:index/certRequest:CertRequest";
const LOCALLY_SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const HOUR_MS = 3_600_000;

const pem = (type: "rsa" | "ec" | "ed25519"): string =>
  (type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : type === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-384" })
      : generateKeyPairSync("ed25519")
  ).privateKey
    .export({ type: "pkcs8", format: "pem" })
    .toString();

describe("tls certificates", () => {
  const key = pem("ec");
  let now: Date;
  let session: ProviderSession;
  beforeEach(async () => {
    now = new Date("2026-03-01T12:00:00.250Z");
    session = await ProviderSession.open({ clock: () => now });
  });
  afterEach(() => session.close());

  const declared = (more: PropertyMap = {}): PropertyMap => ({
    privateKeyPem: new Secret(key),
    validityPeriodHours: 48,
    allowedUses: ["digital_signature", "client_auth"],
    subject: { commonName: "billing", organization: "certlock" },
    ...more,
  });

  for (const [type, algorithm] of [
    ["rsa", "RSA"],
    ["ec", "ECDSA"],
    ["ed25519", "ED25519"],
  ] as const) {
    it(`issues a certificate under a key of ${algorithm} that verifies itself`, async () => {
      const own = pem(type);
      const certificate = await session.create(SELF_SIGNED, declared({ privateKeyPem: new Secret(own) }));
      const parsed = new X509Certificate(output(certificate, "certPem"));
      assert.ok(parsed.verify(createPublicKey(createPrivateKey(own))));
      assert.ok(parsed.checkPrivateKey(createPrivateKey(own)));
      assert.equal(plain(certificate)["keyAlgorithm"], algorithm);
    });
  }

  it("dates it by the tenant's clock and describes it as declared", async () => {
    const certificate = await session.create(
      SELF_SIGNED,
      declared({
        dnsNames: ["billing.example"],
        ipAddresses: ["203.0.113.5", "2001:db8::5"],
        uris: ["spiffe://certlock/billing"],
        setSubjectKeyId: true,
        setAuthorityKeyId: true,
      }),
    );
    const outputs = plain(certificate);
    const parsed = new X509Certificate(output(certificate, "certPem"));
    assert.equal(parsed.subject, "O=certlock\nCN=billing");
    assert.equal(parsed.issuer, parsed.subject);
    assert.equal(new Date(parsed.validFrom).toISOString(), "2026-03-01T12:00:00.000Z");
    assert.equal(new Date(parsed.validTo).toISOString(), "2026-03-03T12:00:00.000Z");
    assert.equal(
      parsed.subjectAltName,
      "DNS:billing.example, IP Address:203.0.113.5, IP Address:2001:DB8:0:0:0:0:0:5, URI:spiffe://certlock/billing",
    );
    assert.deepEqual(parsed.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    assert.equal(parsed.ca, false);
    assert.equal(certificate.id, BigInt(`0x${parsed.serialNumber}`).toString());
    assert.deepEqual(
      [outputs["validityStartTime"], outputs["validityEndTime"], outputs["readyForRenewal"]],
      ["2026-03-01T12:00:00.25Z", "2026-03-03T12:00:00.25Z", false],
    );
    assert.deepEqual(secretNames(certificate.outputs), ["privateKeyPem"]);
  });

  it("knows in a preview all but the certificate, though the key is not known yet", async () => {
    const outputs = await session.preview(SELF_SIGNED, declared({ privateKeyPem: new Secret(UNKNOWN) }));
    assert.deepEqual(unknownNames(outputs), [
      "certPem",
      "keyAlgorithm",
      "maxPathLength",
      "privateKeyPem",
      "readyForRenewal",
      "validityEndTime",
      "validityStartTime",
    ]);
  });

  it("replaces on every change but that of the early renewal", async () => {
    const certificate = await session.create(SELF_SIGNED, declared());
    assert.equal((await session.diff(certificate, declared())).changed, false);
    assert.deepEqual((await session.diff(certificate, declared({ subject: { commonName: "x" } }))).replaces, [
      "subject.organization",
      "subject.commonName",
    ]);
    assert.deepEqual(await session.diff(certificate, declared({ earlyRenewalHours: 24 })), {
      changed: true,
      replaces: [],
      deleteBeforeReplace: false,
      details: { earlyRenewalHours: "update" },
    });
    const updated = await session.update(certificate, declared({ earlyRenewalHours: 24 }));
    assert.equal(plain(updated)["certPem"], plain(certificate)["certPem"]);
  });

  for (const [title, hours, due] of [
    ["one millisecond before the renewal is due, keeps", 24 * HOUR_MS - 1, false],
    ["when the renewal is due, replaces", 24 * HOUR_MS, true],
  ] as const) {
    it(`${title} the certificate`, async () => {
      const inputs = declared({ earlyRenewalHours: 24 });
      const certificate = await session.create(SELF_SIGNED, inputs);
      now = new Date(now.getTime() + hours);
      assert.deepEqual((await session.diff(certificate, inputs)).replaces, due ? ["readyForRenewal"] : []);
      assert.equal(plain(await session.refresh(certificate))["readyForRenewal"], due);
    });
  }

  it("never puts a write-only key into the state, and renews when its version changes", async () => {
    const inputs = declared({
      privateKeyPem: undefined,
      privateKeyPemWo: new Secret(key),
      privateKeyPemWoVersion: 1,
    });
    const certificate = await session.create(SELF_SIGNED, inputs);
    assert.equal(JSON.stringify(plain(certificate)).includes("PRIVATE KEY"), false);
    const other = { ...inputs, privateKeyPemWo: new Secret(pem("ec")) };
    assert.equal((await session.diff(certificate, other)).changed, false);
    assert.deepEqual((await session.diff(certificate, { ...other, privateKeyPemWoVersion: 2 })).replaces, [
      "privateKeyPemWoVersion",
    ]);
  });

  it("refuses a key it cannot read without repeating it, and reports wrong inputs at once", async () => {
    const secret = "-----BEGIN PRIVATE KEY-----\nnot a key at all\n-----END PRIVATE KEY-----";
    await assert.rejects(session.create(SELF_SIGNED, declared({ privateKeyPem: new Secret(secret) })), {
      details: 'Failed to parse private key PEM: "privateKeyPem" holds no unencrypted PEM private key',
    });
    const { failures } = await session.check(SELF_SIGNED, {
      allowedUses: ["everything"],
      validityPeriodHours: -1,
      ipAddresses: ["localhost"],
    });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "allowedUses[0]",
      "ipAddresses[0]",
      "privateKeyPem",
      "validityPeriodHours",
    ]);
  });

  it("refuses a certificate authority without a name", async () => {
    await assert.rejects(
      session.create(SELF_SIGNED, declared({ isCaCertificate: true, subject: undefined })),
      /Must contain at least one Distinguished Name/,
    );
  });

  it("signs a request under an authority; chain, names and path length hold", async () => {
    const authorityKey = pem("ec");
    const authority = await session.create(
      SELF_SIGNED,
      declared({
        privateKeyPem: new Secret(authorityKey),
        isCaCertificate: true,
        maxPathLength: 1,
        allowedUses: ["cert_signing", "crl_signing"],
        subject: { commonName: "certlock root", country: "IE", streetAddresses: ["1 Main Street"] },
      }),
    );
    const request = await session.create(REQUEST, {
      privateKeyPem: new Secret(key),
      subject: { commonName: "billing", emailAddress: "billing@certlock.example" },
      dnsNames: ["billing.example"],
    });
    const inputs = {
      certRequestPem: output(request, "certRequestPem"),
      caCertPem: output(authority, "certPem"),
      caPrivateKeyPem: new Secret(authorityKey),
      validityPeriodHours: 24,
      allowedUses: ["digital_signature"],
    };
    const certificate = await session.create(LOCALLY_SIGNED, inputs);
    const root = new X509Certificate(output(authority, "certPem"));
    const leaf = new X509Certificate(output(certificate, "certPem"));
    assert.ok(root.ca);
    assert.ok(leaf.verify(root.publicKey));
    assert.ok(leaf.checkIssued(root));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(key)));
    assert.equal(leaf.subjectAltName, "DNS:billing.example");
    assert.equal(leaf.subject, "CN=billing\nemailAddress=billing@certlock.example");
    assert.equal(plain(certificate)["caKeyAlgorithm"], "ECDSA");
    assert.deepEqual(secretNames(certificate.outputs), ["caPrivateKeyPem"]);
    assert.equal((await session.diff(certificate, inputs)).changed, false);

    await assert.rejects(session.create(LOCALLY_SIGNED, { ...inputs, certRequestPem: "nothing" }), {
      details: 'Failed to parse certificate request PEM: "certRequestPem" holds no PEM certificate request',
    });
  });
});
