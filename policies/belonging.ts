/** What belongs to the same application, also while its id is not known: then the program tells by where it flows from. */
import { Stack, StackResource } from "./stack";

const references = ["applicationId", "applicationObjectId", "servicePrincipalId", "parentId"] as const;

/** Something that is the same for all resources of one application, and differs between applications. */
export function ownerOf(resource: StackResource): string {
  for (const name of references) {
    const reference = resource.properties.at(name);
    const sources = resource.propertyDependencies.get(name) ?? [];
    // The id is known after the first update, and then says the same in every way of writing it.
    if (reference.text !== undefined) return bare(reference.text);
    if (sources.length > 0) return sources.map(idOf).sort().join("\n");
  }
  return resource.urn;
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
    groups.set(owner, [...(groups.get(owner) ?? []), resource]);
  }
  return groups;
}

/** Resources of a list that belong to this application, by its id or because they take it from there. */
export function belongingTo(
  application: StackResource,
  candidates: readonly StackResource[],
): readonly StackResource[] {
  const id = idOf(application);
  return candidates.filter(
    (candidate) =>
      ownerOf(candidate) === id ||
      references.some((name) =>
        candidate.propertyDependencies.get(name)?.some(({ urn }) => urn === application.urn),
      ),
  );
}

/** Resources that feed a property, directly and through others. */
export function sourcesOf(stack: Stack, resource: StackResource, property: string): readonly StackResource[] {
  const found = new Set(resource.propertyDependencies.get(property));
  for (const source of found)
    for (const more of source.propertyDependencies.values()) more.forEach((each) => found.add(each));
  return stack.resources.filter((each) => found.has(each));
}

/** `/applications/<id>` and `<id>` are the same object. */
function bare(id: string): string {
  return (id.split("/").at(-1) ?? id).toLowerCase();
}
