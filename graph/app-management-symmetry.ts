/**
 * Sees whether the Entra admin centre will still edit a policy: it locks one whose restrictions of a kind differ between
 * secrets and symmetric keys, or between applications and service principals. Pure functions.
 */
import { type Scope, SCOPES, type TenantAppManagementPolicy } from "./app-management-policy";
import { type DeclaredPolicy, entryAt, type Part } from "./policy-place";
import { fulfils } from "./restriction-entry";

/** Restrictions that the admin centre shows as one switch: all of them say the same in both scopes, or none is there. */
const SWITCHES: readonly { readonly collection: Part; readonly types: readonly string[] }[] = [
  { collection: "passwordCredentials", types: ["passwordAddition", "symmetricKeyAddition"] },
  { collection: "passwordCredentials", types: ["passwordLifetime", "symmetricKeyLifetime"] },
  { collection: "keyCredentials", types: ["asymmetricKeyLifetime"] },
];

/**
 * The places where a policy departs from its own strictest statement of a switch, in words; empty when every switch
 * says one thing. Of a declaration it is what the tenant would have to hold already.
 */
export function asymmetries(policy: DeclaredPolicy | TenantAppManagementPolicy): string[] {
  return SWITCHES.flatMap(({ collection, types }) => {
    const places = SCOPES.flatMap((scope: Scope) =>
      types.map((restrictionType) => ({ scope, collection, restrictionType })),
    );
    const entries = places.map((place) => {
      const entry = entryAt(policy, place);
      return { place, entry: entry === undefined ? undefined : { ...entry, restrictionType: "" } };
    });
    const model = entries.find(({ entry }) => entry?.state === "enabled")?.entry;
    if (model === undefined) return [];
    return entries
      .filter(({ entry }) => !fulfils(entry, model) || !fulfils(model, entry))
      .map(({ place }) => `${place.scope}.${collection} ${place.restrictionType}`);
  });
}
