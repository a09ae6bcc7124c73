import type { ApplicationRecord } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime, isGuid } from "../tenant/identifiers";
import {
  auditCreation,
  auditCredentials,
  auditProperties,
  heldCredentials,
  holderTarget,
  recordAudit,
} from "./audit";
import { checkAudience } from "./audiences";
import { bodyObject, noContent, prefers, withoutV1Only, type GraphCall, type Json } from "./call";
import type { PolicyTarget } from "./app-management-enforcement";
import { badRequest, invalidValue, resourceNotFound } from "./graph-error";
import {
  boundOwners,
  initialCredentials,
  mergeProperties,
  patchCredentials,
  type Defaults,
} from "./holder-properties";
import { checkIdentifierUris } from "./identifier-uris";
import { renderCredentials } from "./key-credentials";
import type { IssuedPassword } from "./password-credentials";
import { checkCreation, checkOwnership, managesOnlyOwned } from "./permissions";
import { entity, type EntitySet } from "./query";
import { alternateKey } from "./routing";
import { objectList, oneOf, optionalString, requiredString, stringList } from "./values";

/** Source: https://learn.microsoft.com/graph/api/resources/application */
const DEFAULTS: Defaults = {
  displayName: null,
  description: null,
  notes: null,
  uniqueName: null,
  identifierUris: [],
  // Since May 2024; before, personal accounts were let in. Source: https://learn.microsoft.com/graph/whats-new-earlier
  signInAudience: "AzureADMyOrg",
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

/** Compared with the published types of both versions by a test. */
const V1_ONLY: ReadonlySet<string> = new Set([
  "addIns",
  "applicationTemplateId",
  "oauth2RequirePostResponse",
]);

export const APPLICATIONS: EntitySet = {
  name: "applications",
  type: "microsoft.graph.application",
  properties: new Set([...Object.keys(DEFAULTS), ...READ_ONLY, "keyCredentials", "passwordCredentials"]),
  v1Only: V1_ONLY,
};

const AUDIENCES = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
] as const;

/**
 * Which properties a list can be filtered, sorted and searched by.
 * Source: the properties of https://learn.microsoft.com/graph/api/resources/application
 */
export const APPLICATION_QUERIES = {
  filterBy: new Set([
    ...["id", "appId", "applicationTemplateId", "createdDateTime", "deletedDateTime", "description"],
    ...["disabledByMicrosoftStatus", "displayName", "identifierUris", "info", "notes", "publisherDomain"],
    ...["serviceManagementReference", "signInAudience", "tags", "uniqueName"],
    ...["web/redirectUris", "spa/redirectUris", "publicClient/redirectUris"],
  ]),
  orderBy: new Set(["createdDateTime", "deletedDateTime", "displayName"]),
  searchBy: ["displayName", "description"],
};

export function createApplication(call: GraphCall): GraphResponse {
  return create(call, bodyObject(call));
}

function create(call: GraphCall, body: Json): GraphResponse {
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
  call.tenant.replication.made(record.id);
  auditCreation(call, record);
  return entity(call, APPLICATIONS, renderApplication(call, record, { passwords, isFresh: true }), 201);
}

/**
 * By unique name a caller that prefers `create-if-missing` gets the application made.
 * Source: https://learn.microsoft.com/graph/api/application-upsert
 */
export function updateApplication(call: GraphCall): GraphResponse {
  const uniqueName = alternateKey(call.param("id"), "uniqueName");
  const body = bodyObject(call);
  if (uniqueName !== undefined && prefers(call, "create-if-missing") && !byUniqueName(call, uniqueName)) {
    checkCreation(call);
    return create(call, { ...body, uniqueName });
  }
  const record = findWritableApplication(call);
  const properties = mergeProperties(record.properties, body, DEFAULTS);
  checkProperties(call, { ...record, properties }, body, record);
  const before = { credentials: heldCredentials(record), properties: record.properties };
  patchCredentials(call, record, body);
  record.properties = properties;
  auditProperties(call, record, before.properties);
  auditCredentials(call, record, before.credentials);
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
  recordAudit(call, { activityDisplayName: "Delete application", operationType: "Delete" }, [
    holderTarget(record),
  ]);
  if (principal) {
    tenant.servicePrincipals.delete(principal.id);
    recordAudit(call, { activityDisplayName: "Remove service principal", operationType: "Delete" }, [
      holderTarget(principal),
    ]);
  }
  return noContent();
}

/** The application a route names: by object id, `applications(appId='…')` or `applications(uniqueName='…')`. */
export function findApplication(call: GraphCall): ApplicationRecord {
  const key = call.param("id");
  const appId = alternateKey(key, "appId");
  const uniqueName = alternateKey(key, "uniqueName");
  const found =
    appId !== undefined
      ? call.tenant.applicationByAppId(appId.toLowerCase())
      : uniqueName !== undefined
        ? byUniqueName(call, uniqueName)
        : call.tenant.applications.get(key.toLowerCase());
  if (!found || call.tenant.replication.hides(found.id)) throw resourceNotFound(appId ?? uniqueName ?? key);
  return found;
}

function byUniqueName({ tenant }: GraphCall, uniqueName: string): ApplicationRecord | undefined {
  for (const application of tenant.applications.values()) {
    if (application.properties["uniqueName"] === uniqueName) return application;
  }
  return undefined;
}

/** One property without making the whole answer: what filters and orders over a large tenant read. */
export function readApplication(call: GraphCall, record: ApplicationRecord, name: string): unknown {
  if (name === "id" || name === "appId" || name === "createdDateTime" || name === "deletedDateTime") {
    return record[name];
  }
  if (Object.hasOwn(record.properties, name)) return record.properties[name];
  return Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : renderApplication(call, record)[name];
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
  { withKeys = false, isFresh = false, passwords = [] as readonly IssuedPassword[] } = {},
): Json {
  const json = {
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
    ...renderCredentials(call, record, { withKeys, isFresh, passwords }),
  };
  return withoutV1Only(call, json, V1_ONLY);
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

/** Once set it stays. Source: uniqueName at https://learn.microsoft.com/graph/api/resources/application#properties */
function checkUniqueName(call: GraphCall, uniqueName: unknown, before: ApplicationRecord | undefined): void {
  const held = before?.properties["uniqueName"] ?? null;
  if ((uniqueName ?? null) === held) return;
  if (typeof uniqueName !== "string" || held !== null) throw invalidValue("uniqueName");
  if (byUniqueName(call, uniqueName)) {
    throw badRequest("Another object with the same value for property uniqueName already exists.");
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
  checkUniqueName(call, after.properties["uniqueName"], before);
  if ("signInAudience" in body) {
    const audience = oneOf(body["signInAudience"], AUDIENCES, "signInAudience");
    const target: PolicyTarget = {
      kind: "application",
      createdDateTime: after.createdDateTime,
      appManagementPolicyId: before?.appManagementPolicyId,
    };
    if (audience !== before?.properties["signInAudience"]) checkAudience(call, target, audience);
  }
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
