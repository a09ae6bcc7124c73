/** Where a restriction stands in the tenant's default app management policy. Pure functions. */
import { isDeepStrictEqual } from "node:util";
import {
  COLLECTIONS,
  type RestrictionEntry,
  type Scope,
  SCOPES,
  type ScopeRestrictions,
  type TenantAppManagementPolicy,
} from "./app-management-policy";
import type { DeclaredEntry } from "./restriction-entry";

/** What a stack declares: the switch, and per scope and collection the entries it owns. */
export interface DeclaredPolicy {
  readonly isEnabled: boolean;
  readonly applicationRestrictions?: DeclaredScope | undefined;
  readonly servicePrincipalRestrictions?: DeclaredScope | undefined;
}

export interface DeclaredScope {
  readonly passwordCredentials?: readonly DeclaredEntry[] | undefined;
  readonly keyCredentials?: readonly DeclaredEntry[] | undefined;
  /** By the restriction's name; of applications alone. */
  readonly identifierUris?: Readonly<Record<string, Omit<DeclaredEntry, "restrictionType">>> | undefined;
}

/** Parts of a scope that hold restrictions: two lists, and `identifierUris`, an object with a member for each. */
export const PARTS = [...COLLECTIONS, "identifierUris"] as const;
export type Part = (typeof PARTS)[number];

/** Where an entry stands: at most one entry per place. */
export interface EntryPlace {
  readonly scope: Scope;
  readonly collection: Part;
  /** For `identifierUris` the name of the member. */
  readonly restrictionType: string;
}

type AnyPolicy = TenantAppManagementPolicy | DeclaredPolicy;
type AnyEntry = RestrictionEntry | DeclaredEntry;

/** The entries of one part; those of `identifierUris` with the name of their member as type. */
function entriesOf(policy: AnyPolicy, scope: Scope, part: Part): readonly AnyEntry[] {
  const value: unknown = policy[scope]?.[part];
  if (part !== "identifierUris") return (value as readonly AnyEntry[] | null | undefined) ?? [];
  return Object.entries((value as object | null | undefined) ?? {}).flatMap(([restrictionType, entry]) =>
    typeof entry === "object" && entry !== null ? [{ ...(entry as DeclaredEntry), restrictionType }] : [],
  );
}

/** The entry at a place, if there is one. */
export function entryAt(policy: AnyPolicy, place: EntryPlace): AnyEntry | undefined {
  return entriesOf(policy, place.scope, place.collection).find(
    (entry) => entry.restrictionType === place.restrictionType,
  );
}

/** The same, of a policy as Graph has it. */
export function foundAt(policy: TenantAppManagementPolicy, place: EntryPlace): RestrictionEntry | undefined {
  return entryAt(policy, place) as RestrictionEntry | undefined;
}

/** All places that hold an entry, in the order of the policy. */
export function placesOf(policy: AnyPolicy): EntryPlace[] {
  return SCOPES.flatMap((scope) =>
    PARTS.flatMap((collection) =>
      entriesOf(policy, scope, collection).map(({ restrictionType }) => ({
        scope,
        collection,
        restrictionType,
      })),
    ),
  );
}

/** Whether two places are the same. */
export function samePlace(one: EntryPlace, other: EntryPlace): boolean {
  return isDeepStrictEqual(one, other);
}

/** A place in words: `applicationRestrictions.passwordCredentials passwordAddition`. */
export function placeName({ scope, collection, restrictionType }: EntryPlace): string {
  return `${scope}.${collection}${collection === "identifierUris" ? "." : " "}${restrictionType}`;
}

/** The policy with one entry replaced, added, or (undefined) removed. Everything else is the same object. */
export function withEntry(
  policy: TenantAppManagementPolicy,
  place: EntryPlace,
  entry: RestrictionEntry | undefined,
): TenantAppManagementPolicy {
  const scope: ScopeRestrictions = policy[place.scope] ?? {};
  const next =
    place.collection === "identifierUris" ? withUri(scope, place, entry) : withListed(scope, place, entry);
  return { ...policy, [place.scope]: { ...scope, [place.collection]: next } };
}

function withListed(
  scope: ScopeRestrictions,
  { collection, restrictionType }: EntryPlace,
  entry: RestrictionEntry | undefined,
): readonly RestrictionEntry[] {
  const entries = (scope[collection] as readonly RestrictionEntry[] | null | undefined) ?? [];
  const at = entries.findIndex((one) => one.restrictionType === restrictionType);
  const others = entries.filter((one) => one.restrictionType !== restrictionType);
  return entry === undefined ? others : others.toSpliced(at === -1 ? others.length : at, 0, entry);
}

/** Restrictions of identifier URIs have neither type nor lifetime of their own. */
function withUri(
  scope: ScopeRestrictions,
  { restrictionType: name }: EntryPlace,
  entry: RestrictionEntry | undefined,
): object {
  const uris = (scope["identifierUris"] as object | null | undefined) ?? {};
  if (entry === undefined) return { ...uris, [name]: null };
  const members = Object.entries(entry).filter(
    ([member]) => member !== "restrictionType" && member !== "maxLifetime",
  );
  return { ...uris, [name]: Object.fromEntries(members) };
}
