/** The tenant's app management policy forbids new client secrets and symmetric keys, without a way around. */
import { Property } from "../property";
import { tenantPolicy } from "../resource-types";
import { defineRule, Report } from "../rule";

const scopes = ["applicationRestrictions", "servicePrincipalRestrictions"] as const;
const required = ["passwordAddition", "symmetricKeyAddition"] as const;

/** How Graph writes "applications of any age". */
const everyApplication = "0001-01-01T00:00:00Z";

export const tenantPolicyBlocksSecrets = defineRule({
  id: "tenant-policy-blocks-secrets",
  name: "Tenant policy blocks client secrets",
  description:
    "The tenant policy is on and blocks new passwords and symmetric keys for applications and service principals.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "CISA SCuBA Microsoft Entra ID",
    version: "1",
    reference: "MS.AAD.5.5v1",
    specification: "Application password addition SHOULD be blocked.",
  },
  tags: ["tenant", "scuba:MS.AAD.5.5v1", "cis-m365-7:5.1.5.3", "zta:21775", "maester:MT.1002"],
  remediationSteps: [
    'Enable "passwordAddition" and "symmetricKeyAddition" under "passwordCredentials" of both restriction blocks.',
    'Leave "restrictForAppsCreatedAfterDateTime" out: a date exempts every application created before it.',
    "Exempt single applications by a custom policy of their own instead.",
  ],
  url: "https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy",
  options: {
    latestCutOff: {
      type: "string",
      format: "date-time",
      default: everyApplication,
      description: "Latest date allowed in `restrictForAppsCreatedAfterDateTime`; the default allows none.",
    },
  },
  appliesTo: [tenantPolicy],
  check({ properties }, report, { latestCutOff }) {
    const isEnabled = properties.at("isEnabled");
    if (isEnabled.isUndecided) report.undecided(isEnabled);
    else if (isEnabled.isPresent && !isEnabled.is(true))
      report.violation(`is off; set "${isEnabled.path}" to true.`);
    for (const scope of scopes) {
      const list = properties.at(scope, "passwordCredentials");
      for (const type of required) checkRestriction(list, type, Date.parse(latestCutOff), report);
    }
  },
});

function checkRestriction(list: Property, type: string, latestCutOff: number, report: Report): void {
  const entries = list.elements().filter((entry) => entry.at("restrictionType").isText(type));
  // An entry whose type is not known may be the one that is looked for.
  const candidate = list.elements().find((entry) => entry.at("restrictionType").isUndecided);
  if (entries.length === 0 && candidate !== undefined) report.undecided(candidate.at("restrictionType"));
  else if (entries.length === 0) report.violation(`does not block ${type}: enable it under "${list.path}".`);

  for (const entry of entries) {
    const [state, cutOff] = [entry.at("state"), entry.at("restrictForAppsCreatedAfterDateTime")];
    if (state.isUndecided) report.undecided(state);
    else if (!state.isText("enabled"))
      report.violation(`does not block ${type}: set "${state.path}" to enabled.`);
    if (cutOff.isUndecided) report.undecided(cutOff);
    // A date that cannot be read is refused as well: the comparison is false for it.
    else if (cutOff.isPresent && !(Date.parse(cutOff.text ?? "") <= latestCutOff)) {
      report.violation(
        `exempts older applications from ${type}: remove "${cutOff.path}" or set an earlier date.`,
      );
    }
  }
}
