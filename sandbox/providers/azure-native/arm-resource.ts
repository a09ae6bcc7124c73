import type { Fields } from "../fields";
import { text } from "../property-readers";
import { UNKNOWN, type PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { alreadyExists, calling, withLocation, type PackageSettings } from "./arm";
import { withName, type NameStyle } from "./autoname";

/** A type of resource whose life is PUT, GET and DELETE on one id, as with most of Azure. */
export interface ArmResource {
  readonly type: string;
  readonly apiVersion: string;
  readonly fields: Fields;
  /** The input that names it, and how a name is made where the program gives none. */
  readonly named: { readonly property: string; readonly style: NameStyle };
  /** Inputs that are part of the address and no property of the resource. */
  readonly address: readonly string[];
  /** Outputs Azure decides about, beside name, type and API version. */
  readonly added?: readonly string[];
  readonly locatedBy?: PackageSettings;
  idOf(inputs: PropertyMap): string;
  /** @throws ArmError where Azure refuses. */
  put(id: string, inputs: PropertyMap): void;
  /** What GET answers; undefined when there is none. */
  get(id: string): { readonly name: string; readonly properties: PropertyMap } | undefined;
  delete(id: string): void;
  /** The inputs in the address, for an import. */
  addressOf(id: string): PropertyMap;
}

export function armResourceKind(resource: ArmResource): ResourceKind {
  const { type, apiVersion, named, address, added = [], locatedBy } = resource;
  const decided = ["azureApiVersion", "type", ...added];
  const read = (id: string) => {
    const found = resource.get(id);
    return (
      found && { id, outputs: { azureApiVersion: apiVersion, name: found.name, type, ...found.properties } }
    );
  };
  const write = (id: string, inputs: PropertyMap) => {
    calling(() => {
      resource.put(id, inputs);
    });
    const written = read(id);
    if (!written) throw new Error(`The sandbox has lost ${id}.`);
    return written;
  };
  return {
    schema: "open",
    fields: resource.fields,
    computed: [],
    secrets: [],
    complete: (inputs, request) => {
      const complete = withName(inputs, named.property, named.style, request);
      return locatedBy === undefined ? complete : withLocation(complete, locatedBy);
    },
    deleteFirst: (state, inputs) => text(state, "name") === text(inputs, named.property),
    preview: (inputs, state) => ({
      ...Object.fromEntries(Object.entries(inputs).filter(([name]) => !address.includes(name))),
      ...Object.fromEntries(decided.map((name) => [name, state?.[name] ?? UNKNOWN])),
      name: inputs[named.property],
    }),
    create: (inputs) => {
      const id = resource.idOf(inputs);
      if (resource.get(id)) throw alreadyExists(id);
      return write(id, inputs);
    },
    read,
    importInputs: ({ id, outputs }) => ({
      ...Object.fromEntries(
        Object.entries(outputs).filter(([name]) => name !== "name" && !decided.includes(name)),
      ),
      ...resource.addressOf(id),
      [named.property]: outputs["name"],
    }),
    update: (id, inputs) => write(id, inputs).outputs,
    delete: (id) => {
      resource.delete(id);
    },
  };
}
