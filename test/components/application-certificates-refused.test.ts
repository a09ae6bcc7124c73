import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { issueCertificate } from "../policies/certificates";
import { authority, authorityNamed, declare, tls } from "./certificate-declaration";
import { privateKey } from "./recorded-certificates";
import { lateRefusalOfMany } from "./late-refusal";
import { refusal } from "./refusal";

describe("certificates that cannot be", () => {
  it("are refused with every reason at once, before anything is registered", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          keyBits: 1024,
          pfx: "yes",
          rotation: { epoch: "2026-11-22", periodDays: 60, validityDays: 120, generation: "2" },
        }),
      ),
      [
        "certificate.keyBits out-of-range",
        "certificate.rotation.epoch out-of-range",
        "certificate.rotation.validityDays rotation-gap",
        "certificate.rotation.generation wrong-type",
        "certificate.pfx wrong-type",
      ],
    );
    assert.deepEqual(
      await refusal(() => declare({ key: "vault", certificateName: "a b", issuerName: "", vaultUri: "" })),
      [
        "certificate.certificateName invalid-name",
        "certificate.issuerName invalid-name",
        "certificate.vaultUri missing",
      ],
    );
    assert.deepEqual(await refusal(() => declare({ key: "hsm" })), ["certificate.key out-of-range"]);
    assert.deepEqual(await refusal(() => declare({ key: "external", certificates: [] })), [
      "certificate.certificates missing",
    ]);
    assert.deepEqual(await refusal(() => declare(tls(), { now: new Date(NaN) })), ["now wrong-type"]);
    assert.deepEqual(await refusal(() => declare(tls(), { now: "2026-11-21" })), ["now wrong-type"]);
    for (const far of ["9999-01-01T00:00:00Z", 8.64e15])
      assert.deepEqual(await refusal(() => declare(tls(), { now: new Date(far) })), ["now wrong-type"]);
  });

  it("include those of an authority that is none, ends too early, or comes with the wrong key", async () => {
    const good = await authority();
    const leaf = await issueCertificate("rsa2048", 30_000);
    const short = await authority(100);
    const other = privateKey("other", 2048);
    const below = await authorityNamed("below", { under: await authorityNamed("above") });
    const cases: readonly (readonly [object, string])[] = [
      [
        { ...good, certificatePem: leaf.pem, privateKeyPem: leaf.privateKeyPem },
        "certificatePem invalid-certificate",
      ],
      [short, "certificatePem invalid-certificate"],
      [
        { ...good, certificatePem: good.certificatePem + good.privateKeyPem },
        "certificatePem invalid-certificate",
      ],
      [
        { ...good, certificatePem: good.certificatePem + good.certificatePem },
        "certificatePem invalid-certificate",
      ],
      [{ ...good, privateKeyPem: String(other["privateKeyPem"]) }, "privateKeyPem private-key"],
      [{ ...good, from: undefined }, "from missing"],
      [{ ...good, from: "tomorrow" }, "from invalid-date"],
      [{ ...good, privateKeyPem: "nothing" }, "privateKeyPem private-key"],
      [{ ...good, chainPem: good.privateKeyPem }, "chainPem invalid-certificate"],
      [{ ...good, chainPem: good.certificatePem + good.privateKeyPem }, "chainPem invalid-certificate"],
      [
        { from: good.from, ...below, chainPem: good.certificatePem + leaf.pem },
        "chainPem invalid-certificate",
      ],
    ];
    for (const [issuer, expected] of cases) {
      assert.deepEqual(await refusal(() => declare(tls({ issuer }))), [`certificate.issuer.${expected}`]);
    }
  });

  it("are not issued by such an authority either when it is known only later", async () => {
    const good = await authority();
    const short = await authority(100);
    const other = String(privateKey("other", 2048)["privateKeyPem"]);
    const cases: readonly (readonly [{ certificatePem: string; privateKeyPem: string }, RegExp])[] = [
      [short, /certificate\.issuer\.certificatePem \[invalid-certificate\][^]*an authority that ends on/],
      [{ ...good, privateKeyPem: other }, /certificate\.issuer\.privateKeyPem \[private-key\]/],
      [{ ...good, certificatePem: good.privateKeyPem }, /certificate\.issuer\.certificatePem/],
    ];
    for (const [{ certificatePem, privateKeyPem }, expected] of cases) {
      const issuer = {
        from: good.from,
        certificatePem: pulumi.output(certificatePem),
        privateKeyPem: pulumi.secret(privateKeyPem),
      };
      const { errors, registered } = await lateRefusalOfMany(() => declare(tls({ issuer })));
      assert.match(errors.join("\n"), expected);
      assert.doesNotMatch(errors.join("\n"), /PRIVATE KEY-----/);
      assert.deepEqual(
        registered.filter(({ type }) => /LocallySignedCert|ApplicationCertificate/.test(type)),
        [],
      );
    }
  });
});
