import { isList, isMap, type PropertyMap, type PropertyValue } from "./property-values";

// Readers of one property by type. A value of another type, or one not known yet, reads as absent: what inputs must look
// like is decided once, in check.

export function text(map: PropertyMap, name: string): string | undefined {
  const value = map[name];
  return typeof value === "string" ? value : undefined;
}

export function number(map: PropertyMap, name: string): number | undefined {
  const value = map[name];
  return typeof value === "number" ? value : undefined;
}

export function flag(map: PropertyMap, name: string): boolean | undefined {
  const value = map[name];
  return typeof value === "boolean" ? value : undefined;
}

export function texts(map: PropertyMap, name: string): readonly string[] | undefined {
  const value = map[name];
  return isList(value) ? value.filter((element) => typeof element === "string") : undefined;
}

export function child(map: PropertyMap, name: string): PropertyMap | undefined {
  const value = map[name];
  return isMap(value) ? value : undefined;
}

export function children(map: PropertyMap, name: string): readonly PropertyMap[] {
  const value = map[name];
  return isList(value) ? value.filter(isMap) : [];
}

/** Absent, null, "", false, 0, an empty list or an object of such: what a declaration need not say. */
export function isZero(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  if (isList(value)) return value.length === 0;
  return isMap(value) && Object.values(value).every(isZero);
}
