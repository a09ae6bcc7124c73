/** What belongs to the same application, also while its id is not known: then the program tells by where it flows from. */
import type { ResourceType } from "./resource-types";
import { StackResource } from "./stack";

const references = [
  "applicationId",
  "applicationObjectId",
  "servicePrincipalId",
  "parentId",
  "userAssignedIdentityId",
  "resourceName",
] as const;

/** Something that is the same for all resources of one application, and differs between applications. */
export function ownerOf(resource: StackResource): string {
  for (const name of references) {
    const reference = resource.properties.at(name);
    const sources = resource.propertyDependencies.get(name) ?? [];
    // The id is known after the first update, and then says the same in every way of writing it.
    if (reference.text !== undefined) return bare(reference.text) + groupOf(resource, name);
    if (sources.length > 0) return sources.map(idOf).sort().join("\n");
  }
  return resource.urn;
}

/** A bare name says who is meant only together with the resource group. */
function groupOf({ properties }: StackResource, reference: string): string {
  const group = reference === "resourceName" ? properties.at("resourceGroupName").text : undefined;
  return group === undefined ? "" : `\n${group.toLowerCase()}`;
}

/** The key under which resources name this application as their own. */
export function idOf(application: StackResource): string {
  const { properties } = application;
  const id = properties.at("objectId").text ?? properties.at("id").text;
  return id === undefined ? application.urn : bare(id);
}

/** Groups in the order of the stack. */
export function byOwner(resources: readonly StackResource[]): ReadonlyMap<string, readonly StackResource[]> {
  const groups = new Map<string, StackResource[]>();
  for (const resource of resources) {
    const owner = ownerOf(resource);
    const group = groups.get(owner);
    if (group === undefined) groups.set(owner, [resource]);
    else group.push(resource);
  }
  return groups;
}

/** Finds what belongs to an application, by its id or because it takes that from there. Looks at each candidate once. */
export function belongings(
  candidates: readonly StackResource[],
): (application: StackResource) => readonly StackResource[] {
  const byKey = new Map<string, Set<StackResource>>();
  for (const candidate of candidates) {
    const sources = references.flatMap((name) => candidate.propertyDependencies.get(name) ?? []);
    for (const key of [ownerOf(candidate), ...sources.map(({ urn }) => urn)]) put(byKey, key, candidate);
  }
  return (application) => [...foundUnder(byKey, [idOf(application), application.urn])];
}

/** Adds to the set under a key. */
export function put<Value>(sets: Map<string, Set<Value>>, key: string, value: Value): void {
  const present = sets.get(key);
  if (present === undefined) sets.set(key, new Set([value]));
  else present.add(value);
}

/** All that stands under any of the keys, each once. */
export function foundUnder<Value>(
  sets: ReadonlyMap<string, ReadonlySet<Value>>,
  keys: readonly string[],
): ReadonlySet<Value> {
  return new Set(keys.flatMap((key) => [...(sets.get(key) ?? [])]));
}

/** Resources that feed a property, directly and through others. */
export function sourcesOf(resource: StackResource, property: string): ReadonlySet<StackResource> {
  const found = new Set(resource.propertyDependencies.get(property));
  // A set hands out what is added to it on the way.
  for (const source of found)
    for (const more of source.propertyDependencies.values()) for (const each of more) found.add(each);
  return found;
}

/** Whether the value of a property is taken from a resource of this type. */
export function comesFrom(resource: StackResource, property: string, type: ResourceType): boolean {
  return resource.propertyDependencies.get(property)?.some((source) => source.is(type)) ?? false;
}

/** `/applications/<id>` and `<id>` are the same object. */
function bare(id: string): string {
  return (id.split("/").at(-1) ?? id).toLowerCase();
}
