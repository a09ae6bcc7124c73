/** JSON from somebody else: of bounded size and depth, and never quoted in a complaint. */

export interface Bounds {
  /** Longest text, in characters (UTF-16 units). */
  readonly characters: number;
  /** Deepest nesting of objects and lists. */
  readonly depth: number;
}

/** Room for a preview of about 100,000 resources; Pulumi itself nests a few dozen levels. */
export const BOUNDS: Bounds = { characters: 512 * 1024 * 1024 - 1024, depth: 200 };

/** An input that cannot be read. The message names input and problem, and holds nothing of the content. */
export class InputError extends Error {
  readonly code = "REVIEW_INPUT";

  constructor(
    readonly input: string,
    problem: string,
  ) {
    super(`The ${input} cannot be read: the text ${problem}.`);
    this.name = "InputError";
  }
}

/** The value a text holds, or what is wrong with the text; continues "the text". */
export function boundedJson(
  text: string,
  bounds: Bounds,
): { readonly value?: unknown; readonly problem?: string } {
  if (text.length > bounds.characters) return { problem: `has more than ${bounds.characters} characters` };
  if (depthOf(text) > bounds.depth) return { problem: `is nested more than ${bounds.depth} levels deep` };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: "is not JSON" };
  }
}

/** Counted before parsing, because the parser and everything after it would recurse that deep. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === 0x5c) index++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}
