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
  "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
  "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
  "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
  "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
  "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
  "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
  "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
  "Policy.ReadWrite.ApplicationConfiguration": "be74164b-cff1-491c-8741-e671cb536e13",
  "Policy.ReadWrite.ConditionalAccess": "01c0a623-fc9b-48e9-b794-0756f8e8f067",
  "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
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
