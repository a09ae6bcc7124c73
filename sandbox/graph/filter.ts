import { isObject } from "./call";
import { badQuery, unsupportedQuery } from "./graph-error";
import type { Comparison, Filter, Literal, Path } from "./filter-syntax";

/** Reads a property of the object a filter is tried on. */
export type Read = (name: string) => unknown;

/** Which filters a set of objects takes. */
export interface Filterable {
  /** e.g. "microsoft.graph.application" */
  readonly type: string;
  readonly properties: ReadonlySet<string>;
  /** For directory objects: what can be filtered by. Absent: every property, with every operator. */
  readonly directory?: { readonly filterBy: ReadonlySet<string> };
}

/** Operators directory objects answer without advanced queries. */
const PLAIN: readonly Comparison[] = ["eq", "ge", "le"];
/** Source: https://learn.microsoft.com/graph/aad-advanced-queries#support-for-filter-by-properties-of-microsoft-entra-id-directory-objects */
const ENDS_WITH: readonly string[] = ["mail", "userPrincipalName"];
/** Graph's own names of the operators, as they stand in its refusals. */
const OPERATOR_NAMES: Readonly<Record<Comparison, string>> = {
  eq: "EqualsMatch",
  ne: "NotEqualsMatch",
  gt: "GreaterThanMatch",
  ge: "GreaterThanOrEqualsMatch",
  lt: "LessThanMatch",
  le: "LessThanOrEqualsMatch",
};

/**
 * Refuses a filter the set does not take. Directory objects take `ne`, `not`, `endsWith` and `$count` in advanced
 * queries only, and filter by some properties only. Texts as reported in
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/18795 and issues/18122.
 * Source: https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function checkFilter(filter: Filter, set: Filterable, advanced: boolean, within?: Path): void {
  switch (filter.kind) {
    case "and":
    case "or":
      for (const part of filter.parts) checkFilter(part, set, advanced, within);
      return;
    case "not":
      if (set.directory && !advanced) throw unsupportedOperator("NotMatch");
      checkFilter(filter.part, set, advanced, within);
      return;
    case "any":
    case "all":
      checkPath(filter.path, set);
      if (set.directory && filter.kind === "all") throw unsupportedOperator("AllMatch");
      if (filter.condition) checkFilter(filter.condition, set, advanced, [filter.variable, ...filter.path]);
      return;
    case "text":
      if (!within) checkPath(filter.path, set);
      if (set.directory && filter.name !== "startswith") checkEnding(filter.name, filter.path, advanced);
      return;
    case "in":
      if (!within) checkPath(filter.path, set);
      return;
    case "compare":
      checkComparison(filter, set, advanced, within);
  }
}

function checkComparison(
  { path, operator }: Extract<Filter, { kind: "compare" }>,
  set: Filterable,
  advanced: boolean,
  within?: Path,
): void {
  if (!within) checkPath(path, set);
  if (!set.directory || advanced) return;
  if (path.at(-1) === "$count" || !PLAIN.includes(operator)) {
    throw unsupportedOperator(OPERATOR_NAMES[operator]);
  }
}

function checkEnding(name: string, path: Path, advanced: boolean): void {
  if (name === "endswith" && advanced && ENDS_WITH.includes(path[0] ?? "")) return;
  throw unsupportedOperator(name === "endswith" ? "EndsWithMatch" : "ContainsMatch");
}

function checkPath(path: Path, set: Filterable): void {
  const [property = ""] = path;
  if (!set.properties.has(property)) {
    throw badQuery(`Could not find a property named '${property}' on type '${set.type}'.`);
  }
  if (!set.directory || set.directory.filterBy.has(path.filter((part) => part !== "$count").join("/")))
    return;
  if (property === "keyCredentials" || property === "passwordCredentials") {
    throw unsupportedQuery(`Complex query on property ${property} is not supported.`);
  }
  const resource = set.type.replace("microsoft.graph.", "");
  throw unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${property}' of resource ` +
      `'${resource.charAt(0).toUpperCase()}${resource.slice(1)}'.`,
  );
}

/** Whether an object passes. */
export function passes(filter: Filter, read: Read): boolean {
  switch (filter.kind) {
    case "and":
      return filter.parts.every((part) => passes(part, read));
    case "or":
      return filter.parts.some((part) => passes(part, read));
    case "not":
      return !passes(filter.part, read);
    case "compare":
      return compares(valueAt(filter.path, read), filter.operator, filter.value);
    case "in": {
      const value = valueAt(filter.path, read);
      return filter.values.some((wanted) => compares(value, "eq", wanted));
    }
    case "text": {
      const value = valueAt(filter.path, read);
      return (
        typeof value === "string" && hasText(filter.name, value.toLowerCase(), filter.value.toLowerCase())
      );
    }
    case "any":
    case "all":
      return holds(filter, read);
  }
}

function hasText(name: string, value: string, wanted: string): boolean {
  if (name === "startswith") return value.startsWith(wanted);
  return name === "endswith" ? value.endsWith(wanted) : value.includes(wanted);
}

function holds(filter: Extract<Filter, { kind: "any" | "all" }>, read: Read): boolean {
  const list: unknown = valueAt(filter.path, read);
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  const { condition, variable } = filter;
  if (!condition) return items.length > 0;
  const matches = (item: unknown) => passes(condition, (name) => (name === variable ? item : read(name)));
  return filter.kind === "any" ? items.some(matches) : items.every(matches);
}

function valueAt(path: Path, read: Read): unknown {
  const [first = "", ...rest] = path;
  let value = read(first);
  for (const part of rest) {
    if (part === "$count") return Array.isArray(value) ? value.length : 0;
    value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

/** The directory compares text without regard to case; null is smaller than nothing. */
function compares(actual: unknown, operator: Comparison, wanted: Literal): boolean {
  const left = comparable(actual, wanted);
  const right = comparable(wanted, wanted);
  if (operator === "eq") return left === right;
  if (operator === "ne") return left !== right;
  if (left === null || right === null || typeof left !== typeof right) return false;
  switch (operator) {
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
    case "lt":
      return left < right;
    case "le":
      return left <= right;
  }
}

function comparable(value: unknown, wanted: Literal): string | number | boolean | null {
  if (wanted instanceof Date) {
    const time = value instanceof Date ? value.getTime() : Date.parse(typeof value === "string" ? value : "");
    return Number.isNaN(time) ? null : time;
  }
  if (typeof value === "string") return value.toLowerCase();
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

function unsupportedOperator(name: string): Error {
  return unsupportedQuery(`Unsupported property filter clause operator '${name}'.`);
}
