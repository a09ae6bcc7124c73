/** Between property values of a TenantAppManagementPolicy and the policy of Graph. */
import {
  type Collection,
  COLLECTIONS,
  type DeclaredEntry,
  type DeclaredPolicy,
  type DeclaredScope,
  entryAt,
  KEY_RESTRICTION_TYPES,
  meaningOf,
  PASSWORD_RESTRICTION_TYPES,
  type RestrictionEntry,
  sameMeaning,
  type Scope,
  SCOPES,
  type TenantAppManagementPolicy,
} from "../graph";
import { isList, isMap, type PropertyMap, type PropertyValue } from "./properties";

const INPUTS = ["isEnabled", ...SCOPES, "onDelete"] as const;

/** What checked inputs without unknown values declare. */
export function declaredFrom(inputs: PropertyMap): DeclaredPolicy {
  return {
    isEnabled: inputs["isEnabled"] !== false,
    applicationRestrictions: declaredScope(inputs["applicationRestrictions"]),
    servicePrincipalRestrictions: declaredScope(inputs["servicePrincipalRestrictions"]),
  };
}

function declaredScope(value: PropertyValue | undefined): DeclaredScope | undefined {
  if (!isMap(value)) return undefined;
  return {
    passwordCredentials: declaredEntries(value["passwordCredentials"]),
    keyCredentials: declaredEntries(value["keyCredentials"]),
  };
}

function declaredEntries(value: PropertyValue | undefined): DeclaredEntry[] | undefined {
  if (!isList(value)) return undefined;
  return value.filter(isMap).map((entry) => ({
    restrictionType: textOf(entry["restrictionType"]),
    state: textOf(entry["state"]),
    ...textMember(entry, "maxLifetime"),
    ...textMember(entry, "restrictForAppsCreatedAfterDateTime"),
  }));
}

function textOf(value: PropertyValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function textMember(entry: Readonly<Record<string, unknown>>, member: string): Record<string, string> {
  const value = entry[member];
  return typeof value === "string" ? { [member]: value } : {};
}

/** The inputs among the outputs. */
export function inputsFrom(outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    INPUTS.filter((key) => outputs[key] !== undefined).map((key) => [key, outputs[key]]),
  );
}

/**
 * The declared inputs with the values found in the tenant.
 *
 * What means the same keeps its declared spelling. A declared entry that is gone reads as `disabled`, which is
 * what its absence means, and so appears as a difference of its state.
 */
export function liveInputs(declared: PropertyMap, found: TenantAppManagementPolicy): PropertyMap {
  const live: Record<string, PropertyValue | undefined> = { ...declared, isEnabled: found.isEnabled };
  for (const scope of SCOPES) {
    const value = declared[scope];
    if (!isMap(value)) continue;
    const collections = Object.entries(value).map(([name, entries]): [string, PropertyValue] => {
      const collection = COLLECTIONS.find((known) => known === name);
      if (collection === undefined || !isList(entries)) return [name, entries];
      return [name, entries.map((entry) => liveEntry(entry, found, scope, collection))];
    });
    live[scope] = Object.fromEntries(collections);
  }
  return live;
}

function liveEntry(
  entry: PropertyValue,
  found: TenantAppManagementPolicy,
  scope: Scope,
  collection: Collection,
): PropertyValue {
  if (!isMap(entry)) return entry;
  const restrictionType = textOf(entry["restrictionType"]);
  const there = entryAt(found, { scope, collection, restrictionType }) as RestrictionEntry | undefined;
  // A declared entry has passed the check, so it has the shape of an entry.
  if (sameMeaning(entry as unknown as DeclaredEntry, there)) return entry;
  return entryValue(there ?? { restrictionType });
}

function entryValue(entry: RestrictionEntry): PropertyValue {
  const { restrictionType, state } = entry;
  const after = meaningOf({ ...entry, state: "enabled" }).after;
  return {
    restrictionType,
    state: state ?? "disabled",
    ...textMember(entry, "maxLifetime"),
    ...(after === undefined ? {} : textMember(entry, "restrictForAppsCreatedAfterDateTime")),
  };
}

/** The inputs that describe the policy found, for an import: every restriction of a kind we know. */
export function importedInputs(found: TenantAppManagementPolicy): PropertyMap {
  const known: readonly string[] = [...PASSWORD_RESTRICTION_TYPES, ...KEY_RESTRICTION_TYPES];
  const inputs: Record<string, PropertyValue> = { isEnabled: found.isEnabled };
  for (const scope of SCOPES) {
    const collections = COLLECTIONS.map((collection): [string, PropertyValue] => {
      const entries = found[scope]?.[collection] ?? [];
      return [
        collection,
        entries.filter(({ restrictionType }) => known.includes(restrictionType)).map(entryValue),
      ];
    });
    if (collections.some(([, entries]) => isList(entries) && entries.length > 0)) {
      inputs[scope] = Object.fromEntries(collections);
    }
  }
  return { ...inputs, onDelete: "restore" };
}
