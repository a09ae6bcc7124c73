import type { AuditTarget } from "../tenant/directory-audits";
import type { CredentialHolder, DirectoryObject } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { renderApplication } from "./applications";
import { auditTarget, holderTarget, recordAudit } from "./audit";
import { bodyObject, context, noContent, ok, type GraphCall, type Json } from "./call";
import { badRequest, referenceAlreadyExists, resourceNotFound } from "./graph-error";
import { referencedId, requireOwner } from "./holder-properties";
import { collection, type EntitySet } from "./query";
import { renderServicePrincipal } from "./service-principals";
import { requiredString } from "./values";

/** Source: https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions */
const MOST_OWNERS = 100;

export const DIRECTORY_OBJECTS: EntitySet = {
  name: "directoryObjects",
  type: "microsoft.graph.directoryObject",
  properties: new Set(["id", "deletedDateTime", "displayName", "userPrincipalName", "mail", "appId"]),
};

export function listOwners(call: GraphCall, holder: CredentialHolder): GraphResponse {
  return collection(call, DIRECTORY_OBJECTS, renderOwners(call, holder));
}

export function renderOwners(call: GraphCall, holder: CredentialHolder): readonly Json[] {
  return ownersOf(call, holder).map((owner) => render(call, owner));
}

/** GET …/owners/$ref: the references instead of the objects. */
export function listOwnerReferences(call: GraphCall, holder: CredentialHolder): GraphResponse {
  return ok({
    "@odata.context": context(call, "Collection($ref)"),
    value: ownersOf(call, holder).map(({ id }) => ({
      "@odata.id": `${call.tenant.graphUrl}/v2/${call.tenant.id}/directoryObjects/${id}`,
    })),
  });
}

export function addOwner(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const id = requireOwner(call, referencedId(requiredString(bodyObject(call), "@odata.id", 2048)));
  if (holder.owners.includes(id)) throw referenceAlreadyExists("owners");
  if (holder.owners.length >= MOST_OWNERS) {
    throw badRequest(`The directory object quota limit of ${MOST_OWNERS} owners has been exceeded.`);
  }
  holder.owners = [...holder.owners, id];
  auditOwner(call, holder, id, "Add");
  return noContent();
}

export function removeOwner(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const id = call.param("owner").toLowerCase();
  if (!holder.owners.includes(id)) throw resourceNotFound(id);
  holder.owners = holder.owners.filter((owner) => owner !== id);
  auditOwner(call, holder, id, "Remove");
  return noContent();
}

function auditOwner(call: GraphCall, holder: CredentialHolder, id: string, verb: "Add" | "Remove"): void {
  const what = holder.kind === "application" ? "application" : "service principal";
  const owner = call.tenant.directoryObject(id);
  recordAudit(
    call,
    {
      activityDisplayName: verb === "Add" ? `Add owner to ${what}` : `Remove owner from ${what}`,
      operationType: verb === "Add" ? "Assign" : "Unassign",
    },
    [ownerTarget(id, owner), holderTarget(holder)],
  );
}

function ownerTarget(id: string, owner: DirectoryObject | undefined): AuditTarget {
  if (owner && owner.kind !== "user") return holderTarget(owner);
  const name = owner?.properties["userPrincipalName"];
  return {
    ...auditTarget("User", { id, displayName: null }),
    userPrincipalName: typeof name === "string" ? name : null,
  };
}

/** Any directory object with the type a mixed collection needs. */
export function render(call: GraphCall, object: DirectoryObject): Json {
  switch (object.kind) {
    case "application":
      return { "@odata.type": "#microsoft.graph.application", ...renderApplication(call, object) };
    case "servicePrincipal":
      return { "@odata.type": "#microsoft.graph.servicePrincipal", ...renderServicePrincipal(call, object) };
    case "user":
      return { "@odata.type": "#microsoft.graph.user", id: object.id, ...object.properties };
  }
}

function ownersOf(call: GraphCall, holder: CredentialHolder): readonly DirectoryObject[] {
  return holder.owners.flatMap((id) => call.tenant.directoryObject(id) ?? []);
}
