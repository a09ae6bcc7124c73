/** Resources of Azure around a key vault, by type token. */
import { azureNative, type } from "./resource-types";

export const nativeSecret = azureNative("Vault secret", "keyvault", "Secret");
export const classicSecret = type("Vault secret", /^azure:keyvault\/[^:]+:Secret$/);
export const classicCertificate = type("Vault certificate", /^azure:keyvault\/[^:]+:Certificate$/);

export const nativeRoleAssignment = azureNative("Role assignment", "authorization", "RoleAssignment");
export const classicRoleAssignment = type("Role assignment", /^azure:authorization\/[^:]+:Assignment$/);

// Azure Native moved the type from module insights to monitor in version 3.
export const nativeDiagnostics = azureNative(
  "Diagnostic setting",
  "(?:monitor|insights)",
  "DiagnosticSetting",
);
export const classicDiagnostics = type("Diagnostic setting", /^azure:monitoring\/[^:]+:DiagnosticSetting$/);

export const nativeEventTopic = azureNative("Event topic", "eventgrid", "SystemTopic");
export const classicEventTopic = type("Event topic", /^azure:eventgrid\/[^:]+:SystemTopic$/);
export const nativeEventSubscription = azureNative(
  "Event subscription",
  "eventgrid",
  "(?:SystemTopicEventSubscription|EventSubscription)",
);
export const classicEventSubscription = type(
  "Event subscription",
  /^azure:eventgrid\/[^:]+:(?:SystemTopicEventSubscription|EventSubscription)$/,
);

export const nativeAutomation = azureNative("Automation account", "automation", "AutomationAccount");
export const classicAutomation = type("Automation account", /^azure:automation\/[^:]+:Account$/);
export const nativeJobSchedule = azureNative("Job schedule", "automation", "JobSchedule");
export const classicJobSchedule = type("Job schedule", /^azure:automation\/[^:]+:JobSchedule$/);
