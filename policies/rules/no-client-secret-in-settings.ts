/** No setting, variable or stored secret has the name of a client secret of Entra ID. */
import { anyResource } from "../resource-types";
import { defineRule } from "../rule";
import { findSecrets } from "../secret-surface";

export const noClientSecretInSettings = defineRule({
  id: "no-client-secret-in-settings",
  name: "No client secrets in settings",
  description:
    "No application setting, environment variable, pipeline variable or stored secret holds a client secret of Entra ID.",
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
    "Let what reads the setting sign in with its managed identity, or with workload identity federation where it runs elsewhere.",
    "Remove the setting, and the code that reads it.",
    "Remove the secret from the application that it belongs to.",
  ],
  url: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  options: {},
  appliesTo: [anyResource],
  check(subject, report) {
    for (const { path } of findSecrets(subject, "settings")) {
      report.violation(
        `passes on a client secret in "${path}", going by its name; sign in with a managed identity or by federation instead.`,
      );
    }
  },
});
