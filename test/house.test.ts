/** The import laws, size limits and names of the house, executed over the files git knows. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "..");
const MAX_LINES = 400;
const MAX_RULE_LINES = 80;
const MAX_PROGRAM_LINES = 80;

/** Which rooms a file of a room may import from; `test`, `tools`, `examples` and `bench` may import anything. */
const LAWS: Readonly<Record<string, readonly string[]>> = {
  components: ["components", "graph"],
  graph: ["graph"],
  provider: ["provider", "graph"],
  policies: ["policies"],
  sandbox: ["sandbox"],
  cli: [
    "cli",
    "policies/catalogue.ts",
    "graph",
    "sandbox",
    // The schedule of certificates is computed by one function, whoever asks; these three know nothing of Pulumi.
    "components/calendar.ts",
    "components/rotation.ts",
    "components/rotation-schedule.ts",
    // It signs in as the provider does: never with a client secret.
    "provider/credential.ts",
    "provider/settings.ts",
    // When a scheduled run comes.
    "components/cron.ts",
  ],
  "index.ts": ["components", "settings.ts"],
  "settings.ts": ["components", "settings"],
  settings: ["components", "settings"],
};

/** Packages a room may import beside Node's own modules; a room that is not listed is free. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  components: [
    "@pulumi/pulumi",
    "@pulumi/azuread",
    "@pulumi/azure-native",
    "@pulumi/pulumiservice",
    "@pulumi/tls",
    "asn1js",
    "pkijs",
  ],
  graph: [],
  provider: ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf", "@azure/identity"],
  policies: ["@pulumi/policy"],
  cli: ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf", "commander", "yaml", "zod"],
  sandbox: [
    "@pulumi/pulumi",
    "@grpc/grpc-js",
    "google-protobuf",
    "@peculiar/x509",
    "reflect-metadata",
    "pkijs",
  ],
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function trackedFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return listed.split("\n").filter((path) => path !== "");
}

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const imports = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
  return { path, text, imports };
}

const files = trackedFiles()
  .filter((path) => path.endsWith(".ts"))
  .map(read);
const room = (path: string): string => path.split("/")[0] ?? path;
const lines = (text: string): number => text.split("\n").length - 1;

/** Repository path of a relative import, or `undefined` for a package. */
function target(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  // What is loaded when it is needed is named by its compiled file.
  return relative(ROOT, resolve(ROOT, dirname(from), specifier)).replace(/\.js$/, "");
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

describe("the house", () => {
  it("sees the rooms it judges", () => {
    const rooms = new Set(files.map(({ path }) => room(path)));
    for (const name of ["components", "graph", "provider", "policies", "sandbox", "index.ts"]) {
      assert.ok(rooms.has(name), `no file in ${name}`);
    }
  });

  it("lets every room import only what the laws allow", () => {
    const broken = files.flatMap(({ path, imports }) => {
      const allowed = LAWS[room(path)];
      if (allowed === undefined) return [];
      return imports
        .map((specifier) => target(path, specifier))
        .filter((found) => found !== undefined)
        .filter((found) => !allowed.some((place) => `${found}.ts` === place || room(found) === place))
        .map((found) => `${path} imports ${found}`);
    });
    assert.deepEqual(broken, []);
  });

  it("lets every room use only the packages it declares", () => {
    const builtins = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
    const broken = files.flatMap(({ path, imports }) => {
      const allowed = PACKAGES[room(path)];
      if (allowed === undefined) return [];
      return imports
        .filter((specifier) => !specifier.startsWith(".") && !builtins.has(specifier))
        .filter((specifier) => !allowed.includes(packageName(specifier)))
        .map((specifier) => `${path} imports ${specifier}`);
    });
    assert.deepEqual(broken, []);
  });

  it("imports azure-native by sub-path only", () => {
    const broken = files.filter(({ imports }) => imports.includes("@pulumi/azure-native"));
    assert.deepEqual(
      broken.map(({ path }) => path),
      [],
    );
  });

  it("keeps files short", () => {
    const limit = (path: string): number => {
      if (path === "index.ts") return MAX_PROGRAM_LINES;
      return path.startsWith("policies/rules/") ? MAX_RULE_LINES : MAX_LINES;
    };
    const long = files.filter(({ path, text }) => lines(text) > limit(path));
    assert.deepEqual(
      long.map(({ path, text }) => `${path}: ${lines(text)}`),
      [],
    );
  });

  it("gives no folder or file a name that says nothing", () => {
    const empty = /(^|\/)(src|lib|utils?|common|helpers?|shared|misc)(\/|\.ts$)/;
    assert.deepEqual(
      trackedFiles().filter((path) => empty.test(path)),
      [],
    );
  });

  it("makes every index.ts a list of exports, the program and the pack excepted", () => {
    const exceptions = (path: string): boolean =>
      path === "index.ts" ||
      path === "policies/index.ts" ||
      // Programs of their own.
      path.startsWith("examples/") ||
      path.startsWith("test/cli/programs/");
    const acting = files
      .filter(({ path }) => path.endsWith("index.ts") && !exceptions(path))
      .filter(({ path, text }) => {
        const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
        return !parsed.statements.every((statement) => ts.isExportDeclaration(statement));
      });
    assert.deepEqual(
      acting.map(({ path }) => path),
      [],
    );
  });

  it("starts a policy pack in one file only", () => {
    const starters = files.filter(
      ({ path, text }) => !path.startsWith("test/") && /^new PolicyPack\(/m.test(text),
    );
    assert.deepEqual(
      starters.map(({ path }) => path),
      ["policies/index.ts"],
    );
  });

  it("names no machine path and no package registry host", () => {
    const forbidden = /\/(work|root|home\/\w+)\/|registry\.npmjs|proxy\.golang|\bpypi\.org|crates\.io\/api/;
    const naming = trackedFiles()
      .filter((path) => /\.(ts|mjs|js|json|md|yaml|yml)$|^\.ci\//.test(path) && path !== "test/house.test.ts")
      .filter((path) => forbidden.test(readFileSync(join(ROOT, path), "utf8")));
    assert.deepEqual(naming, []);
  });
});
