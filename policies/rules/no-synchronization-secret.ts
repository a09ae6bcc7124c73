/** No stack holds the secret with which Entra ID provisions users elsewhere. */
import { synchronizationSecret } from "../resource-types";
import { defineRule } from "../rule";

export const noSynchronizationSecret = defineRule({
  id: "no-synchronization-secret",
  name: "No synchronization secrets",
  description: "No secret for provisioning users into other services is part of a stack.",
  severity: "medium",
  level: "advisory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21772",
    specification: "Applications do not have client secrets configured.",
  },
  tags: ["client-secret", "provisioning"],
  remediationSteps: [
    "Connect the service by OAuth in the Entra admin center, where it offers that, and not by a token in the stack.",
    "Where a token is the only way, keep the rule as advice and give the token an owner and a date.",
  ],
  url: "https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups",
  options: {},
  appliesTo: [synchronizationSecret],
  check({ properties }, report) {
    const credentials = properties.at("credentials");
    const where = credentials.isPresent ? ` in "${credentials.path}"` : "";
    report.violation(`holds a token of another service${where}; connect the service by OAuth instead.`);
  },
});
