import type { CredentialHolder, PasswordCredential } from "../tenant/directory-objects";
import type { PolicyTarget } from "./app-management-enforcement";
import { isObject, type GraphCall, type Json } from "./call";
import { badRequest, invalidProperty, invalidValue, resourceNotFound } from "./graph-error";
import { replaceKeys } from "./key-credentials";
import { issuePassword, type IssuedPassword } from "./password-credentials";
import { SECURITY_ATTRIBUTES } from "./security-attributes";
import { isAnnotation, objectList, stringList } from "./values";

/** The properties of a noun: what a caller may write, with the value an object starts with. */
export type Defaults = Json;

/** Written through here, but kept as credentials and owners rather than as properties. */
const CREDENTIALS = ["passwordCredentials", "keyCredentials"];

/**
 * The properties after a create or update: lists are replaced, complex values (`web`, `api`) are merged, as OData
 * has it. A property Graph does not know is refused by name.
 */
export function mergeProperties(current: Json, patch: Json, defaults: Defaults): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...current };
  for (const [name, value] of Object.entries(patch)) {
    if (isAnnotation(name) || CREDENTIALS.includes(name)) continue;
    if (!Object.hasOwn(defaults, name)) throw invalidProperty(name);
    // Merged by rules, and allowed by a permission, of their own.
    if (name === SECURITY_ATTRIBUTES) continue;
    merged[name] = mergeValue(merged[name] ?? defaults[name], value, defaults[name], name);
  }
  return merged;
}

function mergeValue(current: unknown, value: unknown, initial: unknown, name: string): unknown {
  if (value === null) return initial ?? null;
  if (Array.isArray(initial) !== Array.isArray(value) && initial !== null) throw invalidValue(name);
  if (typeof initial === "boolean" && typeof value !== "boolean") throw invalidValue(name);
  if (typeof initial === "string" && typeof value !== "string") throw invalidValue(name);
  if (!isObject(initial)) return value;
  if (!isObject(value)) throw invalidValue(name);
  const unknown = Object.keys(value).find((key) => !isAnnotation(key) && !Object.hasOwn(initial, key));
  if (unknown !== undefined) throw invalidProperty(unknown);
  const merged: Record<string, unknown> = { ...(isObject(current) ? current : initial) };
  for (const [key, part] of Object.entries(value)) {
    if (isAnnotation(key)) continue;
    merged[key] = mergeValue(merged[key] ?? initial[key], part, initial[key], `${name}.${key}`);
  }
  return merged;
}

/** The credentials an object is created with; the secrets' values are for this one answer. */
export function initialCredentials(
  call: GraphCall,
  target: PolicyTarget,
  body: Json,
): { passwords: readonly IssuedPassword[]; keys: ReturnType<typeof replaceKeys> } {
  return {
    passwords: objectList(body["passwordCredentials"], "passwordCredentials").map((input) =>
      issuePassword(call, target, input),
    ),
    keys: replaceKeys(call, target, [], body["keyCredentials"]),
  };
}

/** `keyCredentials` in a PATCH replaces the keys; secrets change through addPassword and removePassword only. */
export function patchCredentials(call: GraphCall, holder: CredentialHolder, body: Json): void {
  if ("passwordCredentials" in body && !echoes(body["passwordCredentials"], holder.passwordCredentials)) {
    throw badRequest("New password credentials must be generated with service actions.");
  }
  if ("keyCredentials" in body) {
    holder.keyCredentials = replaceKeys(call, holder, holder.keyCredentials, body["keyCredentials"]);
  }
}

function echoes(value: unknown, existing: readonly PasswordCredential[]): boolean {
  const given = objectList(value, "passwordCredentials").map((input) => input["keyId"]);
  return given.length === existing.length && existing.every(({ keyId }) => given.includes(keyId));
}

/** Object ids named by `owners@odata.bind`; each must be a user or a service principal of the tenant. */
export function boundOwners(call: GraphCall, body: Json): readonly string[] {
  const ids = stringList(body["owners@odata.bind"], "owners").map(referencedId);
  return [...new Set(ids.map((id) => requireOwner(call, id)))];
}

/** The id at the end of an `@odata.id`, whatever collection it is written through. */
export function referencedId(reference: string): string {
  const id = /(?:\/|\(')([0-9a-fA-F-]{36})(?:'\))?$/.exec(reference)?.[1];
  if (id === undefined) throw badRequest("Invalid URL format specified in payload.");
  return id.toLowerCase();
}

export function requireOwner(call: GraphCall, id: string): string {
  const owner = call.tenant.directoryObject(id);
  if (!owner) throw resourceNotFound(id);
  if (owner.kind === "application") {
    throw badRequest(
      `The reference target '${id}' of type 'Application' is invalid for the 'owners' reference.`,
    );
  }
  return id;
}
