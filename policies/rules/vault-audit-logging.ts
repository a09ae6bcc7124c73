/** Every key vault keeps a log of who read what. */
import { classicDiagnostics, classicVault, nativeDiagnostics } from "../azure-types";
import { Property } from "../property";
import { nativeVault } from "../resource-types";
import { defineStackRule } from "../rule";
import { byVault } from "../vault-links";

const destinations = [
  "workspaceId",
  "logAnalyticsWorkspaceId",
  "storageAccountId",
  "eventHubAuthorizationRuleId",
  "eventhubAuthorizationRuleId",
  "marketplacePartnerId",
  "partnerSolutionId",
];

export const vaultAuditLogging = defineStackRule({
  id: "vault-audit-logging",
  name: "Vaults with an audit log",
  description: "Every key vault in the stack has a diagnostic setting that sends its audit events somewhere.",
  severity: "medium",
  // Many organisations add the setting by Azure Policy, which a stack does not show.
  level: "advisory",
  framework: {
    name: "Microsoft cloud security benchmark",
    version: "1",
    reference: "LT-3",
    specification: "Enable logging for security investigation.",
  },
  tags: ["vault", "logging", "mcsb:LT-3", "cis-azure-6:6.1.1.4"],
  remediationSteps: [
    "Add a DiagnosticSetting on the vault with category AuditEvent, or category group audit or allLogs, enabled.",
    "Send it to a workspace, a storage account, or an event hub.",
  ],
  url: "https://learn.microsoft.com/azure/key-vault/general/logging",
  options: {},
  appliesTo: [nativeVault, classicVault],
  checkStack(stack, report) {
    const settings = stack.ofType(nativeDiagnostics, classicDiagnostics);
    const settingsOf = byVault(settings, ["resourceUri", "targetResourceId"]);
    for (const vault of stack.ofType(nativeVault, classicVault)) {
      const reaching = settingsOf(vault).filter(({ properties }) =>
        destinations.some((name) => properties.at(name).isPresent),
      );
      const logs = reaching.flatMap((setting) =>
        ["logs", "enabledLogs", "enabledLog"].map((name) => ({ setting, list: setting.properties.at(name) })),
      );
      if (logs.some(({ list }) => list.elements().some(isAudit))) continue;
      const unread = logs.find(({ list }) => list.isUndecided);
      if (unread !== undefined) report.about(unread.setting).undecided(unread.list);
      else
        report
          .about(vault)
          .violation("keeps no log of who reads it; send category AuditEvent to a workspace.");
    }
  },
});

function isAudit(log: Property): boolean {
  const isChosen =
    log.at("category").isText("AuditEvent") ||
    ["audit", "allLogs"].some((group) => log.at("categoryGroup").isText(group));
  // Lists of enabled logs have no switch of their own.
  const enabled = log.at("enabled");
  return (
    isChosen &&
    (enabled.is(true) || enabled.isUndecided || (!enabled.isPresent && /^enabled_?Log/i.test(log.path)))
  );
}
