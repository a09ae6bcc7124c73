/** A Conditional Access policy for workloads names service principals, everything they reach, and no person. */
import { conditionalAccessPolicy } from "../entra-types";
import { Property } from "../property";
import { defineRule, Report } from "../rule";
import { isGuid, workloadsOf } from "../workload-access";

const everyOne = "ServicePrincipalsInMyTenant";

export const workloadAccessTargets = defineRule({
  id: "workload-access-targets",
  name: "Workload policies with the right targets",
  description:
    "A Conditional Access policy for service principals names them by object id, covers all resources, and no user.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Microsoft Graph",
    version: "v1.0",
    reference: "conditionalAccessClientApplications",
    specification:
      "Service principals are included by object id; exclusions need all of the tenant included.",
  },
  tags: ["conditional-access", "zta:21884"],
  remediationSteps: [
    `Name service principals by their object id, or all of the tenant by ${everyOne}.`,
    'Set "includedApplications" to All, "clientAppTypes" to all and "includedUsers" to None.',
  ],
  url: "https://learn.microsoft.com/graph/api/resources/conditionalaccessclientapplications",
  options: {
    allowExclusions: {
      type: "boolean",
      default: true,
      description: "Whether single service principals may be excluded from a policy for all.",
    },
  },
  appliesTo: [conditionalAccessPolicy],
  check({ properties }, report, { allowExclusions }) {
    const workloads = workloadsOf(properties);
    if (!workloads.isPresent) return;
    if (workloads.isUndecided) {
      report.undecided(workloads);
      return;
    }
    const [included, excluded] = [
      workloads.at("includedServicePrincipals"),
      workloads.at("excludedServicePrincipals"),
    ];
    if (!included.isPresent && !workloads.at("filter").isPresent)
      report.violation(`is about no service principal; name some in "${included.path}".`);
    for (const principal of [...included.elements(), ...excluded.elements()]) {
      const isName = principal.is(everyOne) && principal.path.startsWith(included.path);
      if (principal.text !== undefined && !isName && !isGuid(principal.text))
        report.violation(`has no object id of a service principal in "${principal.path}".`);
    }
    const isForAll = included.elements().some((each) => each.is(everyOne) || each.isUndecided);
    if (excluded.isPresent && !isForAll)
      report.violation(`excludes from less than all; set "${included.path}" to ${everyOne}.`);
    if (excluded.isPresent && !allowExclusions)
      report.violation(`leaves service principals out; remove "${excluded.path}".`);

    const conditions = properties.at("conditions");
    requireOnly(conditions.at("applications", "includedApplications"), "All", report);
    requireOnly(conditions.at("clientAppTypes"), "all", report);
    requireOnly(conditions.at("users", "includedUsers"), "None", report);
  },
});

function requireOnly(list: Property, word: string, report: Report): void {
  const undecided = [list, ...list.elements()].find((property) => property.isUndecided);
  if (undecided !== undefined) {
    report.undecided(undecided);
    return;
  }
  const given = list.elements();
  if (given.length !== 1 || !given.every((each) => each.isText(word)))
    report.violation(`must have ${word} alone in "${list.path}".`);
}
