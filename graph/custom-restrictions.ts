/**
 * What a custom policy has to say so that an exemption lifts what it names and nothing else. Pure functions.
 *
 * Since September 2024 a custom policy inherits what it leaves out; before, an object with a custom policy inherited
 * nothing, and Microsoft's older pages still say so. So everything the tenant enforces is written out in the custom
 * policy too: both readings then agree. What the tenant does not enforce is left out, so that a restriction that the
 * tenant gets later holds for the object as well.
 *
 * @see https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
 */
import {
  COLLECTIONS,
  type RestrictionEntry,
  type Scope,
  SCOPES,
  type TenantAppManagementPolicy,
} from "./app-management-policy";
import type { CustomRestrictions, PolicyTarget } from "./custom-policy";
import { durationSeconds } from "./duration";
import { entryAt, type DeclaredPolicy, type DeclaredScope, type Part, placesOf } from "./policy-place";
import { fulfils, meaningOf, written } from "./restriction-entry";

/** One entry of a custom policy with the part it stands in. */
export interface CustomEntry {
  readonly part: Part;
  readonly entry: RestrictionEntry;
}

const SCOPE_OF: Readonly<Record<PolicyTarget["kind"], Scope>> = {
  application: "applicationRestrictions",
  servicePrincipal: "servicePrincipalRestrictions",
};

/**
 * All entries a custom policy for these objects is to have: those declared, and every other one that the tenant's
 * default enforces for objects of these kinds, in its stricter form where the two scopes differ.
 */
export function customEntries(
  declared: DeclaredScope,
  tenant: TenantAppManagementPolicy,
  kinds: readonly PolicyTarget["kind"][],
): CustomEntry[] {
  const own = declaredEntries(declared);
  const scopes = (kinds.length === 0 ? (["application", "servicePrincipal"] as const) : kinds).map(
    (kind) => SCOPE_OF[kind],
  );
  const inherited = enforcedIn(tenant, [...new Set(scopes)]).filter(
    ({ part, entry }) => !own.some((mine) => samePlace(mine, { part, entry })),
  );
  return [...own, ...inherited];
}

/** The entries a declaration names, spelt out. */
export function declaredEntries(declared: DeclaredScope): CustomEntry[] {
  const policy: DeclaredPolicy = { isEnabled: true, applicationRestrictions: declared };
  return placesOf(policy).flatMap((place) => {
    const entry = entryAt(policy, place);
    return entry === undefined ? [] : [{ part: place.collection, entry: written(undefined, entry) }];
  });
}

function samePlace(one: CustomEntry, other: CustomEntry): boolean {
  return one.part === other.part && one.entry.restrictionType === other.entry.restrictionType;
}

/** What the tenant's default enforces in these scopes. */
export function enforcedIn(tenant: TenantAppManagementPolicy, scopes: readonly Scope[]): CustomEntry[] {
  if (!tenant.isEnabled) return [];
  const all: CustomEntry[] = [];
  for (const place of placesOf(tenant)) {
    const entry = entryAt(tenant, place) as RestrictionEntry | undefined;
    if (entry?.state !== "enabled" || !scopes.includes(place.scope)) continue;
    const mine: CustomEntry = { part: place.collection, entry: withoutMark(entry) };
    const at = all.findIndex((one) => samePlace(one, mine));
    const there = all[at];
    if (there === undefined) all.push(mine);
    else all[at] = { ...mine, entry: stricter(there.entry, mine.entry) };
  }
  return all;
}

/** Whether Microsoft set a state is the service's to say, and of the tenant's policy alone. */
function withoutMark(entry: RestrictionEntry): RestrictionEntry {
  return Object.fromEntries(
    Object.entries(entry).filter(([member]) => member !== "isStateSetByMicrosoft"),
  ) as unknown as RestrictionEntry;
}

function stricter(one: RestrictionEntry, other: RestrictionEntry): RestrictionEntry {
  const lifetime = (entry: RestrictionEntry): number =>
    entry.maxLifetime == null ? Infinity : (durationSeconds(entry.maxLifetime) ?? Infinity);
  const [dates, exempt] = [
    [one, other].map((entry) => meaningOf(entry).after),
    [one, other].map((entry) => meaningOf(entry).actors),
  ];
  const after = dates.includes(undefined)
    ? null
    : ([one, other].toSorted((a, b) => cutOff(a) - cutOff(b))[0]?.restrictForAppsCreatedAfterDateTime ??
      null);
  return {
    ...(lifetime(one) <= lifetime(other) ? one : other),
    restrictForAppsCreatedAfterDateTime: after,
    excludeActors: exempt[0] === exempt[1] ? one["excludeActors"] : null,
  };
}

function cutOff({ restrictForAppsCreatedAfterDateTime: after }: RestrictionEntry): number {
  return Date.parse(after ?? "") || -Infinity;
}

/** The body of a custom policy with these entries. Every part is named, so that nothing from before survives a PATCH. */
export function customRestrictions(entries: readonly CustomEntry[]): CustomRestrictions {
  const list = (wanted: Part): RestrictionEntry[] =>
    entries.filter(({ part }) => part === wanted).map(({ entry }) => entry);
  const uris = list("identifierUris").map(({ restrictionType, ...entry }) => {
    const members = Object.entries(entry).filter(([member]) => member !== "maxLifetime");
    return [restrictionType, Object.fromEntries(members)];
  });
  return {
    passwordCredentials: list("passwordCredentials"),
    keyCredentials: list("keyCredentials"),
    ...(uris.length === 0
      ? {}
      : { applicationRestrictions: { identifierUris: Object.fromEntries(uris) as object } }),
  };
}

/** The entry a custom policy has at a place. */
export function customEntryAt(
  { restrictions }: { readonly restrictions: CustomRestrictions },
  part: Part,
  restrictionType: string,
): RestrictionEntry | undefined {
  return foundEntries(restrictions).find(
    (one) => one.part === part && one.entry.restrictionType === restrictionType,
  )?.entry;
}

function foundEntries(restrictions: CustomRestrictions): CustomEntry[] {
  const lists = COLLECTIONS.flatMap((part) => (restrictions[part] ?? []).map((entry) => ({ part, entry })));
  const uris = Object.entries(restrictions.applicationRestrictions?.identifierUris ?? {}).flatMap(
    ([restrictionType, value]) =>
      typeof value === "object" && value !== null
        ? [{ part: "identifierUris" as const, entry: { ...(value as object), restrictionType } }]
        : [],
  );
  return [...lists, ...uris];
}

/**
 * Names of the entries that differ between a policy found and the entries it is to have: missing, changed, and those
 * nobody declared that are in force or lift something.
 */
export function strayEntries(restrictions: CustomRestrictions, wanted: readonly CustomEntry[]): string[] {
  const found = foundEntries(restrictions);
  const differing = wanted.filter(
    (one) => !fulfils(found.find((there) => samePlace(there, one))?.entry, one.entry),
  );
  const further = found.filter((one) => !wanted.some((mine) => samePlace(mine, one)));
  return [...differing, ...further].map(({ part, entry }) => `${part} ${entry.restrictionType}`);
}

/** Names of declared restrictions that are in force and yet weaker than the tenant's own. */
export function loosened(declared: DeclaredScope, tenant: TenantAppManagementPolicy): string[] {
  const enforced = enforcedIn(tenant, SCOPES);
  return declaredEntries(declared).flatMap((mine) => {
    const theirs = enforced.find((one) => samePlace(one, mine))?.entry;
    if (theirs === undefined || mine.entry.state !== "enabled") return [];
    const both = stricter(mine.entry, theirs);
    return fulfils(both, mine.entry) ? [] : [`${mine.part} ${mine.entry.restrictionType}`];
  });
}
