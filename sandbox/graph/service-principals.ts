import type { ApplicationRecord, ServicePrincipalRecord } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import {
  auditCreation,
  auditCredentials,
  auditProperties,
  heldCredentials,
  holderTarget,
  recordAudit,
} from "./audit";
import { bodyObject, noContent, prefers, withoutV1Only, type GraphCall, type Json } from "./call";
import { duplicateKeyValue, GraphError, resourceNotFound } from "./graph-error";
import {
  boundOwners,
  initialCredentials,
  mergeProperties,
  patchCredentials,
  type Defaults,
} from "./holder-properties";
import { renderCredentials } from "./key-credentials";
import type { IssuedPassword } from "./password-credentials";
import { checkCreation, checkOwnership, managesOnlyOwned } from "./permissions";
import { entity, type EntitySet } from "./query";
import { alternateKey } from "./routing";
import { patchSecurityAttributes, SECURITY_ATTRIBUTES } from "./security-attributes";
import { checkLock } from "./service-principal-lock";
import { isAnnotation, optionalString, requiredString, stringList } from "./values";

/** Source: https://learn.microsoft.com/graph/api/resources/serviceprincipal */
const DEFAULTS: Defaults = {
  accountEnabled: true,
  addIns: [],
  alternativeNames: [],
  appRoleAssignmentRequired: false,
  customSecurityAttributes: null,
  description: null,
  displayName: null,
  homepage: null,
  loginUrl: null,
  logoutUrl: null,
  notes: null,
  notificationEmailAddresses: [],
  preferredSingleSignOnMode: null,
  preferredTokenSigningKeyThumbprint: null,
  replyUrls: [],
  samlSingleSignOnSettings: null,
  tags: [],
  tokenEncryptionKeyId: null,
};

const READ_ONLY = [
  "id",
  "appId",
  "appDescription",
  "appDisplayName",
  "appOwnerOrganizationId",
  "appRoles",
  "applicationTemplateId",
  "createdDateTime",
  "deletedDateTime",
  "disabledByMicrosoftStatus",
  "oauth2PermissionScopes",
  "resourceSpecificApplicationPermissions",
  "servicePrincipalNames",
  "servicePrincipalType",
  "signInAudience",
  "verifiedPublisher",
];

/** Compared with the published types of both versions by a test. */
const V1_ONLY: ReadonlySet<string> = new Set([
  "oauth2PermissionScopes",
  "resourceSpecificApplicationPermissions",
]);

export const SERVICE_PRINCIPALS: EntitySet = {
  name: "servicePrincipals",
  type: "microsoft.graph.servicePrincipal",
  properties: new Set([...Object.keys(DEFAULTS), ...READ_ONLY, "keyCredentials", "passwordCredentials"]),
  v1Only: V1_ONLY,
  // Source: customSecurityAttributes at https://learn.microsoft.com/graph/api/resources/serviceprincipal#properties
  onlyOnSelect: new Set([SECURITY_ATTRIBUTES]),
};

/**
 * Which properties a list can be filtered, sorted and searched by.
 * Source: the properties of https://learn.microsoft.com/graph/api/resources/serviceprincipal
 */
export const SERVICE_PRINCIPAL_QUERIES = {
  filterBy: new Set([
    ...["id", "appId", "accountEnabled", "alternativeNames", "appDisplayName", "applicationTemplateId"],
    ...["appOwnerOrganizationId", "createdDateTime", "deletedDateTime", "description", "displayName"],
    ...["disabledByMicrosoftStatus", "homepage", "logoutUrl", "notes", "replyUrls", "servicePrincipalNames"],
    ...["servicePrincipalType", "signInAudience", "tags"],
  ]),
  orderBy: new Set(["createdDateTime", "deletedDateTime", "displayName"]),
  searchBy: ["displayName", "description"],
};

export function createServicePrincipal(call: GraphCall): GraphResponse {
  return create(call, bodyObject(call));
}

function create(call: GraphCall, body: Json): GraphResponse {
  const { tenant } = call;
  const { appId: given, ...rest } = body;
  const appId = requiredString({ appId: given }, "appId", 36).toLowerCase();
  const application = backingApplication(call, appId);
  if (tenant.servicePrincipalByAppId(appId)) {
    throw duplicateKeyValue(
      "The service principal cannot be created, updated, or restored because the service principal name " +
        `${appId} is already in use.`,
    );
  }
  const createdDateTime = graphDateTime(tenant.clock());
  const target = { kind: "servicePrincipal", createdDateTime, appManagementPolicyId: undefined } as const;
  const properties = checkedTexts(mergeProperties({}, rest, DEFAULTS));
  const { [SECURITY_ATTRIBUTES]: attributes } = rest;
  if (attributes !== undefined)
    properties[SECURITY_ATTRIBUTES] = patchSecurityAttributes(call, {}, attributes);
  const { passwords, keys } = initialCredentials(call, target, rest);
  const self = managesOnlyOwned(call) ? tenant.servicePrincipalByAppId(call.caller.appId) : undefined;
  const record: ServicePrincipalRecord = {
    ...target,
    id: tenant.newId(),
    appId,
    appOwnerOrganizationId: tenant.id,
    deletedDateTime: null,
    owners: [...new Set([...boundOwners(call, rest), ...(self ? [self.id] : [])])],
    passwordCredentials: passwords.map((issued) => issued.record),
    keyCredentials: keys,
    appRoleAssignments: [],
    properties: { displayName: application.properties["displayName"], ...properties },
  };
  tenant.servicePrincipals.set(record.id, record);
  tenant.replication.made(record.id);
  auditCreation(call, record);
  const json = renderServicePrincipal(call, record, { passwords, isFresh: true });
  return entity(call, SERVICE_PRINCIPALS, json, 201);
}

/**
 * By appId a caller that prefers `create-if-missing` gets the service principal made.
 * Source: https://learn.microsoft.com/graph/api/serviceprincipal-upsert
 */
export function updateServicePrincipal(call: GraphCall): GraphResponse {
  const appId = alternateKey(call.param("id"), "appId")?.toLowerCase();
  const body = bodyObject(call);
  if (
    appId !== undefined &&
    prefers(call, "create-if-missing") &&
    !call.tenant.servicePrincipalByAppId(appId)
  ) {
    checkCreation(call);
    return create(call, { ...body, appId });
  }
  const record = findServicePrincipal(call);
  const names = Object.keys(body).filter((name) => !isAnnotation(name));
  // Attributes are assigned by a permission of their own, which does not make its holder a writer of anything else.
  if (names.length !== 1 || names[0] !== SECURITY_ATTRIBUTES) checkOwnership(call, record);
  checkLock(call, record, body);
  const properties = checkedTexts(mergeProperties(record.properties, body, DEFAULTS));
  if (SECURITY_ATTRIBUTES in body) {
    properties[SECURITY_ATTRIBUTES] = patchSecurityAttributes(
      call,
      record.properties[SECURITY_ATTRIBUTES],
      body[SECURITY_ATTRIBUTES],
    );
  }
  const before = { credentials: heldCredentials(record), properties: record.properties };
  patchCredentials(call, record, body);
  record.properties = properties;
  auditProperties(call, record, before.properties);
  auditCredentials(call, record, before.credentials);
  return noContent();
}

export function deleteServicePrincipal(call: GraphCall): GraphResponse {
  const record = findWritableServicePrincipal(call);
  record.deletedDateTime = graphDateTime(call.tenant.clock());
  call.tenant.servicePrincipals.delete(record.id);
  call.tenant.deletedItems.set(record.id, record);
  recordAudit(call, { activityDisplayName: "Remove service principal", operationType: "Delete" }, [
    holderTarget(record),
  ]);
  return noContent();
}

/** The service principal a route names: by object id or as `servicePrincipals(appId='…')`. */
export function findServicePrincipal(call: GraphCall): ServicePrincipalRecord {
  const key = call.param("id");
  const appId = alternateKey(key, "appId")?.toLowerCase();
  const found =
    appId === undefined
      ? call.tenant.servicePrincipals.get(key.toLowerCase())
      : call.tenant.servicePrincipalByAppId(appId);
  if (!found || call.tenant.replication.hides(found.id)) throw resourceNotFound(appId ?? key);
  return found;
}

/** One property without making the whole answer: what filters and orders over a large tenant read. */
export function readServicePrincipal(call: GraphCall, record: ServicePrincipalRecord, name: string): unknown {
  if (
    name === "id" ||
    name === "appId" ||
    name === "appOwnerOrganizationId" ||
    name === "createdDateTime" ||
    name === "deletedDateTime"
  ) {
    return record[name];
  }
  if (Object.hasOwn(record.properties, name)) return record.properties[name];
  return renderServicePrincipal(call, record)[name];
}

export function findWritableServicePrincipal(call: GraphCall): ServicePrincipalRecord {
  const record = findServicePrincipal(call);
  checkOwnership(call, record);
  return record;
}

/** What the application says shows through on its service principal: names, roles, audience. */
export function renderServicePrincipal(
  call: GraphCall,
  record: ServicePrincipalRecord,
  { withKeys = false, isFresh = false, passwords = [] as readonly IssuedPassword[] } = {},
): Json {
  const application = call.tenant.applicationByAppId(record.appId);
  const json = {
    id: record.id,
    deletedDateTime: record.deletedDateTime,
    appId: record.appId,
    applicationTemplateId: null,
    appOwnerOrganizationId: record.appOwnerOrganizationId,
    createdDateTime: record.createdDateTime,
    disabledByMicrosoftStatus: null,
    resourceSpecificApplicationPermissions: [],
    servicePrincipalType: "Application",
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    ...DEFAULTS,
    appRoles: [],
    ...(application && fromApplication(record, application)),
    ...record.properties,
    ...renderCredentials(call, record, { withKeys, isFresh, passwords }),
  };
  if (call.version === "v1.0") return json;
  // Beta has another name for these.
  return { ...withoutV1Only(call, json, V1_ONLY), publishedPermissionScopes: [] };
}

/** Source of the limit: https://learn.microsoft.com/graph/api/resources/serviceprincipal#properties */
function checkedTexts(properties: Record<string, unknown>): Record<string, unknown> {
  for (const name of ["description", "notes"]) optionalString(properties, name, 1024);
  return properties;
}

function fromApplication(record: ServicePrincipalRecord, application: ApplicationRecord): Json {
  const { properties } = application;
  const uris = stringList(properties["identifierUris"], "identifierUris");
  return {
    appDescription: properties["description"] ?? null,
    appDisplayName: properties["displayName"],
    appRoles: properties["appRoles"] ?? [],
    displayName: properties["displayName"],
    oauth2PermissionScopes: [],
    servicePrincipalNames: [record.appId, ...uris],
    signInAudience: properties["signInAudience"] ?? "AzureADMyOrg",
  };
}

function backingApplication(call: GraphCall, appId: string): ApplicationRecord {
  const application = call.tenant.applicationByAppId(appId);
  if (!application) {
    throw new GraphError(
      400,
      "NoBackingApplicationObject",
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
    );
  }
  checkOwnership(call, application);
  return application;
}
