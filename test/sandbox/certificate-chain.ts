import "reflect-metadata"; // @peculiar/x509 does not load without it
import { webcrypto, X509Certificate } from "node:crypto";
import { BasicConstraintsExtension, X509CertificateGenerator } from "@peculiar/x509";

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** A certificate that may issue others, or ends a chain. */
export interface ChainLink {
  readonly certificatePem: string;
  /** Base64 of the DER form: what Graph takes. */
  readonly der: string;
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Issued by `issuer`, or by itself. */
export async function issue(
  subject: string,
  options: { readonly issuer?: ChainLink; readonly isAuthority?: boolean } = {},
): Promise<ChainLink> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
  const issuer = options.issuer;
  const certificate = await X509CertificateGenerator.create(
    {
      subject,
      issuer: issuer?.subject ?? subject,
      serialNumber: "01",
      notBefore: new Date("2026-11-20T12:00:00Z"),
      notAfter: new Date("2027-02-18T12:00:00Z"),
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: RSA,
      extensions: [new BasicConstraintsExtension(options.isAuthority ?? true, undefined, true)],
    },
    webcrypto,
  );
  const der = Buffer.from(certificate.rawData);
  return {
    certificatePem: new X509Certificate(der).toString(),
    der: der.toString("base64"),
    subject,
    keys,
  };
}
