import * as policies from "./app-management-policies";
import * as appRoles from "./app-role-assignments";
import * as applications from "./applications";
import * as attributes from "./attribute-definitions";
import * as logs from "./audit-logs";
import type { GraphVersion } from "./call";
import { certificateAuthorityRoutes } from "./certificate-authority-routes";
import * as conditionalAccess from "./conditional-access-policies";
import * as activities from "./credential-activities";
import * as defaultPolicy from "./default-app-management-policy";
import * as deleted from "./deleted-items";
import * as directory from "./directory-objects";
import * as federated from "./federated-credentials";
import * as holders from "./holder-queries";
import * as rolling from "./key-rolling";
import * as locations from "./named-locations";
import * as organization from "./organization";
import * as owners from "./owners";
import * as passwords from "./password-credentials";
import * as allow from "./permissions";
import { betaRoute, route, type Route } from "./routing";
import * as principals from "./service-principals";

const { findApplication, findWritableApplication } = applications;
const { findRollable } = allow;
const { findServicePrincipal, findWritableServicePrincipal } = principals;

/** Every call the sandbox's Graph answers. */
export const routes: readonly Route[] = [
  // Applications
  route("GET", "/applications", allow.READ_APPLICATIONS, holders.listApplications),
  route("POST", "/applications", allow.CREATE_APPLICATIONS, applications.createApplication),
  route("GET", "/applications/$count", allow.READ_APPLICATIONS, holders.countApplications),
  route("GET", "/applications/{id}", allow.READ_APPLICATIONS, holders.getApplication),
  route("PATCH", "/applications/{id}", allow.WRITE_APPLICATIONS, applications.updateApplication),
  route("DELETE", "/applications/{id}", allow.WRITE_APPLICATIONS, applications.deleteApplication),
  route("POST", "/applications/{id}/addPassword", allow.WRITE_APPLICATIONS, (call) =>
    passwords.addPassword(call, findWritableApplication(call)),
  ),
  route("POST", "/applications/{id}/removePassword", allow.WRITE_APPLICATIONS, (call) =>
    passwords.removePassword(call, findWritableApplication(call)),
  ),
  route("POST", "/applications/{id}/addKey", allow.ROLL_KEYS, (call) =>
    rolling.addKey(call, findRollable(call, findApplication(call))),
  ),
  route("POST", "/applications/{id}/removeKey", allow.ROLL_KEYS, (call) =>
    rolling.removeKey(call, findRollable(call, findApplication(call))),
  ),
  route("GET", "/applications/{id}/owners", allow.READ_APPLICATIONS, (call) =>
    owners.listOwners(call, findApplication(call)),
  ),
  route("GET", "/applications/{id}/owners/$ref", allow.READ_APPLICATIONS, (call) =>
    owners.listOwnerReferences(call, findApplication(call)),
  ),
  route("POST", "/applications/{id}/owners/$ref", allow.WRITE_APPLICATIONS, (call) =>
    owners.addOwner(call, findWritableApplication(call)),
  ),
  route("DELETE", "/applications/{id}/owners/{owner}/$ref", allow.WRITE_APPLICATIONS, (call) =>
    owners.removeOwner(call, findWritableApplication(call)),
  ),

  // Federated identity credentials
  route(
    "GET",
    "/applications/{id}/federatedIdentityCredentials",
    allow.READ_APPLICATIONS,
    federated.listFederatedCredentials,
  ),
  route(
    "POST",
    "/applications/{id}/federatedIdentityCredentials",
    allow.WRITE_APPLICATIONS,
    federated.createFederatedCredential,
  ),
  route(
    "GET",
    "/applications/{id}/federatedIdentityCredentials/{credential}",
    allow.READ_APPLICATIONS,
    federated.getFederatedCredential,
  ),
  route(
    "PATCH",
    "/applications/{id}/federatedIdentityCredentials/{credential}",
    allow.WRITE_APPLICATIONS,
    federated.updateFederatedCredential,
  ),
  route(
    "DELETE",
    "/applications/{id}/federatedIdentityCredentials/{credential}",
    allow.WRITE_APPLICATIONS,
    federated.deleteFederatedCredential,
  ),

  // Service principals
  route("GET", "/servicePrincipals", allow.READ_APPLICATIONS, holders.listServicePrincipals),
  route("POST", "/servicePrincipals", allow.CREATE_APPLICATIONS, principals.createServicePrincipal),
  route("GET", "/servicePrincipals/$count", allow.READ_APPLICATIONS, holders.countServicePrincipals),
  route("GET", "/servicePrincipals/{id}", allow.READ_APPLICATIONS, holders.getServicePrincipal),
  route("PATCH", "/servicePrincipals/{id}", allow.UPDATE_PRINCIPALS, principals.updateServicePrincipal),
  route("DELETE", "/servicePrincipals/{id}", allow.WRITE_APPLICATIONS, principals.deleteServicePrincipal),
  route("POST", "/servicePrincipals/{id}/addPassword", allow.WRITE_APPLICATIONS, (call) =>
    passwords.addPassword(call, findWritableServicePrincipal(call)),
  ),
  route("POST", "/servicePrincipals/{id}/removePassword", allow.WRITE_APPLICATIONS, (call) =>
    passwords.removePassword(call, findWritableServicePrincipal(call)),
  ),
  route("POST", "/servicePrincipals/{id}/addKey", allow.ROLL_KEYS, (call) =>
    rolling.addKey(call, findRollable(call, findServicePrincipal(call))),
  ),
  route("POST", "/servicePrincipals/{id}/removeKey", allow.ROLL_KEYS, (call) =>
    rolling.removeKey(call, findRollable(call, findServicePrincipal(call))),
  ),
  route("GET", "/servicePrincipals/{id}/owners", allow.READ_APPLICATIONS, (call) =>
    owners.listOwners(call, findServicePrincipal(call)),
  ),
  route("GET", "/servicePrincipals/{id}/owners/$ref", allow.READ_APPLICATIONS, (call) =>
    owners.listOwnerReferences(call, findServicePrincipal(call)),
  ),
  route("POST", "/servicePrincipals/{id}/owners/$ref", allow.WRITE_APPLICATIONS, (call) =>
    owners.addOwner(call, findWritableServicePrincipal(call)),
  ),
  route("DELETE", "/servicePrincipals/{id}/owners/{owner}/$ref", allow.WRITE_APPLICATIONS, (call) =>
    owners.removeOwner(call, findWritableServicePrincipal(call)),
  ),
  route(
    "GET",
    "/servicePrincipals/{id}/appRoleAssignments",
    allow.READ_APPLICATIONS,
    appRoles.listAppRoleAssignments,
  ),
  route(
    "POST",
    "/servicePrincipals/{id}/appRoleAssignments",
    allow.GRANT_APP_ROLES,
    appRoles.createAppRoleAssignment,
  ),
  route(
    "DELETE",
    "/servicePrincipals/{id}/appRoleAssignments/{assignment}",
    allow.GRANT_APP_ROLES,
    appRoles.deleteAppRoleAssignment,
  ),
  route(
    "GET",
    "/servicePrincipals/{id}/appRoleAssignedTo",
    allow.READ_APPLICATIONS,
    appRoles.listAppRoleAssignedTo,
  ),
  route(
    "POST",
    "/servicePrincipals/{id}/appRoleAssignedTo",
    allow.GRANT_APP_ROLES,
    appRoles.createAppRoleAssignedTo,
  ),
  route(
    "DELETE",
    "/servicePrincipals/{id}/appRoleAssignedTo/{assignment}",
    allow.GRANT_APP_ROLES,
    appRoles.deleteAppRoleAssignedTo,
  ),

  // App management policies
  route(
    "GET",
    "/policies/defaultAppManagementPolicy",
    allow.READ_POLICIES,
    defaultPolicy.getDefaultAppManagementPolicy,
  ),
  route(
    "PATCH",
    "/policies/defaultAppManagementPolicy",
    allow.WRITE_POLICIES,
    defaultPolicy.updateDefaultAppManagementPolicy,
  ),
  route("GET", "/policies/appManagementPolicies", allow.READ_POLICIES, policies.listAppManagementPolicies),
  route("POST", "/policies/appManagementPolicies", allow.WRITE_POLICIES, policies.createAppManagementPolicy),
  route(
    "GET",
    "/policies/appManagementPolicies/{policy}",
    allow.READ_POLICIES,
    policies.getAppManagementPolicy,
  ),
  route(
    "PATCH",
    "/policies/appManagementPolicies/{policy}",
    allow.WRITE_POLICIES,
    policies.updateAppManagementPolicy,
  ),
  route(
    "DELETE",
    "/policies/appManagementPolicies/{policy}",
    allow.WRITE_POLICIES,
    policies.deleteAppManagementPolicy,
  ),
  route(
    "GET",
    "/policies/appManagementPolicies/{policy}/appliesTo",
    allow.READ_POLICY_TARGETS,
    policies.listAppliesTo,
  ),
  route("GET", "/applications/{id}/appManagementPolicies", allow.READ_POLICY_TARGETS, (call) =>
    policies.listAssignedPolicies(call, findApplication(call)),
  ),
  route("POST", "/applications/{id}/appManagementPolicies/$ref", allow.ASSIGN_POLICIES, (call) =>
    policies.assignPolicy(call, findApplication(call)),
  ),
  route("DELETE", "/applications/{id}/appManagementPolicies/{policy}/$ref", allow.ASSIGN_POLICIES, (call) =>
    policies.unassignPolicy(call, findApplication(call)),
  ),
  route("GET", "/servicePrincipals/{id}/appManagementPolicies", allow.READ_POLICY_TARGETS, (call) =>
    policies.listAssignedPolicies(call, findServicePrincipal(call)),
  ),
  route("POST", "/servicePrincipals/{id}/appManagementPolicies/$ref", allow.ASSIGN_POLICIES, (call) =>
    policies.assignPolicy(call, findServicePrincipal(call)),
  ),
  route(
    "DELETE",
    "/servicePrincipals/{id}/appManagementPolicies/{policy}/$ref",
    allow.ASSIGN_POLICIES,
    (call) => policies.unassignPolicy(call, findServicePrincipal(call)),
  ),

  // Certificate authorities
  ...certificateAuthorityRoutes,

  // Conditional Access
  ...conditionalAccessRoutes("/identity/conditionalAccess"),

  // Logs and reports
  route("GET", "/auditLogs/directoryAudits", allow.READ_LOGS, logs.listDirectoryAudits),
  route("GET", "/auditLogs/directoryAudits/{audit}", allow.READ_LOGS, logs.getDirectoryAudit),
  route("GET", "/auditLogs/signIns", allow.READ_LOGS, logs.listSignIns),
  route("GET", "/auditLogs/signIns/{signIn}", allow.READ_LOGS, logs.getSignIn),
  betaRoute(
    "GET",
    "/reports/appCredentialSignInActivities",
    allow.READ_LOGS,
    activities.listCredentialActivities,
  ),
  betaRoute(
    "GET",
    "/reports/appCredentialSignInActivities/{activity}",
    allow.READ_LOGS,
    activities.getCredentialActivity,
  ),

  // Custom security attributes
  ...attributeRoutes(),

  // Organization, users, directory objects, deleted items
  route("GET", "/organization", allow.READ_ORGANIZATION, organization.listOrganizations),
  route("GET", "/organization/{id}", allow.READ_ORGANIZATION, organization.getOrganization),
  route("GET", "/users", allow.READ_USERS, directory.listUsers),
  route("GET", "/users/{id}", allow.READ_USERS, directory.getUser),
  route(
    "POST",
    "/directoryObjects/getByIds",
    allow.READ_DIRECTORY_OBJECTS,
    directory.getDirectoryObjectsByIds,
  ),
  route("GET", "/directoryObjects/{id}", allow.READ_DIRECTORY_OBJECTS, directory.getDirectoryObject),
  route(
    "GET",
    "/directory/deletedItems/microsoft.graph.application",
    allow.READ_APPLICATIONS,
    deleted.listDeletedApplications,
  ),
  route(
    "GET",
    "/directory/deletedItems/microsoft.graph.servicePrincipal",
    allow.READ_APPLICATIONS,
    deleted.listDeletedServicePrincipals,
  ),
  route("GET", "/directory/deletedItems/{id}", allow.READ_APPLICATIONS, deleted.getDeletedItem),
  route("DELETE", "/directory/deletedItems/{id}", allow.WRITE_APPLICATIONS, deleted.purgeDeletedItem),
  route("POST", "/directory/deletedItems/{id}/restore", allow.WRITE_APPLICATIONS, deleted.restoreDeletedItem),
];

const V1: readonly Route[] = routes.filter(({ betaOnly }) => betaOnly !== true);

/** The calls one version answers. */
export function routesOf(version: GraphVersion): readonly Route[] {
  return version === "beta" ? routes : V1;
}

function attributeRoutes(): readonly Route[] {
  const { READ_ATTRIBUTES: read, WRITE_ATTRIBUTES: write } = allow;
  const sets = "/directory/attributeSets";
  const definitions = "/directory/customSecurityAttributeDefinitions";
  return [
    route("GET", sets, read, attributes.listAttributeSets),
    route("POST", sets, write, attributes.createAttributeSet),
    route("GET", `${sets}/{set}`, read, attributes.getAttributeSet),
    route("PATCH", `${sets}/{set}`, write, attributes.updateAttributeSet),
    route("GET", definitions, read, attributes.listAttributeDefinitions),
    route("POST", definitions, write, attributes.createAttributeDefinition),
    route("GET", `${definitions}/{definition}`, read, attributes.getAttributeDefinition),
    route("PATCH", `${definitions}/{definition}`, write, attributes.updateAttributeDefinition),
  ];
}

/** Reads and writes of policies and named locations below the Conditional Access root. */
function conditionalAccessRoutes(root: string): readonly Route[] {
  const { READ_CONDITIONAL_ACCESS: read, WRITE_CONDITIONAL_ACCESS: write } = allow;
  return [
    route("GET", `${root}/policies`, read, conditionalAccess.listConditionalAccessPolicies),
    route("POST", `${root}/policies`, write, conditionalAccess.createConditionalAccessPolicy),
    route("GET", `${root}/policies/{policy}`, read, conditionalAccess.getConditionalAccessPolicy),
    route("PATCH", `${root}/policies/{policy}`, write, conditionalAccess.updateConditionalAccessPolicy),
    route("DELETE", `${root}/policies/{policy}`, write, conditionalAccess.deleteConditionalAccessPolicy),
    route("GET", `${root}/namedLocations`, read, locations.listNamedLocations),
    route("POST", `${root}/namedLocations`, write, locations.createNamedLocation),
    route("GET", `${root}/namedLocations/{location}`, read, locations.getNamedLocation),
    route("PATCH", `${root}/namedLocations/{location}`, write, locations.updateNamedLocation),
    route("DELETE", `${root}/namedLocations/{location}`, write, locations.deleteNamedLocation),
  ];
}
