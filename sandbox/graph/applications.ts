import type { ApplicationRecord } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime, isGuid } from "../tenant/identifiers";
import { bodyObject, noContent, type GraphCall, type Json } from "./call";
import { badRequest, invalidValue, resourceNotFound } from "./graph-error";
import {
  boundOwners,
  initialCredentials,
  mergeProperties,
  patchCredentials,
  type Defaults,
} from "./holder-properties";
import { checkIdentifierUris } from "./identifier-uris";
import { renderKey } from "./key-credentials";
import { renderPassword, type IssuedPassword } from "./password-credentials";
import { checkOwnership, managesOnlyOwned } from "./permissions";
import { collection, entity, selection, type EntitySet } from "./query";
import { alternateKey } from "./routing";
import { objectList, oneOf, optionalString, requiredString, stringList } from "./values";

/** Source: https://learn.microsoft.com/graph/api/resources/application */
const DEFAULTS: Defaults = {
  displayName: null,
  description: null,
  notes: null,
  uniqueName: null,
  identifierUris: [],
  signInAudience: "AzureADandPersonalMicrosoftAccount",
  tags: [],
  groupMembershipClaims: null,
  isDeviceOnlyAuthSupported: null,
  isFallbackPublicClient: null,
  nativeAuthenticationApisEnabled: null,
  oauth2RequirePostResponse: false,
  samlMetadataUrl: null,
  defaultRedirectUri: null,
  serviceManagementReference: null,
  tokenEncryptionKeyId: null,
  optionalClaims: null,
  servicePrincipalLockConfiguration: null,
  requestSignatureVerification: null,
  addIns: [],
  appRoles: [],
  requiredResourceAccess: [],
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  info: {
    logoUrl: null,
    marketingUrl: null,
    privacyStatementUrl: null,
    supportUrl: null,
    termsOfServiceUrl: null,
  },
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  publicClient: { redirectUris: [] },
  spa: { redirectUris: [] },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    redirectUriSettings: [],
  },
};

const READ_ONLY = [
  "id",
  "appId",
  "createdDateTime",
  "deletedDateTime",
  "publisherDomain",
  "applicationTemplateId",
  "disabledByMicrosoftStatus",
  "certification",
  "verifiedPublisher",
];

export const APPLICATIONS: EntitySet = {
  name: "applications",
  type: "microsoft.graph.application",
  properties: new Set([...Object.keys(DEFAULTS), ...READ_ONLY, "keyCredentials", "passwordCredentials"]),
};

const AUDIENCES = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
] as const;

export function listApplications(call: GraphCall): GraphResponse {
  const objects = [...call.tenant.applications.values()].map((record) => renderApplication(call, record));
  return collection(call, APPLICATIONS, objects);
}

export function getApplication(call: GraphCall): GraphResponse {
  const withKeys = selection(call, APPLICATIONS)?.includes("keyCredentials") ?? false;
  return entity(call, APPLICATIONS, renderApplication(call, findApplication(call), { withKeys }));
}

export function createApplication(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  const createdDateTime = graphDateTime(call.tenant.clock());
  const properties = mergeProperties({}, body, DEFAULTS);
  const appId = call.tenant.newId();
  checkProperties(call, { appId, createdDateTime, properties }, body);
  const target = { kind: "application", createdDateTime, appManagementPolicyId: undefined } as const;
  const { passwords, keys } = initialCredentials(call, target, body);
  const record: ApplicationRecord = {
    ...target,
    id: call.tenant.newId(),
    appId,
    deletedDateTime: null,
    owners: initialOwners(call, body),
    passwordCredentials: passwords.map((issued) => issued.record),
    keyCredentials: keys,
    federatedIdentityCredentials: [],
    properties,
  };
  call.tenant.applications.set(record.id, record);
  return entity(call, APPLICATIONS, renderApplication(call, record, { passwords }), 201);
}

export function updateApplication(call: GraphCall): GraphResponse {
  const record = findWritableApplication(call);
  const body = bodyObject(call);
  const properties = mergeProperties(record.properties, body, DEFAULTS);
  checkProperties(call, { ...record, properties }, body, record);
  patchCredentials(call, record, body);
  record.properties = properties;
  return noContent();
}

/** Soft delete: restorable for 30 days, together with its service principal, each on its own. */
export function deleteApplication(call: GraphCall): GraphResponse {
  const { tenant } = call;
  const record = findWritableApplication(call);
  const deletedDateTime = graphDateTime(tenant.clock());
  const principal = tenant.servicePrincipalByAppId(record.appId);
  for (const gone of principal ? [record, principal] : [record]) {
    gone.deletedDateTime = deletedDateTime;
    tenant.deletedItems.set(gone.id, gone);
  }
  tenant.applications.delete(record.id);
  if (principal) tenant.servicePrincipals.delete(principal.id);
  return noContent();
}

/** The application a route names: by object id or as `applications(appId='…')`. */
export function findApplication(call: GraphCall): ApplicationRecord {
  const key = call.param("id");
  const appId = alternateKey(key, "appId")?.toLowerCase();
  const found =
    appId === undefined
      ? call.tenant.applications.get(key.toLowerCase())
      : call.tenant.applicationByAppId(appId);
  if (!found) throw resourceNotFound(appId ?? key);
  return found;
}

export function findWritableApplication(call: GraphCall): ApplicationRecord {
  const record = findApplication(call);
  checkOwnership(call, record);
  return record;
}

/** `passwords` carries secrets just made: their values appear in the answer that made them, nowhere else. */
export function renderApplication(
  call: GraphCall,
  record: ApplicationRecord,
  { withKeys = false, passwords = [] as readonly IssuedPassword[] } = {},
): Json {
  return {
    id: record.id,
    deletedDateTime: record.deletedDateTime,
    appId: record.appId,
    applicationTemplateId: null,
    disabledByMicrosoftStatus: null,
    createdDateTime: record.createdDateTime,
    publisherDomain: call.tenant.domain,
    certification: null,
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    ...DEFAULTS,
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

/** A caller that may only manage its own applications becomes the owner of what it creates. */
function initialOwners(call: GraphCall, body: Json): readonly string[] {
  const owners = boundOwners(call, body);
  const self = call.tenant.servicePrincipalByAppId(call.caller.appId)?.id;
  if (!managesOnlyOwned(call) || self === undefined || owners.includes(self)) return owners;
  return [...owners, self];
}

/** Source: requiredResourceAccess at https://learn.microsoft.com/graph/api/resources/application#properties */
function checkRequiredAccess(value: unknown): void {
  const apis = objectList(value, "requiredResourceAccess");
  const accesses = apis.flatMap((api) => {
    if (!isGuid(requiredString(api, "resourceAppId", 36))) throw invalidValue("resourceAppId");
    return objectList(api["resourceAccess"], "resourceAccess");
  });
  for (const access of accesses) {
    if (!isGuid(requiredString(access, "id", 36))) throw invalidValue("resourceAccess");
    oneOf(access["type"], ["Role", "Scope"], "resourceAccess");
  }
  if (apis.length > MOST_APIS || accesses.length > MOST_PERMISSIONS) {
    throw badRequest(
      `The number of required permissions exceeds the limit of ${MOST_PERMISSIONS} in ${MOST_APIS} APIs.`,
    );
  }
}

const MOST_APIS = 50;
const MOST_PERMISSIONS = 400;
const LONGEST_TEXT = 1024;

function checkProperties(
  call: GraphCall,
  after: { appId: string; createdDateTime: string | null; properties: Json },
  body: Json,
  before?: ApplicationRecord,
): void {
  requiredString(after.properties, "displayName", 256);
  optionalString(after.properties, "description", LONGEST_TEXT);
  checkRequiredAccess(after.properties["requiredResourceAccess"]);
  if ("signInAudience" in body) oneOf(body["signInAudience"], AUDIENCES, "signInAudience");
  if (!("identifierUris" in body)) return;
  const uris = stringList(after.properties["identifierUris"], "identifierUris");
  const known = stringList(before?.properties["identifierUris"], "identifierUris");
  const added = uris.filter((uri) => !known.includes(uri));
  for (const other of call.tenant.applications.values()) {
    const taken = stringList(other.properties["identifierUris"], "identifierUris");
    if (other.id !== before?.id && added.some((uri) => taken.includes(uri))) {
      throw badRequest("Another object with the same value for property identifierUris already exists.");
    }
  }
  checkIdentifierUris(call, { ...after, appManagementPolicyId: before?.appManagementPolicyId }, added);
}
