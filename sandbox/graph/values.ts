import { graphDateTime } from "../tenant/identifiers";
import { isObject, type Json } from "./call";
import { badRequest, invalidProperty, invalidValue } from "./graph-error";

/** OData annotations ride along in bodies and are no properties. */
export function isAnnotation(name: string): boolean {
  return name.includes("@odata.");
}

export function refuseUnknownProperties(object: Json, known: readonly string[]): void {
  const unknown = Object.keys(object).find((name) => !isAnnotation(name) && !known.includes(name));
  if (unknown !== undefined) throw invalidProperty(unknown);
}

export function requiredString(object: Json, property: string, maxLength: number): string {
  const value = object[property];
  if (value === undefined || value === null || value === "") {
    throw badRequest(`A value is required for property '${property}' of resource.`);
  }
  if (typeof value !== "string" || value.length > maxLength) throw invalidValue(property);
  return value;
}

export function optionalString(object: Json, property: string, maxLength: number): string | null {
  const value = object[property] ?? null;
  if (value === null) return null;
  if (typeof value !== "string" || value.length > maxLength) throw invalidValue(property);
  return value;
}

export function optionalBoolean(object: Json, property: string): boolean | undefined {
  const value = object[property];
  if (value !== undefined && typeof value !== "boolean") throw invalidValue(property);
  return value;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[], property: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalidValue(property);
  return found;
}

export function stringList(value: unknown, property: string): readonly string[] {
  const list: unknown = value ?? [];
  if (!Array.isArray(list)) throw invalidValue(property);
  return list.map((item: unknown) => {
    if (typeof item !== "string") throw invalidValue(property);
    return item;
  });
}

export function objectList(value: unknown, property: string): readonly Json[] {
  const list: unknown = value ?? [];
  if (!Array.isArray(list)) throw invalidValue(property);
  return list.map((item: unknown) => {
    if (!isObject(item)) throw invalidValue(property);
    return item;
  });
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** An Edm.DateTimeOffset; undefined when absent. */
export function optionalDateTime(object: Json, property: string): Date | undefined {
  const value = object[property] ?? undefined;
  if (value === undefined) return undefined;
  const date = typeof value === "string" && DATE_TIME.test(value) ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) throw invalidValue(property);
  return date;
}

export function optionalDateTimeText(object: Json, property: string): string | null {
  const date = optionalDateTime(object, property);
  return date ? graphDateTime(date) : null;
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an Edm.Duration such as "P180D"; undefined when it is none (years and months are not). */
export function durationMilliseconds(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match || text.endsWith("P") || text.endsWith("T")) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part || 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000;
}
