/** What is uploaded as a certificate is exactly one certificate, without the key that belongs to it. */
import { readCertificate } from "../certificate";
import { certificateCredential } from "../resource-types";
import { defineRule } from "../rule";

export const noPrivateKeyUpload = defineRule({
  id: "no-private-key-upload",
  name: "No private keys in certificate credentials",
  description: "The value of a certificate credential is exactly one X.509 certificate and nothing else.",
  severity: "critical",
  level: "mandatory",
  // The class of CVE-2021-42306: private keys stored in keyCredentials, readable by directory readers.
  framework: {
    name: "Microsoft Security Response Center",
    version: "2021-11",
    reference: "CVE-2021-42306",
    specification: "No private key data is stored in the keyCredentials of an application.",
  },
  tags: ["key-material", "cve:CVE-2021-42306"],
  remediationSteps: [
    'Set "value" to the certificate alone: one CERTIFICATE block in PEM, or its DER in base64 or hex with "encoding" set.',
    "If a private key has been uploaded before, treat it as leaked: issue a new certificate and remove the old credential.",
  ],
  url: "https://msrc.microsoft.com/update-guide/vulnerability/CVE-2021-42306",
  options: {},
  appliesTo: [certificateCredential],
  exemptible: false,
  check({ properties }, report) {
    // A symmetric key is no certificate at all: rule no-symmetric-application-key refuses it as what it is.
    if (properties.at("type").isText("Symmetric")) return;
    const reading = readCertificate(properties);
    if (reading.kind === "undecided") report.undecided(reading.property);
    if (reading.kind === "refused") {
      report.violation(`holds ${reading.holds} in "value"; upload exactly one certificate and nothing else.`);
    }
  },
});
