/** What one restriction of an app management policy says, and when two of them say the same. Pure functions. */
import { isDeepStrictEqual } from "node:util";
import type { RestrictionEntry } from "./app-management-policy";
import { durationSeconds } from "./duration";

/** A caller that a restriction does not bind: its own custom security attribute has this value. */
export interface ExemptAttribute {
  /** `<AttributeSet>_<AttributeName>`, of type String and not a collection. */
  readonly id: string;
  readonly operator: string;
  readonly value: string;
}

/** @see https://learn.microsoft.com/graph/api/resources/appmanagementpolicyactorexemptions */
export interface ExcludedActors {
  readonly customSecurityAttributes: readonly ExemptAttribute[];
}

/** At most so many attributes exempt from one restriction; any match exempts. */
export const MOST_EXEMPT_ATTRIBUTES = 5;

/** What each exempt attribute must carry on the wire, since its declared type is abstract. */
const ATTRIBUTE_TYPE = "#microsoft.graph.customSecurityAttributeStringValueExemption";

/** A restriction as somebody declares it. What is left out of it, others may set. */
export interface DeclaredEntry {
  readonly restrictionType: string;
  readonly state: string;
  readonly maxLifetime?: string | undefined;
  readonly restrictForAppsCreatedAfterDateTime?: string | undefined;
  readonly excludeActors?: ExcludedActors | undefined;
  /** Of `trustedCertificateAuthority` (beta): configurations whose authorities are trusted. */
  readonly certificateBasedApplicationConfigurationIds?: readonly string[] | undefined;
  /** Of identifier URIs: applications that get v2.0 tokens are not restricted. */
  readonly excludeAppsReceivingV2Tokens?: boolean | undefined;
  /** Of identifier URIs: applications for SAML sign-in are not restricted. */
  readonly excludeSaml?: boolean | undefined;
}

/** Members that belong to whoever declares them, and otherwise to whoever set them. */
const OPTIONAL_MEMBERS = ["excludeActors", "excludeAppsReceivingV2Tokens", "excludeSaml"] as const;

type AnyEntry = RestrictionEntry | DeclaredEntry;

/** An entry's meaning. Two entries are the same to us when their meanings are deeply equal. */
interface Meaning {
  readonly state: string;
  readonly maxLifetime?: number | string | undefined;
  readonly after?: number | string | undefined;
  readonly actors?: string | undefined;
  readonly authorities?: string | undefined;
  readonly apart?: string | undefined;
}

const NOT_ENFORCED: Meaning = { state: "disabled" };

/**
 * What an entry enforces, free of spelling: no entry and a disabled one are the same, a date of null, none and
 * year 1 are the same, `P1D` and `PT24H` are the same, and so are nobody exempt and an empty list of exempt.
 */
export function meaningOf(entry: AnyEntry | undefined): Meaning {
  const state = entry?.state ?? "disabled";
  if (entry === undefined || state === "disabled") return NOT_ENFORCED;
  const { maxLifetime, restrictForAppsCreatedAfterDateTime: after } = entry;
  return {
    state,
    maxLifetime: maxLifetime == null ? undefined : (durationSeconds(maxLifetime) ?? maxLifetime),
    after: after == null ? undefined : cutOff(after),
    actors: actorsMeaning(entry.excludeActors),
    authorities: authoritiesMeaning(entry.certificateBasedApplicationConfigurationIds),
    apart: apartMeaning(entry),
  };
}

function cutOff(text: string): number | string | undefined {
  const moment = Date.parse(text);
  if (Number.isNaN(moment)) return text;
  return new Date(moment).getUTCFullYear() <= 1 ? undefined : moment;
}

function actorsMeaning(actors: unknown): string | undefined {
  if (typeof actors !== "object" || actors === null) return undefined;
  const said = Object.entries(actors).flatMap(([member, value]) => {
    if (value == null || member.includes("@odata.")) return [];
    if (!Array.isArray(value)) return [JSON.stringify([member, value])];
    return value.map((one: unknown) => {
      if (member !== "customSecurityAttributes" || typeof one !== "object" || one === null) {
        return JSON.stringify([member, one]);
      }
      const { id, operator, value: wanted } = one as Record<string, unknown>;
      return JSON.stringify([id, operator ?? "equals", wanted]);
    });
  });
  return said.length === 0 ? undefined : said.toSorted().join();
}

function authoritiesMeaning(ids: unknown): string | undefined {
  if (!Array.isArray(ids) || ids.length === 0) return undefined;
  return ids
    .map((id) => String(id).toLowerCase())
    .toSorted()
    .join();
}

function apartMeaning(entry: AnyEntry): string | undefined {
  const apart = (["excludeAppsReceivingV2Tokens", "excludeSaml"] as const).filter(
    (member) => entry[member] === true,
  );
  return apart.length === 0 ? undefined : apart.join();
}

/** Whether two entries enforce the same, whoever is exempt from it: that is a matter of its own. */
export function sameMeaning(one: AnyEntry | undefined, other: AnyEntry | undefined): boolean {
  const bare = (entry: AnyEntry | undefined): Meaning => ({ ...meaningOf(entry), actors: undefined });
  return isDeepStrictEqual(bare(one), bare(other));
}

/** Whether the entry found does what is declared; what the declaration leaves out may be as it likes. */
export function fulfils(found: AnyEntry | undefined, declared: AnyEntry | undefined): boolean {
  return isDeepStrictEqual(meaningOf(found), meaningOf(filled(declared, found)));
}

/** The entry with what it leaves out taken from another one. */
function filled(entry: AnyEntry | undefined, other: AnyEntry | undefined): AnyEntry | undefined {
  if (entry === undefined || other === undefined) return entry;
  const left = OPTIONAL_MEMBERS.filter(
    (member) => entry[member] === undefined && other[member] !== undefined,
  );
  return left.length === 0
    ? entry
    : { ...entry, ...Object.fromEntries(left.map((member) => [member, other[member]])) };
}

/** A full entry for a write: the members declared spelt out, those not declared or not known to us as found. */
export function written(found: RestrictionEntry | undefined, owned: AnyEntry): RestrictionEntry {
  const members = Object.fromEntries(
    OPTIONAL_MEMBERS.filter((member) => owned[member] !== undefined).map((member) => [
      member,
      member === "excludeActors" ? writtenActors(owned.excludeActors) : owned[member],
    ]),
  );
  const ids = owned.certificateBasedApplicationConfigurationIds;
  return {
    ...found,
    ...members,
    ...(ids === undefined ? {} : { certificateBasedApplicationConfigurationIds: ids }),
    restrictionType: owned.restrictionType,
    state: owned.state ?? "disabled",
    maxLifetime: owned.maxLifetime ?? null,
    restrictForAppsCreatedAfterDateTime: owned.restrictForAppsCreatedAfterDateTime ?? null,
  };
}

function writtenActors(actors: unknown): unknown {
  const attributes = (actors as { customSecurityAttributes?: unknown } | null)?.customSecurityAttributes;
  if (!Array.isArray(attributes) || attributes.length === 0) return actors == null ? null : emptied(actors);
  return {
    ...(actors as object),
    customSecurityAttributes: attributes.map((one: unknown) => ({
      "@odata.type": ATTRIBUTE_TYPE,
      ...(one as object),
    })),
  };
}

/** Nobody exempt is written as null, unless somebody of a kind we do not know is. */
function emptied(actors: object): unknown {
  return actorsMeaning(actors) === undefined ? null : actors;
}

/**
 * What an entry goes back to when it is no longer ours: what was there before, save members that were never ours, which
 * stay as found.
 */
export function returned(
  found: RestrictionEntry | undefined,
  applied: AnyEntry | undefined,
  before: RestrictionEntry | undefined,
): RestrictionEntry | undefined {
  if (before === undefined || found === undefined) return before;
  const optional = OPTIONAL_MEMBERS.map((member) => {
    const isOurs = applied?.[member] !== undefined;
    return [member, isOurs ? (before[member] ?? null) : found[member]] as const;
  });
  return written(found, { ...before, ...Object.fromEntries(optional) });
}

/**
 * The entry found without what a declaration had put into it and no longer does: those members go back to what they
 * were before. One that somebody changed since stays.
 */
export function withoutDropped(
  found: RestrictionEntry,
  applied: AnyEntry,
  declared: AnyEntry,
  before: AnyEntry | undefined,
): RestrictionEntry {
  let kept = found;
  for (const member of OPTIONAL_MEMBERS) {
    if (applied[member] === undefined || declared[member] !== undefined) continue;
    const only = (entry: AnyEntry): AnyEntry => ({
      restrictionType: "",
      state: "enabled",
      [member]: entry[member] ?? undefined,
    });
    if (!fulfils(only(found), only(applied))) continue;
    kept = { ...kept, [member]: before?.[member] ?? null };
  }
  return kept;
}
