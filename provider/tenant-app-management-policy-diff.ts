/** Says what a change of a TenantAppManagementPolicy's inputs means, by property path. */
import { COLLECTIONS, meaningOf, type RestrictionEntry, SCOPES } from "../graph";
import { hasUnknown, isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type { ChangeKind, Changes } from "./resource-handler";

/**
 * The differences between what the state says and what is declared now.
 *
 * Entries are matched by restriction type, so their order does not matter, and compared by what they enforce.
 * Declaring an entry for the first time, or no longer, is a change even if it enforces nothing new: it decides
 * who owns the entry.
 */
export function diffInputs(outputs: PropertyMap, news: PropertyMap): Changes {
  const changes = new Map<string, ChangeKind>();
  for (const key of ["isEnabled", "onDelete"]) {
    if (news[key] !== outputs[key]) changes.set(key, outputs[key] === undefined ? "add" : "update");
  }
  for (const scope of SCOPES) {
    const before = outputs[scope];
    const after = news[scope];
    if (after === UNKNOWN) {
      changes.set(scope, isMap(before) ? "update" : "add");
      continue;
    }
    for (const collection of COLLECTIONS) {
      const path = `${scope}.${collection}`;
      diffEntries(inside(before, collection), inside(after, collection), path, changes);
    }
  }
  return changes;
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
    const differs = is === undefined ? entry[member] === UNKNOWN : was[part] !== is[part];
    const had = old[member] ?? undefined;
    const has = entry[member] ?? undefined;
    // An entry that is switched on changes the meaning of all its members, but not their text.
    if (!differs || had === has) continue;
    changes.set(`${path}.${member}`, had === undefined ? "add" : has === undefined ? "delete" : "update");
  }
}
