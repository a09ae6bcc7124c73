/** Keys are RSA with at least 2048 bits where they sign in to Entra ID, and no RSA key is shorter. */
import { readCertificate } from "../certificate";
import { certificateCredential, privateKey } from "../resource-types";
import { defineRule } from "../rule";

/** https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate */
const defaultMinRsaBits = 2048;

/** What `tls.PrivateKey` makes when it is not told. https://www.pulumi.com/registry/packages/tls/api-docs/privatekey/ */
const tlsDefaultRsaBits = 2048;

export const certificateKeyStrength = defineRule({
  id: "certificate-key-strength",
  name: "Strong certificate keys",
  description:
    "RSA keys have at least the required length, and a certificate that signs in to Entra ID has an RSA key.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "NIST SP 800-131A",
    version: "Revision 2",
    reference: "Table 2",
    specification: "RSA signatures are made with a modulus of at least 2048 bits.",
  },
  tags: ["key-material", "alz:Enforce-Guardrails-KeyVault"],
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
  appliesTo: [certificateCredential, privateKey],
  check(subject, report, { minRsaBits }) {
    const limit = `use RSA with at least ${minRsaBits} bits.`;
    if (subject.is(privateKey)) {
      const [algorithm, bits] = [subject.properties.at("algorithm"), subject.properties.at("rsaBits")];
      // Keys of other kinds may serve other purposes; as a credential they are refused below.
      if (algorithm.state === "known" && !algorithm.isText("RSA")) return;
      if (bits.isUndecided) report.undecided(bits);
      else if ((bits.isPresent ? (bits.number ?? 0) : tlsDefaultRsaBits) < minRsaBits) {
        if (algorithm.isUndecided) report.undecided(algorithm);
        else report.violation(`is too short: "${bits.path}" is below the limit; ${limit}`);
      }
      return;
    }

    const reading = readCertificate(subject.properties);
    if (reading.kind === "undecided") report.undecided(reading.property);
    // What is not a certificate at all is refused by rule no-private-key-upload.
    if (reading.kind !== "certificate") return;
    const { asymmetricKeyType, asymmetricKeyDetails } = reading.certificate.publicKey;
    if (asymmetricKeyType !== "rsa") {
      report.violation(`holds a certificate whose key is not RSA, which Entra ID does not accept; ${limit}`);
    } else if ((asymmetricKeyDetails?.modulusLength ?? 0) < minRsaBits) {
      report.violation(`holds a certificate whose RSA key is too short; ${limit}`);
    }
  },
});
