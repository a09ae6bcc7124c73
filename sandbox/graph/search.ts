import { badQuery } from "./graph-error";

const LONGEST = 1000;

/**
 * Reads `$search="displayName:word other"`, clauses joined by AND or OR. Every word of a clause must begin a word of
 * the property.
 * Source: https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
 */
export function parseSearch(
  text: string,
  properties: readonly string[],
): (read: (name: string) => unknown) => boolean {
  if (text.length > LONGEST) throw badQuery(`The search is longer than ${LONGEST} characters.`);
  const alternatives = text
    .trim()
    .split(/\s+OR\s+(?=")/)
    .map((part) => part.split(/\s+AND\s+(?=")/).map((clause) => parseClause(clause, text, properties)));
  return (read) => alternatives.some((clauses) => clauses.every((clause) => clause(read)));
}

function parseClause(
  clause: string,
  whole: string,
  properties: readonly string[],
): (read: (name: string) => unknown) => boolean {
  const [, property = "", value = ""] = /^"(\w+):([^"]*)"$/.exec(clause.trim()) ?? [];
  if (property === "") throw badQuery(`Syntax error: '${whole}' is not a "property:value" pair in quotes.`);
  if (!properties.includes(property)) {
    throw badQuery(`The property '${property}' is not searchable; searchable are ${properties.join(", ")}.`);
  }
  const wanted = words(value);
  return (read) => {
    const held = read(property);
    const found = words(typeof held === "string" ? held : "");
    return wanted.every((word) => found.some((candidate) => candidate.startsWith(word)));
  };
}

function words(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
