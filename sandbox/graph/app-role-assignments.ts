import type { AppRoleAssignment, ServicePrincipalRecord } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import { bodyObject, isObject, noContent, type GraphCall, type Json } from "./call";
import { badRequest, resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import { findServicePrincipal, renderServicePrincipal } from "./service-principals";
import { refuseUnknownProperties, requiredString } from "./values";

const FIELDS = [
  "id",
  "appRoleId",
  "createdDateTime",
  "deletedDateTime",
  "principalDisplayName",
  "principalId",
  "principalType",
  "resourceDisplayName",
  "resourceId",
];

function setOf(principal: ServicePrincipalRecord): EntitySet {
  return {
    name: `servicePrincipals('${principal.id}')/appRoleAssignments`,
    type: "microsoft.graph.appRoleAssignment",
    properties: new Set(FIELDS),
  };
}

/** The permissions granted to a service principal: what its tokens carry as `roles`. */
export function listAppRoleAssignments(call: GraphCall): GraphResponse {
  const principal = findServicePrincipal(call);
  const assignments = principal.appRoleAssignments.map((assignment) => render(call, principal, assignment));
  return collection(call, setOf(principal), assignments);
}

/** Source: https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments */
export function createAppRoleAssignment(call: GraphCall): GraphResponse {
  const { tenant } = call;
  const principal = findServicePrincipal(call);
  const body = bodyObject(call);
  refuseUnknownProperties(body, FIELDS);
  if (requiredString(body, "principalId", 36) !== principal.id) {
    throw badRequest("The principalId must be the id of the service principal in the path.");
  }
  const resourceId = requiredString(body, "resourceId", 36);
  const resource = tenant.servicePrincipals.get(resourceId);
  if (!resource) throw resourceNotFound(resourceId);
  const appRoleId = requiredString(body, "appRoleId", 36);
  if (!roleIds(call, resource).includes(appRoleId)) {
    throw badRequest("Permission being assigned was not found on application");
  }
  if (
    principal.appRoleAssignments.some((one) => one.resourceId === resourceId && one.appRoleId === appRoleId)
  ) {
    throw badRequest("Permission being assigned already exists on the object");
  }
  const assignment: AppRoleAssignment = {
    id: tenant.newId(),
    appRoleId,
    resourceId,
    createdDateTime: graphDateTime(tenant.clock()),
  };
  principal.appRoleAssignments = [...principal.appRoleAssignments, assignment];
  return entity(call, setOf(principal), render(call, principal, assignment), 201);
}

export function deleteAppRoleAssignment(call: GraphCall): GraphResponse {
  const principal = findServicePrincipal(call);
  const id = call.param("assignment");
  const kept = principal.appRoleAssignments.filter((assignment) => assignment.id !== id);
  if (kept.length === principal.appRoleAssignments.length) throw resourceNotFound(id);
  principal.appRoleAssignments = kept;
  return noContent();
}

function roleIds(call: GraphCall, resource: ServicePrincipalRecord): readonly unknown[] {
  const roles = renderServicePrincipal(call, resource)["appRoles"];
  return Array.isArray(roles) ? roles.map((role: unknown) => (isObject(role) ? role["id"] : undefined)) : [];
}

function render(call: GraphCall, principal: ServicePrincipalRecord, assignment: AppRoleAssignment): Json {
  const resource = call.tenant.servicePrincipals.get(assignment.resourceId);
  return {
    id: assignment.id,
    deletedDateTime: null,
    appRoleId: assignment.appRoleId,
    createdDateTime: assignment.createdDateTime,
    principalDisplayName: principal.properties["displayName"] ?? null,
    principalId: principal.id,
    principalType: "ServicePrincipal",
    resourceDisplayName: resource?.properties["displayName"] ?? null,
    resourceId: assignment.resourceId,
  };
}
