/** The certificates above one, found among others: what a client may have to send along, and nothing that is not its own. */
import type { X509Certificate } from "node:crypto";

/**
 * The certificate and those above it, each the issuer of the one before, as far as they are among the candidates. A
 * self-signed one ends the chain.
 */
export function chainFrom(
  certificate: X509Certificate,
  candidates: readonly X509Certificate[],
): readonly X509Certificate[] {
  const chain = [certificate];
  for (;;) {
    const last = chain.at(-1) ?? certificate;
    if (isIssuedBy(last, last)) return chain;
    // Authorities that certify each other would lead round in a circle.
    const above = candidates.find(
      (each) => isIssuedBy(last, each) && !chain.some(({ raw }) => raw.equals(each.raw)),
    );
    if (above === undefined) return chain;
    chain.push(above);
  }
}

/** By names, key identifiers and signature. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
