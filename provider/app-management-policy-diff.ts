/** Says what a change of an AppManagementPolicy's inputs means, by property path. */
import { isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type { ChangeKind, Changes } from "./resource-handler";
import { diffScope, diffUris } from "./restriction-diff";

const PLAIN = ["displayName", "description", "owner", "isEnabled", "expires"] as const;
/** What Graph has no property for, and an import of somebody else's policy cannot know. Of no effect in the tenant. */
const OURS: ReadonlySet<string> = new Set(["owner", "expires"]);

/** The differences between what the state says and what is declared now. Nothing makes the policy anew. */
export function diffAppManagementPolicy(outputs: PropertyMap, news: PropertyMap): Changes {
  const changes = new Map<string, ChangeKind>();
  const isOurs = outputs["fullDescription"] !== undefined;
  for (const key of PLAIN) {
    const old = outputs[key] ?? undefined;
    const wanted = news[key] ?? undefined;
    if (old === wanted || (!isOurs && OURS.has(key))) continue;
    changes.set(key, old === undefined ? "add" : wanted === undefined ? "delete" : "update");
  }
  diffRestrictions(outputs["restrictions"], news["restrictions"], changes);
  // What a refresh found beside what is declared: the next update writes the policy whole.
  const strays = outputs["strays"];
  if (
    isList(strays) &&
    strays.length > 0 &&
    ![...changes.keys()].some((path) => path.startsWith("restrictions"))
  ) {
    changes.set("restrictions", "update");
  }
  diffTargets(outputs["appliesTo"], news["appliesTo"], changes);
  return changes;
}

function diffRestrictions(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  changes: Map<string, ChangeKind>,
): void {
  const path = "restrictions";
  if (after === UNKNOWN) {
    changes.set(path, "update");
    return;
  }
  diffScope(before, after, path, changes);
  const old = inside(before);
  const wanted = inside(after);
  if (wanted === UNKNOWN) changes.set(`${path}.applicationRestrictions`, "update");
  else {
    const uris = (value: PropertyValue | undefined): PropertyValue | undefined =>
      isMap(value) ? value["identifierUris"] : undefined;
    diffUris(uris(old), uris(wanted), `${path}.applicationRestrictions.identifierUris`, changes);
  }
}

function inside(value: PropertyValue | undefined): PropertyValue | undefined {
  return isMap(value) ? value["applicationRestrictions"] : undefined;
}

function diffTargets(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  changes: Map<string, ChangeKind>,
): void {
  const path = "appliesTo";
  if (after === UNKNOWN) {
    changes.set(path, "update");
    return;
  }
  const [olds, news] = [isList(before) ? before : [], isList(after) ? after : []];
  const same = (one: PropertyValue, other: PropertyValue): boolean =>
    typeof one === "string" && typeof other === "string" && one.toLowerCase() === other.toLowerCase();
  const added = news.flatMap((id, index) => (olds.some((old) => same(old, id)) ? [] : [index]));
  // With an unknown id among the new ones, that one may be this one.
  const undecided = news.some((id) => typeof id !== "string");
  const removed = olds.flatMap((old, index) =>
    undecided || news.some((id) => same(old, id)) ? [] : [index],
  );
  if (added.some((index) => removed.includes(index))) {
    // The same path cannot say that one goes and another comes.
    changes.set(path, "update");
    return;
  }
  for (const index of added) changes.set(`${path}[${index}]`, news[index] === UNKNOWN ? "update" : "add");
  for (const index of removed) changes.set(`${path}[${index}]`, "delete");
}
