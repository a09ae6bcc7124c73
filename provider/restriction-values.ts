/** Between property values and the restrictions of app management policies, tenant-wide or custom. */
import {
  type Collection,
  COLLECTIONS,
  type DeclaredEntry,
  type DeclaredScope,
  type ExcludedActors,
  fulfils,
  IDENTIFIER_URI_RESTRICTIONS,
  KEY_RESTRICTION_TYPES,
  meaningOf,
  PASSWORD_RESTRICTION_TYPES,
  type RestrictionEntry,
  TRUSTED_AUTHORITY,
} from "../graph";
import { isList, isMap, type PropertyMap, type PropertyValue } from "./properties";

const AUTHORITY_IDS = "certificateBasedApplicationConfigurationIds";

/** What checked values of one scope declare. */
export function declaredScope(value: PropertyMap): DeclaredScope {
  return {
    passwordCredentials: declaredEntries(value["passwordCredentials"]),
    keyCredentials: declaredEntries(value["keyCredentials"]),
    identifierUris: declaredUris(value["identifierUris"]),
  };
}

function declaredEntries(value: PropertyValue | undefined): DeclaredEntry[] | undefined {
  if (!isList(value)) return undefined;
  return value.filter(isMap).map((entry) => ({
    restrictionType: textOf(entry["restrictionType"]),
    ...declaredMembers(entry),
  }));
}

/** Restrictions of identifier URIs by name; null means the same as none. */
export function declaredUris(value: PropertyValue | undefined): DeclaredScope["identifierUris"] {
  if (!isMap(value)) return undefined;
  const named = IDENTIFIER_URI_RESTRICTIONS.flatMap((name) => {
    const entry = value[name];
    return isMap(entry) ? [[name, declaredMembers(entry)] as const] : [];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

function declaredMembers(
  entry: Readonly<Record<string, PropertyValue>>,
): Omit<DeclaredEntry, "restrictionType"> {
  const ids = entry[AUTHORITY_IDS];
  return {
    state: textOf(entry["state"]),
    ...textMember(entry, "maxLifetime"),
    ...textMember(entry, "restrictForAppsCreatedAfterDateTime"),
    ...(isMap(entry["excludeActors"]) ? { excludeActors: declaredActors(entry["excludeActors"]) } : {}),
    ...(isList(ids) ? { [AUTHORITY_IDS]: ids.map(textOf) } : {}),
    ...flagMember(entry, "excludeAppsReceivingV2Tokens"),
    ...flagMember(entry, "excludeSaml"),
  };
}

function declaredActors(value: PropertyValue): ExcludedActors {
  const attributes = isMap(value) ? value["customSecurityAttributes"] : undefined;
  return {
    customSecurityAttributes: (isList(attributes) ? attributes : []).filter(isMap).map((one) => ({
      id: textOf(one["id"]),
      operator: textOf(one["operator"] ?? "equals"),
      value: textOf(one["value"]),
    })),
  };
}

function textOf(value: PropertyValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function textMember(entry: Readonly<Record<string, unknown>>, member: string): Record<string, string> {
  const value = entry[member];
  return typeof value === "string" ? { [member]: value } : {};
}

function flagMember(entry: Readonly<Record<string, unknown>>, member: string): Record<string, boolean> {
  const value = entry[member];
  return typeof value === "boolean" ? { [member]: value } : {};
}

/** Finds the entry that Graph has for a declared one. */
export type FindEntry = (
  collection: Collection | "identifierUris",
  restrictionType: string,
) => RestrictionEntry | undefined;

/**
 * The declared values of one scope with what is found in the tenant. What means the same keeps its declared spelling; a
 * declared entry that is gone reads as `disabled`, which is what its absence means, and so appears as a difference.
 */
export function liveScope(value: Readonly<Record<string, PropertyValue>>, find: FindEntry): PropertyValue {
  const parts = Object.entries(value).map(([name, entries]): [string, PropertyValue] => {
    if (name === "identifierUris" && isMap(entries)) return [name, liveUris(entries, find)];
    const collection = COLLECTIONS.find((known) => known === name);
    if (collection === undefined || !isList(entries)) return [name, entries];
    return [name, entries.map((entry) => liveEntry(entry, find, collection))];
  });
  return Object.fromEntries(parts);
}

function liveEntry(entry: PropertyValue, find: FindEntry, collection: Collection): PropertyValue {
  if (!isMap(entry)) return entry;
  const restrictionType = textOf(entry["restrictionType"]);
  const there = find(collection, restrictionType);
  // A declared entry has passed the check, so it has the shape of an entry.
  if (fulfils(there, entry as unknown as DeclaredEntry)) return entry;
  return entryValue(there ?? { restrictionType }, entry["excludeActors"] !== undefined);
}

/** Restrictions of identifier URIs as they are in the tenant, those declared alone. */
export function liveUris(uris: Readonly<Record<string, PropertyValue>>, find: FindEntry): PropertyValue {
  const named = Object.entries(uris).map(([name, entry]): [string, PropertyValue] => {
    if (!isMap(entry)) return [name, entry];
    const there = find("identifierUris", name);
    const declared = { ...entry, restrictionType: name } as unknown as DeclaredEntry;
    if (fulfils(there, declared)) return [name, entry];
    return [name, uriValue(there ?? { restrictionType: name, state: "disabled" }, Object.keys(entry))];
  });
  return Object.fromEntries(named);
}

/** The value of an entry found; with its exempt callers where there are some, or where `withActors` wants to see none. */
function entryValue(entry: RestrictionEntry, withActors: boolean): PropertyValue {
  const { restrictionType, state } = entry;
  const enabled = meaningOf({ ...entry, state: "enabled" });
  const ids = entry[AUTHORITY_IDS];
  return {
    restrictionType,
    state: state ?? "disabled",
    ...textMember(entry, "maxLifetime"),
    ...(enabled.after === undefined ? {} : textMember(entry, "restrictForAppsCreatedAfterDateTime")),
    ...(withActors || enabled.actors !== undefined
      ? { excludeActors: actorsValue(entry["excludeActors"]) }
      : {}),
    ...(Array.isArray(ids) && ids.length > 0 ? { [AUTHORITY_IDS]: ids.map(String) } : {}),
  };
}

function uriValue(entry: RestrictionEntry, members: readonly string[]): PropertyValue {
  const value = entryValue(entry, members.includes("excludeActors")) as Readonly<
    Record<string, PropertyValue>
  >;
  return {
    ...Object.fromEntries(Object.entries(value).filter(([member]) => member !== "restrictionType")),
    ...flagMember(entry, "excludeAppsReceivingV2Tokens"),
    ...flagMember(entry, "excludeSaml"),
  };
}

/** Attributes as declared, without the annotation each carries on the wire. */
function actorsValue(actors: unknown): PropertyValue {
  const attributes = (actors as { customSecurityAttributes?: unknown } | null)?.customSecurityAttributes;
  return {
    customSecurityAttributes: (Array.isArray(attributes) ? (attributes as unknown[]) : []).map((one) => {
      const { id, operator, value } = (one ?? {}) as Record<string, unknown>;
      return {
        id: typeof id === "string" ? id : "",
        operator: typeof operator === "string" ? operator : "equals",
        value: typeof value === "string" ? value : "",
      };
    }),
  };
}

/** The values that describe restrictions found, for an import: of every kind we know. */
export function importedScope(
  lists: Readonly<Record<Collection, readonly RestrictionEntry[] | null | undefined>>,
  identifierUris: unknown,
): PropertyMap {
  const known: readonly string[] = [
    ...PASSWORD_RESTRICTION_TYPES,
    ...KEY_RESTRICTION_TYPES,
    TRUSTED_AUTHORITY,
  ];
  const collections = COLLECTIONS.map((collection): [string, PropertyValue] => [
    collection,
    (lists[collection] ?? [])
      .filter(({ restrictionType }) => known.includes(restrictionType))
      .map((entry) => entryValue(entry, false)),
  ]);
  const uris = importedUris(identifierUris);
  return { ...Object.fromEntries(collections), ...(uris === undefined ? {} : { identifierUris: uris }) };
}

/** What Microsoft set is Microsoft's: an import does not claim it. */
export function importedUris(identifierUris: unknown): PropertyValue | undefined {
  const named = IDENTIFIER_URI_RESTRICTIONS.flatMap((name): [string, PropertyValue][] => {
    const entry = (identifierUris as Record<string, unknown> | null | undefined)?.[name];
    if (typeof entry !== "object" || entry === null) return [];
    if ((entry as Record<string, unknown>)["isStateSetByMicrosoft"] === true) return [];
    return [[name, uriValue({ ...entry, restrictionType: name }, [])]];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}
