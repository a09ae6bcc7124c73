/** No resource takes a client secret of Entra ID in one of its inputs. */
import { anyResource } from "../resource-types";
import { defineRule } from "../rule";
import { findSecrets } from "../secret-surface";

export const noClientSecretInput = defineRule({
  id: "no-client-secret-input",
  name: "No client secrets as inputs",
  description: "No input of a resource, whatever its type, takes a client secret of Entra ID.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21772",
    specification: "Applications do not have client secrets configured.",
  },
  tags: ["client-secret", "zta:21772", "maester:MT.1057"],
  remediationSteps: [
    "Use the input of the same resource that takes a managed identity, a federated credential or a certificate.",
    "Where there is none, move to a version or a service that has one.",
    "Remove the secret from the application that it belongs to.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  options: {},
  appliesTo: [anyResource],
  check(subject, report) {
    for (const { path } of findSecrets(subject, "input")) {
      report.violation(
        `takes a client secret in "${path}"; use a managed identity, a federated credential or a certificate instead.`,
      );
    }
  },
});
