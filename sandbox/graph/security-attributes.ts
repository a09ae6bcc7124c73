import type { AttributeDefinition } from "../tenant/security-attributes";
import { isObject, type GraphCall, type Json } from "./call";
import { accessDenied, badRequest, invalidValue } from "./graph-error";
import { isAnnotation } from "./values";

export const SECURITY_ATTRIBUTES = "customSecurityAttributes";

const READERS = ["CustomSecAttributeAssignment.Read.All", "CustomSecAttributeAssignment.ReadWrite.All"];
const WRITER = "CustomSecAttributeAssignment.ReadWrite.All";
const VALUE_TYPE = "#Microsoft.DirectoryServices.CustomSecurityAttributeValue";

/** Reading assignments takes a permission of its own. */
export function checkAttributeReader(call: GraphCall): void {
  if (!READERS.some((role) => call.caller.roles.includes(role))) throw accessDenied();
}

/**
 * The assignments after a write: what is left out stays, null takes an attribute away. Set and attribute must be
 * defined, the value must fit.
 * Source: https://learn.microsoft.com/graph/custom-security-attributes-examples
 */
export function patchSecurityAttributes(call: GraphCall, current: unknown, patch: unknown): Json {
  if (!call.caller.roles.includes(WRITER)) throw accessDenied();
  if (!isObject(patch)) throw invalidValue(SECURITY_ATTRIBUTES);
  const sets: Record<string, Json> = isObject(current) ? { ...(current as Record<string, Json>) } : {};
  for (const [set, values] of Object.entries(patch)) {
    if (isAnnotation(set)) continue;
    if (!call.tenant.attributeSets.has(set)) {
      throw badRequest(`Attribute set '${set}' does not exist or is not available.`);
    }
    if (!isObject(values)) throw invalidValue(SECURITY_ATTRIBUTES);
    const before = Object.hasOwn(sets, set) ? (sets[set] ?? {}) : {};
    sets[set] = patchSet(call, set, before, values);
  }
  return sets;
}

function patchSet(call: GraphCall, set: string, current: Json, patch: Json): Json {
  const values: Record<string, unknown> = { ...current, "@odata.type": VALUE_TYPE };
  for (const [name, value] of Object.entries(patch)) {
    if (isAnnotation(name)) continue;
    const definition = call.tenant.attributeDefinitions.get(`${set}_${name}`);
    if (!definition) {
      throw badRequest(`The custom security attribute '${set}_${name}' is not defined in the tenant.`);
    }
    const annotation = `${name}@odata.type`;
    if (value === null || (Array.isArray(value) && value.length === 0)) {
      values[name] = undefined;
      values[annotation] = undefined;
      continue;
    }
    checkValue(definition, value);
    values[name] = value;
    values[annotation] = typeAnnotation(definition);
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Text and truth values need no annotation, numbers and collections do. */
function typeAnnotation({ type, isCollection }: AttributeDefinition): string | undefined {
  const name = type === "Integer" ? "Int32" : type;
  if (isCollection) return `#Collection(${name})`;
  return type === "Integer" ? "#Int32" : undefined;
}

function checkValue(definition: AttributeDefinition, value: unknown): void {
  const { id, status, isCollection, usePreDefinedValuesOnly, allowedValues } = definition;
  if (status !== "Available") {
    throw badRequest(`The custom security attribute '${id}' is deprecated and cannot be assigned.`);
  }
  if (Array.isArray(value) !== isCollection) throw invalidValue(id);
  for (const item of (isCollection ? value : [value]) as readonly unknown[]) {
    if (!hasType(definition, item)) throw invalidValue(id);
    const isAllowed = allowedValues.some((allowed) => allowed.isActive && allowed.id === item);
    if (usePreDefinedValuesOnly && !isAllowed) throw invalidValue(id);
  }
}

function hasType({ type }: AttributeDefinition, value: unknown): boolean {
  switch (type) {
    case "Boolean":
      return typeof value === "boolean";
    case "Integer":
      return Number.isInteger(value);
    case "String":
      return typeof value === "string" && value !== "" && value.length <= 64;
  }
}
