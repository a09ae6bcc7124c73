/** Says what a change of restrictions means, by property path. */
import { isDeepStrictEqual } from "node:util";
import { COLLECTIONS, IDENTIFIER_URI_RESTRICTIONS, meaningOf, type RestrictionEntry } from "../graph";
import { hasUnknown, isList, isMap, type PropertyValue, UNKNOWN } from "./properties";
import type { ChangeKind } from "./resource-handler";

/** The differences of the lists and the identifier URIs below `path`, matched by restriction type. */
export function diffScope(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: string,
  changes: Map<string, ChangeKind>,
): void {
  for (const collection of COLLECTIONS) {
    const at = `${path}.${collection}`;
    diffEntries(inside(before, collection), inside(after, collection), at, changes);
  }
  const uris = "identifierUris";
  diffUris(inside(before, uris), inside(after, uris), `${path}.${uris}`, changes);
}

/** The differences of restrictions of identifier URIs, by name. */
export function diffUris(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: string,
  changes: Map<string, ChangeKind>,
): void {
  if (after === UNKNOWN) {
    changes.set(path, isMap(before) ? "update" : "add");
    return;
  }
  for (const name of IDENTIFIER_URI_RESTRICTIONS) {
    const at = `${path}.${name}`;
    const old = inside(before, name);
    const entry = inside(after, name);
    if (entry === UNKNOWN) changes.set(at, isMap(old) ? "update" : "add");
    else if (isMap(old) && isMap(entry)) diffEntry(old, entry, at, changes);
    else if (isMap(entry)) changes.set(at, "add");
    else if (isMap(old)) changes.set(at, "delete");
  }
}

function inside(value: PropertyValue | undefined, key: string): PropertyValue | undefined {
  return isMap(value) ? value[key] : undefined;
}

function diffEntries(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: string,
  changes: Map<string, ChangeKind>,
): void {
  if (after === UNKNOWN) {
    changes.set(path, isList(before) ? "update" : "add");
    return;
  }
  const olds = isList(before) ? before : [];
  const news = isList(after) ? after : [];
  const typeOf = (entry: PropertyValue): PropertyValue | undefined => inside(entry, "restrictionType");
  const undecided = news.some((entry) => typeof typeOf(entry) !== "string");
  const found = new Map<string, ChangeKind>();
  const touched = new Set<number>();
  for (const [index, entry] of news.entries()) {
    const at = `${path}[${index}]`;
    const count = found.size;
    const old = olds.find((candidate) => typeOf(candidate) === typeOf(entry));
    if (typeof typeOf(entry) !== "string") found.set(at, "update");
    else if (isMap(entry) && isMap(old)) diffEntry(old, entry, at, found);
    else found.set(at, "add");
    if (found.size > count) touched.add(index);
  }
  for (const [index, old] of olds.entries()) {
    // With an unknown type among the new entries, that one may be this one.
    if (undecided || news.some((entry) => typeOf(entry) === typeOf(old))) continue;
    if (touched.has(index)) {
      // The same path cannot say that one entry goes and another comes: the list as a whole changes.
      changes.set(path, "update");
      return;
    }
    found.set(`${path}[${index}]`, "delete");
  }
  for (const [at, kind] of found) changes.set(at, kind);
}

type EntryValues = Readonly<Record<string, PropertyValue>>;

/** The members of an entry beside its type, each with the part of the entry's meaning it makes. */
const PARTS = {
  state: "state",
  maxLifetime: "maxLifetime",
  restrictForAppsCreatedAfterDateTime: "after",
  excludeActors: "actors",
  certificateBasedApplicationConfigurationIds: "authorities",
  excludeAppsReceivingV2Tokens: "apart",
  excludeSaml: "apart",
} as const;

function diffEntry(
  old: EntryValues,
  entry: EntryValues,
  path: string,
  changes: Map<string, ChangeKind>,
): void {
  const members = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const known = !hasUnknown(entry);
  // Known entries have passed the check, so they have the shape of an entry.
  const was = meaningOf(old as unknown as RestrictionEntry);
  const is = known ? meaningOf(entry as unknown as RestrictionEntry) : undefined;
  for (const member of members) {
    const part = PARTS[member];
    const differs = is === undefined ? hasUnknown(entry[member]) : was[part] !== is[part];
    const had = old[member] ?? undefined;
    const has = entry[member] ?? undefined;
    // An entry that is switched on changes the meaning of all its members, but not their text.
    if (!differs || isDeepStrictEqual(had, has)) continue;
    changes.set(`${path}.${member}`, had === undefined ? "add" : has === undefined ? "delete" : "update");
  }
}
