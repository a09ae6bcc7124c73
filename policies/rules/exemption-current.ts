/** Every exemption is complete, approved, in time, and needed. */
import { anyStack } from "../resource-types";
import { defineRule } from "../rule";

export const exemptionCurrent = defineRule({
  id: "exemption-current",
  name: "Exemptions in order",
  description: "Every exemption is complete, approved by somebody else, not expired, and used.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "NIST SP 800-53",
    version: "5",
    reference: "CA-5",
    specification: "Deviations are documented with milestones and reviewed until they are corrected.",
  },
  tags: ["exemption", "nist-800-53:CA-5"],
  remediationSteps: [
    "Mend what an expired exemption was for and remove it, or have it approved anew with a date at most 90 days ahead.",
    "Remove an exemption that nothing uses.",
    "Fill in every field; the schema of the file lies beside the pack as exemptions.schema.json.",
  ],
  url: "https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home?element=CA-5",
  options: {},
  appliesTo: [anyStack],
  exemptible: false,
  looksBack: true,
  checkRun(report, { exemptions }) {
    for (const { predicate } of exemptions?.problems ?? []) report.violation(`relies on ${predicate}`);
  },
  checkStack(stack, report, _, { exemptions }) {
    for (const { id } of exemptions?.unused(stack) ?? [])
      report.violation(`has no use for exemption "${id}": remove it, or correct its rule and scope.`);
  },
});
