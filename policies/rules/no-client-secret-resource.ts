/** No stack creates a client secret as a resource of its own. */
import { clientSecret } from "../resource-types";
import { defineRule } from "../rule";

export const noClientSecretResource = defineRule({
  id: "no-client-secret-resource",
  name: "No client secret resources",
  description: "No application or service principal gets a client secret from a resource made for that.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "CISA SCuBA Microsoft Entra ID",
    version: "1",
    reference: "MS.AAD.5.5v1",
    specification: "Application password addition is blocked.",
  },
  tags: ["client-secret", "scuba:MS.AAD.5.5v1", "cis-m365-7:5.1.5.3", "zta:21772", "maester:MT.1057"],
  remediationSteps: [
    "Remove the password resource.",
    "Give the application a federated identity credential, or a certificate credential where federation is not possible.",
    "Remove the secret from wherever it was handed to, then from the application.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  options: {},
  appliesTo: [clientSecret],
  check(_, report) {
    // No input holds the secret, Entra makes it: the resource itself is the violation.
    report.violation("must not be created; use a federated credential or a certificate instead.");
  },
});
