/**
 * Merging into the tenant's default app management policy, and taking the merge back. Pure functions.
 *
 * A policy has many authors: an administrator, Microsoft, several stacks. What a stack owns is the main switch
 * and the entries it declares, each named by scope, collection and restriction type; all else stays as found.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Scope,
  SCOPES,
  type ScopeRestrictions,
  type TenantAppManagementPolicy,
  type TenantAppManagementPolicyChange,
  UNKNOWN_VALUE,
} from "./app-management-policy";
import { GraphPolicyNotMergeableError } from "./errors";
import {
  type DeclaredPolicy,
  entryAt,
  type EntryPlace,
  foundAt,
  PARTS,
  placesOf,
  withEntry,
} from "./policy-place";
import { redact } from "./redact";
import { fulfils, returned, sameMeaning, withoutDropped, written } from "./restriction-entry";

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
    const there = foundAt(found, place);
    if (mine !== undefined && !fulfils(there, mine)) merged = withEntry(merged, place, written(there, mine));
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
    const [there, was] = [foundAt(found, place), entryAt(applied, place)];
    if (!fulfils(there, was)) continue;
    const before = returned(there, was, foundAt(previous, place));
    if (!fulfils(there, before)) restored = withEntry(restored, place, before);
  }
  return restored;
}

/**
 * Takes back what declared entries no longer say although they did, such as who is exempt: left to itself it would
 * stay in the tenant for ever.
 */
export function restoreMembers(
  found: TenantAppManagementPolicy,
  applied: DeclaredPolicy,
  declared: DeclaredPolicy,
  previous: TenantAppManagementPolicy,
): TenantAppManagementPolicy {
  let restored = found;
  for (const place of placesOf(declared)) {
    const [there, was, is] = [foundAt(found, place), entryAt(applied, place), entryAt(declared, place)];
    if (there === undefined || was === undefined || is === undefined) continue;
    const value = withoutDropped(there, was, is, foundAt(previous, place));
    if (value !== there) restored = withEntry(restored, place, value);
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
    remembered = withEntry(remembered, place, foundAt(found, place));
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

/** A scope without the parts that hold entries: whatever Graph adds later. */
function rest(scope: ScopeRestrictions | null | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(scope ?? {}).filter(
      ([member, value]) => value !== null && !(PARTS as readonly string[]).includes(member),
    ),
  );
}

/**
 * What has to be sent to turn one policy into the other; undefined when nothing has to.
 *
 * Only the parts that differ are sent, each whole, and the switch with them. So `identifierUris` is sent only where an
 * entry of it is declared, and then with every other member as found, Microsoft's own mark `isStateSetByMicrosoft`
 * included: Graph keeps what a PATCH leaves out, but of `identifierUris` it drops what is not named. Should the service
 * lose something after all, {@link lostParts} sees it in what is read back.
 *
 * @throws GraphPolicyNotMergeableError when a scope holds a value this version of Graph only shows as unknown.
 */
export function changeBetween(
  found: TenantAppManagementPolicy,
  wanted: TenantAppManagementPolicy,
): TenantAppManagementPolicyChange | undefined {
  const change: Partial<Record<Scope, ScopeRestrictions>> = {};
  for (const scope of SCOPES) {
    const differing = PARTS.filter(
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
