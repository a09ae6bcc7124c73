/** Markdown as a host reads it: a parser of GitHub's dialect finds the same page whatever the names in it say. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { buildReport } from "../../../cli/review/build-report";
import type { ReviewInput } from "../../../cli/review/input";
import { RedactionError } from "../../../cli/review/redaction";
import { render } from "../../../cli/review/render";
import { type Preview, recordedInput } from "./recorded";

/** What means something to Markdown, HTML or a host, alone or beside something else. */
const PIECES = [
  ...["|", "\\", "\\|", "`", "``", "*", "**", "_", "~~", "[x](javascript:alert(1))", "![i](https://e.vil/i)"],
  ...["<b>", "</details>", "<!--", "-->", "<https://e.vil>", "https://e.vil", "www.e.vil", "a@b.example"],
  ...[
    "@ada",
    "#1",
    "GH-1",
    "&lt;",
    "&#124;",
    "$x$",
    "[^1]",
    "- ",
    "# ",
    "> ",
    "| a |",
    "---",
    "1. ",
    "\n",
    "\t",
  ],
  ...["\u202e", "😀", "中", "  ", "name"],
];

/** The recorded preview with another word in place of each of these, wherever it stands. */
function renamed(name: Preview, words: readonly string[], other: string): ReviewInput {
  const { events, digest, exemptions, ...rest } = recordedInput(name);
  let text = JSON.stringify({ events, digest, exemptions });
  // Two colons in a row would end the name within a URN.
  const written = JSON.stringify(other.replaceAll("::", ":")).slice(1, -1);
  for (const word of words) text = text.replaceAll(word, () => written);
  return { ...rest, ...(JSON.parse(text) as Partial<ReviewInput>) };
}

/** How often each element of the page there is; only what is ours may be one. */
function elements(input: ReviewInput): Record<string, number> | undefined {
  let markdown: string;
  try {
    markdown = render(buildReport(input), "markdown");
  } catch (error) {
    assert.ok(error instanceof RedactionError, String(error));
    return undefined;
  }
  const page = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  const found: Record<string, number> = {};
  for (const [, element = ""] of page.matchAll(/<(\/?[a-z][a-z0-9]*|!--)/gi))
    if (!/^\/?code$/.test(element)) found[element] = (found[element] ?? 0) + 1;
  return found;
}

describe("a report as GitHub's Markdown", function () {
  this.timeout(120_000);

  for (const [preview, words] of [
    ["boundaries", ["orders-networks", "offices", "orders-api", "repo:contoso/orders:pull_request"]],
    ["exemption-expiring", ["print-service-legacy", "EX-2031", "SEC-2031", "ada@contoso.example"]],
  ] as const) {
    it(`${preview}: has the same tables, links and blocks whatever things are called`, () => {
      // With a star in all of them: a subject with one is a wide one, and said to be.
      const expected = elements(renamed(preview, words, "n*"));
      assert.ok((expected?.["td"] ?? 0) > 20);
      const name = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(name, (pieces) => {
          // An exemption with a longer id is none: what it is about stays open.
          const found = elements(renamed(preview, words, `n*${pieces.join("")}`.slice(0, 70)));
          if (found !== undefined) assert.deepEqual(found, expected);
        }),
        {
          numRuns: 60,
          examples: [[["\\|", "![i](https://e.vil/i)"]], [["\\|", "</details>"]], [["_", "www.e.vil"]]],
        },
      );
    });
  }
});
