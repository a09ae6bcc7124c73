/** Every regular expression of the pack takes time in proportion to the text, whoever has written the text. */
import assert from "node:assert/strict";
import { expressionsMade, Found, literalsIn, sources } from "./expressions";

const length = 30_000;

/** Texts that an expression has to try long on: its own words and single signs, over and over, and then no match. */
function pumps({ source }: RegExp): string[] {
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
    const body = piece.repeat(length / piece.length);
    return [`${body}\u0000`, `${words[0] ?? ""}${body}\u0000`];
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
      .filter((text) => milliseconds(expression, text) > 150)
      .map((text) => `${place} on ${JSON.stringify(text.slice(0, 30))}`),
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
