/** Says what a change of a TenantAppManagementPolicy's inputs means, by property path. */
import { SCOPES } from "../graph";
import { isMap, type PropertyMap, UNKNOWN } from "./properties";
import type { ChangeKind, Changes } from "./resource-handler";
import { diffScope } from "./restriction-diff";

/**
 * The differences between what the state says and what is declared now.
 *
 * Entries are matched by restriction type, so their order does not matter, and compared by what they enforce.
 * Declaring an entry for the first time, or no longer, is a change even if it enforces nothing new: it decides
 * who owns the entry.
 */
export function diffInputs(outputs: PropertyMap, news: PropertyMap): Changes {
  const changes = new Map<string, ChangeKind>();
  for (const key of ["isEnabled", "onDelete"]) {
    if (news[key] !== outputs[key]) changes.set(key, outputs[key] === undefined ? "add" : "update");
  }
  for (const scope of SCOPES) {
    const before = outputs[scope];
    const after = news[scope];
    if (after === UNKNOWN) {
      changes.set(scope, isMap(before) ? "update" : "add");
      continue;
    }
    diffScope(before, after, scope, changes);
  }
  return changes;
}
