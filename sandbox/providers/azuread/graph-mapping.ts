import { isMap, type PropertyMap, type PropertyValue } from "../property-values";

/** How one property of a resource is called in Graph's JSON. */
export interface Mapping {
  readonly property: string;
  /** Path in Graph's object, e.g. `web.homePageUrl`. */
  readonly path: string;
  /** What to send for the input; an absent or empty one arrives as undefined. @default - the value, or null */
  readonly toGraph?: (value: PropertyValue | undefined) => PropertyValue;
  /** What Graph's value says in the resource's terms. @default - the value; null and "" are left out */
  readonly fromGraph?: (value: PropertyValue | undefined) => PropertyValue | undefined;
}

/** Graph's JSON for some or all of the inputs. */
export function toGraphBody(
  mappings: readonly Mapping[],
  inputs: PropertyMap,
  only: (property: string) => boolean = () => true,
): PropertyMap {
  const body: Record<string, PropertyValue> = {};
  for (const { property, path, toGraph = orNull } of mappings) {
    if (only(property)) setAt(body, path.split("."), toGraph(emptyAsAbsent(inputs[property])));
  }
  return body;
}

/** The properties of a resource as Graph has them. */
export function fromGraphBody(mappings: readonly Mapping[], body: PropertyMap): PropertyMap {
  return Object.fromEntries(
    mappings.flatMap(({ property, path, fromGraph = emptyAsAbsent }) => {
      const value = fromGraph(valueAt(body, path.split(".")));
      return value === undefined ? [] : [[property, value]];
    }),
  );
}

/** Members renamed by a table `[ours, Graph's]`; members not listed stay out. */
export function renameToGraph(map: PropertyMap, table: readonly (readonly [string, string])[]): PropertyMap {
  return Object.fromEntries(
    table.flatMap(([ours, theirs]) => (map[ours] === undefined ? [] : [[theirs, map[ours]]])),
  );
}

export function renameFromGraph(
  map: PropertyMap,
  table: readonly (readonly [string, string])[],
): PropertyMap {
  return Object.fromEntries(
    table.flatMap(([ours, theirs]) => {
      const value = emptyAsAbsent(map[theirs]);
      return value === undefined ? [] : [[ours, value]];
    }),
  );
}

export const falseWhenAbsent = (value: PropertyValue | undefined): PropertyValue => value ?? false;

export const emptyWhenAbsent = (value: PropertyValue | undefined): PropertyValue => value ?? [];

/** Null and "" are how Graph and Terraform say "nothing". */
export function emptyAsAbsent(value: PropertyValue | undefined): PropertyValue | undefined {
  return value === null || value === "" ? undefined : value;
}

function orNull(value: PropertyValue | undefined): PropertyValue {
  return value ?? null;
}

function valueAt(map: PropertyMap, path: readonly string[]): PropertyValue | undefined {
  let value: PropertyValue | undefined = map;
  for (const name of path) value = isMap(value) ? value[name] : undefined;
  return value;
}

function setAt(body: Record<string, PropertyValue>, path: readonly string[], value: PropertyValue): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    body[name] = value;
    return;
  }
  const inner: Record<string, PropertyValue> = {};
  const existing = body[name];
  if (isMap(existing)) {
    for (const [key, part] of Object.entries(existing)) if (part !== undefined) inner[key] = part;
  }
  setAt(inner, rest, value);
  body[name] = inner;
}
