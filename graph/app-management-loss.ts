/**
 * Sees what a write took away from others, and how to write it back. Pure functions.
 *
 * Graph documents that a PATCH keeps what it leaves out. Whether that holds for every member of a scope is not
 * certain, and the price of being wrong is a tenant with less protection than before, so the policy that is
 * read back after a write is compared with the one that was wanted.
 */
import { isDeepStrictEqual } from "node:util";
import {
  COLLECTIONS,
  type RestrictionEntry,
  type Scope,
  SCOPES,
  type ScopeRestrictions,
  type TenantAppManagementPolicy,
  type TenantAppManagementPolicyChange,
} from "./app-management-policy";

/** What is missing, and the write that brings it back. */
export interface LostParts {
  /** Property paths, such as `applicationRestrictions.identifierUris`. */
  readonly paths: readonly string[];
  /** The scopes concerned, whole: as they are now, with what is missing. */
  readonly repair: TenantAppManagementPolicyChange;
}

/** Whether Microsoft set a state is the service's to say; a client does not write it. */
const SERVICE_OWNED = "isStateSetByMicrosoft";

/**
 * What `wanted` has and `now` lacks; undefined when nothing does.
 *
 * Lost is a restriction that is gone or no longer enforced, and any other member that had a value and has none.
 * A member with another value is not lost: somebody changed it meanwhile, and it stays theirs.
 */
export function lostParts(
  now: TenantAppManagementPolicy,
  wanted: TenantAppManagementPolicy,
): LostParts | undefined {
  const paths: string[] = [];
  const repair: Partial<Record<Scope, ScopeRestrictions>> = {};
  for (const scope of SCOPES) {
    const count = paths.length;
    const whole = regainScope(now[scope] ?? {}, wanted[scope] ?? {}, scope, paths);
    if (paths.length > count) repair[scope] = writable(whole) as ScopeRestrictions;
  }
  return paths.length === 0 ? undefined : { paths, repair: { isEnabled: wanted.isEnabled, ...repair } };
}

function regainScope(
  now: ScopeRestrictions,
  wanted: ScopeRestrictions,
  path: string,
  lost: string[],
): ScopeRestrictions {
  const whole: Record<string, unknown> = { ...(regain(now, rest(wanted), path, lost) as ScopeRestrictions) };
  for (const collection of COLLECTIONS) {
    let entries: readonly RestrictionEntry[] = now[collection] ?? [];
    for (const entry of wanted[collection] ?? []) {
      const at = entries.findIndex(({ restrictionType }) => restrictionType === entry.restrictionType);
      const back = regain(entries[at], entry, `${path}.${collection} ${entry.restrictionType}`, lost);
      if (back === undefined || back === entries[at]) continue;
      entries =
        at === -1 ? [...entries, back as RestrictionEntry] : entries.with(at, back as RestrictionEntry);
    }
    if (entries.length > 0) whole[collection] = entries;
  }
  return whole;
}

function rest(scope: ScopeRestrictions): object {
  return Object.fromEntries(
    Object.entries(scope).filter(([member]) => !COLLECTIONS.some((collection) => collection === member)),
  );
}

/** The value now, with what it lacks of the wanted one; the very same value when it lacks nothing. */
function regain(now: unknown, wanted: unknown, path: string, lost: string[]): unknown {
  if (saysNothing(wanted) || isDeepStrictEqual(now, wanted)) return now;
  if (!isObject(wanted) || !isObject(now)) {
    if (!saysNothing(now)) return now;
    lost.push(path);
    return wanted;
  }
  const count = lost.length;
  const whole: Record<string, unknown> = { ...now };
  for (const [member, value] of Object.entries(wanted)) {
    if (member === SERVICE_OWNED || member.includes("@odata.")) continue;
    const back = regain(now[member], value, `${path}.${member}`, lost);
    if (back !== undefined) whole[member] = back;
  }
  return lost.length === count ? now : whole;
}

/** Whether the value means the same as its absence. */
function saysNothing(value: unknown): boolean {
  if (value == null || value === false || value === "" || value === "disabled") return true;
  if (typeof value === "string") return value.startsWith("0001-01-01T00:00:00");
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  if ("state" in value && value["state"] !== "enabled") return true;
  return Object.entries(value).every(
    ([member, inner]) => member === SERVICE_OWNED || member.includes("@odata.") || saysNothing(inner),
  );
}

/** A copy without what only the service writes. */
function writable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(writable);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([member]) => member !== SERVICE_OWNED)
      .map(([member, inner]) => [member, writable(inner)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
