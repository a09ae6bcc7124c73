import type { Json } from "./call";
import { badQuery } from "./graph-error";

/** The names in the text of a `$select`. */
export function selectedNames(
  select: string | null,
  set: { readonly type: string; readonly properties: ReadonlySet<string> },
): readonly string[] | undefined {
  if (select === null || select.trim() === "*") return undefined;
  const names = select.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !set.properties.has(name));
  if (unknown !== undefined) {
    throw badQuery(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type '${set.type}'.`,
    );
  }
  return names;
}

/** The selected properties, with the annotations that belong to every answer. */
export function pick(
  object: Json,
  names: readonly string[] | undefined,
  { onlyOnSelect }: { readonly onlyOnSelect?: ReadonlySet<string> },
): Json {
  if (!names) {
    if (!onlyOnSelect) return object;
    return Object.fromEntries(Object.entries(object).filter(([name]) => !onlyOnSelect.has(name)));
  }
  const annotations = Object.entries(object).filter(([name]) => name.startsWith("@odata."));
  return {
    ...Object.fromEntries(annotations),
    ...Object.fromEntries(names.map((name) => [name, object[name] ?? null])),
  };
}
