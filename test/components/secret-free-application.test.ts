import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication, type SecretFreeApplicationArgs } from "../../components";
import { idOf, Recorder, type Registered, valueOf } from "./recorder";
import { refusal } from "./refusal";

const ALICE = "0a0e0000-0000-4000-8000-000000000001";
const BOB = "0a0e0000-0000-4000-8000-000000000002";
const base = { description: "Nightly billing run", owners: [ALICE] } satisfies SecretFreeApplicationArgs;

const declare = (args: object = {}, name = "billing-nightly"): SecretFreeApplication =>
  new SecretFreeApplication(name, { ...base, ...args });
class Consumer extends pulumi.CustomResource {
  constructor(name: string, inputs: { key: pulumi.Input<string> }) {
    super("test:index:Consumer", name, inputs);
  }
}
const outline = ({ type, name, parent, inputs }: Registered) => ({ type, name, parent, inputs });
const applicationId = `/applications/${idOf(
  "azuread:index/applicationRegistration:ApplicationRegistration",
  "billing-nightly-registration",
)}`;

describe("SecretFreeApplication", () => {
  it("registers exactly registration, owners, service principal, key, certificate and credential", async () => {
    const recorder = await Recorder.start();
    const application = declare({ owners: [ALICE, BOB], certificate: { keyBits: 4096 } });
    const registered = await recorder.all();
    assert.deepEqual(registered.map(outline), [
      {
        type: "azuread:index/applicationCertificate:ApplicationCertificate",
        name: "billing-nightly-credential-g1",
        parent: "billing-nightly",
        inputs: {
          applicationId,
          type: "AsymmetricX509Cert",
          encoding: "pem",
          value: "[secret]", // azuread marks it, though it is public
          // 03:00 at +01:00 and 90 days later, fractions cut
          startDate: "2026-11-21T02:00:00Z",
          endDate: "2027-02-19T02:00:00Z",
        },
      },
      ...[ALICE, BOB].map((ownerObjectId) => ({
        type: "azuread:index/applicationOwner:ApplicationOwner",
        name: `billing-nightly-owner-${ownerObjectId}`,
        parent: "billing-nightly",
        inputs: { applicationId, ownerObjectId },
      })),
      {
        type: "azuread:index/applicationRegistration:ApplicationRegistration",
        name: "billing-nightly-registration",
        parent: "billing-nightly",
        inputs: {
          displayName: "billing-nightly",
          description: "Nightly billing run",
          signInAudience: "AzureADMyOrg",
        },
      },
      {
        type: "azuread:index/servicePrincipal:ServicePrincipal",
        name: "billing-nightly-service-principal",
        parent: "billing-nightly",
        inputs: { clientId: idOf("client", "billing-nightly-registration") },
      },
      { type: "certlock:components:SecretFreeApplication", name: "billing-nightly", parent: "", inputs: {} },
      {
        type: "tls:index/privateKey:PrivateKey",
        name: "billing-nightly-key-g1",
        parent: "billing-nightly",
        inputs: { algorithm: "RSA", rsaBits: 4096 },
      },
      {
        type: "tls:index/selfSignedCert:SelfSignedCert",
        name: "billing-nightly-certificate-g1",
        parent: "billing-nightly",
        inputs: {
          privateKeyPem: "[secret]",
          subject: { commonName: "billing-nightly" },
          validityPeriodHours: 2160,
          allowedUses: ["digital_signature", "client_auth"],
        },
      },
    ]);
    assert.deepEqual(await valueOf(application.applicationId), { value: applicationId, secret: false });
    assert.deepEqual(await valueOf(application.clientId), {
      value: idOf("client", "billing-nightly-registration"),
      secret: false,
    });
    assert.deepEqual(await valueOf(application.servicePrincipalObjectId), {
      value: idOf("azuread:index/servicePrincipal:ServicePrincipal", "billing-nightly-service-principal"),
      secret: false,
    });
  });

  it("registers no key and no certificate where none is asked for", async () => {
    const recorder = await Recorder.start();
    const application = declare();
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ name }) => name),
      [
        `billing-nightly-owner-${ALICE}`,
        "billing-nightly-registration",
        "billing-nightly-service-principal",
        "billing-nightly",
      ],
    );
    assert.equal(application.certificate, undefined);
  });

  it("uploads the certificate alone and keeps the key a secret everywhere", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare({ certificate: { keyBits: 2048 } });
    const registered = await recorder.all();
    assert.ok(certificate !== undefined);
    const key = await valueOf(certificate.privateKeyPem);
    assert.equal(key.secret, true);
    const pem = await valueOf(certificate.certificatePem);
    assert.equal(pem.secret, false);

    const uploaded = registered.find(({ name }) => name === "billing-nightly-credential-g1")?.plain["value"];
    assert.equal(uploaded, pem.value);
    assert.doesNotMatch(pem.value, /PRIVATE KEY/);
    assert.ok(new X509Certificate(pem.value).checkPrivateKey(createPrivateKey(key.value)));
    assert.doesNotMatch(JSON.stringify(registered.map(({ inputs }) => inputs)), /PRIVATE KEY/);
    assert.deepEqual(
      registered.filter(({ type }) => /password|secret/i.test(type.replace("SecretFree", ""))),
      [],
    );
  });

  it("lets reviewers read thumbprints and dates, equal to the certificate's own", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare({ certificate: { keyBits: 2048, validityDays: 30 } });
    await recorder.all();
    assert.ok(certificate !== undefined);
    const parsed = new X509Certificate((await valueOf(certificate.certificatePem)).value);
    const sha256 = parsed.fingerprint256.replaceAll(":", "");
    assert.deepEqual(
      await Promise.all(
        [
          certificate.thumbprintSha256,
          certificate.x5tS256,
          certificate.thumbprintSha1,
          certificate.validFrom,
          certificate.validUntil,
        ].map(valueOf),
      ),
      [
        sha256,
        Buffer.from(sha256, "hex").toString("base64url"),
        parsed.fingerprint.replaceAll(":", ""),
        "2026-11-21T02:00:00Z",
        "2026-12-21T02:00:00Z",
      ].map((value) => ({ value, secret: false })),
    );
  });

  it("hands the key out only after the certificate is registered", async () => {
    const recorder = await Recorder.start();
    const { certificate } = declare({ certificate: { keyBits: 2048 } });
    assert.ok(certificate !== undefined);
    new Consumer("follower", { key: certificate.privateKeyPem });
    const follower = (await recorder.all()).find(({ name }) => name === "follower");
    assert.deepEqual(follower?.inputs, { key: "[secret]" });
    assert.deepEqual(follower.dependencies, ["billing-nightly-credential-g1", "billing-nightly-key-g1"]);
  });

  it("ties the key to the lifetime of its certificate, so that another one gets another key", async () => {
    const recorder = await Recorder.start();
    declare({ certificate: { keyBits: 2048, validityDays: 30 } });
    const triggers = (await recorder.all())
      .filter(({ replacementTrigger }) => replacementTrigger !== undefined)
      .map(({ name, replacementTrigger }) => [name, replacementTrigger]);
    assert.deepEqual(triggers, [["billing-nightly-key-g1", 30]]);
  });

  it("creates what it checked: every default is filled in once", async () => {
    const recorder = await Recorder.start();
    declare({ certificate: {} });
    const registered = await recorder.all();
    const inputs = (name: string) => registered.find((one) => one.name === `billing-nightly-${name}`)?.inputs;
    assert.equal(inputs("key-g1")?.["rsaBits"], 3072);
    assert.equal(inputs("certificate-g1")?.["validityPeriodHours"], 90 * 24);
    assert.deepEqual(
      [inputs("registration")?.["displayName"], inputs("registration")?.["signInAudience"]],
      ["billing-nightly", "AzureADMyOrg"],
    );
  });

  it("issues the second generation under new names and leaves everything else in place", async () => {
    const names = async (generation: number): Promise<string[]> => {
      const recorder = await Recorder.start();
      declare({ certificate: { keyBits: 2048, generation } });
      return (await recorder.all()).map(({ name }) => name);
    };
    const of = (child: string) => `billing-nightly-${child}`;
    const [first, second] = [await names(1), await names(2)];
    assert.deepEqual(
      second.filter((name) => !first.includes(name)),
      ["credential-g2", "key-g2", "certificate-g2"].map(of),
    );
    assert.deepEqual(
      first.filter((name) => !second.includes(name)),
      ["credential-g1", "key-g1", "certificate-g1"].map(of),
    );
  });

  it("never asks for early renewal, a fixed key id or a relative end", async () => {
    const recorder = await Recorder.start();
    declare({ certificate: {} });
    const keys = (await recorder.all()).flatMap(({ inputs }) => Object.keys(inputs));
    for (const key of ["earlyRenewalHours", "keyId", "endDateRelative", "passwords", "owners"]) {
      assert.ok(!keys.includes(key), key);
    }
  });

  it("cuts a long display name for the certificate, never in the middle of a character", async () => {
    const recorder = await Recorder.start();
    declare({ displayName: `${"x".repeat(63)}😀`, certificate: { keyBits: 2048 } });
    const certificate = (await recorder.all()).find(({ name }) => name === "billing-nightly-certificate-g1");
    assert.deepEqual(certificate?.inputs["subject"], { commonName: "x".repeat(63) });
  });

  it("registers in a preview, where ids are not known yet", async () => {
    const recorder = await Recorder.start("certlock-tenant", true);
    declare({ certificate: { keyBits: 2048 } });
    assert.equal((await recorder.all()).length, 7);
  });

  it("refuses every bad argument at once, before anything is registered", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          displayName: "d".repeat(257),
          description: " ",
          owners: [ALICE, ALICE.toUpperCase(), "alice@example.com", `/users/${BOB}`],
          signInAudience: "PersonalMicrosoftAccount",
          certificate: { validityDays: 366, keyBits: 1024, generation: 0 },
        }),
      ),
      [
        "displayName too-long",
        "description missing",
        "owners[1] duplicate",
        "owners[2] invalid-id",
        "owners[3] invalid-id",
        "signInAudience out-of-range",
        "certificate.validityDays out-of-range",
        "certificate.keyBits out-of-range",
        "certificate.generation out-of-range",
      ],
    );
  });

  it("refuses nobody and more than a hundred people as owners", async () => {
    const crowd = Array.from({ length: 101 }, (_, index) => idOf("owner", String(index)));
    assert.deepEqual(
      [
        await refusal(() => declare({ owners: [] })),
        await refusal(() => declare({ owners: crowd })),
        await refusal(() => declare({ description: "two\nlines" })),
        await refusal(() => declare({ certificate: { validityDays: 0 } })),
        await refusal(() => declare({ certificate: { validityDays: 1.5 } })),
        await refusal(() => declare({ certificate: { validityDays: "90" } })),
      ],
      [
        ["owners missing"],
        ["owners too-many"],
        ["description invalid-text"],
        ["certificate.validityDays out-of-range"],
        ["certificate.validityDays out-of-range"],
        ["certificate.validityDays wrong-type"],
      ],
    );
  });

  it("accepts a certificate of one day and of 365", async () => {
    const recorder = await Recorder.start();
    declare({ certificate: { keyBits: 2048, validityDays: 1 } }, "short");
    declare({ certificate: { keyBits: 2048, validityDays: 365 } }, "long");
    const hours = (await recorder.all())
      .filter(({ name }) => name.endsWith("-certificate-g1"))
      .map(({ inputs }) => inputs["validityPeriodHours"]);
    assert.deepEqual(hours, [8760, 24]);
  });
});
