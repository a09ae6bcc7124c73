/** No script makes a client secret of Entra ID, hands one over, or signs in with one. */
import { anyResource } from "../resource-types";
import { defineRule } from "../rule";
import { findSecrets } from "../secret-surface";

export const noClientSecretInScript = defineRule({
  id: "no-client-secret-in-script",
  name: "No client secrets in scripts",
  description: "No script or command line creates a client secret, hands one over, or signs in with one.",
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
    "Give the application a federated credential or a certificate, as a resource of the stack and not in a script.",
    "Sign in with a managed identity, a federated token or a certificate; the same commands have options for them.",
    "Remove the secrets that earlier runs of the script have made.",
  ],
  url: "https://learn.microsoft.com/cli/azure/authenticate-azure-cli-service-principal",
  options: {},
  appliesTo: [anyResource],
  check(subject, report) {
    for (const { path, what = "" } of findSecrets(subject, "script")) {
      report.violation(
        `has a script in "${path}" with ${what}; use a managed identity, a federated credential or a certificate instead.`,
      );
    }
  },
});
