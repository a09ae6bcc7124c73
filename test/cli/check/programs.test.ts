/** Node programs of every make: set up, loaded and ended in all the ways that people have. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { engineFor } from "../../engine/engine";
import { certlock, checked, findings, ROOT } from "./certlock-process";

const SECRET = `new azuread.ApplicationPassword("legacy-secret", { applicationId: "/applications/0a0e0000-0000-4000-8000-000000000001" });\n`;
const IMPORT = `import * as azuread from "@pulumi/azuread";\n`;
const REQUIRE = `const azuread = require("@pulumi/azuread");\n`;
const FOUND = ["mandatory no-client-secret-resource legacy-secret"];

type Files = Readonly<Record<string, string>>;

interface Situation {
  readonly files: Files;
  /** Folder of the project within the files. */
  readonly project?: string;
  /** Where the finding is; without a line where the loader keeps none that the SDK would know of. */
  readonly source: { readonly file: string; readonly line?: number };
}

const project = (...more: readonly string[]): string =>
  ["name: made", "runtime:", "  name: nodejs", ...more, ""].join("\n");

const GOOD: Readonly<Record<string, Situation>> = {
  "with paths of its tsconfig, loaded by tsx": {
    files: {
      "Pulumi.yaml": project("  options:", "    nodeargs: --import tsx"),
      "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "ignoreDeprecations": "6.0", "paths": { "@apps/*": ["apps/*"] }, "module": "commonjs", "moduleResolution": "node", "rootDir": ".", "strict": true } }`,
      "index.ts": `import { legacy } from "@apps/legacy";\nlegacy();\n`,
      "apps/legacy.ts": `${IMPORT}export function legacy(): void {\n  ${SECRET}}\n`,
    },
    source: { file: "apps/legacy.ts" },
  },
  "that names its package manager": {
    files: {
      "Pulumi.yaml": project("  options:", "    packagemanager: pnpm"),
      "index.ts": IMPORT + SECRET,
    },
    source: { file: "index.ts", line: 2 },
  },
  "in JavaScript, with TypeScript switched off": {
    files: {
      "Pulumi.yaml": project("  options:", "    typescript: false"),
      "index.js": REQUIRE + SECRET,
      // Would win otherwise.
      "index.ts": "throw new Error();\n",
    },
    source: { file: "index.js", line: 2 },
  },
  "in a folder that main names, with a tsconfig of its own": {
    files: {
      "Pulumi.yaml": `main: infra/\n${project()}`,
      "infra/tsconfig.json": `{ "compilerOptions": { "module": "nodenext", "esModuleInterop": true, "strict": true } }`,
      "infra/index.ts": IMPORT + SECRET,
    },
    source: { file: "infra/index.ts", line: 2 },
  },
  "in a file that main names": {
    files: { "Pulumi.yaml": `main: app/main.ts\n${project()}`, "app/main.ts": IMPORT + SECRET },
    source: { file: "app/main.ts", line: 2 },
  },
  "that is an ES module, and waits at its top": {
    files: {
      "Pulumi.yaml": project(),
      "package.json": `{ "type": "module" }`,
      "index.js": `${IMPORT}await new Promise((resolve) => setTimeout(resolve, 10));\n${SECRET}`,
    },
    source: { file: "index.js", line: 3 },
  },
  "that is an ES module, in a function of another one": {
    files: {
      "Pulumi.yaml": project(),
      "package.json": `{ "type": "module" }`,
      "index.js": `import { legacy } from "./my%20apps/legacy.js";\nlegacy();\n`,
      "my apps/legacy.js": `${IMPORT}export function legacy() {\n  ${SECRET}}\n`,
    },
    source: { file: "my apps/legacy.js", line: 3 },
  },
  "that is a member of a workspace whose packages stand above it": {
    files: {
      "packages/infra/Pulumi.yaml": project(),
      "packages/infra/index.ts": `import { legacy } from "@acme/apps";\nlegacy();\n`,
      "packages/infra/node_modules/@acme/apps/package.json": `{ "main": "apps.js", "types": "apps.d.ts" }`,
      "packages/infra/node_modules/@acme/apps/apps.d.ts": "export declare function legacy(): void;\n",
      "packages/infra/node_modules/@acme/apps/apps.js": `${REQUIRE}exports.legacy = () => {\n  ${SECRET}};\n`,
    },
    project: "packages/infra",
    // The line of the project that called the package.
    source: { file: "index.ts", line: 2 },
  },
  "that reads its standard input to the end": {
    files: {
      "Pulumi.yaml": project(),
      "index.ts": `${IMPORT}import { readFileSync } from "node:fs";\nconst asked = readFileSync(0, "utf8");\nif (asked === "") ${SECRET}`,
    },
    source: { file: "index.ts", line: 4 },
  },
  "that prints megabytes": {
    files: {
      "Pulumi.yaml": project(),
      "index.ts": `${IMPORT}for (let line = 0; line < 200_000; line++) console.log("x".repeat(100));\n${SECRET}`,
    },
    source: { file: "index.ts", line: 3 },
  },
};

interface Failure {
  readonly files: Files;
  readonly stderr: RegExp;
}

const BAD: Readonly<Record<string, Failure>> = {
  "that ends itself before everything is there": {
    files: {
      "Pulumi.yaml": project(),
      "index.ts": `${IMPORT}const made = ${SECRET}made.urn.apply(() => process.exit(0));\n`,
    },
    stderr: /^The Pulumi runtime detected that \d+ promises were still active/,
  },
  "that ends itself with an exit code of its own, having said why": {
    files: {
      "Pulumi.yaml": project(),
      "index.ts": `console.error("no subscription chosen");\nprocess.exit(3);\n`,
    },
    stderr: /^no subscription chosen\nan unhandled error occurred: The program ended with exit code 3\.\n$/,
  },
  "that throws while a module of its own is loaded": {
    files: {
      "Pulumi.yaml": project(),
      "index.ts": `import "./settings";\n`,
      "settings.ts": `throw new Error("settings are not there");\n`,
    },
    stderr: /Error: settings are not there\n\s+at .*settings\.ts:1/,
  },
  "with a rejection that nobody handles": {
    files: {
      "Pulumi.yaml": project(),
      "index.ts": `void Promise.reject(new Error("nobody listens"));\nsetTimeout(() => undefined, 200);\n`,
    },
    stderr: /nobody listens/,
  },
  "whose paths nobody resolves when it runs": {
    files: {
      "Pulumi.yaml": project(),
      "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "ignoreDeprecations": "6.0", "paths": { "@apps/*": ["apps/*"] }, "module": "commonjs", "moduleResolution": "node" } }`,
      "index.ts": `import "@apps/legacy";\n`,
      "apps/legacy.ts": "export {};\n",
    },
    stderr: /Cannot find module '@apps\/legacy'/,
  },
  "that has an error in its syntax": {
    files: { "Pulumi.yaml": project(), "index.ts": "const = 1;\n" },
    stderr: /index\.ts/,
  },
  "without anything in it": {
    files: { "Pulumi.yaml": project() },
    stderr:
      /Could not find a package\.json or the entry point|We failed to locate the entry point|Cannot find module/,
  },
};

describe("a Node program", function () {
  this.timeout(180_000);
  let folder: string;
  before(async function () {
    await engineFor(this);
  });
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "certlock-program-")));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (files: Files): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };

  for (const [what, { files, project: place = ".", source }] of Object.entries(GOOD)) {
    it(`${what} is judged, with the line of the finding`, async () => {
      write(files);
      const { code, report, stderr } = await checked(place, { cwd: folder });
      assert.deepEqual({ code, found: findings(report) }, { code: 2, found: FOUND }, stderr);
      const found = report.findings[0]?.source;
      assert.deepEqual(
        { ...found, ...(source.line === undefined && { line: undefined }) },
        { line: undefined, ...source },
      );
      assert.equal(stderr, "");
    });
  }

  for (const [what, { files, stderr: expected }] of Object.entries(BAD)) {
    it(`${what} blocks, and the error is told`, async () => {
      write(files);
      const { code, report, stderr } = await checked(".", { cwd: folder });
      assert.deepEqual({ code, state: report.preview.state }, { code: 2, state: "failed" });
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\u001b\[/);
    });
  }

  it("that never ends is ended after the time it has", async () => {
    write({ "Pulumi.yaml": project(), "index.ts": "setInterval(() => undefined, 1000);\n" });
    const { code, stdout, stderr } = await certlock(["check", "--timeout", "8"], { cwd: folder });
    assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
    assert.match(stderr, /^TIME_LIMIT: The program has not ended within 8 s, [^\n]+\n$/);
  });
});
