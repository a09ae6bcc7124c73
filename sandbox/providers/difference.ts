import type { Field, Fields } from "./fields";
import { isZero } from "./property-readers";
import { isList, isMap, UNKNOWN, type PropertyMap, type PropertyValue } from "./property-values";

export type ChangeKind = "add" | "delete" | "update";

export interface Change {
  /** Property path, e.g. `conditions.locations`. */
  readonly path: string;
  readonly kind: ChangeKind;
  readonly replaces: boolean;
}

/**
 * What differs between the state of a resource and what is declared, the way Terraform's SDK compares: an input that is
 * not declared stands for its zero value, unless the tenant may decide it.
 */
export function stateDifference(fields: Fields, state: PropertyMap, inputs: PropertyMap): Change[] {
  return compareFields(fields, state, inputs, "");
}

/**
 * What differs between the inputs of the last update and the new ones, the way azure-native compares.
 *
 * @param replacing names of the top-level inputs whose change replaces the resource
 */
export function inputDifference(
  before: PropertyMap,
  after: PropertyMap,
  replacing: readonly string[],
): Change[] {
  return compareMaps(before, after, "").map((change) => ({
    ...change,
    replaces: replacing.includes(change.path.split(/[.[]/, 1)[0] ?? ""),
  }));
}

/** Whether two values are equal all the way down. An unknown value equals nothing. */
export function sameValue(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return false;
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((element, index) => sameValue(element, b[index]));
  }
  if (isMap(a) && isMap(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].every((name) => sameValue(a[name], b[name]));
  }
  return a === b;
}

function compareFields(fields: Fields, state: PropertyMap, inputs: PropertyMap, prefix: string): Change[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    compareField(field, state[name], inputs[name], prefix + name),
  );
}

function compareField(
  field: Field,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: string,
): Change[] {
  if (field.writeOnly) return [];
  const change = (kind: ChangeKind): Change[] => [{ path, kind, replaces: field.forceNew ?? false }];
  if (after === UNKNOWN) return change(before === undefined ? "add" : "update");
  if (after === undefined || after === null) {
    return field.computed === true || isZeroOf(field, before) ? [] : change("delete");
  }
  if (isZeroOf(field, before))
    return isZeroOf(field, after) ? [] : change(before === undefined ? "add" : "update");
  if (field.fields && isMap(before) && isMap(after)) {
    return compareFields(field.fields, before, after, `${path}.`);
  }
  if (isList(before) && isList(after)) {
    return sameList(field, before, after) ? [] : change("update");
  }
  return sameValue(before, after) ? [] : change("update");
}

function isZeroOf(field: Field, value: PropertyValue | undefined): boolean {
  if (isZero(value) || (field.zero !== undefined && value === field.zero)) return true;
  const members = field.fields;
  return members !== undefined && isMap(value)
    ? Object.entries(members).every(([name, member]) => isZeroOf(member, value[name]))
    : false;
}

function sameList(field: Field, before: readonly PropertyValue[], after: readonly PropertyValue[]): boolean {
  if (before.length !== after.length) return false;
  const sameElement = (a: PropertyValue, b: PropertyValue): boolean =>
    field.fields && isMap(a) && isMap(b)
      ? compareFields(field.fields, a, b, "").length === 0
      : sameValue(a, b);
  if (!field.unordered) {
    return before.every((element, index) => sameElement(element, after[index] ?? null));
  }
  const unmatched = [...after];
  return before.every((element) => {
    const match = unmatched.findIndex((candidate) => sameElement(element, candidate));
    if (match >= 0) unmatched.splice(match, 1);
    return match >= 0;
  });
}

function compareMaps(before: PropertyMap, after: PropertyMap, parent: string): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => compareValues(before[name], after[name], pathOf(parent, name)));
}

/** A path as the engine reads it: a name with other letters stands in brackets and quotes. */
function pathOf(parent: string, name: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === "" ? name : `${parent}.${name}`;
}

function compareValues(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: string,
): Change[] {
  if (isMap(before) && isMap(after)) return compareMaps(before, after, path);
  if (sameValue(before, after)) return [];
  const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
  return [{ path, kind, replaces: false }];
}
