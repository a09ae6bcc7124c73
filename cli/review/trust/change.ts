/** How a kind of trust boundary says what changes about it. */
import type { PlannedResource } from "../resources";
import type { Severity, TrustChange } from "../report";
import { at, stateOf, type Values } from "../values";

/** A difference in one field, before it is known whose and where. */
export interface Difference {
  readonly kind: TrustChange["kind"];
  readonly field: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly direction: TrustChange["direction"];
  readonly severity: Severity;
  /** What it means, in a few words. */
  readonly risk: string;
}

/** Looks at one resource that comes, goes or changes. */
export type Watch = (resource: PlannedResource) => readonly Difference[];

/** Inputs as deployed and as planned; neither before a creation and after a deletion. */
export function inputsOf({ before, after }: PlannedResource): {
  readonly before: Values | undefined;
  readonly after: Values | undefined;
} {
  return { before: before?.inputs, after: after?.inputs };
}

/** A word for what cannot be shown; `undefined` when the value can. */
export function unseen(values: Values | undefined, ...path: readonly string[]): string | undefined {
  const state = stateOf(at(values, ...path));
  if (state === "unknown") return "known at update";
  return state === "secret" ? "secret" : undefined;
}

/** What two lists of texts have not in common. */
export function changedEntries(
  before: readonly string[],
  after: readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  return {
    added: after.filter((entry) => !before.includes(entry)),
    removed: before.filter((entry) => !after.includes(entry)),
  };
}

/** A list for people: its entries while they are few, else how many. */
export function listed(entries: readonly string[], most = 6): string {
  if (entries.length === 0) return "none";
  const shown = [...entries].sort().slice(0, most).join(", ");
  return entries.length > most ? `${shown} and ${entries.length - most} more` : shown;
}
