/** Certificates that sign in to Entra ID come from an issuer that the organisation has chosen. */
import { readCertificate } from "../certificate";
import { issuedFor } from "../issued";
import { certificateCredential } from "../resource-types";
import { defineRule } from "../rule";

export const certificateIssuer = defineRule({
  id: "certificate-issuer",
  name: "Certificates from chosen issuers",
  description: "A certificate credential is no authority itself and comes from an accepted issuer.",
  severity: "medium",
  level: "mandatory",
  framework: {
    name: "Microsoft Entra app management policies",
    version: "beta",
    reference: "trustedCertificateAuthority",
    specification: "Certificates of applications are issued by a trusted certificate authority.",
  },
  tags: ["certificate", "issuer", "graph:trustedCertificateAuthority"],
  remediationSteps: [
    "Issue the certificate from one of the accepted authorities, for example with tls.LocallySignedCert.",
    "Register only the certificate of the application, never that of the authority.",
  ],
  url: "https://learn.microsoft.com/graph/api/resources/certificateauthoritypath",
  options: {
    allowSelfSigned: {
      type: "boolean",
      default: true,
      description: "Whether self-signed certificates are accepted; refuse them where the tenant policy does.",
    },
    allowedIssuers: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Common names of accepted authorities; an empty list accepts every authority.",
    },
  },
  appliesTo: [certificateCredential],
  check({ properties }, report, { allowSelfSigned, allowedIssuers }) {
    const reading = readCertificate(properties);
    // What is not a certificate at all is refused by rule no-private-key-upload.
    if (reading.kind !== "certificate") return;
    const { certificate } = reading;
    const isSelfSigned = certificate.subject === certificate.issuer;
    if (isSelfSigned && !allowSelfSigned)
      report.violation("holds a self-signed certificate; have it issued by an accepted authority.");
    if (certificate.ca && !isSelfSigned)
      report.violation("holds the certificate of an authority; register that of the application alone.");
    const issuers = certificate.issuer.split("\n").filter((part) => part.startsWith("CN="));
    const isChosen = issuers.some((part) => allowedIssuers.includes(part.slice(3)));
    if (!isSelfSigned && allowedIssuers.length > 0 && !isChosen)
      report.violation('holds a certificate from another issuer than those in "allowedIssuers".');
  },
  // What the stack issues is judged before it is issued; of an authority only the update knows the name.
  checkStack(stack, report, { allowSelfSigned, allowedIssuers }) {
    for (const credential of stack.ofType(certificateCredential)) {
      const reading = readCertificate(credential.properties);
      if (reading.kind !== "undecided") continue;
      const certificate = issuedFor(credential);
      const isSelfSigned = certificate?.type.endsWith(":SelfSignedCert");
      if (certificate && isSelfSigned && !allowSelfSigned)
        report
          .about(credential)
          .violation(
            `is for "${certificate.name}", which is self-signed; have an accepted authority issue it.`,
          );
      const isListed = allowedIssuers.length > 0;
      const isOpen = certificate ? !isSelfSigned && isListed : !allowSelfSigned || isListed;
      if (isOpen) report.about(credential).undecided(reading.property);
    }
  },
});
