/** No template, policy or request in a resource declares a client secret of Entra ID. */
import { anyResource } from "../resource-types";
import { defineRule } from "../rule";
import { findSecrets } from "../secret-surface";

export const noClientSecretInTemplate = defineRule({
  id: "no-client-secret-in-template",
  name: "No client secrets in templates",
  description:
    "No ARM template, policy with a deployment, or request to Microsoft Graph declares a client secret or takes one.",
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
    "Remove the client secret from the template; resources in it take managed identities as those of the stack do.",
    "Declare applications as resources of the stack, with federated or certificate credentials.",
    "Remove the secret from the application that it belongs to.",
  ],
  url: "https://learn.microsoft.com/graph/templates/bicep/reference/applications",
  options: {},
  appliesTo: [anyResource],
  check(subject, report) {
    for (const { path, what = "a client secret" } of findSecrets(subject, "template")) {
      report.violation(
        `declares ${what} in "${path}"; use a managed identity, a federated credential or a certificate instead.`,
      );
    }
  },
});
