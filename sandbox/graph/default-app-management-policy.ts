import {
  DEFAULT_POLICY_ID,
  type CredentialRestrictions,
  type DefaultAppManagementPolicy,
} from "../tenant/app-management-policies";
import type { GraphResponse } from "../tenant/graph-request";
import { auditPolicy } from "./audit";
import { readAudiences } from "./audiences";
import { bodyObject, isObject, noContent, type GraphCall, type Json } from "./call";
import { invalidValue } from "./graph-error";
import { entity, type EntitySet } from "./query";
import {
  readIdentifierUris,
  readKeyRestrictions,
  readPasswordRestrictions,
  renderRestrictions,
} from "./restrictions";
import { optionalBoolean, refuseUnknownProperties, requiredString } from "./values";

const WRITABLE = [
  "displayName",
  "description",
  "isEnabled",
  "applicationRestrictions",
  "servicePrincipalRestrictions",
];

const DEFAULT_POLICY: EntitySet = {
  name: "policies/defaultAppManagementPolicy",
  type: "microsoft.graph.tenantAppManagementPolicy",
  properties: new Set(["id", ...WRITABLE]),
};

/** Source: https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-get */
export function getDefaultAppManagementPolicy(call: GraphCall): GraphResponse {
  const policy = call.tenant.defaultAppManagementPolicy;
  return entity(call, DEFAULT_POLICY, {
    id: DEFAULT_POLICY_ID,
    ...policy,
    applicationRestrictions: renderRestrictions(policy.applicationRestrictions, call),
    servicePrincipalRestrictions: renderRestrictions(policy.servicePrincipalRestrictions, call),
  });
}

/**
 * What the body leaves out stays; a collection it names is replaced whole.
 * Source: https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-update
 */
export function updateDefaultAppManagementPolicy(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, WRITABLE);
  const before = call.tenant.defaultAppManagementPolicy;
  const after: DefaultAppManagementPolicy = {
    displayName: "displayName" in body ? requiredString(body, "displayName", 256) : before.displayName,
    description: "description" in body ? requiredString(body, "description", 1024) : before.description,
    isEnabled: optionalBoolean(body, "isEnabled") ?? before.isEnabled,
    applicationRestrictions: patchApplication(call, body["applicationRestrictions"], before),
    servicePrincipalRestrictions: patchServicePrincipal(call, body["servicePrincipalRestrictions"], before),
  };
  call.tenant.defaultAppManagementPolicy = after;
  // The name of this entry is not documented; "Update policy" is what other policies of the directory have.
  auditPolicy(call, "Update policy", "Update", { id: DEFAULT_POLICY_ID, ...after }, before);
  return noContent();
}

function patchApplication(
  call: GraphCall,
  value: unknown,
  { applicationRestrictions: before }: DefaultAppManagementPolicy,
): DefaultAppManagementPolicy["applicationRestrictions"] {
  const isBeta = call.version === "beta";
  const further = ["identifierUris", ...(isBeta ? ["audiences"] : [])];
  const patch = readPatch(value, "applicationRestrictions", further);
  const audiences =
    "audiences" in patch ? readAudiences(patch["audiences"], before.audiences) : before.audiences;
  return {
    ...(audiences !== undefined && { audiences }),
    ...patchCollections(call, patch, before),
    identifierUris:
      "identifierUris" in patch
        ? readIdentifierUris(patch["identifierUris"], before.identifierUris)
        : before.identifierUris,
  };
}

function patchServicePrincipal(
  call: GraphCall,
  value: unknown,
  { servicePrincipalRestrictions: before }: DefaultAppManagementPolicy,
): CredentialRestrictions {
  return patchCollections(call, readPatch(value, "servicePrincipalRestrictions", []), before);
}

function readPatch(value: unknown, property: string, further: readonly string[]): Json {
  if (value === undefined) return {};
  if (!isObject(value)) throw invalidValue(property);
  refuseUnknownProperties(value, ["passwordCredentials", "keyCredentials", ...further]);
  return value;
}

function patchCollections(
  call: GraphCall,
  patch: Json,
  before: CredentialRestrictions,
): CredentialRestrictions {
  return {
    passwordCredentials:
      "passwordCredentials" in patch
        ? readPasswordRestrictions(patch["passwordCredentials"])
        : before.passwordCredentials,
    keyCredentials:
      "keyCredentials" in patch ? readKeyRestrictions(patch["keyCredentials"], call) : before.keyCredentials,
  };
}
