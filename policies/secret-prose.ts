/** Texts for people: they may speak of client secrets, and nobody runs them or reads settings from them. */
import { entriesOf } from "./secret-context";
import { Place } from "./secret-places";

/** Properties that every service has for words about a thing. */
const proseKey =
  /^(?:description|comments?|notes?|remarks?|summary|justification|documentation|readme|display_?name|terms_?of_?use)$/i;

/** Files for people, by the end of their names. */
const proseFile = /\.(?:md|markdown|rst|adoc|asciidoc)$/i;
const fileKey = /^(?:file(?:_?(?:name|path))?|path|name|key)$/i;

/** Queries over logs look for such words without making anything. */
const queryKey = /^(?:query|kql|criteria|query_?text|search_?query|alert_?query)$/i;

export function isProse({ key, parent, inText }: Place): boolean {
  if (key === undefined) return false;
  if (proseKey.test(key) || (!inText && proseFile.test(key))) return true;
  return /^(?:content|contents|text|body|data|source)$/i.test(key) && isFileForPeople(parent?.raw);
}

export function isQuery({ key }: Place): boolean {
  return key !== undefined && queryKey.test(key);
}

/** Tags and labels are read by everybody who sees the resource at all; what stands there is about something. */
export function isLabel({ parent }: Place): boolean {
  return /^(?:tags|labels|annotations)$/i.test(parent?.key ?? "");
}

function isFileForPeople(raw: unknown): boolean {
  return entriesOf(raw).some(
    ([key, value]) => fileKey.test(key) && typeof value === "string" && proseFile.test(value.slice(-300)),
  );
}
