/** Certificates in PEM, and what may be known of one by everybody. */
import { X509Certificate } from "node:crypto";

/** What Key Vault calls a PEM file. https://learn.microsoft.com/azure/key-vault/certificates/about-certificates */
export const PEM_CONTENT_TYPE = "application/x-pem-file" as const;

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Every certificate in a text, in order. Text beside the blocks is left out, as OpenSSL does. */
export function certificateBlocks(pem: string): X509Certificate[] {
  return (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));
}

/** One block, lines of 64 characters, with a line break at its end. */
export function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString().trim()}\n`;
}

/** SHA-256 over the DER form, 64 upper-case hexadecimal digits. */
export function sha256Of(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "");
}

/** SHA-1 over the DER form, 40 upper-case hexadecimal digits. It identifies and protects nothing. */
export function sha1Of(certificate: X509Certificate): string {
  return certificate.fingerprint.replaceAll(":", "");
}
