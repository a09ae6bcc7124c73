/** What a tenant's policy holds beside what a stack declares: dormant restrictions and exempt callers. */
import { type Scope, SCOPES, type TenantAppManagementPolicy } from "./app-management-policy";
import { entryAt, type EntryPlace, PARTS, placeName, placesOf, samePlace } from "./policy-place";

/** Callers that a restriction does not bind: those that carry one of these custom security attributes. */
export interface ActorExemption {
  readonly scope: Scope;
  readonly restrictionType: string;
  /** Ids such as `Engineering_Project`; for exemptions of a kind we do not know, the name of their member. */
  readonly attributes: readonly string[];
}

/**
 * Who is exempt from the restrictions at these places.
 *
 * @see https://learn.microsoft.com/graph/api/resources/appmanagementpolicyactorexemptions
 */
export function actorExemptions(
  policy: TenantAppManagementPolicy,
  places: readonly EntryPlace[],
): ActorExemption[] {
  return places.flatMap((place) => {
    const attributes = attributesOf(
      (entryAt(policy, place) as { excludeActors?: unknown } | undefined) ?? {},
    );
    if (attributes.length === 0) return [];
    return [{ scope: place.scope, restrictionType: place.restrictionType, attributes }];
  });
}

function attributesOf({ excludeActors }: { readonly excludeActors?: unknown }): string[] {
  if (typeof excludeActors !== "object" || excludeActors === null) return [];
  const names = Object.entries(excludeActors).flatMap(([member, value]): string[] => {
    if (value == null || member.includes("@odata.")) return [];
    if (!Array.isArray(value)) return [member];
    return value.map((one: unknown) => {
      const id = (one as { id?: unknown } | null)?.id;
      return typeof id === "string" && id !== "" ? id : member;
    });
  });
  return [...new Set(names)].toSorted();
}

/** Names of all enabled restrictions, those of `identifierUris` and of unknown members included, except at these places. */
export function enabledElsewhere(policy: TenantAppManagementPolicy, places: readonly EntryPlace[]): string[] {
  const entries = placesOf(policy)
    .filter((place) => !places.some((known) => samePlace(known, place)))
    .filter((place) => entryAt(policy, place)?.state === "enabled")
    .map(placeName);
  const others = SCOPES.flatMap((scope) =>
    Object.entries(policy[scope] ?? {}).flatMap(([member, value]) =>
      PARTS.some((part) => part === member) ? [] : enabledWithin(value, `${scope}.${member}`),
    ),
  );
  return [...entries, ...others];
}

function enabledWithin(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ((value as { state?: unknown }).state === "enabled") return [path];
  return Object.entries(value).flatMap(([member, inner]) => enabledWithin(inner, `${path}.${member}`));
}
