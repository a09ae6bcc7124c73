/** Keys that sign in to Entra ID are RSA with at least 2048 bits. */
import { readCertificate } from "../certificate";
import { declaredKey, issuedFor, keyOf } from "../issued";
import { certificateCredential } from "../resource-types";
import { defineRule } from "../rule";

/** https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate */
const defaultMinRsaBits = 2048;

export const certificateKeyStrength = defineRule({
  id: "certificate-key-strength",
  name: "Strong certificate keys",
  description: "A certificate that signs in to Entra ID has an RSA key of at least the required length.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "NIST SP 800-131A",
    version: "Revision 2",
    reference: "Table 2",
    specification: "RSA signatures are made with a modulus of at least 2048 bits.",
  },
  tags: ["key-material"],
  remediationSteps: [
    'Create the key with "algorithm" RSA and "rsaBits" of at least 2048.',
    "Issue a new certificate for that key and replace the credential.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate",
  options: {
    minRsaBits: {
      type: "integer",
      default: defaultMinRsaBits,
      minimum: 2048,
      maximum: 16384,
      description: "Shortest RSA modulus accepted, in bits.",
    },
  },
  appliesTo: [certificateCredential],
  check({ properties }, report, { minRsaBits }) {
    const reading = readCertificate(properties);
    // What is no certificate at all is refused by rule no-private-key-upload.
    if (reading.kind !== "certificate") return;
    const { asymmetricKeyType, asymmetricKeyDetails } = reading.certificate.publicKey;
    const limit = `use RSA with at least ${minRsaBits} bits.`;
    if (asymmetricKeyType !== "rsa")
      report.violation(`holds a certificate whose key is not RSA, which Entra ID does not accept; ${limit}`);
    else if ((asymmetricKeyDetails?.modulusLength ?? 0) < minRsaBits)
      report.violation(`holds a certificate whose RSA key is too short; ${limit}`);
  },
  // A key of the stack is judged by what it is for, which only the stack shows, before it signs in anywhere.
  checkStack(stack, report, { minRsaBits }) {
    for (const credential of stack.ofType(certificateCredential)) {
      const reading = readCertificate(credential.properties);
      if (reading.kind !== "undecided") continue;
      const certificate = issuedFor(credential);
      const key = certificate && keyOf(certificate);
      const made = key && declaredKey(key.properties);
      const limit = `use RSA with at least ${minRsaBits} bits.`;
      if (key === undefined || made === undefined) report.about(credential).undecided(reading.property);
      else if (!made.isRsa)
        report
          .about(credential)
          .violation(`is for key "${key.name}", which is not RSA and not accepted by Entra ID; ${limit}`);
      else if (made.bits < minRsaBits)
        report.about(credential).violation(`is for key "${key.name}", which is too short; ${limit}`);
    }
  },
});
