/** Text of others made harmless to look at, whatever it is going to be written into. */

/** Longest name or id in a report, in characters as people count them. */
export const NAME_CHARACTERS = 80;
/** Longest sentence of a rule. */
export const SENTENCE_CHARACTERS = 600;

/** `ESC [ … m` and its kin, which colour a terminal, move its cursor or set its title. */
const ESCAPES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])|\u009b[0-?]*[ -/]*[@-~]/g;
/** `<{%fg 1%}>`: how the engine marks colours. */
const COLOUR_TAGS = /<\{%[^%]{0,40}%\}>/g;
/** Controls, surrogates without their other half, private and unassigned characters, and what has no width or turns text around. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
/** A joiner belongs into emoji such as families, and nowhere else. */
const LOOSE_JOINERS =
  /(?<![\p{Extended_Pictographic}\ufe0f\p{Emoji_Modifier}])\u200d|\u200d(?!\p{Extended_Pictographic})/gu;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * One line without control, bidi and colour characters, shortened in the middle of nothing: a character made of several
 * stays whole, and an ellipsis says that something is missing.
 *
 * @param limit in characters as people count them
 */
export function clean(text: string, limit = NAME_CHARACTERS): string {
  // Nobody reads what is hundreds of times too long, and the expressions need not either.
  const bounded = text.length > limit * 40 ? `${text.slice(0, limit * 40)}…` : text;
  const seen = bounded
    .replace(ESCAPES, "")
    .replace(COLOUR_TAGS, "")
    .replace(/\s+/gu, " ")
    .replace(UNSEEN, "")
    .replace(LOOSE_JOINERS, "")
    .replace(/ {2,}/g, " ")
    .trim();
  return shorten(seen, limit);
}

/** A line that no pipeline takes for a command of its log (`::error::`, `##vso[…]`), whatever a name in it says. */
export function withoutCommands(line: string): string {
  return line.replace(/##(?=vso\[|\[)/gi, "# #").replace(/^(\s*)::/, "$1: :");
}

/** At most so many characters as people count them, the ellipsis included. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = "";
  let count = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (count === limit) return `${withoutLast(kept).trimEnd()}…`;
    // A "character" can have any number of marks on it.
    if (segment.length > 40) return `${kept.trimEnd()}…`;
    kept += segment;
    count++;
  }
  return kept;
}

function withoutLast(text: string): string {
  const segments = [...segmenter.segment(text)];
  return segments
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join("");
}
