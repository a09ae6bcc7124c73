/** No resource uses a client secret of Entra ID by reference: none is in use at all. */
import { anyResource } from "../resource-types";
import { defineRule } from "../rule";
import { findSecrets } from "../secret-surface";

export const noClientSecretReference = defineRule({
  id: "no-client-secret-reference",
  name: "No references to client secrets",
  description:
    "No resource names the place of a client secret, such as a vault secret or a setting; a step further than no secret in the stack.",
  severity: "medium",
  level: "advisory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21772",
    specification: "Applications do not have client secrets configured.",
  },
  tags: ["client-secret", "zta:21772", "maester:MT.1057"],
  remediationSteps: [
    "Sign in with a managed identity, a federated credential or a certificate.",
    "Remove the reference, then the secret from the vault or the settings that it leads to.",
    "Remove the secret from the application that it belongs to.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  options: {},
  appliesTo: [anyResource],
  check(subject, report) {
    for (const { path } of findSecrets(subject, "reference")) {
      report.violation(
        `uses a client secret that is kept elsewhere, by "${path}"; use a managed identity or a certificate instead.`,
      );
    }
  },
});
