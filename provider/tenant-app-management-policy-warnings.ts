/** What a person should know about a tenant's policy when it is taken over or switched on. */
import {
  type ActorExemption,
  asymmetries,
  type DeclaredPolicy,
  enabledElsewhere,
  entryAt,
  fulfils,
  placesOf,
  redact,
  type TenantAppManagementPolicy,
} from "../graph";

/**
 * Everything declared is there already, so what will be remembered as "before" is the same.
 *
 * Harmless when somebody else set it; but a run that was killed after its write and before the state was saved
 * leaves the same picture, and then the memory of the true "before" is gone.
 */
export function alreadyInPlace(
  found: TenantAppManagementPolicy,
  declared: DeclaredPolicy,
): string | undefined {
  const places = placesOf(declared);
  const enforced = places.some((place) => entryAt(declared, place)?.state === "enabled");
  const same = places.every((place) => fulfils(entryAt(found, place), entryAt(declared, place)));
  if (!enforced || !same || found.isEnabled !== declared.isEnabled) return undefined;
  return (
    "The tenant's default app management policy has every declared restriction already, so nothing was written: " +
    '"previous" records these present values, and destroying this resource will not loosen them. ' +
    "If an interrupted run of this stack wrote them, the values from before it are not known here."
  );
}

/** Switching the policy on puts other people's dormant restrictions into force as well. */
export function activated(
  found: TenantAppManagementPolicy,
  wanted: TenantAppManagementPolicy,
  declared: DeclaredPolicy,
): string | undefined {
  if (found.isEnabled || !wanted.isEnabled) return undefined;
  const others = enabledElsewhere(wanted, placesOf(declared));
  if (others.length === 0) return undefined;
  return (
    "The tenant's default app management policy was switched off and is being switched on, which also puts into force what others left in it: " +
    `${listed(others)}. To keep one off, declare it with state "disabled" (credentials) or turn it off in the Entra admin centre first.`
  );
}

/** Callers that a declared restriction does not bind. */
export function exempted(exemptions: readonly ActorExemption[]): string | undefined {
  if (exemptions.length === 0) return undefined;
  const who = exemptions.map(
    ({ scope, restrictionType, attributes }) =>
      `${scope} ${restrictionType} (callers with ${attributes.join(", ")})`,
  );
  return (
    `The tenant's default app management policy exempts callers from restrictions declared here: ${listed(who)}. ` +
    'The exemptions were there before and stay; see the output "exemptActors".'
  );
}

/** Declared in a way that locks the policy in the admin centre, unless the tenant has the rest already. */
export function oneSided(declared: DeclaredPolicy): string | undefined {
  const missing = asymmetries(declared);
  if (missing.length === 0) return undefined;
  return (
    `The Entra admin centre does not edit a policy whose switches differ between secrets and symmetric keys, or between applications and service principals. Declare alike, unless the tenant has them so already: ${missing.join("; ")}. ` +
    "The policy works all the same."
  );
}

/** Names from the tenant, cleared of what could harm a terminal. */
export function listed(names: readonly string[]): string {
  return redact(names.join("; "));
}
