/** A Conditional Access policy for workloads blocks: there is nobody to answer another question. */
import { conditionalAccessPolicy } from "../entra-types";
import { defineRule } from "../rule";
import { workloadsOf } from "../workload-access";

export const workloadAccessBlock = defineRule({
  id: "workload-access-block",
  name: "Workload policies that block",
  description: "A Conditional Access policy for service principals has block as its only control.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21883",
    specification: "Workload identities are configured with risk-based policies.",
  },
  tags: ["conditional-access", "zta:21883"],
  remediationSteps: [
    'Set "builtInControls" of "grantControls" to block alone.',
    'Remove "sessionControls": they belong to people.',
  ],
  url: "https://learn.microsoft.com/entra/identity/conditional-access/workload-identity",
  options: {},
  appliesTo: [conditionalAccessPolicy],
  check({ properties }, report) {
    if (!workloadsOf(properties).isPresent) return;
    const controls = properties.at("grantControls", "builtInControls");
    const session = properties.at("sessionControls");
    const undecided = [controls, ...controls.elements()].find((property) => property.isUndecided);
    if (undecided !== undefined) report.undecided(undecided);
    else {
      const given = controls.elements();
      if (given.length !== 1 || !given.every((control) => control.isText("block")))
        report.violation(`lets workloads in; set "${controls.path}" to block alone.`);
    }
    if (session.isPresent)
      report.violation(`has "${session.path}", which workloads cannot answer; remove it.`);
  },
});
