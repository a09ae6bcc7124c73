/**
 * Clears text from outside before it becomes part of an error: services and proxies echo headers, and
 * a token in a build log is a token in the wrong hands.
 */

const MAX_LENGTH = 600;
const JWT = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g;
const BEARER = /\b(bearer)\s+[^\s"',;]+/gi;
const ASSIGNED =
  /\b(client_secret|client_assertion|assertion|access_token|refresh_token|id_token|secretText)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi;
// Three characters, 7Q~ or 8Q~, 31 to 34 more: the shape of a client secret issued by Entra.
const ENTRA_SECRET = /[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}/g;
const PEM_BLOCK = /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g;
// Line breaks, terminal escapes and other control characters would let a service write into our output;
// characters that turn the direction of writing or have no width would let it show something else than it says.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g;

/**
 * The text without credentials, control and invisible characters, at most 600 characters long.
 *
 * @param text anything a service or a library said.
 * @param known exact values to remove wherever they stand, such as the token of this request.
 */
export function redact(text: string, known: readonly string[] = []): string {
  // Cut first, generously: the patterns then work on a bounded text whatever a service sends.
  let clean = text.slice(0, 64 * MAX_LENGTH);
  for (const value of known) if (value.length >= 6) clean = clean.replaceAll(value, "[redacted]");
  clean = clean
    .replace(PEM_BLOCK, "[redacted]")
    .replace(BEARER, "$1 [redacted]")
    .replace(JWT, "[redacted]")
    .replace(ASSIGNED, "$1$2[redacted]")
    .replace(ENTRA_SECRET, "[redacted]")
    .replace(CONTROL, " ")
    .trim();
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

/**
 * Whether a text repeats one of these exact values, also where a URL has percent-encoded it, and in a host name,
 * which is written small.
 */
export function repeats(text: string, known: readonly string[]): boolean {
  const said = text.toLowerCase();
  return known.some((value) =>
    [value, encodeURIComponent(value)].some((form) => said.includes(form.toLowerCase())),
  );
}
