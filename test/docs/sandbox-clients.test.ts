/** The page about clients of the sandbox: its table says the versions that are pinned, and no client is tried that it does not name. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const page = read("docs/sandbox-clients.md");

interface Row {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

/** Rows of the table under a heading whose first cell is a package. */
const [, table = ""] = page.split("\n## What was tried\n");
const rows: readonly Row[] = (table.split("\n## ", 1)[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, name = "", version = "", file = ""]) => ({
    name: /`([^`]+)`/.exec(name)?.[1] ?? "",
    version,
    file: file.replaceAll("`", ""),
  }));

/** What a file pins, by package. */
function pinned(file: string): ReadonlyMap<string, string> {
  const text = read(file);
  if (file.endsWith("package.json")) {
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>;
    return new Map(Object.entries({ ...dependencies, ...devDependencies }));
  }
  const patterns: Record<string, RegExp> = {
    mod: /^\t(\S+) v(\S+)$/gm,
    tf: /source += "(\S+)"\s+version = "(\S+)"/g,
    txt: /^([a-z0-9-]+)==(\S+)/gm,
  };
  const pattern = patterns[file.slice(file.lastIndexOf(".") + 1)] ?? /$^/g;
  return new Map([...text.matchAll(pattern)].map(([, name = "", version = ""]) => [name, version]));
}

/** Five digits and more that are handed to a call or a constructor: in these files, numbers of errors. */
function errorNumbers(file: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isArgument = ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent);
    if (ts.isNumericLiteral(node) && isArgument && Number(node.text) >= 10_000) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
  ts.forEachChild(source, visit);
  return found;
}

describe("the page about clients of the sandbox", () => {
  it("names of every client the version that is pinned", () => {
    assert.ok(rows.length >= 15);
    const wrong = rows.filter(({ name, version, file }) => pinned(file).get(name) !== version);
    assert.deepEqual(wrong, []);
  });

  it("has a row for every client the tests ask for", () => {
    const folder = "test/sandbox/clients";
    const asked = readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".requirements.txt"))
      .flatMap((name) => {
        const [, lines = ""] = /^# from the (?:one )?lines? (.+)\.$/m.exec(read(`${folder}/${name}`)) ?? [];
        return [...lines.matchAll(/"([^"=]+)==/g)].map(([, each = ""]) => each);
      });
    const go = [...(read(`${folder}/go/go.mod`).split(")", 1)[0] ?? "").matchAll(/^\t(\S+) v/gm)]
      .map(([, name = ""]) => name)
      // What the others are made of.
      .filter((name) => !name.endsWith("/sdk/azcore"));
    const named = rows.map(({ name }) => name);
    assert.ok(asked.length > 0 && go.length > 0);
    assert.deepEqual(
      [...asked, ...go].filter((name) => !named.includes(name)),
      [],
    );
  });

  it("lists every number the login service refuses with, and no other", () => {
    const used = readdirSync(join(ROOT, "sandbox/login")).flatMap((name) =>
      errorNumbers(`sandbox/login/${name}`),
    );
    const [, section = ""] = page.split("\n## Refusals of the login service\n");
    const listed = [...(section.split("\n## ", 1)[0] ?? "").matchAll(/^\| (\d+) /gm)].map(
      ([, number]) => number,
    );
    assert.ok(listed.length > 30);
    assert.deepEqual([...new Set(listed)].sort(), [...new Set(used)].sort());
  });
});
