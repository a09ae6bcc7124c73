/** A job that reads a key vault runs where the vault can be reached. */
import {
  classicAutomation,
  classicJobSchedule,
  classicRoleAssignment,
  classicVault,
  nativeAutomation,
  nativeJobSchedule,
  nativeRoleAssignment,
} from "../azure-types";
import { Property } from "../property";
import { nativeVault } from "../resource-types";
import { defineStackRule } from "../rule";
import { StackResource } from "../stack";
import { byReference, byVault } from "../vault-links";

export const automationVaultReachable = defineStackRule({
  id: "automation-vault-reachable",
  name: "Automation that reaches its vault",
  description:
    "No scheduled cloud job of an automation account has to read a key vault that is closed to it.",
  severity: "medium",
  // Of several jobs of one account the stack does not tell which one reads the vault.
  level: "advisory",
  framework: {
    name: "Azure Automation",
    version: "2026",
    reference: "Network configuration",
    specification: "Cloud jobs have no access to resources behind a firewall or a private endpoint.",
  },
  tags: ["automation", "vault", "network"],
  remediationSteps: [
    "Run the job on a Hybrid Runbook Worker in a network that the vault admits.",
    "Or let the job sign in with the managed identity itself, so that it needs nothing from the vault.",
  ],
  url: "https://learn.microsoft.com/azure/automation/automation-hybrid-runbook-worker",
  options: {},
  appliesTo: [nativeJobSchedule, classicJobSchedule],
  checkStack(stack, report) {
    const closed = stack.ofType(nativeVault, classicVault).filter(isClosed);
    const roles = stack.ofType(nativeRoleAssignment, classicRoleAssignment);
    const rolesOn = byVault(roles, ["scope"]);
    const vaultOf = new Map(closed.flatMap((vault) => rolesOn(vault).map((role) => [role, vault] as const)));
    const rolesOf = byReference(roles, ["principalId"]);
    const schedules = stack.ofType(nativeJobSchedule, classicJobSchedule);
    const schedulesOf = byReference(schedules, ["automationAccountName"]);
    for (const account of stack.ofType(nativeAutomation, classicAutomation)) {
      const vault = rolesOf(account)
        .map((role) => vaultOf.get(role))
        .find((each) => each !== undefined);
      if (vault === undefined) continue;
      for (const schedule of schedulesOf(account).filter(
        ({ properties }) => !properties.at("runOn").isPresent,
      )) {
        const problem = `runs in the cloud, where the closed vault "${vault.name}" cannot be reached`;
        report.about(schedule).violation(`${problem}; set "runOn" to a hybrid worker group.`);
      }
    }
  },
});

/** The exception for trusted services does not help: Automation is not one of them. */
function isClosed(vault: StackResource): boolean {
  const { properties } = vault;
  const top: Property = vault.is(nativeVault) ? properties.at("properties") : properties;
  const isPrivate =
    top.at("publicNetworkAccess").isText("Disabled") || top.at("publicNetworkAccessEnabled").is(false);
  return isPrivate || top.at("networkAcls", "defaultAction").isText("Deny");
}
