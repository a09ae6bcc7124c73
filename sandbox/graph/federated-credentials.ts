import type { ApplicationRecord, FederatedIdentityCredential } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { findApplication, findWritableApplication } from "./applications";
import { holderTarget, modified, recordAudit } from "./audit";
import { bodyObject, noContent, prefers, type GraphCall, type Json } from "./call";
import { badRequest, duplicateKeyValue, invalidValue, resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import { alternateKey } from "./routing";
import { optionalString, refuseUnknownProperties, requiredString, stringList } from "./values";

/** Source of the limits: https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview */
const MOST_PER_APPLICATION = 20;
const LONGEST_FIELD = 600;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/;

const FIELDS = ["id", "name", "issuer", "subject", "audiences", "description"] as const;
export const FEDERATED_CREDENTIAL_FIELDS: ReadonlySet<string> = new Set(FIELDS);

function setOf(application: ApplicationRecord): EntitySet {
  return {
    name: `applications('${application.id}')/federatedIdentityCredentials`,
    type: "microsoft.graph.federatedIdentityCredential",
    properties: FEDERATED_CREDENTIAL_FIELDS,
  };
}

export function listFederatedCredentials(call: GraphCall): GraphResponse {
  const application = findApplication(call);
  return collection(
    call,
    setOf(application),
    application.federatedIdentityCredentials.map(renderFederatedCredential),
  );
}

export function getFederatedCredential(call: GraphCall): GraphResponse {
  const application = findApplication(call);
  return entity(call, setOf(application), renderFederatedCredential(find(call, application)));
}

export function createFederatedCredential(call: GraphCall): GraphResponse {
  return create(call, findWritableApplication(call), bodyObject(call));
}

function create(call: GraphCall, application: ApplicationRecord, body: Json): GraphResponse {
  refuseUnknownProperties(body, FIELDS);
  const name = requiredString(body, "name", 120);
  if (!NAME.test(name)) throw invalidValue("name");
  const existing = application.federatedIdentityCredentials;
  if (existing.some((credential) => credential.name === name)) {
    throw duplicateKeyValue(`FederatedIdentityCredential with name ${name} already exists.`);
  }
  if (existing.length >= MOST_PER_APPLICATION) {
    // No public source for this text; the limit itself is documented.
    throw badRequest(
      `The number of federated identity credentials must not exceed the limit of ${MOST_PER_APPLICATION}.`,
    );
  }
  const credential: FederatedIdentityCredential = {
    id: call.tenant.newId(),
    name,
    issuer: requiredString(body, "issuer", LONGEST_FIELD),
    subject: requiredString(body, "subject", LONGEST_FIELD),
    audiences: readAudiences(body),
    description: optionalString(body, "description", LONGEST_FIELD),
  };
  refuseSameIdentity(existing, credential);
  application.federatedIdentityCredentials = [...existing, credential];
  call.tenant.replication.made(credential.id);
  audit(call, application, existing);
  return entity(call, setOf(application), renderFederatedCredential(credential), 201);
}

/**
 * By name a caller that prefers `create-if-missing` gets the credential made.
 * Source: https://learn.microsoft.com/graph/api/federatedidentitycredential-upsert
 */
export function updateFederatedCredential(call: GraphCall): GraphResponse {
  const application = findWritableApplication(call);
  const body = bodyObject(call);
  const name = alternateKey(call.param("credential"), "name");
  const existing = application.federatedIdentityCredentials;
  const isMissing = name !== undefined && !existing.some((credential) => credential.name === name);
  if (isMissing && prefers(call, "create-if-missing")) return create(call, application, { ...body, name });
  const before = find(call, application);
  refuseUnknownProperties(body, FIELDS);
  if ("name" in body && body["name"] !== before.name) {
    throw badRequest("Property 'name' is immutable and cannot be changed after creation.");
  }
  const after: FederatedIdentityCredential = {
    ...before,
    issuer: "issuer" in body ? requiredString(body, "issuer", LONGEST_FIELD) : before.issuer,
    subject: "subject" in body ? requiredString(body, "subject", LONGEST_FIELD) : before.subject,
    audiences: "audiences" in body ? readAudiences(body) : before.audiences,
    description:
      "description" in body ? optionalString(body, "description", LONGEST_FIELD) : before.description,
  };
  const others = application.federatedIdentityCredentials.filter(({ id }) => id !== before.id);
  refuseSameIdentity(others, after);
  application.federatedIdentityCredentials = application.federatedIdentityCredentials.map((credential) =>
    credential.id === before.id ? after : credential,
  );
  audit(call, application, existing);
  return noContent();
}

export function deleteFederatedCredential(call: GraphCall): GraphResponse {
  const application = findWritableApplication(call);
  const gone = find(call, application);
  const before = application.federatedIdentityCredentials;
  application.federatedIdentityCredentials = before.filter(({ id }) => id !== gone.id);
  audit(call, application, before);
  return noContent();
}

/** Entra logs these as a change of the application. */
function audit(
  call: GraphCall,
  application: ApplicationRecord,
  before: readonly FederatedIdentityCredential[],
): void {
  const properties = [
    modified("FederatedIdentityCredentials", before, application.federatedIdentityCredentials),
    modified("Included Updated Properties", null, "FederatedIdentityCredentials"),
  ];
  recordAudit(call, { activityDisplayName: "Update application", operationType: "Update" }, [
    holderTarget(application, properties),
  ]);
}

function find(call: GraphCall, application: ApplicationRecord): FederatedIdentityCredential {
  const key = call.param("credential");
  const name = alternateKey(key, "name") ?? key;
  const found = application.federatedIdentityCredentials.find(
    (credential) => credential.id === key || credential.name === name,
  );
  if (!found) throw resourceNotFound(name);
  return found;
}

function readAudiences(body: Json): readonly string[] {
  const audiences = stringList(body["audiences"], "audiences");
  if (audiences.length !== 1) {
    throw badRequest("Property 'audiences' must hold exactly one value.");
  }
  if (audiences.some((audience) => audience === "" || audience.length > LONGEST_FIELD)) {
    throw invalidValue("audiences");
  }
  return audiences;
}

function refuseSameIdentity(
  others: readonly FederatedIdentityCredential[],
  { issuer, subject }: FederatedIdentityCredential,
): void {
  if (others.some((other) => other.issuer === issuer && other.subject === subject)) {
    throw duplicateKeyValue(
      `FederatedIdentityCredential with issuer '${issuer}' and subject '${subject}' already exists.`,
    );
  }
}

export function renderFederatedCredential(credential: FederatedIdentityCredential): Json {
  return {
    id: credential.id,
    name: credential.name,
    issuer: credential.issuer,
    subject: credential.subject,
    description: credential.description,
    audiences: credential.audiences,
  };
}
