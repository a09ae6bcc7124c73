/** No restriction that the tenant's policy declares is switched off, loosened, or passed by. */
import { tenantPolicy } from "../resource-types";
import { checkRestriction, checkTypes } from "../restriction";
import { defineRule } from "../rule";

const scopes = ["applicationRestrictions", "servicePrincipalRestrictions"] as const;
const lists = ["passwordCredentials", "keyCredentials"] as const;

export const tenantPolicyNotWeakened = defineRule({
  id: "tenant-policy-not-weakened",
  name: "No holes in the tenant policy",
  description:
    "Every restriction the tenant policy declares is on, for all applications and callers, in both scopes.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "CIS Microsoft 365 Foundations Benchmark",
    version: "7.0.0",
    reference: "5.1.5.6",
    specification: "Maximum certificate lifetime for applications does not exceed 180 days.",
  },
  tags: [
    "tenant",
    "cis-m365-7:5.1.5.4",
    "cis-m365-7:5.1.5.5",
    "cis-m365-7:5.1.5.6",
    "scuba:MS.AAD.5.6v1",
    "scuba:MS.AAD.5.7v1",
    "zta:21775",
  ],
  remediationSteps: [
    "Enable each declared restriction in both scopes, without a cut-off date and without excluded callers.",
    "Exempt single applications by a custom policy of their own, with an end.",
  ],
  url: "https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy",
  options: {
    maxSecretLifetimeDays: {
      type: "integer",
      default: 180,
      minimum: 1,
      maximum: 730,
      description: "Longest life in days the policy may allow secrets and symmetric keys.",
    },
    maxCertificateLifetimeDays: {
      type: "integer",
      default: 180,
      minimum: 1,
      maximum: 730,
      description: "Longest life in days the policy may allow certificates; CISA's SCuBA accepts 366.",
    },
    latestCutOff: {
      type: "string",
      format: "date-time",
      default: "0001-01-01T00:00:00Z",
      description: "Latest date allowed in `restrictForAppsCreatedAfterDateTime`; the default allows none.",
    },
  },
  appliesTo: [tenantPolicy],
  check({ properties }, report, { latestCutOff, ...lifetimes }) {
    const limits = { ...lifetimes, latestCutOff: Date.parse(latestCutOff) };
    for (const scope of scopes) {
      for (const list of lists) {
        const entries = properties.at(scope, list);
        for (const entry of entries.elements()) checkRestriction(entry, limits, report);
        const other = scopes.find((each) => each !== scope) ?? scope;
        checkTypes(entries, properties.at(other, list), report);
      }
      for (const rule of properties.at(scope, "identifierUris").members()) {
        if (rule.at("state").isText("disabled"))
          report.violation(`switches a restriction off; set "${rule.path}.state" to enabled.`);
      }
    }
  },
});
