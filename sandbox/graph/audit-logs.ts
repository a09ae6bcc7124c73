import type { DirectoryAudit } from "../tenant/directory-audits";
import type { GraphResponse } from "../tenant/graph-request";
import type { SignIn } from "../tenant/sign-ins";
import type { GraphCall, Json } from "./call";
import { resourceNotFound } from "./graph-error";
import { logSource, type Source } from "./paging";
import { entity, page, type EntitySet } from "./query";

/** Source: https://learn.microsoft.com/graph/api/directoryaudit-list */
const LOG_PAGE = { standard: 1000, largest: 1000 };

const AUDITS: EntitySet<DirectoryAudit> = {
  name: "auditLogs/directoryAudits",
  type: "microsoft.graph.directoryAudit",
  properties: new Set([
    ...["id", "activityDateTime", "activityDisplayName", "additionalDetails", "category", "correlationId"],
    ...["initiatedBy", "loggedByService", "operationType", "result", "resultReason", "targetResources"],
  ]),
  page: LOG_PAGE,
};

const SIGN_INS: EntitySet<SignIn> = {
  name: "auditLogs/signIns",
  type: "microsoft.graph.signIn",
  properties: new Set([
    ...["id", "appDisplayName", "appId", "appliedConditionalAccessPolicies", "clientCredentialType"],
    ...["conditionalAccessStatus", "correlationId", "createdDateTime", "federatedCredentialId", "ipAddress"],
    ...["isInteractive", "resourceDisplayName", "resourceId", "resourceServicePrincipalId"],
    ...["servicePrincipalCredentialKeyId", "servicePrincipalCredentialThumbprint", "servicePrincipalId"],
    ...["servicePrincipalName", "signInEventTypes", "status", "uniqueTokenIdentifier"],
  ]),
  page: LOG_PAGE,
};

/** Newest first. */
export function listDirectoryAudits(call: GraphCall): GraphResponse {
  const source = logSource(call.tenant.directoryAudits, {
    read: (audit, name) => ({ ...audit })[name as keyof DirectoryAudit],
    render: (audit): Json => ({ ...audit }),
  });
  return page(call, AUDITS, source);
}

export function getDirectoryAudit(call: GraphCall): GraphResponse {
  const id = call.param("audit");
  const audit = call.tenant.directoryAudits.find((entry) => entry.id === id);
  if (!audit) throw resourceNotFound(id);
  return entity(call, AUDITS, { ...audit });
}

/**
 * Without a filter on `signInEventTypes` the log lists what people do at a screen, and here nobody does. v1.0 knows
 * nothing else: sign-ins of service principals are beta's.
 * Source: https://learn.microsoft.com/graph/api/signin-list?view=graph-rest-beta
 */
export function listSignIns(call: GraphCall): GraphResponse {
  const asked = call.version === "beta" && (call.query.get("$filter") ?? "").includes("signInEventTypes");
  return page(call, signInSet(call), signIns(call, asked ? call.tenant.signIns : []));
}

export function getSignIn(call: GraphCall): GraphResponse {
  const id = call.param("signIn");
  const found = call.version === "beta" ? call.tenant.signIns.find((entry) => entry.id === id) : undefined;
  if (!found) throw resourceNotFound(id);
  return entity(call, SIGN_INS, render(found));
}

/** What v1.0 does not know, it does not let anybody select or filter by. */
const BETA_ONLY = [
  ...["clientCredentialType", "federatedCredentialId", "resourceServicePrincipalId"],
  ...["servicePrincipalCredentialKeyId", "servicePrincipalCredentialThumbprint", "servicePrincipalId"],
  ...["servicePrincipalName", "signInEventTypes", "uniqueTokenIdentifier"],
];

const EVENT_TYPES = ["servicePrincipal"];

function signInSet({ version }: GraphCall): EntitySet<SignIn> {
  if (version === "beta") return SIGN_INS;
  const properties = [...SIGN_INS.properties].filter((name) => !BETA_ONLY.includes(name));
  return { ...SIGN_INS, properties: new Set(properties) };
}

function signIns(call: GraphCall, log: readonly SignIn[]): Source<SignIn> {
  // What most filters ask for, without making the whole answer.
  const read = (entry: SignIn, name: string): unknown =>
    name === "signInEventTypes"
      ? EVENT_TYPES
      : name === "createdDateTime"
        ? entry[name]
        : render(entry)[name];
  return logSource(log, { read, render });
}

function render(entry: SignIn): Json {
  return {
    id: entry.id,
    createdDateTime: entry.createdDateTime,
    appDisplayName: entry.servicePrincipalName,
    appId: entry.appId,
    appliedConditionalAccessPolicies: entry.appliedConditionalAccessPolicies.map((policy) => ({
      ...policy,
      enforcedGrantControls: policy.result === "failure" ? ["Block"] : [],
      enforcedSessionControls: [],
    })),
    clientCredentialType: entry.clientCredentialType,
    conditionalAccessStatus: entry.conditionalAccessStatus,
    correlationId: entry.correlationId,
    federatedCredentialId: entry.federatedCredentialId ?? null,
    ipAddress: entry.ipAddress,
    isInteractive: false,
    resourceDisplayName: entry.resourceDisplayName,
    resourceId: entry.resourceId ?? null,
    resourceServicePrincipalId: entry.resourceServicePrincipalId ?? null,
    servicePrincipalCredentialKeyId: entry.servicePrincipalCredentialKeyId,
    servicePrincipalCredentialThumbprint: entry.servicePrincipalCredentialThumbprint,
    servicePrincipalId: entry.servicePrincipalId,
    servicePrincipalName: entry.servicePrincipalName,
    signInEventTypes: EVENT_TYPES,
    status: {
      errorCode: entry.status.errorCode,
      failureReason: entry.status.failureReason,
      additionalDetails: null,
    },
    uniqueTokenIdentifier: entry.uniqueTokenIdentifier ?? null,
  };
}
