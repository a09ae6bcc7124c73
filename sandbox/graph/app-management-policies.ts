import type { AppManagementPolicy } from "../tenant/app-management-policies";
import type { CredentialHolder } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { readAudiences } from "./audiences";
import { auditPolicy, auditTarget, holderTarget, recordAudit } from "./audit";
import { bodyObject, isObject, noContent, type GraphCall, type Json } from "./call";
import { badRequest, invalidValue, referenceAlreadyExists, resourceNotFound } from "./graph-error";
import { referencedId } from "./holder-properties";
import { DIRECTORY_OBJECTS, render } from "./owners";
import { collection, entity, type EntitySet } from "./query";
import {
  readIdentifierUris,
  readKeyRestrictions,
  readPasswordRestrictions,
  renderRestrictions,
} from "./restrictions";
import { optionalBoolean, refuseUnknownProperties, requiredString } from "./values";

const WRITABLE = ["displayName", "description", "isEnabled", "restrictions"];

const POLICIES: EntitySet = {
  name: "policies/appManagementPolicies",
  type: "microsoft.graph.appManagementPolicy",
  properties: new Set(["id", ...WRITABLE]),
};

const NO_RESTRICTIONS: AppManagementPolicy["restrictions"] = {
  passwordCredentials: [],
  keyCredentials: [],
  applicationRestrictions: null,
};

export function listAppManagementPolicies(call: GraphCall): GraphResponse {
  return collection(
    call,
    POLICIES,
    [...call.tenant.appManagementPolicies.values()].map((policy) => toJson(call, policy)),
  );
}

export function getAppManagementPolicy(call: GraphCall): GraphResponse {
  return entity(call, POLICIES, toJson(call, findPolicy(call, call.param("policy"))));
}

/** Source: https://learn.microsoft.com/graph/api/appmanagementpolicy-post */
export function createAppManagementPolicy(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, WRITABLE);
  const policy: AppManagementPolicy = {
    id: call.tenant.newId(),
    displayName: requiredString(body, "displayName", 256),
    description: requiredString(body, "description", 1024),
    isEnabled: optionalBoolean(body, "isEnabled") ?? false,
    restrictions: patchRestrictions(call, body["restrictions"] ?? {}, NO_RESTRICTIONS),
  };
  call.tenant.appManagementPolicies.set(policy.id, policy);
  auditPolicy(call, "Add policy", "Add", policy);
  return entity(call, POLICIES, toJson(call, policy), 201);
}

export function updateAppManagementPolicy(call: GraphCall): GraphResponse {
  const before = findPolicy(call, call.param("policy"));
  const body = bodyObject(call);
  refuseUnknownProperties(body, WRITABLE);
  call.tenant.appManagementPolicies.set(before.id, {
    ...before,
    displayName: "displayName" in body ? requiredString(body, "displayName", 256) : before.displayName,
    description: "description" in body ? requiredString(body, "description", 1024) : before.description,
    isEnabled: optionalBoolean(body, "isEnabled") ?? before.isEnabled,
    restrictions:
      "restrictions" in body
        ? patchRestrictions(call, body["restrictions"], before.restrictions)
        : before.restrictions,
  });
  auditPolicy(call, "Update policy", "Update", findPolicy(call, before.id), before);
  return noContent();
}

/** Links to a deleted policy go with it: its objects fall back to the tenant's default. */
export function deleteAppManagementPolicy(call: GraphCall): GraphResponse {
  const policy = findPolicy(call, call.param("policy"));
  for (const holder of targetsOf(call, policy)) holder.appManagementPolicyId = undefined;
  call.tenant.appManagementPolicies.delete(policy.id);
  auditPolicy(call, "Delete policy", "Delete", policy);
  return noContent();
}

/** The objects a policy is assigned to: applications and service principals, mixed. */
export function listAppliesTo(call: GraphCall): GraphResponse {
  const targets = targetsOf(call, findPolicy(call, call.param("policy")));
  return collection(
    call,
    DIRECTORY_OBJECTS,
    targets.map((holder) => render(call, holder)),
  );
}

export const ASSIGNED_POLICIES: Pick<EntitySet, "type" | "properties"> = POLICIES;

export function listAssignedPolicies(call: GraphCall, holder: CredentialHolder): GraphResponse {
  return collection(call, POLICIES, assignedPolicies(call, holder));
}

export function assignedPolicies(call: GraphCall, holder: CredentialHolder): readonly Json[] {
  const policy = call.tenant.appManagementPolicies.get(holder.appManagementPolicyId ?? "");
  return policy ? [toJson(call, policy)] : [];
}

/**
 * POST …/appManagementPolicies/$ref. An object has at most one; the code for a second is not documented.
 * Source: https://learn.microsoft.com/graph/api/appmanagementpolicy-post-appliesto
 */
export function assignPolicy(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const reference = requiredString(bodyObject(call), "@odata.id", 2048);
  const policy = findPolicy(call, referencedId(reference));
  if (holder.appManagementPolicyId === policy.id) throw referenceAlreadyExists("appManagementPolicies");
  if (holder.appManagementPolicyId !== undefined) {
    throw badRequest(
      `The object already has the app management policy '${holder.appManagementPolicyId}' assigned. ` +
        "Only one policy can be assigned to an application or service principal.",
    );
  }
  holder.appManagementPolicyId = policy.id;
  auditAssignment(call, holder, policy, "Add");
  return noContent();
}

export function unassignPolicy(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const id = call.param("policy").toLowerCase();
  if (holder.appManagementPolicyId !== id) throw resourceNotFound(id);
  holder.appManagementPolicyId = undefined;
  auditAssignment(call, holder, findPolicy(call, id), "Remove");
  return noContent();
}

function toJson(call: GraphCall, policy: AppManagementPolicy): Json {
  return { ...policy, restrictions: renderRestrictions(policy.restrictions, call) };
}

function auditAssignment(
  call: GraphCall,
  holder: CredentialHolder,
  policy: AppManagementPolicy,
  verb: "Add" | "Remove",
): void {
  const what = holder.kind === "application" ? "application" : "service principal";
  recordAudit(
    call,
    {
      activityDisplayName: verb === "Add" ? `Add policy to ${what}` : `Remove policy from ${what}`,
      operationType: verb === "Add" ? "Assign" : "Unassign",
    },
    [holderTarget(holder), auditTarget("Policy", policy)],
  );
}

function findPolicy(call: GraphCall, id: string): AppManagementPolicy {
  const policy = call.tenant.appManagementPolicies.get(id.toLowerCase());
  if (!policy) throw resourceNotFound(id);
  return policy;
}

function targetsOf(call: GraphCall, policy: AppManagementPolicy): readonly CredentialHolder[] {
  const { applications, servicePrincipals } = call.tenant;
  return [...applications.values(), ...servicePrincipals.values()].filter(
    ({ appManagementPolicyId }) => appManagementPolicyId === policy.id,
  );
}

function patchRestrictions(
  call: GraphCall,
  value: unknown,
  before: AppManagementPolicy["restrictions"],
): AppManagementPolicy["restrictions"] {
  if (!isObject(value)) throw invalidValue("restrictions");
  refuseUnknownProperties(value, ["passwordCredentials", "keyCredentials", "applicationRestrictions"]);
  return {
    passwordCredentials:
      "passwordCredentials" in value
        ? readPasswordRestrictions(value["passwordCredentials"])
        : before.passwordCredentials,
    keyCredentials:
      "keyCredentials" in value ? readKeyRestrictions(value["keyCredentials"], call) : before.keyCredentials,
    applicationRestrictions:
      "applicationRestrictions" in value
        ? readApplicationRestrictions(call, value["applicationRestrictions"])
        : before.applicationRestrictions,
  };
}

function readApplicationRestrictions(
  call: GraphCall,
  value: unknown,
): AppManagementPolicy["restrictions"]["applicationRestrictions"] {
  if (value === null) return null;
  if (!isObject(value)) throw invalidValue("applicationRestrictions");
  refuseUnknownProperties(value, ["identifierUris", ...(call.version === "beta" ? ["audiences"] : [])]);
  return {
    identifierUris: readIdentifierUris(value["identifierUris"], null),
    ...("audiences" in value && { audiences: readAudiences(value["audiences"], null) }),
  };
}
