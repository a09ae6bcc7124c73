import { createHash } from "node:crypto";
import type { CredentialHolder, PasswordCredential } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime, type RandomBytes } from "../tenant/identifiers";
import { enforceAppManagementPolicies, type PolicyTarget } from "./app-management-enforcement";
import { auditCredentials, heldCredentials } from "./audit";
import { bodyObject, context, isObject, noContent, ok, type GraphCall, type Json } from "./call";
import { badRequest, invalidValue } from "./graph-error";
import { checkCredentialLock } from "./service-principal-lock";
import { optionalDateTime, optionalString, refuseUnknownProperties, requiredString } from "./values";

/** Entra gives a secret without an end two years. */
const DEFAULT_YEARS = 2;

/** A new secret and, for this one answer only, its value. */
export interface IssuedPassword {
  readonly record: PasswordCredential;
  readonly secretText: string;
}

/** POST …/addPassword. Source: https://learn.microsoft.com/graph/api/application-addpassword */
export function addPassword(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const body = isObject(call.body) ? call.body : {};
  refuseUnknownProperties(body, ["passwordCredential"]);
  const input = body["passwordCredential"] ?? {};
  if (!isObject(input)) throw invalidValue("passwordCredential");
  checkCredentialLock(call, holder, "passwordCredentials");
  const issued = issuePassword(call, holder, input);
  const before = heldCredentials(holder);
  holder.passwordCredentials = [...holder.passwordCredentials, issued.record];
  auditCredentials(call, holder, before);
  return ok({
    "@odata.context": context(call, "microsoft.graph.passwordCredential"),
    ...renderPassword(issued.record),
    secretText: issued.secretText,
  });
}

/** POST …/removePassword. */
export function removePassword(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const keyId = requiredString(bodyObject(call), "keyId", 36).toLowerCase();
  checkCredentialLock(call, holder, "passwordCredentials");
  const kept = holder.passwordCredentials.filter((password) => password.keyId !== keyId);
  if (kept.length === holder.passwordCredentials.length) {
    throw badRequest(`No password credential found with keyId '${keyId}'.`);
  }
  const before = heldCredentials(holder);
  holder.passwordCredentials = kept;
  auditCredentials(call, holder, before);
  return noContent();
}

/** Makes a secret for an existing object or one being created, if the policies in force let it. */
export function issuePassword(call: GraphCall, target: PolicyTarget, input: Json): IssuedPassword {
  refuseUnknownProperties(input, [
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "hint",
    "keyId",
    "secretText",
    "startDateTime",
  ]);
  const start = optionalDateTime(input, "startDateTime") ?? call.tenant.clock();
  const end = optionalDateTime(input, "endDateTime") ?? yearsLater(start, DEFAULT_YEARS);
  const custom = (input["secretText"] ?? null) !== null;
  enforceAppManagementPolicies(call, target, [{ kind: "password", custom, start, end }]);
  if (custom) throw badRequest("New password credentials must be generated with service actions.");
  if (end <= start) throw invalidValue("endDateTime");

  const secretText = newSecret(call.tenant.random);
  const keyId = call.tenant.newId();
  call.tenant.replication.made(keyId);
  return {
    secretText,
    record: {
      keyId,
      displayName: optionalString(input, "displayName", 120),
      startDateTime: graphDateTime(start),
      endDateTime: graphDateTime(end),
      hint: secretText.slice(0, 3),
      secretSha256: secretDigest(secretText),
    },
  };
}

export function secretDigest(secretText: string): Buffer {
  return createHash("sha256").update(secretText).digest();
}

/** Without the secret: Entra shows it in the answer that made it and never again. */
export function renderPassword(password: PasswordCredential): Json {
  return {
    customKeyIdentifier: null,
    displayName: password.displayName,
    endDateTime: password.endDateTime,
    hint: password.hint,
    keyId: password.keyId,
    secretText: null,
    startDateTime: password.startDateTime,
  };
}

const SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~.-";

/** Entra's shape, so that secret scanners see it: 3 characters, "8Q~", 34 characters. */
function newSecret(random: RandomBytes): string {
  const characters = Array.from(random(37), (byte) => SECRET_ALPHABET.charAt(byte % SECRET_ALPHABET.length));
  return `${characters.slice(0, 3).join("")}8Q~${characters.slice(3).join("")}`;
}

function yearsLater(date: Date, years: number): Date {
  const later = new Date(date);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}
