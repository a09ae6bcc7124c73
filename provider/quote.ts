/** Shows what somebody gave: safe for a terminal, and without showing what may be a secret. */
import { redact } from "../graph";

/** Characters shown of a value, and of a property name (the longest one of Graph that we know has 44). */
const MAX_VALUE = 40;
const MAX_NAME = 80;

// What JSON leaves as it is although a terminal obeys it or does not show it.
const INVISIBLE = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** The text in quotes with control and invisible characters escaped, or only its length if it may be a secret. */
export function quoted(text: string): string {
  return looksSecret(text) ? `a text of ${text.length} characters` : `"${escaped(text, MAX_VALUE)}"`;
}

/** A property name for a path: as it is when it is an ordinary one. */
export function shownName(name: string): string {
  return looksSecret(name) ? `(a name of ${name.length} characters)` : escaped(name, MAX_NAME);
}

function escaped(text: string, maxLength: number): string {
  // By characters, so that no half of a pair is left over.
  const characters = Array.from(text.slice(0, 4 * maxLength));
  const cut = characters.length > maxLength || text.length > 4 * maxLength;
  const safe = JSON.stringify(characters.slice(0, maxLength).join(""))
    .slice(1, -1)
    .replace(INVISIBLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return cut ? `${safe}…` : safe;
}

/** A duration, a date or a moment: what the inputs are made of, however misspelt. */
const MEASURE = /^(?:P[\dDHMSTWY.,-]*|\d{4}-\d{2}-\d{2}(?:[T ][\d:.,]*(?:Z|[+-][\d:]+)?)?)$/i;

function looksSecret(text: string): boolean {
  if (redact(text).includes("[redacted]")) return true;
  // Keys and passwords are long, unbroken and mix letters with digits or signs; words of our inputs do not.
  if (text.length < 12 || /\s/.test(text) || MEASURE.test(text)) return false;
  return /[A-Za-z]/.test(text) && /[^A-Za-z_.-]/.test(text);
}
