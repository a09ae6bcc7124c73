/**
 * Merging into the tenant's default app management policy, and taking the merge back. Pure functions.
 *
 * A policy has many authors: an administrator, Microsoft, several stacks. What a stack owns is the main switch
 * and the entries it declares, each named by scope, collection and restriction type; all else stays as found.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Collection,
  COLLECTIONS,
  type RestrictionEntry,
  type Scope,
  SCOPES,
  type ScopeRestrictions,
  type TenantAppManagementPolicy,
  type TenantAppManagementPolicyChange,
} from "./app-management-policy";
import { durationSeconds } from "./duration";
import { GraphPolicyNotMergeableError } from "./errors";
import { redact } from "./redact";

/** What a stack declares: the switch, and per scope and collection the entries it owns. */
export interface DeclaredPolicy {
  readonly isEnabled: boolean;
  readonly applicationRestrictions?: DeclaredScope | undefined;
  readonly servicePrincipalRestrictions?: DeclaredScope | undefined;
}

export interface DeclaredScope {
  readonly passwordCredentials?: readonly DeclaredEntry[] | undefined;
  readonly keyCredentials?: readonly DeclaredEntry[] | undefined;
}

export interface DeclaredEntry {
  readonly restrictionType: string;
  readonly state: string;
  readonly maxLifetime?: string | undefined;
  readonly restrictForAppsCreatedAfterDateTime?: string | undefined;
}

/** Where an entry stands: at most one entry per place. */
export interface EntryPlace {
  readonly scope: Scope;
  readonly collection: Collection;
  readonly restrictionType: string;
}

/** An entry's meaning. Two entries are the same to us when their meanings are deeply equal. */
interface Meaning {
  readonly state: string;
  readonly maxLifetime?: number | string | undefined;
  readonly after?: number | string | undefined;
}

const NOT_ENFORCED: Meaning = { state: "disabled" };

/**
 * What an entry enforces, free of spelling: no entry and a disabled one are the same, a date of null, none and
 * year 1 are the same, `P1D` and `PT24H` are the same.
 */
export function meaningOf(entry: RestrictionEntry | DeclaredEntry | undefined): Meaning {
  const state = entry?.state ?? "disabled";
  if (entry === undefined || state === "disabled") return NOT_ENFORCED;
  const { maxLifetime, restrictForAppsCreatedAfterDateTime: after } = entry;
  return {
    state,
    maxLifetime: maxLifetime == null ? undefined : (durationSeconds(maxLifetime) ?? maxLifetime),
    after: after == null ? undefined : cutOff(after),
  };
}

function cutOff(text: string): number | string | undefined {
  const moment = Date.parse(text);
  if (Number.isNaN(moment)) return text;
  return new Date(moment).getUTCFullYear() <= 1 ? undefined : moment;
}

/** Whether two entries enforce the same. */
export function sameMeaning(
  one: RestrictionEntry | DeclaredEntry | undefined,
  other: RestrictionEntry | DeclaredEntry | undefined,
): boolean {
  return isDeepStrictEqual(meaningOf(one), meaningOf(other));
}

type AnyPolicy = TenantAppManagementPolicy | DeclaredPolicy;

/** The entry at a place, if there is one. */
export function entryAt(policy: AnyPolicy, place: EntryPlace): RestrictionEntry | DeclaredEntry | undefined {
  const entries: readonly (RestrictionEntry | DeclaredEntry)[] =
    policy[place.scope]?.[place.collection] ?? [];
  return entries.find((entry) => entry.restrictionType === place.restrictionType);
}

/** All places that hold an entry, in the order of the policy. */
export function placesOf(policy: AnyPolicy): EntryPlace[] {
  return SCOPES.flatMap((scope) =>
    COLLECTIONS.flatMap((collection) => {
      const entries: readonly (RestrictionEntry | DeclaredEntry)[] = policy[scope]?.[collection] ?? [];
      return entries.map(({ restrictionType }) => ({ scope, collection, restrictionType }));
    }),
  );
}

/** Whether two places are the same. */
export function samePlace(one: EntryPlace, other: EntryPlace): boolean {
  return isDeepStrictEqual(one, other);
}

/** The policy with one entry replaced, added, or (undefined) removed. Everything else is the same object. */
function withEntry(
  policy: TenantAppManagementPolicy,
  place: EntryPlace,
  entry: RestrictionEntry | undefined,
): TenantAppManagementPolicy {
  const scope: ScopeRestrictions = policy[place.scope] ?? {};
  const entries = scope[place.collection] ?? [];
  const at = entries.findIndex(({ restrictionType }) => restrictionType === place.restrictionType);
  const others = entries.filter(({ restrictionType }) => restrictionType !== place.restrictionType);
  const next = entry === undefined ? others : others.toSpliced(at === -1 ? others.length : at, 0, entry);
  return { ...policy, [place.scope]: { ...scope, [place.collection]: next } };
}

/** A full entry: the members we own spelt out, those we do not know (such as `excludeActors`) as found. */
function written(
  found: RestrictionEntry | undefined,
  owned: RestrictionEntry | DeclaredEntry,
): RestrictionEntry {
  return {
    ...found,
    restrictionType: owned.restrictionType,
    state: owned.state ?? "disabled",
    maxLifetime: owned.maxLifetime ?? null,
    restrictForAppsCreatedAfterDateTime: owned.restrictForAppsCreatedAfterDateTime ?? null,
  };
}

/**
 * The policy with every declared entry in place and nothing else changed. An entry that means the same already
 * is left as found, so that merging what is there changes nothing.
 */
export function mergePolicy(
  found: TenantAppManagementPolicy,
  declared: DeclaredPolicy,
): TenantAppManagementPolicy {
  let merged: TenantAppManagementPolicy = { ...found, isEnabled: declared.isEnabled };
  for (const place of placesOf(declared)) {
    const mine = entryAt(declared, place);
    const there = entryAt(found, place) as RestrictionEntry | undefined;
    if (mine !== undefined && !sameMeaning(mine, there))
      merged = withEntry(merged, place, written(there, mine));
  }
  return merged;
}

/**
 * Takes entries back to what they were before: a three-way merge.
 *
 * An entry that still means what was applied returns to its previous value, or goes if there was none. One that
 * somebody changed since is theirs now and stays. Entries at other places are not looked at.
 *
 * @param found the policy as it is now.
 * @param applied what we last wrote.
 * @param previous the policy before we first wrote each entry.
 * @param places which entries to take back; all that were applied, unless given.
 */
export function restoreEntries(
  found: TenantAppManagementPolicy,
  applied: DeclaredPolicy,
  previous: TenantAppManagementPolicy,
  places: readonly EntryPlace[] = placesOf(applied),
): TenantAppManagementPolicy {
  let restored = found;
  for (const place of places) {
    const there = entryAt(found, place) as RestrictionEntry | undefined;
    const before = entryAt(previous, place) as RestrictionEntry | undefined;
    if (!sameMeaning(there, entryAt(applied, place)) || sameMeaning(there, before)) continue;
    const value = before === undefined ? undefined : there === undefined ? before : written(there, before);
    restored = withEntry(restored, place, value);
  }
  return restored;
}

/** What to remember as "before" once further entries are taken over: at those places, what is there now. */
export function rememberEntries(
  previous: TenantAppManagementPolicy,
  found: TenantAppManagementPolicy,
  places: readonly EntryPlace[],
): TenantAppManagementPolicy {
  let remembered = previous;
  for (const place of places) {
    remembered = withEntry(remembered, place, entryAt(found, place) as RestrictionEntry | undefined);
  }
  return remembered;
}

/**
 * Takes everything back: the entries as {@link restoreEntries} does, and the main switch.
 *
 * The switch only goes back to off when no restriction differs from before: with an entry of somebody else's
 * in the policy, switching off would silently end their protection too.
 */
export function restorePolicy(
  found: TenantAppManagementPolicy,
  applied: DeclaredPolicy,
  previous: TenantAppManagementPolicy,
): TenantAppManagementPolicy {
  const restored = restoreEntries(found, applied, previous);
  const untouched = found.isEnabled === applied.isEnabled;
  const safe = previous.isEnabled || sameRestrictions(restored, previous);
  return untouched && safe ? { ...restored, isEnabled: previous.isEnabled } : restored;
}

/** Whether two policies restrict the same, main switch aside. */
export function sameRestrictions(one: TenantAppManagementPolicy, other: TenantAppManagementPolicy): boolean {
  const places = [...placesOf(one), ...placesOf(other)];
  if (!places.every((place) => sameMeaning(entryAt(one, place), entryAt(other, place)))) return false;
  return SCOPES.every((scope) => isDeepStrictEqual(rest(one[scope]), rest(other[scope])));
}

/** A scope without the two collections: identifier URI restrictions and whatever Graph adds later. */
function rest(scope: ScopeRestrictions | null | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(scope ?? {}).filter(
      ([member, value]) => value !== null && !(COLLECTIONS as readonly string[]).includes(member),
    ),
  );
}

/**
 * What has to be sent to turn one policy into the other; undefined when nothing has to.
 *
 * Only the collections that differ are sent, and the switch with them. `identifierUris` is not: it holds
 * `isStateSetByMicrosoft`, which is the service's to write, and Graph keeps what a PATCH leaves out. Should the
 * service not keep it after all, {@link lostParts} sees it in what is read back.
 *
 * @throws GraphPolicyNotMergeableError when a scope holds a value this version of Graph only shows as unknown.
 */
export function changeBetween(
  found: TenantAppManagementPolicy,
  wanted: TenantAppManagementPolicy,
): TenantAppManagementPolicyChange | undefined {
  const change: Partial<Record<Scope, ScopeRestrictions>> = {};
  for (const scope of SCOPES) {
    const differing = COLLECTIONS.filter(
      (collection) => !isDeepStrictEqual(found[scope]?.[collection], wanted[scope]?.[collection]),
    );
    if (differing.length === 0) continue;
    refuseUnknown(found[scope], scope);
    change[scope] = Object.fromEntries(
      differing.map((collection) => [collection, wanted[scope]?.[collection]]),
    );
  }
  if (found.isEnabled === wanted.isEnabled && Object.keys(change).length === 0) return undefined;
  return { isEnabled: wanted.isEnabled, ...change };
}

/** What Graph answers for a value that its v1.0 does not know, and does not accept back. */
const UNKNOWN_VALUE = "unknownFutureValue";

/** The whole scope is looked through: what we cannot express we could not write back if it got lost. */
function refuseUnknown(value: unknown, path: string): void {
  if (value === UNKNOWN_VALUE) {
    throw new GraphPolicyNotMergeableError(
      `The tenant's default app management policy holds a value at ${redact(path)} that Microsoft Graph v1.0 cannot express (shown as ${UNKNOWN_VALUE}, for example a trusted certificate authority). ` +
        "Writing this part of the policy could lose it, so nothing was written. Remove that restriction with the beta endpoint first, or leave this scope undeclared.",
      { outcome: "not-applied" },
    );
  }
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    refuseUnknown(member, isList ? `${path}[${key}]` : `${path}.${key}`);
  }
}
