/** A bounded walk over the properties of a resource, into JSON and encoded texts. */
import { printed } from "./printed-names";
import { ownValue, unknownSentinels } from "./property";
import { TypeSide } from "./secret-context";
import { decoded, decodedParts } from "./secret-encoding";

/** A value where it stands. */
export interface Place {
  readonly raw: unknown;
  /** Name of the property, setting or variable; undefined for an element of a list. */
  readonly key: string | undefined;
  readonly index?: number | undefined;
  readonly parent: Place | undefined;
  readonly root: unknown;
  readonly type: TypeSide;
  /** Stands in a text of the resource, so that its name is part of a value and is not to be printed. */
  readonly inText: boolean;
  /** Its own name has been judged already. */
  readonly isOwn?: boolean | undefined;
}

/** More than this is no declaration of a resource; the engine's own messages end at 400 MB. */
export const limits = { depth: 100, places: 200_000, characters: 16_000_000, encodings: 5 } as const;

/** What is looked at, and whether to go further down. */
export interface Visitor {
  object(place: Place): void;
  /** @returns whether what stands below has been judged with it */
  entry(place: Place): boolean;
  text(place: Place, text: string): void;
}

export class TooLargeError extends Error {}

export function walk(place: Place, visitor: Visitor): void {
  const spent = { places: 0, characters: 0 };

  const visit = (at: Place, depth: number, encodings: number): void => {
    if (++spent.places > limits.places || depth > limits.depth) throw new TooLargeError();
    if (typeof at.raw === "string") {
      visitText(at, at.raw, depth, encodings);
    } else if (typeof at.raw === "object" && at.raw !== null) {
      visitor.object(at);
      const isList = Array.isArray(at.raw);
      for (const key of Object.keys(at.raw)) {
        const raw = ownValue(at.raw, key);
        if (raw === undefined || raw === null) continue;
        const child = below(at, raw, key, isList);
        if (child.key !== undefined && visitor.entry(child)) continue;
        visit(child, depth + 1, encodings);
      }
    }
  };

  const visitText = (at: Place, text: string, depth: number, encodings: number): void => {
    spent.characters += text.length;
    if (spent.characters > limits.characters) throw new TooLargeError();
    if (text.length < 8 || unknownSentinels.has(text)) return;
    const inner = encodings >= limits.encodings ? undefined : parsed(text);
    if (inner !== undefined) {
      visit({ ...at, raw: inner, inText: true }, depth + 1, encodings + 1);
      return;
    }
    const plain = encodings >= limits.encodings ? undefined : decoded(text);
    if (plain !== undefined) {
      visitText({ ...at, inText: true }, plain, depth + 1, encodings + 1);
      return;
    }
    visitor.text(at, text);
    if (encodings >= limits.encodings) return;
    for (const part of decodedParts(text)) visitText({ ...at, inText: true }, part, depth + 1, encodings + 1);
  };

  visit(place, 0, 0);
}

/** Made for everything that stands anywhere, so property by property: a spread costs several times as much. */
function below(at: Place, raw: unknown, key: string, isList: boolean): Place {
  return {
    raw,
    key: isList ? undefined : key,
    index: isList ? Number(key) : at.index,
    parent: at,
    root: at.root,
    type: at.type,
    inText: at.inText,
    isOwn: at.isOwn,
  };
}

/** What JSON in a text stands for, or undefined when it is none. */
export function parsed(text: string): unknown {
  if (!/^\s{0,100}[[{"]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? undefined : value;
  } catch {
    // Begins like JSON and is not; it is looked at as text then.
    return undefined;
  }
}

/** Names from the top of the resource to the place; what stands inside a text is not named. */
export function pathOf(place: Place): string {
  let path = "";
  for (let at: Place = place; at.parent !== undefined; at = at.parent) {
    if (at.parent.inText) continue;
    const step = at.key === undefined ? `[${at.index ?? 0}]` : printed(at.key);
    path = path === "" || path.startsWith("[") ? step + path : `${step}.${path}`;
  }
  return path;
}
