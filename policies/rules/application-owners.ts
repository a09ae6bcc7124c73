/** Every application has enough people who answer for it, and not more than that. */
import { belongings } from "../belonging";
import { applicationOwner, applicationRegistration } from "../entra-types";
import { application } from "../resource-types";
import { defineStackRule } from "../rule";

export const applicationOwners = defineStackRule({
  id: "application-owners",
  name: "Owned applications",
  description: "Every application in the stack has a number of owners between the limits.",
  severity: "medium",
  // Frameworks disagree: Zero Trust Assessment wants two, Maester none on privileged applications.
  level: "advisory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21867",
    specification: "Enterprise applications with high privilege Microsoft Graph API permissions have owners.",
  },
  tags: ["identity", "zta:21867"],
  remediationSteps: [
    'Name owners in "owners" of the application, or with one ApplicationOwner each.',
    "Name people who answer for it: an owner can add credentials.",
  ],
  url: "https://learn.microsoft.com/entra/identity/enterprise-apps/overview-assign-app-owners",
  options: {
    minOwners: {
      type: "integer",
      default: 1,
      minimum: 0,
      maximum: 100,
      description:
        "Owners an application needs at least; the one that Entra ID adds on its own is not counted.",
    },
    maxOwners: {
      type: "integer",
      default: 10,
      minimum: 0,
      maximum: 100, // Entra's own limit
      description: "Owners an application has at most: each of them can add credentials.",
    },
  },
  appliesTo: [application, applicationRegistration],
  checkStack(stack, report, { minOwners, maxOwners }) {
    const ownersOf = belongings(stack.ofType(applicationOwner));
    for (const each of stack.ofType(application, applicationRegistration)) {
      const inline = each.properties.at("owners");
      const owners = inline.elements().length + ownersOf(each).length;
      const about = report.about(each);
      if (inline.isUndecided) about.undecided(inline);
      else if (owners < minOwners) about.violation(`has too few owners; name at least ${minOwners}.`);
      else if (owners > maxOwners) about.violation(`has too many owners; name at most ${maxOwners}.`);
    }
  },
});
