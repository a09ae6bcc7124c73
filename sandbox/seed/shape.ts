/** What a value in a seed file must look like. */
export type Shape =
  | { readonly kind: "text"; readonly most?: number; readonly allowed?: readonly string[] }
  | { readonly kind: "guid" }
  | { readonly kind: "time" }
  | { readonly kind: "truth" }
  | { readonly kind: "number"; readonly least: number; readonly most: number; readonly whole: boolean }
  | { readonly kind: "list"; readonly of: Shape; readonly most?: number }
  | { readonly kind: "object"; readonly fields: Fields; readonly required?: readonly string[] }
  /** A body as Graph takes it; Graph itself judges it. */
  | { readonly kind: "body" };

export type Fields = Readonly<Record<string, Shape>>;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** How many problems are listed: a file of 100,000 wrong entries needs no 100,000 lines. */
const MOST_PROBLEMS = 50;

/** Everything that is wrong with a value, one line each, naming place, class of the value and what is allowed. */
export function problemsOf(value: unknown, shape: Shape): readonly string[] {
  const problems: string[] = [];
  check(value, shape, "", problems);
  const more = problems.length - MOST_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `… and ${more} more problems.`] : problems;
}

function check(value: unknown, shape: Shape, place: string, problems: string[]): void {
  if (!fits(value, shape)) {
    problems.push(`"${place || "the file"}" is ${classOf(value)}; give ${wanted(shape)}.`);
    return;
  }
  if (shape.kind === "list") {
    (value as readonly unknown[]).forEach((item, index) => {
      check(item, shape.of, `${place}[${index}]`, problems);
    });
  }
  if (shape.kind !== "object") return;
  const object = value as Readonly<Record<string, unknown>>;
  const prefix = place === "" ? "" : `${place}.`;
  for (const [name, field] of Object.entries(object)) {
    const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (known) check(field, known, `${prefix}${name}`, problems);
    else {
      const names = Object.keys(shape.fields).join(", ");
      problems.push(`"${prefix}${printable(name)}" is not known here; known are ${names}.`);
    }
  }
  for (const name of shape.required ?? []) {
    if (!Object.hasOwn(object, name)) problems.push(`"${prefix}${name}" is missing.`);
  }
}

function fits(value: unknown, shape: Shape): boolean {
  switch (shape.kind) {
    case "text":
      return (
        typeof value === "string" &&
        value !== "" &&
        value.length <= (shape.most ?? 256) &&
        (shape.allowed?.includes(value) ?? true)
      );
    case "guid":
      return typeof value === "string" && GUID.test(value);
    case "time":
      return typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));
    case "truth":
      return typeof value === "boolean";
    case "number":
      return (
        typeof value === "number" &&
        value >= shape.least &&
        value <= shape.most &&
        (!shape.whole || Number.isInteger(value))
      );
    case "list":
      return Array.isArray(value) && value.length <= (shape.most ?? 100_000);
    case "object":
    case "body":
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
}

function wanted(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return shape.allowed
        ? `one of ${shape.allowed.join(", ")}`
        : `a text of 1 to ${shape.most ?? 256} characters`;
    case "guid":
      return "a GUID";
    case "time":
      return "a time in UTC, as 2026-11-21T12:00:00Z";
    case "truth":
      return "true or false";
    case "number":
      return `a ${shape.whole ? "whole " : ""}number from ${shape.least} to ${shape.most}`;
    case "list":
      return `a list of at most ${shape.most ?? 100_000}`;
    case "object":
    case "body":
      return "an object";
  }
}

function classOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  switch (typeof value) {
    case "string":
      return value === "" ? "an empty text" : "a text that is not allowed";
    case "number":
      return "a number that is not allowed";
    case "boolean":
      return "a truth value";
    default:
      return "an object";
  }
}

/** A name from a file somebody else wrote, fit for a terminal. */
function printable(name: string): string {
  const safe = name.replace(/[^\x20-\x7e]/g, "?");
  return safe.length > 40 ? `${safe.slice(0, 40)}…` : safe;
}
