import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSeed } from "../../sandbox";
import { routes } from "../../sandbox/graph/routes";

const page = readFileSync(join(__dirname, "../../docs/sandbox.md"), "utf8");
const table = /<!-- graph routes: begin -->([^]*)<!-- graph routes: end -->/.exec(page)?.[1] ?? "";
const rows = table
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.replace(/ +/g, " "));

describe("docs: the sandbox", () => {
  it("lists every call of Graph the sandbox answers, none that it does not, and marks those of beta", () => {
    const listed = rows.flatMap((row) => {
      const [, methods = "", path = "", beta = ""] =
        /^\| `([A-Z, ]+) (\/\S+)`( \(beta\))? \|/.exec(row) ?? [];
      return methods.split(", ").map((method) => `${method} ${path}${beta}`);
    });
    const answered = routes.map(
      ({ method, pattern, betaOnly }) => `${method} /${pattern.join("/")}${betaOnly ? " (beta)" : ""}`,
    );
    // A batch is no route of its own: it is taken apart before.
    assert.deepEqual(listed.toSorted(), ["POST /$batch", ...answered].toSorted());
  });

  it("gives each of them what it does and a source of Microsoft's", () => {
    const wrong = rows.filter(
      (row) => !/\| [^|]{3,} \| \[source\]\(https:\/\/learn\.microsoft\.com\/[\w./-]+\) \|$/.test(row),
    );
    assert.deepEqual(wrong, []);
  });

  it("shows a seed file that is taken", () => {
    const [, json = ""] = /```json\n([^]*?)```/.exec(page) ?? [];
    assert.equal(parseSeed(json).generate?.applications, 100_000);
  });
});
