/** An application is known in its own tenant only. */
import { applicationRegistration } from "../entra-types";
import { application } from "../resource-types";
import { defineRule } from "../rule";

export const applicationSingleTenant = defineRule({
  id: "application-single-tenant",
  name: "Single-tenant applications",
  description: "Applications accept accounts of their own tenant only.",
  severity: "medium",
  // Software for many customers is multi-tenant on purpose.
  level: "advisory",
  framework: {
    name: "Microsoft Entra Conditional Access",
    version: "2026",
    reference: "Workload identities",
    specification:
      "Policies apply to single-tenant service principals that have been registered in the tenant.",
  },
  tags: ["identity", "conditional-access"],
  remediationSteps: [
    'Set "signInAudience" to AzureADMyOrg, or leave it out.',
    "For software of many customers exempt the application by name.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation",
  options: {
    allowOrganizations: {
      type: "boolean",
      default: false,
      description: "Whether accounts of other organisations are accepted; personal accounts never are.",
    },
  },
  appliesTo: [application, applicationRegistration],
  check({ properties }, report, { allowOrganizations }) {
    const audience = properties.at("signInAudience");
    if (audience.isUndecided) {
      report.undecided(audience);
      return;
    }
    // The provider's default is the narrowest.
    if (!audience.isPresent || audience.isText("AzureADMyOrg")) return;
    const isForOrganizations = audience.isText("AzureADMultipleOrgs");
    if (isForOrganizations && allowOrganizations) return;
    const others = isForOrganizations ? "other organisations" : "anyone with a Microsoft account";
    report.violation(`lets ${others} in; set "${audience.path}" to AzureADMyOrg.`);
  },
  remedies: ({ properties }, { allowOrganizations }) => {
    const audience = properties.at("signInAudience");
    const isAccepted = !audience.isPresent || (allowOrganizations && audience.isText("AzureADMultipleOrgs"));
    return isAccepted ? [] : [{ path: ["signInAudience"], value: "AzureADMyOrg" }];
  },
});
