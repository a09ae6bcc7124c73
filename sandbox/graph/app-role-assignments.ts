import type { AppRoleAssignment, ServicePrincipalRecord } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import { holderTarget, modified, recordAudit } from "./audit";
import { bodyObject, isObject, noContent, type GraphCall, type Json } from "./call";
import { badRequest, resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import { findServicePrincipal, renderServicePrincipal } from "./service-principals";
import { refuseUnknownProperties, requiredString } from "./values";

const FIELDS = [
  "id",
  "appRoleId",
  "createdDateTime",
  "creationTimestamp",
  "deletedDateTime",
  "principalDisplayName",
  "principalId",
  "principalType",
  "resourceDisplayName",
  "resourceId",
];

function setOf(principal: ServicePrincipalRecord, list = "appRoleAssignments"): EntitySet {
  return {
    name: `servicePrincipals('${principal.id}')/${list}`,
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
  const principal = findServicePrincipal(call);
  const body = bodyObject(call);
  if (requiredString(body, "principalId", 36).toLowerCase() !== principal.id) {
    throw badRequest("The principalId must be the id of the service principal in the path.");
  }
  const resource = servicePrincipal(call, requiredString(body, "resourceId", 36));
  return entity(call, setOf(principal), assign(call, principal, resource, body), 201);
}

/** The same permissions seen from the API: who has been granted any of its roles. */
export function listAppRoleAssignedTo(call: GraphCall): GraphResponse {
  const resource = findServicePrincipal(call);
  const assignments = [...call.tenant.servicePrincipals.values()].flatMap((principal) =>
    principal.appRoleAssignments
      .filter(({ resourceId }) => resourceId === resource.id)
      .map((assignment) => render(call, principal, assignment)),
  );
  return collection(call, setOf(resource, ASSIGNED_TO), assignments);
}

/** Source: https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto */
export function createAppRoleAssignedTo(call: GraphCall): GraphResponse {
  const resource = findServicePrincipal(call);
  const body = bodyObject(call);
  if (requiredString(body, "resourceId", 36).toLowerCase() !== resource.id) {
    throw badRequest("The resourceId must be the id of the service principal in the path.");
  }
  const principal = servicePrincipal(call, requiredString(body, "principalId", 36));
  return entity(call, setOf(resource, ASSIGNED_TO), assign(call, principal, resource, body), 201);
}

export function deleteAppRoleAssignedTo(call: GraphCall): GraphResponse {
  const resource = findServicePrincipal(call);
  const id = call.param("assignment");
  const holder = [...call.tenant.servicePrincipals.values()].find((principal) =>
    principal.appRoleAssignments.some((one) => one.id === id && one.resourceId === resource.id),
  );
  if (!holder) throw resourceNotFound(id);
  holder.appRoleAssignments = holder.appRoleAssignments.filter((assignment) => assignment.id !== id);
  auditGrant(call, "Remove", holder, resource);
  return noContent();
}

const ASSIGNED_TO = "appRoleAssignedTo";

function servicePrincipal({ tenant }: GraphCall, id: string): ServicePrincipalRecord {
  const found = tenant.servicePrincipals.get(id.toLowerCase());
  if (!found) throw resourceNotFound(id);
  return found;
}

function assign(
  call: GraphCall,
  principal: ServicePrincipalRecord,
  resource: ServicePrincipalRecord,
  body: Json,
): Json {
  refuseUnknownProperties(body, FIELDS);
  const appRoleId = requiredString(body, "appRoleId", 36).toLowerCase();
  if (!roleIds(call, resource).includes(appRoleId)) {
    throw badRequest("Permission being assigned was not found on application");
  }
  const held = principal.appRoleAssignments;
  if (held.some((one) => one.resourceId === resource.id && one.appRoleId === appRoleId)) {
    throw badRequest("Permission being assigned already exists on the object");
  }
  const assignment: AppRoleAssignment = {
    id: call.tenant.newId(),
    appRoleId,
    resourceId: resource.id,
    createdDateTime: graphDateTime(call.tenant.clock()),
  };
  principal.appRoleAssignments = [...held, assignment];
  auditGrant(call, "Add", principal, resource, appRoleId);
  return render(call, principal, assignment);
}

function auditGrant(
  call: GraphCall,
  verb: "Add" | "Remove",
  principal: ServicePrincipalRecord,
  resource: ServicePrincipalRecord | undefined,
  appRoleId?: string,
): void {
  const roleIdProperty = appRoleId === undefined ? [] : [modified("AppRole.Id", null, appRoleId)];
  recordAudit(
    call,
    {
      activityDisplayName:
        verb === "Add"
          ? "Add app role assignment to service principal"
          : "Remove app role assignment from service principal",
      operationType: verb === "Add" ? "Assign" : "Unassign",
    },
    [...(resource ? [holderTarget(resource, roleIdProperty)] : []), holderTarget(principal)],
  );
}

export function deleteAppRoleAssignment(call: GraphCall): GraphResponse {
  const principal = findServicePrincipal(call);
  const id = call.param("assignment");
  const gone = principal.appRoleAssignments.find((assignment) => assignment.id === id);
  if (!gone) throw resourceNotFound(id);
  principal.appRoleAssignments = principal.appRoleAssignments.filter((assignment) => assignment !== gone);
  auditGrant(call, "Remove", principal, call.tenant.servicePrincipals.get(gone.resourceId));
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
    // Beta calls it otherwise.
    [call.version === "beta" ? "creationTimestamp" : "createdDateTime"]: assignment.createdDateTime,
    principalDisplayName: principal.properties["displayName"] ?? null,
    principalId: principal.id,
    principalType: "ServicePrincipal",
    resourceDisplayName: resource?.properties["displayName"] ?? null,
    resourceId: assignment.resourceId,
  };
}
