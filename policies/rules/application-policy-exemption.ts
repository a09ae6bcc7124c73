/** An application is exempted from the tenant's policy alone, for a time, by somebody who answers for it. */
import { customPolicy } from "../entra-types";
import { millisecondsPerDay } from "../lifetime";
import { Property } from "../property";
import { defineRule } from "../rule";

export const applicationPolicyExemption = defineRule({
  id: "application-policy-exemption",
  name: "Exemptions of one application, with an end",
  description:
    "A custom policy that lifts a restriction is for one application, has an end soon, and a reason.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "CISA SCuBA Microsoft Entra ID",
    version: "1",
    reference: "MS.AAD.5.5v1",
    specification: "Application password addition SHOULD be blocked.",
  },
  tags: ["tenant", "exemption", "scuba:MS.AAD.5.5v1", "cis-m365-7:5.1.5.3"],
  remediationSteps: [
    "Declare one custom policy for each application, and name the application in it.",
    "Give it an end within the days allowed, and say in its description why it is there and who answers for it.",
  ],
  url: "https://learn.microsoft.com/graph/api/resources/appmanagementpolicy",
  options: {
    maxDays: {
      type: "integer",
      default: 90,
      minimum: 1,
      maximum: 365,
      description: "Days from the run within which an exemption has to end.",
    },
  },
  appliesTo: [customPolicy],
  check({ properties }, report, { maxDays }, run) {
    // A policy that only adds restrictions exempts from nothing, and one that is off does nothing.
    if (properties.at("isEnabled").is(false) || !lifts(properties.at("restrictions"))) return;
    const [end, target] = [properties.at("expires"), properties.at("appliesTo")];
    const description = properties.at("description");
    if (!description.isPresent) report.violation(`gives no reason; set "${description.path}".`);
    if (target.isUndecided) report.undecided(target);
    else if (target.elements().length > 1)
      report.violation(`exempts several applications; declare one policy for each in "${target.path}".`);
    if (end.isUndecided) {
      report.undecided(end);
      return;
    }
    if (!end.isPresent) {
      report.violation(`never ends; set "${end.path}" to at most ${maxDays} days from now.`);
      return;
    }
    const left = Date.parse(end.text ?? "") - run.now().getTime();
    if (left <= 0)
      report.violation(`has ended; remove it, or have it approved again with a new "${end.path}".`);
    else if (!(left <= maxDays * millisecondsPerDay))
      report.violation(`ends too late; set "${end.path}" to at most ${maxDays} days from now.`);
  },
});

/** Whatever is not known to be on may be off. */
function lifts(restrictions: Property): boolean {
  if (restrictions.isUndecided) return true;
  const entries = ["passwordCredentials", "keyCredentials"].flatMap((list) =>
    restrictions.at(list).elements(),
  );
  return entries.some((entry) => !entry.at("state").isText("enabled"));
}
