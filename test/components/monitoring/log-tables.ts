/** The tables of Azure Monitor the queries read, column by column as Microsoft's reference lists them. */

export type ColumnType = "bool" | "datetime" | "dynamic" | "int" | "long" | "real" | "string";
export type LogTable = Readonly<Record<string, ColumnType>>;

const table = (columns: string): LogTable =>
  Object.fromEntries(
    columns
      .trim()
      .split(/\s+/)
      .map((column) => column.split(":") as [string, ColumnType]),
  );

/** Of every sign-in table. */
const SIGN_INS = `
  AppId:string AuthenticationContextClassReferences:string AuthenticationProcessingDetails:string _BilledSize:real
  Category:string ConditionalAccessPolicies:string ConditionalAccessStatus:string CorrelationId:string DurationMs:long
  FederatedCredentialId:string Id:string Identity:string IPAddress:string _IsBillable:string Level:string
  Location:string LocationDetails:string OperationName:string OperationVersion:string ResourceDisplayName:string
  ResourceGroup:string ResourceIdentity:string ResourceServicePrincipalId:string ResultDescription:string
  ResultSignature:string ResultType:string ServicePrincipalCredentialKeyId:string
  ServicePrincipalCredentialThumbprint:string ServicePrincipalId:string ServicePrincipalName:string
  SourceSystem:string TenantId:string TimeGenerated:datetime Type:string UniqueTokenIdentifier:string`;

/** By name; of https://learn.microsoft.com/azure/azure-monitor/reference/tables/<name>, July 2024. */
export const LOG_TABLES: Readonly<Record<string, LogTable>> = {
  AADManagedIdentitySignInLogs: table(SIGN_INS),
  AADServicePrincipalSignInLogs: table(SIGN_INS),
  AuditLogs: table(`
    AADOperationType:string AADTenantId:string ActivityDateTime:datetime ActivityDisplayName:string
    AdditionalDetails:dynamic _BilledSize:real Category:string CorrelationId:string DurationMs:long Id:string
    Identity:string InitiatedBy:dynamic _IsBillable:string Level:string Location:string LoggedByService:string
    OperationName:string OperationVersion:string Resource:string ResourceGroup:string ResourceId:string
    ResourceProvider:string Result:string ResultDescription:string ResultReason:string ResultSignature:string
    ResultType:string SourceSystem:string TargetResources:dynamic TimeGenerated:datetime Type:string`),
  AZKVAuditLogs: table(`
    AddressAuthorizationType:string Algorithm:string AppliedAssignmentId:string _BilledSize:real
    CallerIpAddress:string CertificateIssuerProperties:dynamic CertificatePolicyProperties:dynamic
    CertificateProperties:dynamic CertificateRequestProperties:dynamic ClientInfo:string CorrelationId:string
    DurationMs:int EnabledForDeployment:bool EnabledForDiskEncryption:bool EnabledForTemplateDeployment:bool
    EnablePurgeProtection:bool EnableRbacAuthorization:bool EnableSoftDelete:bool HsmPoolResourceId:string
    HttpStatusCode:int Id:string Identity:dynamic IsAccessPolicyMatch:bool IsAddressAuthorized:bool
    _IsBillable:string IsRbacAuthorized:bool KeyProperties:dynamic NetworkAcls:dynamic Nsp:dynamic
    OperationName:string OperationVersion:string Properties:dynamic RequestUri:string _ResourceId:string
    ResultDescription:string ResultSignature:string ResultType:string SecretProperties:dynamic Sku:dynamic
    SoftDeleteRetentionInDays:int SourceSystem:string StorageAccountProperties:dynamic
    StorageSasDefinitionProperties:dynamic SubnetId:string _SubscriptionId:string TenantId:string
    TimeGenerated:datetime Tlsversion:string TrustedService:string Type:string VaultProperties:dynamic`),
  MicrosoftGraphActivityLogs: table(`
    AadTenantId:string ApiVersion:string AppId:string ATContent:string _BilledSize:real ClientAuthMethod:int
    ClientRequestId:string DurationMs:int IdentityProvider:string IPAddress:string _IsBillable:string
    Location:string OperationId:string RequestId:string RequestMethod:string RequestUri:string
    ResponseSizeBytes:int ResponseStatusCode:int Roles:string Scopes:string ServicePrincipalId:string
    SignInActivityId:string SourceSystem:string TenantId:string TimeGenerated:datetime TokenIssuedAt:datetime
    Type:string UserAgent:string UserId:string Wids:string`),
};

/** The same with the columns newer workspaces have. */
export const NEWER_LOG_TABLES: Readonly<Record<string, LogTable>> = {
  ...LOG_TABLES,
  AADServicePrincipalSignInLogs: table(`${SIGN_INS} AppOwnerTenantId:string ClientCredentialType:string`),
};
