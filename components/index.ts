export type { ApplicationContact } from "./application-contact";
export { SIGN_IN_AUDIENCES, type SignInAudience } from "./application-identity";
export { type Ownership, OWNERSHIPS } from "./application-owners";
export type { GivenAutomationAccount, RunbookIdentity } from "./automation/automation-account";
export type { HybridWorkerMachine, HybridWorkersArgs } from "./automation/hybrid-workers";
export type { JobWatchArgs } from "./automation/job-watch";
export type {
  GivenVault,
  OwnVault,
  RetirementExemption,
  RotatedApplication,
  RotatedIdentity,
} from "./automation/rotated-identity";
export { RotationRunbook } from "./automation/rotation-runbook";
export type { RotationRunbookArgs } from "./automation/rotation-runbook-args";
export type { RunbookScheduleArgs, Weekday } from "./automation/runbook-schedule";
export type { AzureRole } from "./azure-roles";
export type * from "./certificate-args";
export type { CertificateIssuer } from "./certificate-issuer";
export type { ClientConfiguration } from "./client-configuration";
export { CredentialVault } from "./credential-vault";
export type { CredentialVaultArgs } from "./credential-vault-args";
export * from "./federated-credential";
export type { AwsRole } from "./federation/aws";
export type { AzureDevOpsConnection, AzureDevOpsNamedConnection } from "./federation/azure-devops";
export { ENTRA_CLOUDS, type EntraCloud, tokenExchangeAudience } from "./federation/cloud";
export { MOST_FEDERATED_CREDENTIALS } from "./federation/credentials";
export type { FederatedCredentials, FederatedTrust } from "./federation/credentials";
export type { GitHubWorkflow } from "./federation/github-actions";
export type { GitLabJob } from "./federation/gitlab";
export type { GoogleServiceAccount } from "./federation/google-cloud";
export type { KubernetesServiceAccount } from "./federation/kubernetes";
export type { ManagedIdentityCredential } from "./federation/managed-identity";
export type { PulumiDeployment, PulumiEnvironment, PulumiSubjectAttribute } from "./federation/pulumi-cloud";
export type { FederationSource, OtherIssuer } from "./federation/sources";
export type { TerraformRun } from "./federation/terraform-cloud";
export type { GraphRole, PrivilegedGraphRole } from "./graph-roles";
export {
  ALERT_FREQUENCIES,
  ALERT_SEVERITIES,
  ALERT_WINDOWS,
  type AlertFrequency,
  type AlertSeverity,
  type AlertWindow,
} from "./monitoring/alert";
export type { AlertTuning, AlertTunings } from "./monitoring/alert-tuning";
export { ALERT_IDS, type AlertId } from "./monitoring/alerts";
export { CredentialAlerts } from "./monitoring/credential-alerts";
export type { CredentialAlertsArgs } from "./monitoring/credential-alerts-args";
export { CredentialMonitoring, type CredentialMonitoringArgs } from "./monitoring/credential-monitoring";
export type { ExistingWorkspace, LogWorkspace, NewWorkspace } from "./monitoring/log-workspace";
export type { NotificationArgs } from "./monitoring/notification";
export { TENANT_LOG_CATEGORIES, type TenantLogArgs, type TenantLogCategory } from "./monitoring/tenant-log";
export type { WatchedApplication, WatchedCertificate, WatchedVault } from "./monitoring/watched";
export { PRIVILEGED_GRAPH_ROLES } from "./privileged-graph-roles";
export { ArgumentError, type Finding, type Problem, type ProblemCode, ProblemsError } from "./problems";
export type { RegisteredCertificate } from "./registered-certificate";
export { ROTATION_OUTPUT_VERSION, type RotationOutput } from "./rotation-output";
export { KEY_BITS, type KeyBits, type RotationArgs, type RotationChange } from "./rotation";
export { SecretFreeApplication, type SecretFreeApplicationArgs } from "./secret-free-application";
export * from "./resources/app-management-policy";
export type * from "./resources/app-management-restrictions";
export * from "./resources/certificate-authority-configuration";
export * from "./resources/self-renewing-certificate";
export * from "./resources/tenant-app-management-policy";
export * from "./resources/vault-certificate";
export * from "./tenant-credential-policy";
export type * from "./vault-alert-destination";
export type { AuditLogArgs } from "./vault-audit-log";
export type { VaultReach } from "./vault-firewall";
export type { PrivateEndpointArgs } from "./vault-private-endpoint";
export type { VaultPrincipal } from "./vault-role";
export type { StoredCredential } from "./vault-secret";
export { WorkloadIdentity, type WorkloadIdentityArgs } from "./workload-identity";
export { ACCESS_MODES, WorkloadAccessPolicy } from "./workload-access-policy";
export type { AccessMode, WorkloadAccessPolicyArgs } from "./workload-access-policy";
