/**
 * Stand-ins for what nobody here can know: an encrypted setting, the answer of a cloud.
 *
 * A program wants a value it can work with; the engine and the rules must not take it for one. So the program gets a
 * text of the shape most of such values have, a GUID, and on its way to the engine every text with one in it becomes
 * Pulumi's own "unknown", also where the program has built something from it.
 */

/** Begins with a digit, which `parseFloat` of a numeric setting takes for a number. Nobody else's GUID begins so. */
const PREFIX = "7cc710cb";
const WHOLE = new RegExp(`${PREFIX}-?0000-?4000-?8000-?[0-9a-f]{12}`, "gi");

/** Makes stand-ins, each another one, in the same order in every run. */
export class Markers {
  #made = 0;

  next(): string {
    this.#made += 1;
    return `${PREFIX}-0000-4000-8000-${this.#made.toString(16).padStart(12, "0")}`;
  }
}

/** Whether a text is a stand-in or was built from one, be it from a piece of it. */
export function holdsMarker(text: string): boolean {
  return text.includes(PREFIX) || text.toLowerCase().includes(PREFIX);
}

/** Whether there can be a stand-in in a serialized message: the cheap question before the whole one. */
export function mayHoldMarker(message: Buffer): boolean {
  return message.includes(PREFIX, 0, "latin1") || message.includes(PREFIX.toUpperCase(), 0, "latin1");
}

/** The text for people to read. */
export function withoutMarkers(text: string): string {
  return text.replaceAll(WHOLE, "(unknown)");
}
