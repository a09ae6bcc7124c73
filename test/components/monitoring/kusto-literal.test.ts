/** Whatever a value holds, it stays one value of the query: judged by Microsoft's parser. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { kustoDate, kustoList, kustoString, kustoTable } from "../../../components/monitoring/kusto-literal";
import { KustoService, type SyntaxNode } from "./kusto-service";

const kusto = new KustoService();

/** Shapes that end a literal, or start something else, in one language or another. */
const HOSTILE = [
  '"',
  "\\",
  '\\"',
  "'",
  '"; AuditLogs | take 1; print "',
  "// comment",
  "\n| take 1",
  "\r\n",
  "```",
  "~~~",
  '"])]',
  "h'x'",
  "@'",
  "\u2028",
  "\u0000",
  "\ud800",
  "${1}",
  "𝕏",
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" })), { maxLength: 6 })
  .map((parts) => parts.join(""));

describe("a value in a query", () => {
  it("comes out of the parser as it went in", () => {
    fc.assert(
      fc.property(text, (value) => {
        assert.deepEqual(kusto.problems(`print ${kustoString(value)}`), []);
        assert.deepEqual(literalsOf(kusto.syntax(`print ${kustoString(value)}`)), [value]);
      }),
    );
  });

  it("holds nothing a workbook takes for a parameter of its own", () => {
    assert.equal(kustoString("{TimeRange}"), String.raw`"\u007bTimeRange\u007d"`);
    fc.assert(fc.property(text, (value) => !/[{}]/.test(kustoString(value))));
  });

  it("is one item of a list, and one cell of a table", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (values) => {
        const query = [
          `let Listed = ${kustoList(values)};`,
          `let Rows = ${kustoTable(
            { Text: "string", At: "datetime" },
            values.map((value) => [kustoString(value), kustoDate("2026-11-30T08:00:00+01:00")]),
          )};`,
          "Rows | where Text in (Listed)",
        ].join("\n");
        assert.deepEqual(kusto.problems(query), []);
        assert.deepEqual(kusto.columns(query), ["Text", "At"]);
        const [list = "", ...cells] = literalsOf(kusto.syntax(query));
        assert.deepEqual([JSON.parse(list), cells], [values, values]);
      }),
      { numRuns: 50 },
    );
  });

  it("stands on one line in letters everybody can read", () => {
    fc.assert(
      fc.property(text, (value) => {
        assert.match(kustoString(value), /^"[ -~]*"$/);
      }),
    );
  });

  it("is a whole second in UTC where it is an instant, and nothing where it is none", () => {
    assert.equal(kustoDate("2026-11-30T08:00:00.999+01:00"), "datetime(2026-11-30T07:00:00Z)");
    assert.equal(kustoDate("2026-11-30"), "datetime(2026-11-30T00:00:00Z)");
    assert.throws(() => kustoDate('x) | take 1 //"'), RangeError);
  });
});

/** Values of all literals that are texts, in the order of the query; a list is one, as JSON. */
function literalsOf(node: SyntaxNode): string[] {
  const own = node.ChildCount > 0 && typeof node.LiteralValue === "string" ? [node.LiteralValue] : [];
  if (own.length > 0) return own;
  return Array.from({ length: node.ChildCount }, (_, index) => node.GetChild(index)).flatMap((child) =>
    child === null ? [] : literalsOf(child),
  );
}
