import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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

  it("shows a program that runs as it stands", async () => {
    const [, program = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
    assert.match(program, /startSandbox/);
    const directory = mkdtempSync(join(tmpdir(), "certlock-docs-sandbox-"));
    try {
      const file = join(directory, "program.mts");
      const sandbox = join(__dirname, "../../sandbox/index.ts");
      writeFileSync(file, program.replace('"certlock/sandbox"', JSON.stringify(sandbox)));
      const tsx = pathToFileURL(require.resolve("tsx")).href;
      const child = spawn(process.execPath, ["--import", tsx, file], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      assert.deepEqual(await once(child, "exit"), [0, null]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("shows a seed file that is taken", () => {
    const [, json = ""] = /```json\n([^]*?)```/.exec(page) ?? [];
    assert.equal(parseSeed(json).generate?.applications, 100_000);
  });
});
