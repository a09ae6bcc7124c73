/** An application says what it does and who answers for it. */
import { applicationRegistration } from "../entra-types";
import { application } from "../resource-types";
import { defineRule } from "../rule";

export const applicationDescription = defineRule({
  id: "application-description",
  name: "Described applications",
  description: "Every application has a description that tells a reviewer of credentials what it is for.",
  severity: "low",
  // A missing text endangers nothing by itself.
  level: "advisory",
  framework: {
    name: "NIST SP 800-53",
    version: "5",
    reference: "CM-8",
    specification: "System component inventory.",
  },
  tags: ["identity", "metadata", "nist-800-53:CM-8"],
  remediationSteps: ['Say in "description" what the workload does and which team answers for it.'],
  url: "https://learn.microsoft.com/graph/api/resources/application",
  options: {
    minCharacters: {
      type: "integer",
      default: 10,
      minimum: 1,
      maximum: 1024, // Entra's own limit
      description: "Characters a description needs at least, spaces at its ends not counted.",
    },
  },
  appliesTo: [application, applicationRegistration],
  check({ properties }, report, { minCharacters }) {
    const description = properties.at("description");
    if (description.isUndecided) report.undecided(description);
    else if (!description.isPresent)
      report.violation(`says nothing of its purpose; set "${description.path}".`);
    else if ((description.text?.trim().length ?? 0) < minCharacters)
      report.violation(
        `says too little of its purpose; use at least ${minCharacters} characters in "${description.path}".`,
      );
  },
});
