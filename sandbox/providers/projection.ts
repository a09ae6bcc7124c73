import { sameValue, stateDifference } from "./difference";
import type { Field, Fields } from "./fields";
import { isZero } from "./property-readers";
import { isList, isMap, type PropertyMap, type PropertyValue } from "./property-values";

/**
 * The inputs a resource would have been declared with, read off its state. After a refresh: the inputs there were, each
 * brought up to date; at an import: everything that is not its zero value.
 */
export function inputsFromState(
  fields: Fields,
  state: PropertyMap,
  declared: PropertyMap | undefined,
): PropertyMap {
  const names = Object.keys(fields).filter((name) =>
    declared ? declared[name] !== undefined : !isZero(state[name]),
  );
  return Object.fromEntries(
    names.flatMap((name) => {
      const field = fields[name];
      const value = field && inputFromState(name, field, state[name], declared?.[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Old inputs brought up to date with what changed in the outputs since: how azure-native tells the engine of drift.
 * Outputs the program never declared stay out, unless they changed.
 */
export function applyOutputChanges(
  inputs: PropertyMap,
  before: PropertyMap,
  after: PropertyMap,
): PropertyMap {
  const result: Record<string, PropertyValue | undefined> = { ...inputs };
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const input = inputs[name];
    const old = before[name];
    const now = after[name];
    if (sameValue(old, now)) continue;
    if (isMap(input) && isMap(old) && isMap(now)) result[name] = applyOutputChanges(input, old, now);
    else if (input !== undefined) result[name] = now;
  }
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined));
}

function inputFromState(
  name: string,
  field: Field,
  state: PropertyValue | undefined,
  declared: PropertyValue | undefined,
): PropertyValue | undefined {
  if (declared !== undefined) {
    const unchanged = stateDifference({ [name]: field }, { [name]: state }, { [name]: declared });
    if (unchanged.length === 0) return declared;
  }
  const members = field.fields;
  if (!members) return state;
  if (isMap(state)) return inputsFromState(members, state, isMap(declared) ? declared : undefined);
  return isList(state)
    ? state.map((element) => (isMap(element) ? inputsFromState(members, element, undefined) : element))
    : state;
}
