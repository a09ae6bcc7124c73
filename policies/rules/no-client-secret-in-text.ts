/** No text in a resource holds a client secret of Entra ID: connection string, form, settings file or code. */
import { anyResource } from "../resource-types";
import { defineRule } from "../rule";
import { findSecrets } from "../secret-surface";

export const noClientSecretInText = defineRule({
  id: "no-client-secret-in-text",
  name: "No client secrets in texts",
  description:
    "No text holds a client secret of Entra ID: connection strings, request bodies, settings files, code, also encoded.",
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
    "Use the form of the connection string or the request that signs in with a managed identity or a certificate.",
    "Remove the secret from the text, and from the history of the file it came from.",
    "Remove the secret from the application that it belongs to.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  options: {},
  appliesTo: [anyResource],
  check(subject, report) {
    for (const { path } of findSecrets(subject, "text")) {
      report.violation(
        `holds a client secret in the text of "${path}"; sign in with a managed identity or a certificate instead.`,
      );
    }
    if (findSecrets(subject, "size").length > 0) {
      report.violation("is too large to be searched for client secrets; split it into several resources.");
    }
  },
});
