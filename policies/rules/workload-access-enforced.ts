/** A Conditional Access policy for workloads is in force, and does not only take notes. */
import { conditionalAccessPolicy } from "../entra-types";
import { defineRule } from "../rule";
import { workloadsOf } from "../workload-access";

export const workloadAccessEnforced = defineRule({
  id: "workload-access-enforced",
  name: "Workload policies in force",
  description:
    "A Conditional Access policy for service principals is enabled, not off or in report-only mode.",
  severity: "medium",
  // Report-only is the right first step: enforcing without a look at the log stops workloads.
  level: "advisory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21884",
    specification:
      "Conditional Access policies for workload identities based on known networks are configured.",
  },
  tags: ["conditional-access", "zta:21884"],
  remediationSteps: [
    "Look at a week of the service principal sign-in log for sign-ins that would have been refused.",
    'Set "state" to enabled.',
  ],
  url: "https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-report-only",
  options: {
    allowReportOnly: {
      type: "boolean",
      default: false,
      description: "Whether report-only mode is accepted, as during a roll-out.",
    },
  },
  appliesTo: [conditionalAccessPolicy],
  check({ properties }, report, { allowReportOnly }) {
    if (!workloadsOf(properties).isPresent) return;
    const state = properties.at("state");
    if (state.isUndecided) {
      report.undecided(state);
      return;
    }
    if (state.isText("enabled")) return;
    if (!state.isText("enabledForReportingButNotEnforced"))
      report.violation(`is off; set "${state.path}" to enabled.`);
    else if (!allowReportOnly)
      report.violation(`only reports; set "${state.path}" to enabled to enforce it.`);
  },
});
