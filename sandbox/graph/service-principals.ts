import type { ApplicationRecord, ServicePrincipalRecord } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import { bodyObject, noContent, type GraphCall, type Json } from "./call";
import { duplicateKeyValue, GraphError, resourceNotFound } from "./graph-error";
import {
  boundOwners,
  initialCredentials,
  mergeProperties,
  patchCredentials,
  type Defaults,
} from "./holder-properties";
import { renderKey } from "./key-credentials";
import { renderPassword, type IssuedPassword } from "./password-credentials";
import { checkOwnership, managesOnlyOwned } from "./permissions";
import { collection, entity, selection, type EntitySet } from "./query";
import { alternateKey } from "./routing";
import { optionalString, requiredString, stringList } from "./values";

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

export const SERVICE_PRINCIPALS: EntitySet = {
  name: "servicePrincipals",
  type: "microsoft.graph.servicePrincipal",
  properties: new Set([...Object.keys(DEFAULTS), ...READ_ONLY, "keyCredentials", "passwordCredentials"]),
};

export function listServicePrincipals(call: GraphCall): GraphResponse {
  const principals = [...call.tenant.servicePrincipals.values()];
  return collection(
    call,
    SERVICE_PRINCIPALS,
    principals.map((record) => renderServicePrincipal(call, record)),
  );
}

export function getServicePrincipal(call: GraphCall): GraphResponse {
  const withKeys = selection(call, SERVICE_PRINCIPALS)?.includes("keyCredentials") ?? false;
  const record = findServicePrincipal(call);
  return entity(call, SERVICE_PRINCIPALS, renderServicePrincipal(call, record, { withKeys }));
}

export function createServicePrincipal(call: GraphCall): GraphResponse {
  const { tenant } = call;
  const { appId: given, ...rest } = bodyObject(call);
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
  return entity(call, SERVICE_PRINCIPALS, renderServicePrincipal(call, record, { passwords }), 201);
}

export function updateServicePrincipal(call: GraphCall): GraphResponse {
  const record = findWritableServicePrincipal(call);
  const body = bodyObject(call);
  const properties = checkedTexts(mergeProperties(record.properties, body, DEFAULTS));
  patchCredentials(call, record, body);
  record.properties = properties;
  return noContent();
}

export function deleteServicePrincipal(call: GraphCall): GraphResponse {
  const record = findWritableServicePrincipal(call);
  record.deletedDateTime = graphDateTime(call.tenant.clock());
  call.tenant.servicePrincipals.delete(record.id);
  call.tenant.deletedItems.set(record.id, record);
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
  if (!found) throw resourceNotFound(appId ?? key);
  return found;
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
  { withKeys = false, passwords = [] as readonly IssuedPassword[] } = {},
): Json {
  const application = call.tenant.applicationByAppId(record.appId);
  return {
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
    keyCredentials: record.keyCredentials.map((key) => renderKey(key, withKeys)),
    passwordCredentials: record.passwordCredentials.map((password) => ({
      ...renderPassword(password),
      ...passwords
        .filter((issued) => issued.record.keyId === password.keyId)
        .map(({ secretText }) => ({ secretText }))[0],
    })),
  };
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
    signInAudience: properties["signInAudience"] ?? "AzureADandPersonalMicrosoftAccount",
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
