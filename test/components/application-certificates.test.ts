import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication } from "../../components";
import { certificateBlocks } from "../../components/certificate-pem";
import { authority, authorityNamed, base, declare, external, tls, vault } from "./certificate-declaration";
import { idOf, Recorder, type Registered, TENANT_ID, valueOf } from "./recorder";

class Consumer extends pulumi.CustomResource {
  constructor(name: string, inputs: { key: pulumi.Input<string> }) {
    super("test:index:Consumer", name, inputs);
  }
}
const isCertificate = ({ type }: Registered): boolean =>
  /^tls:|:ApplicationCertificate$|:VaultCertificate$/.test(type);
const names = (registered: readonly Registered[]): string[] =>
  registered.filter(isCertificate).map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);
const find = (registered: readonly Registered[], name: string): Registered =>
  registered.find((one) => one.name === `billing-${name}`) ?? assert.fail(`no ${name}`);

describe("the certificates of an application", () => {
  it("are one on the first day: key, certificate and credential, with dates in seconds of UTC", async () => {
    const recorder = await Recorder.start();
    declare(tls());
    const registered = await recorder.all();
    assert.deepEqual(
      registered.filter(isCertificate).map(({ name, parent, inputs }) => ({ name, parent, inputs })),
      [
        {
          name: "billing-credential-g1",
          parent: "billing",
          inputs: {
            applicationId: `/applications/${idOf(
              "azuread:index/applicationRegistration:ApplicationRegistration",
              "billing-registration",
            )}`,
            type: "AsymmetricX509Cert",
            encoding: "pem",
            value: "[secret]", // azuread marks it, though it is public
            startDate: "2026-11-21T02:00:00Z",
            endDate: "2027-03-26T02:00:00Z",
          },
        },
        { name: "billing-key-g1", parent: "billing", inputs: { algorithm: "RSA", rsaBits: 2048 } },
        {
          name: "billing-certificate-g1",
          parent: "billing",
          inputs: {
            privateKeyPem: "[secret]",
            subject: { commonName: "billing" },
            validityPeriodHours: 3000,
            allowedUses: ["digital_signature", "client_auth"],
          },
        },
      ],
    );
  });

  it("are two from the second turn on, each with a key of its own; the newer one is current", async () => {
    const recorder = await Recorder.start();
    const { certificate, certificates } = declare(tls(), { now: new Date("2027-01-20T00:00:00Z") });
    const registered = await recorder.all();
    assert.deepEqual(names(registered), [
      "ApplicationCertificate billing-credential-g1",
      "ApplicationCertificate billing-credential-g2",
      "PrivateKey billing-key-g1",
      "PrivateKey billing-key-g2",
      "SelfSignedCert billing-certificate-g1",
      "SelfSignedCert billing-certificate-g2",
    ]);
    assert.deepEqual(
      certificates.map(({ generation, rotatesOn }) => [generation, rotatesOn]),
      [
        [1, "2027-01-20"],
        [2, "2027-03-21"],
      ],
    );
    assert.equal(certificate, certificates[1]);
    const publicKeys = await Promise.all(
      certificates.map(async ({ certificatePem }) =>
        new X509Certificate((await valueOf(certificatePem)).value).publicKey
          .export({ type: "spki", format: "der" })
          .toString("hex"),
      ),
    );
    assert.equal(new Set(publicKeys).size, 2);
  });

  it("plan the same on every moment of a day, and the next day only what its turn brings", async () => {
    const planned = async (now: string): Promise<unknown> => {
      const recorder = await Recorder.start();
      declare(tls(), { now: new Date(now) });
      return (await recorder.all()).map(({ name, inputs }) => [name, inputs]);
    };
    assert.deepEqual(await planned("2027-01-19T23:59:59Z"), await planned("2026-11-21T00:00:00Z"));
    assert.notDeepEqual(await planned("2027-01-20T00:00:00Z"), await planned("2027-01-19T00:00:00Z"));
  });

  it("are planned for the present day where no moment is given", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare(tls({}, { epoch: new Date().toISOString().slice(0, 10) }), {
      now: undefined,
    });
    await recorder.all();
    assert.equal(certificate?.generation, 1);
  });

  it("upload the certificate alone and keep the key a secret everywhere", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare(tls());
    const registered = await recorder.all();
    assert.ok(certificate?.privateKeyPem !== undefined);
    const key = await valueOf(certificate.privateKeyPem);
    const pem = await valueOf(certificate.certificatePem);
    assert.deepEqual([key.secret, pem.secret], [true, false]);
    assert.equal(find(registered, "credential-g1").plain["value"], pem.value);
    assert.doesNotMatch(pem.value, /PRIVATE KEY/);
    assert.ok(new X509Certificate(pem.value).checkPrivateKey(createPrivateKey(key.value)));
    assert.doesNotMatch(JSON.stringify(registered.map(({ inputs }) => inputs)), /PRIVATE KEY/);
  });

  it("let everybody read thumbprints and dates, equal to the certificate's own", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare(tls({}, { periodDays: 12, validityDays: 30 }));
    await recorder.all();
    assert.ok(certificate !== undefined);
    const parsed = new X509Certificate((await valueOf(certificate.certificatePem)).value);
    const sha256 = parsed.fingerprint256.replaceAll(":", "");
    const { thumbprintSha256, x5tS256, thumbprintSha1, validFrom, validUntil, chainPem } = certificate;
    assert.deepEqual(
      await Promise.all(
        [thumbprintSha256, x5tS256, thumbprintSha1, validFrom, validUntil, chainPem].map(valueOf),
      ),
      [
        sha256,
        Buffer.from(sha256, "hex").toString("base64url"),
        parsed.fingerprint.replaceAll(":", ""),
        "2026-11-21T02:00:00Z",
        "2026-12-21T02:00:00Z",
        "",
      ].map((value) => ({ value, secret: false })),
    );
  });

  it("hand the key out only after the certificate is registered", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare(tls());
    new Consumer("follower", { key: certificate?.privateKeyPem ?? "none" });
    const follower = (await recorder.all()).find(({ name }) => name === "follower");
    assert.deepEqual(follower?.inputs, { key: "[secret]" });
    assert.deepEqual(follower.dependencies, ["billing-credential-g1", "billing-key-g1"]);
  });

  it("tie the key to lifetime and kind of issuer, so that no key has two certificates", async () => {
    const triggers = async (certificate: object): Promise<unknown> => {
      const recorder = await Recorder.start();
      declare(certificate);
      return find(await recorder.all(), "key-g1").replacementTrigger;
    };
    const issuer = await authority();
    const seen = new Set<unknown>();
    for (const certificate of [tls(), tls({}, { validityDays: 130 }), tls({ issuer })])
      seen.add(await triggers(certificate));
    assert.equal(seen.size, 3);
  });

  it("keep what is in use when application or authority get another name", async () => {
    const recorder = await Recorder.start();
    declare(tls({ issuer: await authority() }));
    const issued = await recorder.all();
    assert.deepEqual(find(issued, "request-g1").ignoreChanges, ["subject"]);
    assert.deepEqual(find(issued, "certificate-g1").ignoreChanges, ["caCertPem", "caPrivateKeyPem"]);
    const other = await Recorder.start();
    declare(tls());
    assert.deepEqual(find(await other.all(), "certificate-g1").ignoreChanges, ["subject"]);
  });

  it("stay self-signed, keys and all, when an authority is given; what begins on its day is issued", async () => {
    const now = new Date("2027-01-20T00:00:00Z");
    const seen = async (certificate: object) => {
      const recorder = await Recorder.start();
      declare(certificate, { now });
      const all = await recorder.all();
      return [1, 2].map((number) => {
        const { type } = find(all, `certificate-g${number}`);
        return [type.split(":").at(-1), find(all, `key-g${number}`).replacementTrigger];
      });
    };
    const issuer = await authority();
    const alone = await seen(tls());
    assert.deepEqual(await seen(tls({ issuer: { ...issuer, from: "2027-01-21" } })), alone);
    const [first, second] = await seen(tls({ issuer: { ...issuer, from: "2027-01-20" } }));
    assert.deepEqual(first, alone[0]);
    assert.deepEqual(second, ["LocallySignedCert", "125 days, issued"]);
    const all = await seen(tls({ issuer: { ...issuer, from: "2026-11-21T00:00:00Z" } }));
    assert.deepEqual(all, [second, second]);
  });

  it("come from the authority that is given; its chain is handed on, and never sent to Entra", async () => {
    const recorder = await Recorder.start();
    const root = await authorityNamed("root");
    const middle = await authorityNamed("middle", { under: root });
    const issuing = await authorityNamed("issuing", { under: middle });
    const { certificatePem: old } = await authorityNamed("old", { under: await authorityNamed("old root") });
    // In whatever order, and with what belongs to the authority before it.
    const chainPem = root.certificatePem + old + middle.certificatePem;
    const issuer = { from: "2026-11-21", ...issuing, chainPem };
    const { certificate } = declare(tls({ issuer }));
    const registered = await recorder.all();
    assert.deepEqual(names(registered), [
      "ApplicationCertificate billing-credential-g1",
      "CertRequest billing-request-g1",
      "LocallySignedCert billing-certificate-g1",
      "PrivateKey billing-key-g1",
    ]);
    const pem = (await valueOf(certificate?.certificatePem ?? pulumi.output(""))).value;
    const leaf = new X509Certificate(pem);
    assert.ok(leaf.verify(new X509Certificate(issuer.certificatePem).publicKey));
    assert.equal(find(registered, "credential-g1").plain["value"], pem);
    assert.equal(certificateBlocks(pem).length, 1);
    const chain = await valueOf(certificate?.chainPem ?? pulumi.output(""));
    assert.equal(chain.secret, false);
    assert.deepEqual(
      certificateBlocks(chain.value).map(({ fingerprint256 }) => fingerprint256),
      [issuing, middle, root].map((one) => new X509Certificate(one.certificatePem).fingerprint256),
    );
    assert.equal(find(registered, "certificate-g1").inputs["caPrivateKeyPem"], "[secret]");
    assert.doesNotMatch(JSON.stringify(registered.map(({ inputs }) => inputs)), /PRIVATE KEY/);
  });

  it("come as a PFX file too where it is asked for, secret, stable, and readable by Node", async () => {
    const made = async (): Promise<string> => {
      const recorder = await Recorder.start();
      const { certificate } = declare(tls({ pfx: true }));
      await recorder.all();
      const pfx = await valueOf(certificate?.pfxBase64 ?? assert.fail("no PFX"));
      assert.equal(pfx.secret, true);
      return pfx.value;
    };
    const pfx = await made();
    assert.ok(createSecureContext({ pfx: Buffer.from(pfx, "base64"), passphrase: "" }));
    const recorder = await Recorder.start();
    assert.equal(declare(tls()).certificate?.pfxBase64, undefined);
    await recorder.all();
  });

  it("tell clients what they need, and nothing secret", async () => {
    const recorder = await Recorder.start();
    const { certificate, clientConfiguration } = declare(tls());
    await recorder.all();
    const client = await valueOf(pulumi.output(clientConfiguration));
    assert.deepEqual(client, {
      value: {
        tenantId: TENANT_ID,
        clientId: idOf("client", "billing-registration"),
        thumbprintSha256: (await valueOf(certificate?.thumbprintSha256 ?? pulumi.output(""))).value,
        thumbprintSha1: (await valueOf(certificate?.thumbprintSha1 ?? pulumi.output(""))).value,
        contentType: "application/x-pem-file",
      },
      secret: false,
    });
    const other = await Recorder.start();
    const without = new SecretFreeApplication("billing", base).clientConfiguration;
    await other.all();
    assert.deepEqual(Object.keys(without), ["tenantId", "clientId"]);
  });

  it("never ask for early renewal, a fixed key id, a relative end, a password or one wide application", async () => {
    const issuer = await authority();
    for (const certificate of [tls({ pfx: true }), tls({ issuer }), vault(), await external()]) {
      const recorder = await Recorder.start();
      declare(certificate);
      const registered = await recorder.all();
      const inputs = registered.flatMap((one) => Object.keys(one.inputs));
      for (const input of [
        "earlyRenewalHours",
        "keyId",
        "endDateRelative",
        "passwords",
        "password",
        "owners",
      ])
        assert.ok(!inputs.includes(input), input);
      assert.deepEqual(
        registered.filter(({ type }) => /password|symmetric|application:Application$/i.test(type)),
        [],
      );
    }
  });

  it("cut a long display name, never in the middle of a character", async () => {
    const recorder = await Recorder.start();
    declare(tls(), { displayName: `${"x".repeat(63)}😀` });
    const registered = await recorder.all();
    assert.deepEqual(find(registered, "certificate-g1").inputs["subject"], { commonName: "x".repeat(63) });
  });

  it("register in a preview, where ids are not known yet", async () => {
    for (const certificate of [tls({ pfx: true }), tls({ issuer: await authority() }), vault()]) {
      const recorder = await Recorder.start("certlock-tenant", true);
      declare(certificate);
      assert.ok((await recorder.all()).some(({ name }) => name === "billing-credential-g1"));
    }
  });
});

describe("certificates whose key is born in a vault", () => {
  const now = new Date("2027-01-20T00:00:00Z");

  it("are versions of one certificate, the older one first, and no key comes into the stack", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare(vault(), { now });
    const registered = await recorder.all();
    assert.deepEqual(names(registered), [
      "ApplicationCertificate billing-credential-g1",
      "ApplicationCertificate billing-credential-g2",
      "VaultCertificate billing-certificate-g1",
      "VaultCertificate billing-certificate-g2",
    ]);
    const [first, second] = ["certificate-g1", "certificate-g2"].map((name) => find(registered, name));
    assert.deepEqual(second?.inputs, {
      vaultUri: "https://kv-billing.vault.azure.net/",
      certificateName: "billing",
      generation: 2,
      subject: "CN=billing",
      keyBits: 2048,
      // At least 150 days: 125 days are not to be had in months.
      validityMonths: 5,
      issuerName: "Self",
      contentType: "application/x-pem-file",
    });
    assert.deepEqual([first?.dependencies, second.dependencies], [[], ["billing-certificate-g1"]]);
    // Each of these would make a version below the newest, which the provider refuses until the next turn.
    const madeOf = ["subject", "keyBits", "validityMonths", "issuerName", "contentType"];
    assert.deepEqual([first?.ignoreChanges, second.ignoreChanges], [madeOf, madeOf]);
    assert.deepEqual([certificate?.generation, certificate?.privateKeyPem], [2, undefined]);
    assert.doesNotMatch(JSON.stringify(registered.map(({ plain }) => plain)), /PRIVATE KEY/);
  });

  it("tell clients where the secret is and in which form, without a version", async () => {
    const recorder = await Recorder.start();
    const { clientConfiguration } = declare(vault({ certificateName: "billing-key", pfx: true }), { now });
    const registered = await recorder.all();
    const { value, secret } = await valueOf(pulumi.output(clientConfiguration));
    assert.deepEqual(
      [value.vaultSecretUri, value.contentType, secret],
      ["https://kv-billing.vault.azure.net/secrets/billing-key", "application/x-pkcs12", false],
    );
    assert.equal(find(registered, "certificate-g2").inputs["contentType"], "application/x-pkcs12");
  });
});
