import { readCertificate, type Certificate } from "../tenant/certificate";
import type { CredentialHolder, KeyCredential, KeyType } from "../tenant/directory-objects";
import { graphDateTime, isGuid } from "../tenant/identifiers";
import {
  enforceAppManagementPolicies,
  type NewCredential,
  type PolicyTarget,
} from "./app-management-enforcement";
import type { GraphCall, Json } from "./call";
import { badRequest, GraphError, invalidValue } from "./graph-error";
import { renderPassword, type IssuedPassword } from "./password-credentials";
import { objectList, oneOf, optionalDateTime, optionalString, refuseUnknownProperties } from "./values";

const FIELDS = [
  "customKeyIdentifier",
  "displayName",
  "endDateTime",
  "key",
  "keyId",
  "startDateTime",
  "type",
  "usage",
] as const;

/**
 * The keys an object has after `keyCredentials` was written: the array replaces the old one. An entry with a known
 * keyId keeps that key (its `key` may be null); every other entry is new and judged by the policies in force.
 * Source: https://learn.microsoft.com/graph/api/resources/keycredential
 */
export function replaceKeys(
  call: GraphCall,
  target: PolicyTarget,
  existing: readonly KeyCredential[],
  value: unknown,
): readonly KeyCredential[] {
  const added: NewCredential[] = [];
  const keys = objectList(value, "keyCredentials").map((input) => {
    refuseUnknownProperties(input, FIELDS);
    const keyId = readKeyId(input);
    const kept = existing.find((key) => key.keyId === keyId);
    if (kept) return keepKey(kept, input);
    const key = newKey(call, keyId, input);
    added.push({
      kind: key.type === "Symmetric" ? "symmetricKey" : "certificate",
      start: new Date(key.startDateTime),
      end: new Date(key.endDateTime),
      ...(key.type === "AsymmetricX509Cert" && { certificate: key.key }),
    });
    return key;
  });
  if (new Set(keys.map(({ keyId }) => keyId)).size < keys.length) throw invalidValue("keyCredentials");
  enforceAppManagementPolicies(call, target, added);
  for (const { keyId } of keys) {
    if (!existing.some((key) => key.keyId === keyId)) call.tenant.replication.made(keyId);
  }
  return keys;
}

/** One key more, judged by the policies in force. */
export function addedKey(call: GraphCall, holder: CredentialHolder, input: Json): KeyCredential {
  const echoed = holder.keyCredentials.map(({ keyId }) => ({ keyId }));
  const keys = replaceKeys(call, holder, holder.keyCredentials, [...echoed, input]);
  const added = keys.find((key) => !holder.keyCredentials.includes(key));
  if (!added) throw invalidValue("keyCredential");
  return added;
}

/**
 * The credentials of an object as its answer has them. A secret's value appears in the answer that made it; what the
 * copies do not have yet is missing, unless the answer is the writer's own.
 */
export function renderCredentials(
  call: GraphCall,
  holder: CredentialHolder,
  {
    withKeys,
    isFresh,
    passwords,
  }: { withKeys: boolean; isFresh: boolean; passwords: readonly IssuedPassword[] },
): { keyCredentials: readonly Json[]; passwordCredentials: readonly Json[] } {
  const visible = ({ keyId }: { keyId: string }) => isFresh || !call.tenant.replication.hides(keyId);
  return {
    keyCredentials: holder.keyCredentials.filter(visible).map((key) => renderKey(key, withKeys)),
    passwordCredentials: holder.passwordCredentials.filter(visible).map((password) => ({
      ...renderPassword(password),
      ...passwords
        .filter((issued) => issued.record.keyId === password.keyId)
        .map(({ secretText }) => ({ secretText }))[0],
    })),
  };
}

/** `withKey` when one object is read with `$select=keyCredentials`; otherwise Graph leaves `key` null. */
export function renderKey(credential: KeyCredential, withKey: boolean): Json {
  return {
    customKeyIdentifier: credential.customKeyIdentifier,
    displayName: credential.displayName,
    endDateTime: credential.endDateTime,
    // A symmetric key is a secret: like a password it is never shown again.
    key: withKey && credential.type === "AsymmetricX509Cert" ? credential.key : null,
    keyId: credential.keyId,
    startDateTime: credential.startDateTime,
    type: credential.type,
    usage: credential.usage,
  };
}

function readKeyId(input: Json): string | undefined {
  const keyId = optionalString(input, "keyId", 36)?.toLowerCase();
  if (keyId !== undefined && !isGuid(keyId)) throw invalidValue("keyCredentials");
  return keyId;
}

/** Only the display name of a registered key can change. */
function keepKey(kept: KeyCredential, input: Json): KeyCredential {
  const same =
    matches(input["key"], kept.key) &&
    matches(input["type"], kept.type) &&
    matches(input["usage"], kept.usage) &&
    matches(input["customKeyIdentifier"], kept.customKeyIdentifier) &&
    matchesDate(input, "startDateTime", kept.startDateTime) &&
    matchesDate(input, "endDateTime", kept.endDateTime);
  if (!same) throw badRequest(`Update to existing credential with KeyId '${kept.keyId}' is not allowed.`);
  if (!("displayName" in input)) return kept;
  // Read one by one: a seeded certificate makes its bytes when they are read.
  const { keyId, startDateTime, endDateTime, type, usage, customKeyIdentifier, key } = kept;
  const displayName = optionalString(input, "displayName", 120);
  return { keyId, displayName, startDateTime, endDateTime, type, usage, customKeyIdentifier, key };
}

function matches(given: unknown, kept: string | null): boolean {
  return given === undefined || given === null || given === kept;
}

function matchesDate(input: Json, property: string, kept: string): boolean {
  const given = optionalDateTime(input, property);
  return given === undefined || graphDateTime(given) === kept;
}

function newKey(call: GraphCall, keyId: string | undefined, input: Json): KeyCredential {
  const type = oneOf<KeyType>(input["type"], ["AsymmetricX509Cert", "Symmetric"], "keyCredentials.type");
  const usage = oneOf(input["usage"], ["Verify", "Sign"] as const, "keyCredentials.usage");
  if (type === "AsymmetricX509Cert" && usage === "Sign") throw invalidValue("keyCredentials.usage");
  const bytes = keyBytes(input);
  const certificate = type === "AsymmetricX509Cert" ? parseCertificate(bytes) : undefined;
  const start = optionalDateTime(input, "startDateTime") ?? certificate?.notBefore ?? call.tenant.clock();
  const end = optionalDateTime(input, "endDateTime") ?? certificate?.notAfter;
  if (!end) throw invalidValue("keyCredentials.endDateTime");
  checkDates(call, start, end, certificate);
  return {
    keyId: keyId ?? call.tenant.newId(),
    displayName: optionalString(input, "displayName", 120),
    startDateTime: graphDateTime(start),
    endDateTime: graphDateTime(end),
    type,
    usage,
    customKeyIdentifier:
      optionalString(input, "customKeyIdentifier", 256) ?? certificate?.sha1.toString("base64") ?? null,
    key: (certificate?.der ?? bytes).toString("base64"),
  };
}

function keyBytes(input: Json): Buffer {
  const text = input["key"];
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw invalidValue("keyCredentials.key");
  return Buffer.from(text, "base64");
}

function parseCertificate(bytes: Buffer): Certificate {
  try {
    return readCertificate(bytes);
  } catch {
    // OpenSSL's own words would say nothing about which property is meant.
    throw invalidValue("keyCredentials.key");
  }
}

function checkDates(call: GraphCall, start: Date, end: Date, certificate: Certificate | undefined): void {
  if (certificate && start < certificate.notBefore) {
    throw new GraphError(400, "KeyCredentialsInvalidStartDate", "Key credential start date is invalid.");
  }
  if (end <= start || end <= call.tenant.clock() || (certificate && end > certificate.notAfter)) {
    throw new GraphError(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.");
  }
}
