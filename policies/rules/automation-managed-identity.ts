/** An automation account signs in with a managed identity, and takes no keys. */
import { classicAutomation, nativeAutomation } from "../azure-types";
import { defineRule } from "../rule";

export const automationManagedIdentity = defineRule({
  id: "automation-managed-identity",
  name: "Automation with a managed identity",
  description: "Every automation account has a managed identity, and authentication by its keys is off.",
  severity: "medium",
  // Accounts that only keep schedules for machines elsewhere work without.
  level: "advisory",
  framework: {
    name: "Azure Landing Zones",
    version: "1.1.0",
    reference: "Enforce-Guardrails-Automation",
    specification: "Automation accounts have a managed identity and local authentication disabled.",
  },
  tags: ["automation", "identity", "alz:Enforce-Guardrails-Automation"],
  remediationSteps: [
    'Set "type" of "identity" to SystemAssigned, or to UserAssigned with an identity of its own.',
    'Set "disableLocalAuth" to true (in the classic provider "localAuthenticationEnabled" to false).',
  ],
  url: "https://learn.microsoft.com/azure/automation/automation-security-overview",
  options: {
    allowLocalAuthentication: {
      type: "boolean",
      default: false,
      description: "Whether the keys of the account may be used, as old hybrid workers do.",
    },
  },
  appliesTo: [nativeAutomation, classicAutomation],
  check(subject, report, { allowLocalAuthentication }) {
    const { properties } = subject;
    const type = properties.at("identity", "type");
    if (type.isUndecided) report.undecided(type);
    // Azure Native writes "SystemAssigned, UserAssigned", and None for neither.
    else if (!/\b(?:System|User)Assigned\b/i.test(type.text ?? ""))
      report.violation(`has no managed identity; set "${type.path}" to SystemAssigned.`);
    if (allowLocalAuthentication) return;

    const isNative = subject.is(nativeAutomation);
    const local = isNative ? properties.at("disableLocalAuth") : properties.at("localAuthenticationEnabled");
    if (local.isUndecided) report.undecided(local);
    else if (!local.is(isNative))
      report.violation(
        `lets callers in with its keys; set "${local.path}" to ${isNative ? "true" : "false"}.`,
      );
  },
});
