/**
 * The hidden first line of a posted review: whose it is, which run wrote it, and what it said.
 *
 * It is an HTML comment on a line of its own. Values are percent-encoded down to letters, digits and `. _ ~`,
 * so that no stack name can end the comment or forge a field.
 */

/** What a posted review says about itself. Absent values were unknown to its writer. */
export interface Marker {
  /** `project/stack`; a report made by untrusted code has its own, see `postReview`. */
  readonly key: string;
  /** Commit the review speaks of. */
  readonly head?: string | undefined;
  /** Number of the run of the CI system, as it writes it. */
  readonly run?: string | undefined;
  /** Attempt of that run, from 1. */
  readonly attempt?: number | undefined;
  readonly verdict?: string | undefined;
  /** Hash of the set of finding fingerprints. */
  readonly fingerprints?: string | undefined;
  /** Digest of the review without the parts that differ from run to run. */
  readonly content?: string | undefined;
  /** Digest of everything below the marker: tells an edit by hand. */
  readonly body?: string | undefined;
}

const OPENING = "<!-- certlock-review 1 ";
const CLOSING = " -->";
/** A marker is a few hundred characters; anything longer was not written here. */
const MAX_LENGTH = 4_096;
/** What `encodeURIComponent` would throw at. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;
const FIELDS = ["key", "head", "run", "attempt", "verdict", "fingerprints", "content", "body"] as const;

/** The marker as one line, without a line break. */
export function writeMarker(marker: Marker): string {
  const fields = FIELDS.flatMap((name) => {
    const value = marker[name];
    return value === undefined ? [] : [`${name}=${encode(String(value))}`];
  });
  return `${OPENING}${fields.join(" ")}${CLOSING}`;
}

/** The marker on the first line of a text, or `undefined` when there is none that we could have written. */
export function readMarker(text: string): Marker | undefined {
  const line = firstLine(text);
  if (line.length > MAX_LENGTH || !line.startsWith(OPENING) || !line.endsWith(CLOSING)) return undefined;
  const values = new Map<string, string>();
  for (const field of line.slice(OPENING.length, -CLOSING.length).split(" ")) {
    const [, name, value] = /^([a-z]+)=([A-Za-z0-9._~%]*)$/.exec(field) ?? [];
    if (name === undefined || value === undefined || values.has(name)) return undefined;
    const decoded = decode(value);
    if (decoded === undefined) return undefined;
    values.set(name, decoded);
  }
  const key = values.get("key");
  if (key === undefined) return undefined;
  const attempt = values.get("attempt");
  if (attempt !== undefined && !/^\d{1,9}$/.test(attempt)) return undefined;
  return {
    key,
    head: values.get("head"),
    run: values.get("run"),
    attempt: attempt === undefined ? undefined : Number(attempt),
    verdict: values.get("verdict"),
    fingerprints: values.get("fingerprints"),
    content: values.get("content"),
    body: values.get("body"),
  };
}

/** What stands below the first line if that is an HTML comment, else the whole text. */
export function withoutMarker(text: string): string {
  const line = firstLine(text);
  return /^<!--.*-->$/.test(line) ? text.slice(line.length).replace(/^\r?\n/, "") : text;
}

/** Which of two reviews of a stack was written by the later run; 0 when that cannot be told. */
export function compareRuns(a: Marker, b: Marker): number {
  if (a.run !== b.run) {
    // Run numbers of all three hosts only ever grow. Anything else has no order.
    if (!isNumber(a.run) || !isNumber(b.run)) return 0;
    const [left, right] = [BigInt(a.run), BigInt(b.run)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return (a.attempt ?? 0) - (b.attempt ?? 0);
}

function isNumber(value: string | undefined): value is string {
  return value !== undefined && /^\d{1,40}$/.test(value);
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return (end < 0 ? text : text.slice(0, end)).replace(/\r$/, "");
}

function encode(value: string): string {
  return encodeURIComponent(value.replace(LONE_SURROGATE, "\ufffd")).replace(
    /[-!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
