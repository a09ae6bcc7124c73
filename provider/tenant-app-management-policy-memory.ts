/** What the state of a TenantAppManagementPolicy remembers beside its inputs. */
import {
  assertPolicy,
  type DeclaredEntry,
  type DeclaredPolicy,
  entryAt,
  type EntryPlace,
  type TenantAppManagementPolicy,
} from "../graph";
import { ProviderError } from "./errors";
import type { PropertyMap } from "./properties";

export interface Memory {
  /** The policy as it was before each entry was first written. */
  readonly previous: TenantAppManagementPolicy;
  /** What was written last, whatever a refresh has found since. */
  readonly applied: DeclaredPolicy;
}

/** The memory as outputs. */
export function remember({ previous, applied }: Memory): { previous: string; applied: string } {
  // As text, because a policy holds nulls and unknown members that must come back exactly.
  return { previous: JSON.stringify(previous), applied: JSON.stringify(applied) };
}

/** @throws ProviderError CERTLOCK_STATE_INCOMPLETE when the outputs do not hold a memory */
export function recall(outputs: PropertyMap): Memory {
  const { previous, applied } = outputs;
  try {
    if (typeof previous === "string" && typeof applied === "string") {
      const before: unknown = JSON.parse(previous);
      assertPolicy(before);
      return { previous: before, applied: JSON.parse(applied) as DeclaredPolicy };
    }
  } catch {
    // Told below: whichever way the memory is damaged, the remedy is the same.
  }
  throw new ProviderError(
    "CERTLOCK_STATE_INCOMPLETE",
    'The stack\'s state lacks what the default app management policy was before ("previous" and "applied"), so it cannot be restored. ' +
      'Restore the state from a backup; or remove the resource from the state (pulumi state delete) and import it again with the id "defaultAppManagementPolicy".',
  );
}

/**
 * What may be in the tenant after a write of `declared` that was to drop these entries and whose outcome is not
 * certain. Forgetting the dropped ones now would leave them in the tenant for ever.
 */
export function withDropped(
  declared: DeclaredPolicy,
  applied: DeclaredPolicy,
  dropped: readonly EntryPlace[],
): DeclaredPolicy {
  let kept = declared;
  for (const place of dropped) {
    const entry = entryAt(applied, place) as DeclaredEntry | undefined;
    if (entry !== undefined) kept = withDeclared(kept, place, entry);
  }
  return kept;
}

function withDeclared(policy: DeclaredPolicy, place: EntryPlace, entry: DeclaredEntry): DeclaredPolicy {
  const { scope, collection, restrictionType } = place;
  const before = policy[scope] ?? {};
  const next =
    collection === "identifierUris"
      ? { ...before.identifierUris, [restrictionType]: entry }
      : [...(before[collection] ?? []), entry];
  return { ...policy, [scope]: { ...before, [collection]: next } };
}
