import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { issueCertificate } from "../policies/certificates";
import { declare, otherKey } from "./certificate-declaration";
import { Recorder, type Registered, valueOf } from "./recorder";

const isCertificate = ({ type }: Registered): boolean =>
  /^tls:|:ApplicationCertificate$|:VaultCertificate$/.test(type);
const names = (registered: readonly Registered[]): string[] =>
  registered.filter(isCertificate).map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);

describe("certificates whose key is kept elsewhere", () => {
  it("are registered under their thumbprints; the one that began last is current", async () => {
    const recorder = await Recorder.start();
    const old = await issueCertificate("rsa2048", 3000, new Date("2026-11-01T00:00:00Z"));
    const next = otherKey("next", "2026-12-20T00:00:00Z");
    const newer = otherKey("newer", "2026-11-15T00:00:00Z");
    const { certificate, certificates, clientConfiguration } = declare({
      key: "external",
      certificates: [await newer, old.der, await next],
    });
    const registered = await recorder.all();
    const thumbprint = (pem: string | Buffer): string =>
      new X509Certificate(pem).fingerprint256.replaceAll(":", "");
    assert.deepEqual(
      names(registered),
      [await newer, old.pem, await next]
        .map(
          (pem) => `ApplicationCertificate billing-credential-${thumbprint(pem).slice(0, 16).toLowerCase()}`,
        )
        .sort(),
    );
    const order = await Promise.all(
      certificates.map(async (one) => (await valueOf(one.thumbprintSha256)).value),
    );
    assert.deepEqual(order, [await next, old.pem, await newer].map(thumbprint));
    assert.equal(certificate, certificates[2]);
    assert.deepEqual(
      [certificate?.privateKeyPem, certificate?.generation, certificate?.rotatesOn],
      [undefined, undefined, undefined],
    );
    assert.deepEqual(Object.keys(clientConfiguration).sort(), [
      "clientId",
      "tenantId",
      "thumbprintSha1",
      "thumbprintSha256",
    ]);
  });
});
