/** A Conditional Access policy for workloads blocks every place but named public networks. */
import { conditionalAccessPolicy, namedLocation } from "../entra-types";
import { Property } from "../property";
import { defineRule, Report } from "../rule";
import { isGuid, isPrivateRange, prefixOf, workloadsOf } from "../workload-access";

/** Entra refuses wider ranges. https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network */
const shortestPrefix = 8;

export const workloadAccessLocations = defineRule({
  id: "workload-access-locations",
  name: "Workload policies by location",
  description:
    "A Conditional Access policy for service principals blocks all locations except named public networks.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21884",
    specification:
      "Conditional Access policies for workload identities based on known networks are configured.",
  },
  tags: ["conditional-access", "network", "zta:21884"],
  remediationSteps: [
    'Set "includedLocations" to All and "excludedLocations" to the object ids of named locations.',
    "Name the public addresses from which the workload leaves its network.",
  ],
  url: "https://learn.microsoft.com/entra/identity/conditional-access/workload-identity",
  options: {
    allowTrusted: {
      type: "boolean",
      default: true,
      description: "Whether all trusted locations may be excluded at once, with AllTrusted.",
    },
  },
  appliesTo: [conditionalAccessPolicy, namedLocation],
  check(subject, report, { allowTrusted }) {
    const { properties } = subject;
    if (subject.is(namedLocation)) {
      checkRanges(properties.at("ip", "ipRanges"), report);
      return;
    }
    if (!workloadsOf(properties).isPresent) return;
    const conditions = properties.at("conditions");
    const [included, excluded] = [
      conditions.at("locations", "includedLocations"),
      conditions.at("locations", "excludedLocations"),
    ];
    const unread = [included, ...included.elements(), excluded].find((property) => property.isUndecided);
    if (unread !== undefined) {
      report.undecided(unread);
      return;
    }
    // A policy about the risk of a workload needs no places.
    if (!included.isPresent && conditions.at("servicePrincipalRiskLevels").isPresent) return;
    if (!included.elements().some((place) => place.is("All")))
      report.violation(`blocks some places only; set "${included.path}" to All.`);
    if (!excluded.isPresent)
      report.violation(`leaves no place to sign in from; name one in "${excluded.path}".`);
    for (const place of excluded.elements()) {
      if (place.text === undefined || (place.is("AllTrusted") && allowTrusted) || isGuid(place.text))
        continue;
      report.violation(`has no object id of a named location in "${place.path}".`);
    }
  },
});

function checkRanges(ranges: Property, report: Report): void {
  for (const range of ranges.elements()) {
    if (range.isUndecided) report.undecided(range);
    const text = range.text?.trim() ?? "";
    if (isPrivateRange(text))
      report.violation(`has a private range in "${range.path}", which Entra ID never sees.`);
    else if (text !== "" && !(prefixOf(text) >= shortestPrefix))
      report.violation(
        `has too wide a range in "${range.path}"; use a prefix of at least /${shortestPrefix}.`,
      );
  }
}
