/** The page of the Graph client: its program runs in the sandbox as it stands there, its tables are those of the code. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import * as graph from "../../graph";
import { startSandbox, type Sandbox } from "../../sandbox";
import { run } from "../../cli/engine/process";

const ROOT = resolve(__dirname, "../..");
const page = readFileSync(join(ROOT, "docs/graph-client.md"), "utf8");

/** The cells of the rows of a section's table that begin with a code word. */
function rows(heading: string): string[][] {
  const [own = ""] = (page.split(`\n## ${heading}\n`)[1] ?? "").split("\n## ");
  return own
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

describe("the page of the Graph client", () => {
  describe("has a program that", () => {
    const program = /^```ts\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? "";
    const importing = (module: string): string => {
      assert.ok(program.includes('from "certlock/graph"'));
      return program.replace('"certlock/graph"', JSON.stringify(module));
    };
    let folder: string;
    let file: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "certlock-graph-client-"));
      symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
      file = join(folder, "program.mts");
      // The exports by name: what the package's own entry gives, here from the source.
      writeFileSync(
        join(folder, "graph.mjs"),
        `import graph from ${JSON.stringify(pathToFileURL(join(ROOT, "graph/index.ts")).href)};\n` +
          `export const { ${Object.keys(graph).join(", ")} } = graph;\n`,
      );
      writeFileSync(file, importing("./graph.mjs"));
    });

    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("passes the compiler", function () {
      this.timeout(60_000);
      writeFileSync(file, importing(join(ROOT, "graph/index.js")));
      const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.NodeNext,
        lib: ["lib.es2023.d.ts"],
        types: ["node"],
        typeRoots: [join(ROOT, "node_modules/@types")],
      };
      const problems = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
      assert.deepEqual(
        problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
        [],
      );
    });

    it("removes expired secrets and nothing else, and tells what it could not remove", async function () {
      this.timeout(60_000);
      const sandbox = await startSandbox();
      try {
        const call = (method: "GET" | "POST", path: string, body?: unknown): Record<string, unknown> =>
          sandbox.tenant.graph({ method, path: `/v1.0${path}`, body, caller: sandbox.tenant.deployer })
            .body as Record<string, unknown>;
        const dates = { startDateTime: "2020-01-01T00:00:00Z" };
        const secret = (id: unknown, endDateTime: string): unknown =>
          call("POST", `/applications/${String(id)}/addPassword`, {
            passwordCredential: { ...dates, endDateTime },
          })["keyId"];
        const { id } = call("POST", "/applications", { displayName: "billing" });
        const expired = secret(id, "2021-01-01T00:00:00Z");
        const stuck = secret(id, "2022-01-01T00:00:00Z");
        const current = secret(id, "2099-01-01T00:00:00Z");
        const removal = { method: "POST", path: `/applications/${String(id)}/removePassword` } as const;
        // The second removal is carried out, and its answer does not arrive.
        const first = sandbox.faults.next(removal, {
          kind: "change",
          when: "before",
          change: () => undefined,
        });
        void first.firstMet.then(() => sandbox.faults.next(removal, { kind: "cut", when: "after" }));

        const { code, stdout, stderr } = await runProgram(sandbox);
        assert.equal(stdout, `removed ${String(expired)} of billing\n`, stderr);
        const told = `${String(stuck)} of billing: perhaps removed: look (GRAPH_UNREACHABLE, request undefined)\n`;
        assert.deepEqual([stderr, code], [told, 1]);
        const left = call("GET", `/applications/${String(id)}`)["passwordCredentials"];
        assert.deepEqual(
          (left as { keyId: string }[]).map(({ keyId }) => keyId),
          [current],
        );
      } finally {
        await sandbox.close();
      }
    });

    function runProgram(sandbox: Sandbox): ReturnType<typeof run> {
      return run(process.execPath, ["--import", pathToFileURL(require.resolve("tsx")).href, file], {
        cwd: folder,
        timeoutMs: 50_000,
        environment: {
          PATH: process.env["PATH"],
          ...sandbox.environment(),
          AZURE_AUTHORITY_HOST: sandbox.loginUrl,
        },
      });
    }
  });

  it("lists every error with its class and code", () => {
    const classes = Object.entries(graph).flatMap(([name, kind]) => {
      const isError = typeof kind === "function" && kind.prototype instanceof graph.GraphError;
      return isError ? [[new (kind as new (message: string) => graph.GraphError)("").code, name]] : [];
    });
    const listed = rows("Errors").slice(2);
    assert.deepEqual(
      listed.map(([code, name]) => [code, name]),
      classes.sort(),
    );
    for (const [code, , situation] of listed) assert.ok(situation !== "", code);
  });

  it("says what is sent again, as it is decided", () => {
    const effects = ["read", "idempotent", "once"] as const;
    const byStatus = rows("What is sent again").filter(([first = ""]) => /^[\d, ]+$/.test(first));
    const told = byStatus.flatMap(([statuses = "", ...answers]) =>
      statuses.split(", ").map((status) => [Number(status), ...answers]),
    );
    assert.deepEqual(
      told,
      [429, 503, 408, 500, 502, 504].map((status) => [
        status,
        ...effects.map((effect) => (graph.repeatableStatus(status, effect) ? "yes" : "no")),
      ]),
    );
  });

  it("says the limits that hold", () => {
    const text = page.replace(/\s+/g, " ");
    const { maxAttempts, baseDelayMs, maxDelayMs, maxTotalDelayMs, attemptTimeoutMs } =
      graph.DEFAULT_RETRY_LIMITS;
    for (const sentence of [
      `sent at most ${maxAttempts} times`,
      `else ${baseDelayMs / 1_000} second, doubling up to ${maxDelayMs / 1_000},`,
      `together are at most ${maxTotalDelayMs / 1_000} seconds, and an attempt may take ${attemptTimeoutMs / 1_000}.`,
      `many requests, ${graph.BATCH_SIZE} in one`,
      `selected take ${graph.PACE_RULES[1]?.limit ?? NaN} a minute`,
    ]) {
      assert.ok(text.includes(sentence), sentence);
    }
  });
});
