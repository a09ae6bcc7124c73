import type { CheckFailure, Fields } from "./fields";
import { UNKNOWN, type PropertyMap } from "./property-values";

/** A resource as the tenant has it. */
export interface ResourceState {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** How the engine wants a name made when the program gives none. */
export interface NamingRequest {
  /** The resource's name in the program. */
  readonly name: string;
  /** Inputs of the last update; a made-up name is kept. */
  readonly previous: PropertyMap | undefined;
  /** Random bytes, the same in preview and update; empty when the engine gives none. */
  readonly seed: Uint8Array;
  readonly autonaming:
    { readonly mode: "propose" | "enforce" | "disable"; readonly name: string } | undefined;
}

/**
 * One type of resource: the fields the engine is told about, and what its life cycle does to the tenant. Inputs and
 * state arrive without secret wrappers. Whatever create or update throws is told to the engine as the provider's error;
 * it must leave nothing behind.
 */
export interface ResourceKind {
  /** `closed`: every input is listed and state is compared, as Terraform does. `open`: other inputs are let through
   * and inputs are compared, as azure-native does. */
  readonly schema: "closed" | "open";
  readonly fields: Fields;
  /** Outputs that no input gives. */
  readonly computed: readonly string[];
  /** Outputs that are secret whatever their input was. */
  readonly secrets: readonly string[];
  /** Inputs reach create and update with their secret wrappers on. */
  readonly keepsWrappers?: true;
  /** Fills in what the provider decides before the engine plans: names, the configured location. */
  complete?(inputs: PropertyMap, request: NamingRequest): PropertyMap;
  /** What fields alone cannot say about the inputs. */
  check?(inputs: PropertyMap): readonly CheckFailure[];
  /** Properties that force a replacement though no input changed. */
  mustReplace?(state: PropertyMap, inputs: PropertyMap): readonly string[];
  /** Whether the old resource must go first, because the new one would take its id. */
  deleteFirst?(state: PropertyMap, inputs: PropertyMap): boolean;
  /** Outputs as far as a preview knows them. @default - `previewOutputs` */
  preview?(inputs: PropertyMap, state: PropertyMap | undefined): PropertyMap;
  create(inputs: PropertyMap): ResourceState | Promise<ResourceState>;
  /** The resource now; undefined when it is gone. `state` is empty at an import. */
  read(id: string, state: PropertyMap): ResourceState | undefined;
  /** The inputs an import writes down. @default - every field of the state that is not its zero value */
  importInputs?(state: ResourceState): PropertyMap;
  /** Absent when every change replaces. */
  update?(id: string, inputs: PropertyMap, state: PropertyMap): PropertyMap | Promise<PropertyMap>;
  /** Deletes; a resource already gone is fine. */
  delete(id: string, state: PropertyMap): void;
}

/** The inputs, and for what the tenant decides: the value of the last update, or unknown. */
export function previewOutputs(
  { fields, computed }: Pick<ResourceKind, "fields" | "computed">,
  inputs: PropertyMap,
  state: PropertyMap | undefined,
): PropertyMap {
  const decidedByTenant = [
    ...computed,
    ...Object.keys(fields).filter((name) => fields[name]?.computed && inputs[name] === undefined),
  ];
  return {
    ...inputs,
    ...Object.fromEntries(decidedByTenant.map((name) => [name, state ? state[name] : UNKNOWN])),
  };
}
