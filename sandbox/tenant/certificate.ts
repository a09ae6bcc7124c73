import { createHash, X509Certificate, type KeyObject } from "node:crypto";

/** What the tenant reads from a certificate: enough to register it and to verify a signature with it. */
export interface Certificate {
  readonly der: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly sha1: Buffer;
  readonly sha256: Buffer;
  readonly publicKey: KeyObject;
}

/**
 * Reads DER, or PEM text: the azuread provider uploads the PEM text itself, so Entra takes both forms. Only the
 * certificate is kept of it. A private key that came along is never shown again, which is how Entra closed
 * CVE-2021-42306.
 * @throws whatever OpenSSL says when it is neither.
 */
export function readCertificate(bytes: Buffer): Certificate {
  const certificate = new X509Certificate(bytes);
  const der = certificate.raw;
  return {
    der,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    sha1: createHash("sha1").update(der).digest(),
    sha256: createHash("sha256").update(der).digest(),
    publicKey: certificate.publicKey,
  };
}
