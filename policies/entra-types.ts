/** Resources of Entra ID beside applications and their credentials, by type token. */
import { azureNative, ResourceType, type } from "./resource-types";

export const applicationRegistration = type("Application", /^azuread:[^:]+:ApplicationRegistration$/);
export const servicePrincipal = type("Service principal", /^azuread:[^:]+:ServicePrincipal$/);
export const applicationOwner = type("Application owner", /^azuread:[^:]+:ApplicationOwner$/);

/** Trust in tokens of one issuer for one subject, on an application. */
export const federatedCredential = type(
  "Federated credential",
  /^azuread:[^:]+:ApplicationFederatedIdentityCredential$/,
  /^azure:ad\/[^:]+:ApplicationFederatedIdentityCredential$/,
);

/** The same on a user-assigned identity. */
export const identityFederatedCredential: readonly ResourceType[] = [
  azureNative("Federated credential", "managedidentity", "FederatedIdentityCredential"),
  type("Federated credential", /^azure:armmsi\/[^:]+:FederatedIdentityCredential$/),
];

/** Trust in all tokens of an issuer that match an expression. */
export const flexibleFederatedCredential = type(
  "Flexible federated credential",
  /^azuread:[^:]+:ApplicationFlexibleFederatedIdentityCredential$/,
);

export const conditionalAccessPolicy = type(
  "Conditional Access policy",
  /^azuread:[^:]+:ConditionalAccessPolicy$/,
);
export const namedLocation = type("Named location", /^azuread:[^:]+:NamedLocation$/);

export const appRoleAssignment = type("App role assignment", /^azuread:[^:]+:AppRoleAssignment$/);
export const applicationApiAccess = type("API access", /^azuread:[^:]+:ApplicationApiAccess$/);
export const directoryRoleAssignment = type(
  "Directory role assignment",
  /^azuread:[^:]+:DirectoryRole(?:Assignment|EligibilityScheduleRequest)$/,
);

/** A policy for single applications, which overrules that of the tenant. */
export const customPolicy = type("Custom policy", /^certlock:[^:]+:AppManagementPolicy$/);
