/** Every regular expression of the pack takes time in proportion to the text, whoever has written the text. */
import assert from "node:assert/strict";
import { expressionsMade, Found, literalsIn, sources } from "./expressions";

/**
 * In small steps at first, so that an expression whose time doubles with each character is found slow before it is hung
 * upon, and one that takes the third power of the length as well.
 */
const lengths: readonly number[] = [
  ...Array.from({ length: 15 }, (_, step) => Math.round(16 * 1.25 ** step)),
  1500,
  6000,
  30_000,
];

/** What an expression has to try long on when it comes over and over: its own words, and single signs. */
function pumps({ source }: RegExp): readonly ((length: number) => string)[] {
  const words = source.match(/[A-Za-z]{2,}/g) ?? [];
  const pieces = new Set([
    "a",
    "A",
    "0",
    " ",
    "\t",
    "\n",
    "-",
    "_",
    ".",
    "/",
    ":",
    "=",
    '"',
    "'",
    "\\",
    "+",
    "(",
    "{",
    ...words,
  ]);
  for (const word of words) for (const sign of [" ", "=", "-", '"']) pieces.add(word + sign);
  return [...pieces].flatMap((piece) => {
    const body = (length: number): string => piece.repeat(Math.ceil(length / piece.length));
    // And then no match.
    return [
      (length: number) => `${body(length)}\u0000`,
      (length: number) => `${words[0] ?? ""}${body(length)}\u0000`,
    ];
  });
}

/** The faster of two tries, so that a busy machine is not taken for a slow expression. */
function milliseconds(expression: RegExp, text: string): number {
  const once = (): number => {
    const started = performance.now();
    if (expression.global) Array.from(text.matchAll(expression));
    else expression.test(text);
    return performance.now() - started;
  };
  const first = once();
  return first < 100 ? first : Math.min(first, once());
}

function slow(expressions: readonly Found[]): string[] {
  return expressions.flatMap(({ place, expression }) =>
    pumps(expression)
      .filter((textOf) => lengths.some((length) => milliseconds(expression, textOf(length)) > 150))
      .map((textOf) => `${place} on ${JSON.stringify(textOf(16).slice(0, 30))}`),
  );
}

describe("the regular expressions of the pack", () => {
  it("are all found", () => {
    assert.ok(sources.flatMap(literalsIn).length > 200);
    assert.ok(expressionsMade().length > 60);
  });

  for (const file of sources) {
    const expressions = literalsIn(file);
    if (expressions.length === 0) continue;
    it(`in ${file} take time in proportion to the text`, function () {
      this.timeout(180_000);
      assert.deepEqual(slow(expressions), []);
    });
  }

  it("put together from parts take time in proportion to the text", function () {
    this.timeout(180_000);
    const made = expressionsMade().map((expression) => ({ place: String(expression), expression }));
    assert.deepEqual(slow(made), []);
  });
});
