import type { Tenant } from "../../tenant/tenant";
import { ArmError } from "../../vault/arm-error";
import { child } from "../property-readers";
import { UNKNOWN, type PropertyMap, type PropertyValue } from "../property-values";

/** Settings of the package that come from the engine. */
export interface PackageSettings {
  /** `azure-native:location` of the stack. */
  location: string | undefined;
}

/** Lets Azure act; its refusal is told as the provider tells it. */
export function calling<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    throw new Error(`Status=${error.status} Code="${error.code}" Message="${error.message}"`, {
      cause: error,
    });
  }
}

export function alreadyExists(id: string): Error {
  return new Error(`cannot create already existing resource '${id}'`);
}

/** The parts of an ARM id by the segment before them, lower case: `{ resourcegroups: "rg", vaults: "v" }`. */
export function armParts(id: string): Readonly<Record<string, string | undefined>> {
  const segments = id.split("/").slice(1);
  return Object.fromEntries(
    segments.flatMap((segment, index) =>
      index % 2 === 0 ? [[segment.toLowerCase(), segments[index + 1]]] : [],
    ),
  );
}

export function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function withLocation(inputs: PropertyMap, { location }: PackageSettings): PropertyMap {
  return inputs["location"] === undefined && location !== undefined ? { ...inputs, location } : inputs;
}

export function systemData(tenant: Tenant, createdAt: Date, modifiedAt: Date): PropertyMap {
  return {
    createdBy: tenant.deployer.appId,
    createdByType: "Application",
    createdAt: createdAt.toISOString(),
    lastModifiedBy: tenant.deployer.appId,
    lastModifiedByType: "Application",
    lastModifiedAt: modifiedAt.toISOString(),
  };
}

/** The `properties` of a preview: the declared ones, and those Azure adds as far as the state has them. */
export function previewProperties(
  inputs: PropertyMap,
  state: PropertyMap | undefined,
  added: readonly string[],
): PropertyValue {
  const declared = child(inputs, "properties");
  if (!declared) return UNKNOWN;
  const before = state && child(state, "properties");
  const decided = added.map((name) => [name, before?.[name] ?? UNKNOWN] as const);
  return { ...declared, ...Object.fromEntries(decided) };
}

export function stringMap(map: PropertyMap | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map ?? {}).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

/** Requires members inside `properties`, which fields do not describe. */
export function missingProperties(inputs: PropertyMap, names: readonly string[]) {
  const properties = child(inputs, "properties");
  if (!properties) return [];
  return names
    .filter((name) => properties[name] === undefined)
    .map((name) => ({
      property: `properties.${name}`,
      reason: `missing required property 'properties.${name}'`,
    }));
}
