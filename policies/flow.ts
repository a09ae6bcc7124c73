/** Follows what comes out of a resource through the stack, property by property, whether or not values are known. */
import { Property } from "./property";
import { Stack, StackResource, Use } from "./stack";

/** The way from a resource to one of the places its outputs reach; the last step is that place. */
export type Path = readonly Use[];

/** The shortest way to each property that outputs of the resource reach, the nearest first. */
export function pathsFrom(stack: Stack, source: StackResource): readonly Path[] {
  const found = new Map<string, Path>();
  const visited = new Set([source.urn]);
  let ends: readonly (readonly [StackResource, Path])[] = [[source, []]];
  while (ends.length > 0) {
    const next: (readonly [StackResource, Path])[] = [];
    for (const [end, way] of ends) {
      for (const use of inOrder(stack.usesOf(end))) {
        const place = placeOf(use);
        if (use.resource.urn === source.urn || found.has(place)) continue;
        const path = [...way, use];
        found.set(place, path);
        if (visited.has(use.resource.urn)) continue;
        visited.add(use.resource.urn);
        next.push([use.resource, path]);
      }
    }
    ends = next;
  }
  return [...found.values()];
}

// The engine sends properties in no particular order.
function inOrder(uses: readonly Use[]): readonly Use[] {
  return uses.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
}

function placeOf({ resource, property }: Use): string {
  return `${resource.urn}\n${property}`;
}

/** All texts below a property, itself included, and all places whose value cannot be read now. */
export function* leavesOf(property: Property): Generator<Property> {
  const pending = [property];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.isUndecided || next.text !== undefined) yield next;
    pending.push(...next.members().toReversed());
  }
}
