import { badQuery } from "./graph-error";

/** One `$orderby`. */
export interface Order {
  readonly property: string;
  sorted<T>(items: readonly T[], read: (item: T, name: string) => unknown): readonly T[];
}

const ORDER = /^(\w+)(?:\s+(asc|desc))?$/i;

/** Reads `$orderby`: one property, `asc` or `desc`. */
export function parseOrder(
  text: string,
  set: { readonly type: string; readonly properties: ReadonlySet<string> },
): Order {
  const [, property = "", direction = "asc"] = ORDER.exec(text.trim()) ?? [];
  if (property === "") throw badQuery(`Invalid orderby clause: ${text.trim()}`);
  if (!set.properties.has(property)) {
    throw badQuery(`Could not find a property named '${property}' on type '${set.type}'.`);
  }
  const sign = direction.toLowerCase() === "desc" ? -1 : 1;
  return {
    property,
    sorted: (items, read) =>
      items
        .map((item) => ({ item, key: key(read(item, property)) }))
        .sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0))
        .map(({ item }) => item),
  };
}

function key(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
