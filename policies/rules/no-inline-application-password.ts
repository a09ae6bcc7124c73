/** No application declares a client secret in its own block. */
import { application } from "../resource-types";
import { defineRule } from "../rule";

/** `password` in today's schema; `passwords` is the same block under the name that a list of it would get. */
const blocks = ["password", "passwords"] as const;

export const noInlineApplicationPassword = defineRule({
  id: "no-inline-application-password",
  name: "No client secrets inside applications",
  description:
    "No application has a password block; a block with only a display name makes Entra issue a secret.",
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
    "Remove the password block from the application.",
    "Give the application a federated identity credential, or a certificate credential where federation is not possible.",
    "Consider azuread.ApplicationRegistration, which has no password block at all.",
  ],
  url: "https://www.pulumi.com/registry/packages/azuread/api-docs/application/",
  options: {},
  appliesTo: [application],
  check({ properties }, report) {
    for (const block of blocks.map((name) => properties.at(name))) {
      if (block.isPresent) {
        report.violation(
          `declares a client secret in "${block.path}"; use a federated credential or a certificate instead.`,
        );
      }
    }
  },
});
