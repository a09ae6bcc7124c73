/** Values as literals of the Kusto query language: whatever they hold, they stay values. */

/**
 * All characters but those that stand for themselves in a literal: line breaks and quotes among them, and braces, between
 * which a workbook puts the values of its own parameters.
 */
const ESCAPED = /[^ !#-[\]-z|~]/g;

/**
 * A text in double quotes.
 * https://learn.microsoft.com/kusto/query/scalar-data-types/string#string-literals
 */
export function kustoString(text: string): string {
  return `"${text.replace(ESCAPED, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
}

/** A list of texts, also an empty one. */
export function kustoList(texts: readonly string[]): string {
  return `dynamic([${texts.map(kustoString).join(", ")}])`;
}

/** RFC 3339; JavaScript's own reading lets comments and much else pass. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * An instant, whole seconds, UTC.
 * @throws RangeError for a text that is no date
 */
export function kustoDate(text: string): string {
  const date = new Date(DATE.test(text) ? text : NaN);
  if (Number.isNaN(date.getTime())) throw new RangeError("not a date");
  return `datetime(${date.toISOString().replace(/\.\d{3}Z$/, "Z")})`;
}

/** Types of columns the queries' tables have. */
export type KustoColumns = Readonly<Record<string, "datetime" | "dynamic" | "long" | "string">>;

/** A table with its rows in the query itself; a cell is a literal made by one of the functions above, or a number. */
export function kustoTable(columns: KustoColumns, rows: readonly (readonly string[])[]): string {
  const head = Object.entries(columns).map(([name, type]) => `${name}: ${type}`);
  return `datatable(${head.join(", ")})[${rows.map((row) => row.join(", ")).join(",\n    ")}]`;
}
