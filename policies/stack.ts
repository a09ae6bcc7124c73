/**
 * The resources of a stack, all at once and in a stable order, as a stack rule sees them.
 *
 * Dependencies are known even while every value that flows along them is not: what depends on what comes from the
 * program, not from values.
 */
import { PolicyResource } from "@pulumi/policy";
import { inspect, Property } from "./property";
import { ResourceType } from "./resource-types";

/** A resource of a stack. Its properties are those it has after the update; in a preview many are not known yet. */
export interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Property;
  /** Groups other resources and has no provider; its properties are its outputs. */
  readonly isComponent: boolean;
  readonly parent: StackResource | undefined;
  /** Everything it waits for, by `dependsOn` or by a value. */
  readonly dependencies: readonly StackResource[];
  /** Name of a top-level property, and the resources whose outputs flow into it. */
  readonly propertyDependencies: ReadonlyMap<string, readonly StackResource[]>;
  is(type: ResourceType): boolean;
}

/** Something takes an output of a resource into one of its top-level properties. */
export interface Use {
  readonly resource: StackResource;
  readonly property: string;
}

export class Stack {
  /** All resources, by URN: the engine sends them in another order each time. */
  readonly resources: readonly StackResource[];
  private readonly byUrn: ReadonlyMap<string, StackResource>;
  private readonly byType = new Map<ResourceType, readonly StackResource[]>();
  private uses: ReadonlyMap<string, readonly Use[]> | undefined;

  constructor(resources: readonly PolicyResource[]) {
    const wrapped = resources.map((resource) => new Wrapped(resource, (urn) => this.byUrn.get(urn)));
    this.resources = wrapped.sort((one, other) => (one.urn < other.urn ? -1 : 1));
    this.byUrn = new Map(this.resources.map((resource) => [resource.urn, resource]));
  }

  /** The stack itself; its properties are the outputs of the program. */
  get root(): StackResource | undefined {
    return this.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  }

  find(urn: string): StackResource | undefined {
    return this.byUrn.get(urn);
  }

  /** Resources of any of these types. Computed once for each type, whichever rule asks first. */
  ofType(...types: readonly ResourceType[]): readonly StackResource[] {
    const [only, ...more] = types;
    if (only === undefined) return [];
    if (more.length > 0) return this.resources.filter((resource) => types.some((type) => resource.is(type)));
    const known = this.byType.get(only) ?? this.resources.filter((resource) => resource.is(only));
    this.byType.set(only, known);
    return known;
  }

  /** Where outputs of the resource go directly. */
  usesOf(resource: StackResource): readonly Use[] {
    this.uses ??= usesIn(this.resources);
    return this.uses.get(resource.urn) ?? [];
  }
}

function usesIn(resources: readonly StackResource[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const resource of resources) {
    for (const [property, sources] of resource.propertyDependencies) {
      for (const { urn } of sources) {
        const known = uses.get(urn);
        if (known === undefined) uses.set(urn, [{ resource, property }]);
        else known.push({ resource, property });
      }
    }
  }
  return uses;
}

class Wrapped implements StackResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  private readonly raw: PolicyResource;
  private readonly find: (urn: string) => StackResource | undefined;

  constructor(raw: PolicyResource, find: (urn: string) => StackResource | undefined) {
    this.urn = raw.urn;
    this.type = raw.type;
    this.name = raw.name;
    this.raw = raw;
    this.find = find;
  }

  get properties(): Property {
    return inspect(this.raw.props);
  }

  get isComponent(): boolean {
    return this.raw.provider === undefined && !/^pulumi:(?:pulumi|providers):/.test(this.type);
  }

  get parent(): StackResource | undefined {
    return this.raw.parent && this.find(this.raw.parent.urn);
  }

  get dependencies(): readonly StackResource[] {
    return this.known(this.raw.dependencies);
  }

  get propertyDependencies(): ReadonlyMap<string, readonly StackResource[]> {
    const dependencies = Object.entries(this.raw.propertyDependencies);
    return new Map(dependencies.map(([property, sources]) => [property, this.known(sources)]));
  }

  is(type: ResourceType): boolean {
    return type.matches(this.type);
  }

  private known(resources: readonly PolicyResource[]): StackResource[] {
    return resources.map(({ urn }) => this.find(urn)).filter((found) => found !== undefined);
  }
}
