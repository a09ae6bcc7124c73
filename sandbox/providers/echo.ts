import type { PropertyMap } from "./property-values";
import type { ResourceKind } from "./resource-kind";

interface EchoOptions {
  /** The id of a new resource. */
  readonly newId: (inputs: PropertyMap) => string;
  /** Outputs beside the inputs. */
  readonly outputs?: (inputs: PropertyMap) => PropertyMap;
  readonly complete?: NonNullable<ResourceKind["complete"]>;
}

/** Resources of types without an emulation of their own: what is declared is stored and given back. */
export class EchoStore {
  readonly #stored = new Map<string, PropertyMap>();

  kind(type: string, options: EchoOptions): ResourceKind {
    const key = (id: string): string => `${type} ${id}`;
    const outputsOf = (inputs: PropertyMap): PropertyMap => ({ ...inputs, ...options.outputs?.(inputs) });
    return {
      schema: "open",
      fields: {},
      computed: [],
      secrets: [],
      keepsWrappers: true,
      importInputs: ({ outputs }) => outputs,
      ...(options.complete && { complete: options.complete }),
      preview: (inputs) => outputsOf(inputs),
      create: (inputs) => {
        const id = options.newId(inputs);
        if (this.#stored.has(key(id))) {
          throw new Error(`A resource with the ID "${id}" already exists (${type}).`);
        }
        this.#stored.set(key(id), outputsOf(inputs));
        return { id, outputs: outputsOf(inputs) };
      },
      read: (id) => {
        const outputs = this.#stored.get(key(id));
        return outputs && { id, outputs };
      },
      update: (id, inputs) => {
        this.#stored.set(key(id), outputsOf(inputs));
        return outputsOf(inputs);
      },
      delete: (id) => {
        this.#stored.delete(key(id));
      },
    };
  }
}

/** The last part of a type token: `azuread:index/group:Group` → `Group`. */
export function typeName(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}
