/** Resources of Entra ID beside applications and their credentials, by type token. */
import { azureClassic, entra } from "./bridged-types";
import { azureNative, ResourceType, type } from "./resource-types";

export const applicationRegistration = entra("Application", "ApplicationRegistration");
export const servicePrincipal = entra("Service principal", "ServicePrincipal");
export const applicationOwner = entra("Application owner", "ApplicationOwner");

/** Say of a registration, beside it, that it needs no credential of its own. */
export const redirectUris = entra("Redirect URIs", "ApplicationRedirectUris");
export const fallbackPublicClient = entra("Public client", "ApplicationFallbackPublicClient");

/** Trust in tokens of one issuer for one subject, on an application. */
export const federatedCredential = entra("Federated credential", "ApplicationFederatedIdentityCredential");

/** The same on a user-assigned identity. */
export const identityFederatedCredential: readonly ResourceType[] = [
  azureNative("Federated credential", "managedidentity", "FederatedIdentityCredential"),
  azureClassic(
    "Federated credential",
    "armmsi",
    "FederatedIdentityCredential",
    "federated_identity_credential",
  ),
];

/** Trust in all tokens of an issuer that match an expression. */
export const flexibleFederatedCredential = entra(
  "Flexible federated credential",
  "ApplicationFlexibleFederatedIdentityCredential",
);

export const conditionalAccessPolicy = entra("Conditional Access policy", "ConditionalAccessPolicy");
export const namedLocation = entra("Named location", "NamedLocation");

export const appRoleAssignment = entra("App role assignment", "AppRoleAssignment");
export const applicationApiAccess = entra("API access", "ApplicationApiAccess");
export const directoryRoleAssignment = entra(
  "Directory role assignment",
  "DirectoryRoleAssignment",
  "DirectoryRoleEligibilityScheduleRequest",
);
/** The older way to give a role: by the object that an activated role is in a tenant. */
export const directoryRoleMember = entra("Directory role member", "DirectoryRoleMember");
export const directoryRole = entra("Directory role", "DirectoryRole");

/** Who is no application: a role given to them is no business of these rules. */
export const people = entra("User or group", "User", "Group", "GroupWithoutMembers");

/** A policy for single applications, which overrules that of the tenant. */
export const customPolicy = type("Custom policy", /^certlock:[^:]+:AppManagementPolicy$/);
