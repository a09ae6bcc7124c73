/** No key credential is a symmetric key, which is a client secret by another name. */
import { certificateCredential } from "../resource-types";
import { defineRule } from "../rule";

export const noSymmetricApplicationKey = defineRule({
  id: "no-symmetric-application-key",
  name: "No symmetric application keys",
  description:
    "Every key credential of an application or service principal is a certificate, not a symmetric key.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "Microsoft Entra app management policies",
    version: "v1.0",
    reference: "symmetricKeyAddition",
    specification: "Symmetric keys cannot be added to applications and service principals.",
  },
  tags: ["client-secret", "graph:symmetricKeyAddition"],
  remediationSteps: [
    'Set "type" to AsymmetricX509Cert and "value" to a certificate.',
    "Remove the symmetric key from the application.",
  ],
  url: "https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy",
  options: {},
  appliesTo: [certificateCredential],
  check({ properties }, report) {
    const type = properties.at("type");
    if (type.isUndecided) report.undecided(type);
    // Without a type Entra goes by the value, which rule no-private-key-upload requires to be a certificate.
    if (type.isText("Symmetric")) {
      report.violation(
        `must not be a symmetric key; set "${type.path}" to AsymmetricX509Cert and upload a certificate.`,
      );
    }
  },
});
