import type { CredentialHolder } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { APPLICATIONS, renderApplication } from "./applications";
import { holderTarget, recordAudit } from "./audit";
import { noContent, type GraphCall } from "./call";
import { duplicateKeyValue, resourceNotFound } from "./graph-error";
import { DIRECTORY_OBJECTS, render } from "./owners";
import { checkOwnership } from "./permissions";
import { collection, entity } from "./query";
import { renderServicePrincipal, SERVICE_PRINCIPALS } from "./service-principals";

/** Deleted objects leave for good after this time. Source: https://learn.microsoft.com/graph/api/resources/directory */
const RETENTION_MILLISECONDS = 30 * 24 * 3_600_000;

export function listDeletedApplications(call: GraphCall): GraphResponse {
  const gone = retained(call).flatMap((item) =>
    item.kind === "application" ? [renderApplication(call, item)] : [],
  );
  return collection(call, APPLICATIONS, gone);
}

export function listDeletedServicePrincipals(call: GraphCall): GraphResponse {
  const gone = retained(call).flatMap((item) =>
    item.kind === "servicePrincipal" ? [renderServicePrincipal(call, item)] : [],
  );
  return collection(call, SERVICE_PRINCIPALS, gone);
}

export function getDeletedItem(call: GraphCall): GraphResponse {
  return entity(call, DIRECTORY_OBJECTS, render(call, find(call)));
}

/**
 * Brings one object back. Restoring an application leaves its service principal deleted.
 * Source: https://learn.microsoft.com/graph/api/directory-deleteditems-restore
 */
export function restoreDeletedItem(call: GraphCall): GraphResponse {
  const { tenant } = call;
  const item = findWritable(call);
  if (item.kind === "servicePrincipal" && tenant.servicePrincipalByAppId(item.appId)) {
    throw duplicateKeyValue(
      "The service principal cannot be created, updated, or restored because the service principal name " +
        `${item.appId} is already in use.`,
    );
  }
  tenant.deletedItems.delete(item.id);
  item.deletedDateTime = null;
  if (item.kind === "application") tenant.applications.set(item.id, item);
  else tenant.servicePrincipals.set(item.id, item);
  recordAudit(
    call,
    {
      activityDisplayName: item.kind === "application" ? "Restore application" : "Restore service principal",
      operationType: "Update",
    },
    [holderTarget(item)],
  );
  return entity(call, DIRECTORY_OBJECTS, render(call, item));
}

export function purgeDeletedItem(call: GraphCall): GraphResponse {
  const item = findWritable(call);
  call.tenant.deletedItems.delete(item.id);
  recordAudit(
    call,
    {
      activityDisplayName:
        item.kind === "application" ? "Hard Delete application" : "Hard delete service principal",
      operationType: "Delete",
    },
    [holderTarget(item)],
  );
  return noContent();
}

function retained(call: GraphCall): readonly CredentialHolder[] {
  const oldest = call.tenant.clock().getTime() - RETENTION_MILLISECONDS;
  return [...call.tenant.deletedItems.values()].filter(
    ({ deletedDateTime }) => Date.parse(deletedDateTime ?? "") >= oldest,
  );
}

function find(call: GraphCall): CredentialHolder {
  const id = call.param("id").toLowerCase();
  const item = retained(call).find((candidate) => candidate.id === id);
  if (!item) throw resourceNotFound(id);
  return item;
}

function findWritable(call: GraphCall): CredentialHolder {
  const item = find(call);
  checkOwnership(call, item);
  return item;
}
