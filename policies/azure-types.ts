/** Resources of Azure around a key vault, by type token. */
import { azureClassic } from "./bridged-types";
import { azureNative } from "./resource-types";

export const classicVault = azureClassic("Key vault", "keyvault", "KeyVault", "key_vault");

export const nativeSecret = azureNative("Vault secret", "keyvault", "Secret");
export const classicSecret = azureClassic("Vault secret", "keyvault", "Secret", "key_vault_secret");
export const classicCertificate = azureClassic(
  "Vault certificate",
  "keyvault",
  "(?:Certificate|Certifiate)", // the provider once misspelled it, and still has both
  "key_vault_certificate",
);

export const nativeRoleAssignment = azureNative("Role assignment", "authorization", "RoleAssignment");
export const classicRoleAssignment = azureClassic(
  "Role assignment",
  "authorization",
  "Assignment",
  "role_assignment",
);

// Azure Native moved the type from module insights to monitor in version 3.
export const nativeDiagnostics = azureNative(
  "Diagnostic setting",
  "(?:monitor|insights)",
  "DiagnosticSetting",
);
export const classicDiagnostics = azureClassic(
  "Diagnostic setting",
  "monitoring",
  "DiagnosticSetting",
  "monitor_diagnostic_setting",
);

export const nativeEventTopic = azureNative("Event topic", "eventgrid", "SystemTopic");
export const classicEventTopic = azureClassic(
  "Event topic",
  "eventgrid",
  "SystemTopic",
  "eventgrid_system_topic",
);
export const nativeEventSubscription = azureNative(
  "Event subscription",
  "eventgrid",
  "(?:SystemTopicEventSubscription|EventSubscription)",
);
export const classicEventSubscription = azureClassic(
  "Event subscription",
  "eventgrid",
  "(?:SystemTopic)?EventSubscription",
  "eventgrid_event_subscription",
  "eventgrid_system_topic_event_subscription",
);

export const nativeAutomation = azureNative("Automation account", "automation", "AutomationAccount");
export const classicAutomation = azureClassic(
  "Automation account",
  "automation",
  "Account",
  "automation_account",
);
export const nativeJobSchedule = azureNative("Job schedule", "automation", "JobSchedule");
export const classicJobSchedule = azureClassic(
  "Job schedule",
  "automation",
  "JobSchedule",
  "automation_job_schedule",
);
