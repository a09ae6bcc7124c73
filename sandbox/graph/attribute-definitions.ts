import { ATTRIBUTE_TYPES, type AttributeDefinition, type AttributeSet } from "../tenant/security-attributes";
import type { GraphResponse } from "../tenant/graph-request";
import { bodyObject, noContent, type GraphCall, type Json } from "./call";
import { badRequest, invalidValue, resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import {
  objectList,
  oneOf,
  optionalBoolean,
  optionalString,
  refuseUnknownProperties,
  requiredString,
} from "./values";

/** Source of the limits: https://learn.microsoft.com/entra/fundamentals/custom-security-attributes-overview#limits-and-constraints */
const MOST_SETS = 500;
const MOST_DEFINITIONS = 500;
const LONGEST_NAME = 32;
const LONGEST_VALUE = 64;
const NAME = /^[A-Za-z0-9]+$/;

const SET_FIELDS = ["id", "description", "maxAttributesPerSet"];
const SETS: EntitySet = {
  name: "directory/attributeSets",
  type: "microsoft.graph.attributeSet",
  properties: new Set(SET_FIELDS),
};

const DEFINITION_FIELDS = [
  ...["attributeSet", "description", "isCollection", "isSearchable", "name", "status", "type"],
  "usePreDefinedValuesOnly",
];
const DEFINITIONS: EntitySet = {
  name: "directory/customSecurityAttributeDefinitions",
  type: "microsoft.graph.customSecurityAttributeDefinition",
  properties: new Set(["id", ...DEFINITION_FIELDS]),
};

const STATUSES = ["Available", "Deprecated"] as const;

export function listAttributeSets(call: GraphCall): GraphResponse {
  return collection(
    call,
    SETS,
    [...call.tenant.attributeSets.values()].map((set) => ({ ...set })),
  );
}

export function getAttributeSet(call: GraphCall): GraphResponse {
  return entity(call, SETS, { ...findSet(call) });
}

/** Source: https://learn.microsoft.com/graph/api/directory-post-attributesets */
export function createAttributeSet(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, SET_FIELDS);
  const { attributeSets } = call.tenant;
  const id = readName(body, "id");
  if (attributeSets.has(id)) throw badRequest(`An attribute set with the id '${id}' already exists.`);
  if (attributeSets.size >= MOST_SETS)
    throw badRequest(`The limit of ${MOST_SETS} attribute sets is reached.`);
  const set: AttributeSet = {
    id,
    description: optionalString(body, "description", 128),
    maxAttributesPerSet: readMaximum(body) ?? null,
  };
  attributeSets.set(id, set);
  return entity(call, SETS, { ...set }, 201);
}

export function updateAttributeSet(call: GraphCall): GraphResponse {
  const before = findSet(call);
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["description", "maxAttributesPerSet"]);
  call.tenant.attributeSets.set(before.id, {
    ...before,
    description: "description" in body ? optionalString(body, "description", 128) : before.description,
    maxAttributesPerSet: readMaximum(body) ?? before.maxAttributesPerSet,
  });
  return noContent();
}

export function listAttributeDefinitions(call: GraphCall): GraphResponse {
  return collection(call, DEFINITIONS, [...call.tenant.attributeDefinitions.values()].map(toJson));
}

export function getAttributeDefinition(call: GraphCall): GraphResponse {
  return entity(call, DEFINITIONS, toJson(findDefinition(call)));
}

/** Source: https://learn.microsoft.com/graph/api/directory-post-customsecurityattributedefinitions */
export function createAttributeDefinition(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, [...DEFINITION_FIELDS, "allowedValues"]);
  const { attributeDefinitions, attributeSets } = call.tenant;
  const attributeSet = readName(body, "attributeSet");
  const name = readName(body, "name");
  const id = `${attributeSet}_${name}`;
  const set = attributeSets.get(attributeSet);
  if (!set) throw badRequest(`The attribute set '${attributeSet}' does not exist.`);
  if (attributeDefinitions.has(id)) throw badRequest(`An attribute with the id '${id}' already exists.`);
  const inSet = [...attributeDefinitions.values()].filter((one) => one.attributeSet === attributeSet).length;
  if (
    inSet >= (set.maxAttributesPerSet ?? MOST_DEFINITIONS) ||
    attributeDefinitions.size >= MOST_DEFINITIONS
  ) {
    throw badRequest("The limit of attributes is reached.");
  }
  const definition: AttributeDefinition = {
    id,
    attributeSet,
    name,
    description: optionalString(body, "description", 128),
    type: oneOf(body["type"], ATTRIBUTE_TYPES, "type"),
    isCollection: optionalBoolean(body, "isCollection") ?? false,
    isSearchable: optionalBoolean(body, "isSearchable") ?? false,
    status: oneOf(body["status"], STATUSES, "status"),
    usePreDefinedValuesOnly: optionalBoolean(body, "usePreDefinedValuesOnly") ?? false,
    allowedValues: objectList(body["allowedValues"], "allowedValues").map((value) => ({
      id: requiredString(value, "id", LONGEST_VALUE),
      isActive: optionalBoolean(value, "isActive") ?? true,
    })),
  };
  attributeDefinitions.set(id, definition);
  return entity(call, DEFINITIONS, toJson(definition), 201);
}

/** What an attribute is cannot change: only its description, status and whether values are given. */
export function updateAttributeDefinition(call: GraphCall): GraphResponse {
  const before = findDefinition(call);
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["description", "status", "usePreDefinedValuesOnly"]);
  call.tenant.attributeDefinitions.set(before.id, {
    ...before,
    description: "description" in body ? optionalString(body, "description", 128) : before.description,
    status: "status" in body ? oneOf(body["status"], STATUSES, "status") : before.status,
    usePreDefinedValuesOnly:
      optionalBoolean(body, "usePreDefinedValuesOnly") ?? before.usePreDefinedValuesOnly,
  });
  return noContent();
}

function findSet(call: GraphCall): AttributeSet {
  const set = call.tenant.attributeSets.get(call.param("set"));
  if (!set) throw resourceNotFound(call.param("set"));
  return set;
}

function findDefinition(call: GraphCall): AttributeDefinition {
  const definition = call.tenant.attributeDefinitions.get(call.param("definition"));
  if (!definition) throw resourceNotFound(call.param("definition"));
  return definition;
}

/** Predefined values are a relationship: they do not stand in the definition's own answer. */
function toJson(definition: AttributeDefinition): Json {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => name !== "allowedValues"));
}

function readName(body: Json, property: string): string {
  const name = requiredString(body, property, LONGEST_NAME);
  if (!NAME.test(name)) throw invalidValue(property);
  return name;
}

function readMaximum(body: Json): number | undefined {
  const value = body["maxAttributesPerSet"] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > MOST_DEFINITIONS) {
    throw invalidValue("maxAttributesPerSet");
  }
  return value;
}
