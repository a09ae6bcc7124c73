import type {
  ConditionalAccessConditions,
  ConditionalAccessPolicy,
  ConditionalAccessState,
} from "../tenant/conditional-access";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import { auditPolicy } from "./audit";
import { bodyObject, isObject, noContent, type GraphCall, type Json } from "./call";
import { badQuery, GraphError, invalidValue } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import { oneOf, refuseUnknownProperties, requiredString, stringList } from "./values";

/** Source: https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions */
const MOST_POLICIES = 195;

const STATES: readonly ConditionalAccessState[] = [
  "enabled",
  "disabled",
  "enabledForReportingButNotEnforced",
];
const WRITABLE = ["displayName", "state", "conditions", "grantControls", "sessionControls"];
const READ_ONLY = ["id", "createdDateTime", "modifiedDateTime", "templateId"];
const ALL_OWN_PRINCIPALS = "ServicePrincipalsInMyTenant";

const POLICIES: EntitySet = {
  name: "identity/conditionalAccess/policies",
  type: "microsoft.graph.conditionalAccessPolicy",
  properties: new Set([...READ_ONLY, ...WRITABLE]),
};

/** Source: https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset */
const CONDITIONS: Json = {
  userRiskLevels: [],
  signInRiskLevels: [],
  clientAppTypes: ["all"],
  servicePrincipalRiskLevels: [],
  insiderRiskLevels: null,
  platforms: null,
  locations: null,
  devices: null,
  authenticationFlows: null,
  applications: null,
  users: null,
  clientApplications: null,
};

export function listConditionalAccessPolicies(call: GraphCall): GraphResponse {
  return collection(
    call,
    POLICIES,
    [...call.tenant.conditionalAccessPolicies.values()].map((policy) => toJson(call, policy)),
  );
}

export function getConditionalAccessPolicy(call: GraphCall): GraphResponse {
  return entity(call, POLICIES, toJson(call, findPolicy(call)));
}

export function createConditionalAccessPolicy(call: GraphCall): GraphResponse {
  const { tenant } = call;
  if (tenant.conditionalAccessPolicies.size >= MOST_POLICIES) {
    throw badQuery(`The number of Conditional Access policies must not exceed ${MOST_POLICIES}.`);
  }
  const body = bodyObject(call);
  const policy = readPolicy(call, body, {
    id: tenant.newId(),
    createdDateTime: graphDateTime(tenant.clock()),
    modifiedDateTime: null,
  });
  tenant.conditionalAccessPolicies.set(policy.id, policy);
  audit(call, "Add", policy);
  return entity(call, POLICIES, toJson(call, policy), 201);
}

export function updateConditionalAccessPolicy(call: GraphCall): GraphResponse {
  const before = findPolicy(call);
  const body = bodyObject(call);
  const conditions = isObject(body["conditions"])
    ? { ...before.conditions, ...body["conditions"] }
    : before.conditions;
  const policy = readPolicy(
    call,
    { ...pickWritable(before), ...body, conditions },
    {
      id: before.id,
      createdDateTime: before.createdDateTime,
      modifiedDateTime: graphDateTime(call.tenant.clock()),
    },
  );
  call.tenant.conditionalAccessPolicies.set(policy.id, policy);
  audit(call, "Update", policy, before);
  return noContent();
}

export function deleteConditionalAccessPolicy(call: GraphCall): GraphResponse {
  const policy = findPolicy(call);
  call.tenant.conditionalAccessPolicies.delete(policy.id);
  audit(call, "Delete", policy);
  return noContent();
}

function audit(
  call: GraphCall,
  verb: "Add" | "Update" | "Delete",
  policy: ConditionalAccessPolicy,
  before?: ConditionalAccessPolicy,
): void {
  auditPolicy(call, `${verb} Conditional Access policy`, verb, policy, before, "Conditional Access");
}

/** `templateId` is v1.0's alone. */
function toJson({ version }: GraphCall, policy: ConditionalAccessPolicy): Json {
  return { ...(version === "v1.0" && { templateId: null }), ...policy };
}

function pickWritable(policy: ConditionalAccessPolicy): Json {
  return Object.fromEntries(Object.entries(policy).filter(([name]) => WRITABLE.includes(name)));
}

function findPolicy(call: GraphCall): ConditionalAccessPolicy {
  const id = call.param("policy").toLowerCase();
  const policy = call.tenant.conditionalAccessPolicies.get(id);
  if (!policy) {
    throw new GraphError(404, "NotFound", `${id} does not exist in the directory: ${call.tenant.id}`);
  }
  return policy;
}

function readPolicy(
  call: GraphCall,
  body: Json,
  record: Pick<ConditionalAccessPolicy, "id" | "createdDateTime" | "modifiedDateTime">,
): ConditionalAccessPolicy {
  refuseUnknownProperties(body, [...WRITABLE, ...READ_ONLY]);
  const conditions = readConditions(call, body["conditions"]);
  const grantControls = readGrantControls(body["grantControls"]);
  if (!grantControls && !isObject(body["sessionControls"])) {
    throw badQuery("A policy must have grantControls or sessionControls.");
  }
  if (conditions.clientApplications) checkWorkloadPolicy(conditions, grantControls);
  return {
    ...record,
    displayName: requiredString(body, "displayName", 256),
    state: oneOf(body["state"], STATES, "state"),
    conditions,
    grantControls,
    sessionControls: body["sessionControls"] ?? null,
  };
}

/**
 * For service principals: block is the only control, all cloud apps the only target, and an exclusion needs the
 * whole tenant included.
 * Source: https://learn.microsoft.com/entra/identity/conditional-access/workload-identity
 */
function checkWorkloadPolicy(
  { applications, clientApplications, locations, servicePrincipalRiskLevels }: ConditionalAccessConditions,
  grantControls: ConditionalAccessPolicy["grantControls"],
): void {
  const controls = grantControls?.builtInControls ?? [];
  if (controls.length !== 1 || controls[0] !== "block") {
    throw invalidPolicy("Only the control 'block' is allowed in a policy for workload identities.");
  }
  const included = isObject(applications)
    ? stringList(applications["includeApplications"], "applications")
    : [];
  if (included.length !== 1 || included[0] !== "All") {
    throw invalidPolicy("A policy for workload identities must include 'All' applications.");
  }
  const { includeServicePrincipals = [], excludeServicePrincipals = [] } = clientApplications ?? {};
  if (excludeServicePrincipals.length > 0 && !includeServicePrincipals.includes(ALL_OWN_PRINCIPALS)) {
    throw invalidPolicy(`Excluding service principals requires '${ALL_OWN_PRINCIPALS}' to be included.`);
  }
  if (!locations && stringList(servicePrincipalRiskLevels, "servicePrincipalRiskLevels").length === 0) {
    throw invalidPolicy("A policy for workload identities needs a location or a service principal risk.");
  }
}

function readGrantControls(value: unknown): ConditionalAccessPolicy["grantControls"] {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("grantControls");
  oneOf(value["operator"], ["AND", "OR"] as const, "grantControls.operator");
  return {
    customAuthenticationFactors: [],
    termsOfUse: [],
    authenticationStrength: null,
    ...value,
    builtInControls: stringList(value["builtInControls"], "builtInControls"),
  };
}

function readConditions(call: GraphCall, value: unknown): ConditionalAccessConditions {
  if (!isObject(value)) throw invalidValue("conditions");
  refuseUnknownProperties(value, Object.keys(CONDITIONS));
  if (!isObject(value["applications"])) throw invalidValue("conditions.applications");
  return {
    ...CONDITIONS,
    ...value,
    clientApplications: readClientApplications(call, value["clientApplications"]),
    locations: readLocations(call, value["locations"]),
  };
}

function readClientApplications(
  call: GraphCall,
  value: unknown,
): ConditionalAccessConditions["clientApplications"] {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("clientApplications");
  if ((value["servicePrincipalFilter"] ?? null) !== null) {
    throw invalidPolicy("The sandbox does not evaluate 'servicePrincipalFilter'.");
  }
  const includeServicePrincipals = stringList(value["includeServicePrincipals"], "includeServicePrincipals");
  const excludeServicePrincipals = stringList(value["excludeServicePrincipals"], "excludeServicePrincipals");
  if (includeServicePrincipals.length === 0) throw invalidValue("includeServicePrincipals");
  for (const id of [...includeServicePrincipals, ...excludeServicePrincipals]) {
    if (id === ALL_OWN_PRINCIPALS) continue;
    if (!call.tenant.servicePrincipals.has(id)) {
      throw invalidPolicy(`Service principal '${id}' does not exist in the directory.`);
    }
  }
  return { includeServicePrincipals, excludeServicePrincipals };
}

function readLocations(call: GraphCall, value: unknown): ConditionalAccessConditions["locations"] {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("locations");
  const includeLocations = stringList(value["includeLocations"], "includeLocations");
  const excludeLocations = stringList(value["excludeLocations"], "excludeLocations");
  if (includeLocations.length === 0) throw invalidValue("includeLocations");
  for (const id of [...includeLocations, ...excludeLocations]) {
    if (["All", "AllTrusted"].includes(id)) continue;
    if (!call.tenant.namedLocations.has(id)) {
      throw invalidPolicy(`Named location '${id}' does not exist in the directory.`);
    }
  }
  return { includeLocations, excludeLocations };
}

/** Conditional Access answers "BadRequest" with a number of its own; those for these cases are not documented. */
function invalidPolicy(message: string): GraphError {
  return badQuery(`Policy contains invalid values: ${message}`);
}
