/** Microsoft's own services every tenant has as service principals: the resources tokens are asked for. */
export interface MicrosoftService {
  readonly appId: string;
  readonly displayName: string;
  readonly servicePrincipalNames: readonly string[];
  /** The `aud` of a token asked for by this service's URI. */
  readonly audience: string;
  readonly appRoles: readonly { readonly id: string; readonly value: string }[];
}

/** Tenant that owns Microsoft's first-party applications. */
export const MICROSOFT_SERVICES_TENANT_ID = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/** Source of the ids: https://learn.microsoft.com/graph/permissions-reference */
const GRAPH_APP_ROLES = {
  // Published as delegated permissions only, while the API's pages name them for applications: same ids here.
  "AppCertTrustConfiguration.Read.All": "af281d3a-030d-4122-886e-146fb30a0413",
  "AppCertTrustConfiguration.ReadWrite.All": "4bae2ed4-473e-4841-a493-9829cfd51d48",
  "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
  "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
  "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
  "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
  "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
  "CustomSecAttributeAssignment.Read.All": "3b37c5a4-1226-493d-bec3-5d6c6b866f3f",
  "CustomSecAttributeAssignment.ReadWrite.All": "de89b5e4-5b8f-48eb-8925-29c2b33bd8bd",
  "CustomSecAttributeDefinition.Read.All": "b185aa14-d8d2-42c1-a685-0f5596613624",
  "CustomSecAttributeDefinition.ReadWrite.All": "12338004-21f4-4896-bf5e-b75dfaf1016d",
  "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
  "Device.Read.All": "7438b122-aefc-4978-80ed-43db9fcc7715",
  "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
  "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
  "Domain.ReadWrite.All": "7e05723c-0bb0-42da-be95-ae9f08a6e53c",
  "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
  "Group.ReadWrite.All": "62a82d76-70ea-41e2-9197-370581804d09",
  "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
  "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
  "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
  "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
  "Policy.ReadWrite.ApplicationConfiguration": "be74164b-cff1-491c-8741-e671cb536e13",
  "Policy.ReadWrite.ConditionalAccess": "01c0a623-fc9b-48e9-b794-0756f8e8f067",
  "Policy.ReadWrite.PermissionGrant": "a402ca1c-2696-4531-972d-6e5ee4aa11ea",
  "PrivilegedAccess.ReadWrite.AzureADGroup": "2f6817f8-7b12-4f0f-bc18-eeaf60705a9e",
  "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup": "41202f2c-f7ab-45be-b001-85c9728b9d69",
  "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup": "618b6020-bca8-4de6-99f6-ef445fa4d857",
  "RoleAssignmentSchedule.ReadWrite.Directory": "dd199f4a-f148-40a4-a2ec-f0069cc799ec",
  "RoleEligibilitySchedule.ReadWrite.Directory": "fee28b28-e1f3-4841-818e-2704dc62245f",
  "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
  "RoleManagementPolicy.ReadWrite.Directory": "31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad",
  "Sites.Read.All": "332a536c-c7ef-4017-ab91-336970924f0d",
  "Sites.Selected": "883ea226-0bf2-4a8f-9f9d-92c9162a727d",
  "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
  "UserAuthenticationMethod.ReadWrite.All": "50483e42-d915-4231-9639-7fdb7fd190e5",
} as const;

export const MICROSOFT_GRAPH: MicrosoftService = {
  appId: "00000003-0000-0000-c000-000000000000",
  displayName: "Microsoft Graph",
  servicePrincipalNames: ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"],
  audience: "https://graph.microsoft.com",
  appRoles: Object.entries(GRAPH_APP_ROLES).map(([value, id]) => ({ id, value })),
};

export const MICROSOFT_SERVICES: readonly MicrosoftService[] = [
  MICROSOFT_GRAPH,
  {
    appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    displayName: "Azure Key Vault",
    servicePrincipalNames: ["https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"],
    audience: "https://vault.azure.net",
    appRoles: [],
  },
  {
    appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    displayName: "Windows Azure Service Management API",
    servicePrincipalNames: [
      "https://management.azure.com",
      "https://management.core.windows.net",
      "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ],
    audience: "https://management.azure.com",
    appRoles: [],
  },
];

/** What certlock's pipeline needs in a real tenant, and so what the sandbox's deployer has. */
export const DEPLOYER_ROLES = [
  "Application.ReadWrite.All",
  "Policy.Read.All",
  "Policy.ReadWrite.ApplicationConfiguration",
  "Policy.ReadWrite.ConditionalAccess",
  "User.Read.All",
] as const satisfies readonly (keyof typeof GRAPH_APP_ROLES)[];
