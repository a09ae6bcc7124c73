/**
 * Application permissions of Microsoft Graph that lead to the control of a whole tenant: each needs a reason.
 * The guard has the same list with the ids of the roles; a test compares the two.
 * https://learn.microsoft.com/graph/permissions-reference
 */
export const PRIVILEGED_GRAPH_ROLES: readonly string[] = [
  "AppRoleAssignment.ReadWrite.All",
  "Application.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.ReadWrite.All",
  "Domain.ReadWrite.All",
  "EntitlementManagement.ReadWrite.All",
  "Group.ReadWrite.All",
  "GroupMember.ReadWrite.All",
  "Organization.ReadWrite.All",
  "Policy.ReadWrite.ApplicationConfiguration",
  "Policy.ReadWrite.AuthenticationMethod",
  "Policy.ReadWrite.ConditionalAccess",
  "Policy.ReadWrite.PermissionGrant",
  "PrivilegedAccess.ReadWrite.AzureAD",
  "PrivilegedAccess.ReadWrite.AzureADGroup",
  "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
  "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
  "PublicKeyInfrastructure.ReadWrite.All",
  "RoleAssignmentSchedule.ReadWrite.Directory",
  "RoleEligibilitySchedule.ReadWrite.Directory",
  "RoleManagement.ReadWrite.Directory",
  "RoleManagementPolicy.ReadWrite.AzureADGroup",
  "RoleManagementPolicy.ReadWrite.Directory",
  "User-PasswordProfile.ReadWrite.All",
  "UserAuthenticationMethod.ReadWrite.All",
];
