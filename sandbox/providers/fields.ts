import { isList, isMap, UNKNOWN, type PropertyMap, type PropertyValue } from "./property-values";

export type FieldType = "text" | "flag" | "number" | "texts" | "map" | "object" | "objects";

/** One input of a resource type, as the real provider's schema describes it. */
export interface Field {
  readonly type: FieldType;
  readonly required?: true;
  /** A value that says as little as none. */
  readonly zero?: PropertyValue;
  /** Filled in by check when the program says nothing. */
  readonly default?: PropertyValue;
  /** A change replaces the resource; of an object, its coming or going does. */
  readonly forceNew?: true;
  /** When the program says nothing, what the tenant decided stands and is no change. */
  readonly computed?: true;
  /** Never in the state; a change of it alone is no change. */
  readonly writeOnly?: true;
  /** The order of elements carries no meaning. */
  readonly unordered?: true;
  readonly oneOf?: readonly string[];
  /** Inputs that must not stand beside this one. */
  readonly conflictsWith?: readonly string[];
  readonly maxItems?: number;
  /** What is wrong with a text or number (each one, of a list); undefined when nothing is. */
  readonly problem?: (value: string | number) => string | undefined;
  /** Members of an object, or of each object of a list. */
  readonly fields?: Fields;
}

export interface Fields {
  readonly [name: string]: Field;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** The inputs with every default filled in, also inside objects. */
export function withDefaults(fields: Fields, inputs: PropertyMap): PropertyMap {
  const filled: Record<string, PropertyValue | undefined> = { ...inputs };
  for (const [name, field] of Object.entries(fields)) {
    const value = filled[name];
    if (value === undefined) {
      if (field.default !== undefined) filled[name] = field.default;
    } else if (field.fields && isMap(value)) {
      filled[name] = withDefaults(field.fields, value);
    } else if (field.fields && isList(value)) {
      const members = field.fields;
      filled[name] = value.map((element) => (isMap(element) ? withDefaults(members, element) : element));
    }
  }
  return filled;
}

/**
 * Everything wrong with the inputs, all at once. Values not known yet are judged at update time.
 *
 * @param schema "closed" refuses inputs that are no field, "open" lets them through
 */
export function checkFields(
  fields: Fields,
  inputs: PropertyMap,
  schema: "closed" | "open",
  path = "",
): CheckFailure[] {
  const failures = Object.keys(inputs)
    .filter((name) => schema === "closed" && !Object.hasOwn(fields, name) && !name.startsWith("__"))
    .map((name) => ({
      property: path + name,
      reason: `Unsupported argument: an argument named "${path + name}" is not expected here`,
    }));
  for (const [name, field] of Object.entries(fields)) {
    failures.push(...checkField(field, inputs[name], path + name, inputs));
  }
  return failures;
}

function checkField(
  field: Field,
  value: PropertyValue | undefined,
  property: string,
  siblings: PropertyMap,
): CheckFailure[] {
  if (value === undefined || value === null) {
    return field.required
      ? [
          {
            property,
            reason: `Missing required argument: the argument "${property}" is required, but no definition was found`,
          },
        ]
      : [];
  }
  if (value === UNKNOWN) return [];
  const failures = (field.conflictsWith ?? [])
    .filter((other) => siblings[other] !== undefined)
    .map((other) => ({
      property,
      reason: `Conflicting configuration arguments: "${property}" conflicts with ${other}`,
    }));
  return [...failures, ...checkValue(field, value, property)];
}

function checkValue(field: Field, value: PropertyValue, property: string): CheckFailure[] {
  if (!hasType(field.type, value)) {
    return [{ property, reason: `"${property}" must be ${TYPE_WORDS[field.type]}` }];
  }
  if (isMap(value)) return field.fields ? checkFields(field.fields, value, "closed", `${property}.`) : [];
  if (isList(value)) {
    const tooMany =
      field.maxItems !== undefined && value.length > field.maxItems
        ? [
            {
              property,
              reason: `Too many list items: "${property}" takes at most ${field.maxItems}, but has ${value.length}`,
            },
          ]
        : [];
    const elementField: Field = { ...field, type: field.type === "texts" ? "text" : "object" };
    return [
      ...tooMany,
      ...value.flatMap((element, index) =>
        element === UNKNOWN ? [] : checkValue(elementField, element, `${property}[${index}]`),
      ),
    ];
  }
  if (typeof value !== "string" && typeof value !== "number") return [];
  if (field.oneOf && !field.oneOf.includes(String(value))) {
    const allowed = field.oneOf.map((each) => JSON.stringify(each)).join(" ");
    return [{ property, reason: `expected ${property} to be one of [${allowed}], got ${value}` }];
  }
  const problem = field.problem?.(value);
  return problem === undefined ? [] : [{ property, reason: `${property}: ${problem}` }];
}

const TYPE_WORDS: Readonly<Record<FieldType, string>> = {
  text: "a string",
  flag: "a boolean",
  number: "a number",
  texts: "a list of strings",
  map: "a map",
  object: "an object",
  objects: "a list of objects",
};

function hasType(type: FieldType, value: PropertyValue): boolean {
  switch (type) {
    case "text":
      return typeof value === "string";
    case "flag":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "texts":
    case "objects":
      return isList(value);
    case "map":
    case "object":
      return isMap(value);
  }
}
