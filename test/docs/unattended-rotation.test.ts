/** The guide's programs register what they say, its commands are taken, and its certificate is made. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import { runProgram } from "../../cli/program";
import * as components from "../../components";
import * as deployments from "../../components/pulumi-deployments";
import { judged } from "../components/judged-by-guard";
import { Recorder } from "../components/recorder";

const DOCS = resolve(__dirname, "../../docs");
const guide = readFileSync(join(DOCS, "unattended-rotation.md"), "utf8");
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, text = ""]) => text,
  );

describe("the guide to unattended rotation", function () {
  this.timeout(120_000);
  const [scheduled = "", automated = ""] = blocks("ts");

  it("updates on a schedule of Pulumi Deployments, with the slack it says", async () => {
    const recorder = await Recorder.start();
    const exported = run(scheduled);
    const [, slack = ""] = /daysRunsMayBeMissing = .*\/\/ (\d+)/.exec(scheduled) ?? [];
    assert.equal(exported["daysRunsMayBeMissing"], Number(slack));
    assert.deepEqual((await recorder.all()).map(({ name }) => name).sort(), [
      "rotation",
      "rotation-schedule",
      "rotation-settings",
    ]);
  });

  it("rotates on a worker, and the guard has nothing against it", async () => {
    const recorder = await Recorder.start();
    run(automated);
    const registered = await recorder.all();
    assert.ok(registered.some(({ name }) => name === "rotation-worker-office-extension"));
    assert.deepEqual(await judged(registered, ["application-", "automation-", "no-", "vault-role-"]), []);
  });

  it("shows commands that are taken as they stand", async () => {
    const folder = mkdtempSync(join(tmpdir(), "certlock-guide-"));
    const commands = blocks("sh")
      .flatMap((block) => block.trim().split("\n"))
      .flatMap((line) => /^certlock (rotation schedule .*)$/.exec(line)?.[1] ?? []);
    assert.equal(commands.length, 4);
    try {
      for (const command of commands) {
        let err = "";
        const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, plain]) => quoted ?? plain ?? "",
        );
        const code = await runProgram(args, {
          environment: {},
          workingFolder: folder,
          now: () => new Date(0),
          out: () => undefined,
          err: (text) => (err += text),
          colour: false,
          signal: new AbortController().signal,
          exit: () => undefined,
        });
        assert.equal(code, 0, `${command}: ${err}`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("makes a certificate that the vault renews, and lets roles and job wait for it", async () => {
    const recorder = await Recorder.start();
    run(automated);
    const registered = await recorder.all();
    const made = registered.filter(({ type }) => type === "certlock:index:SelfRenewingCertificate");
    assert.deepEqual(
      made.map(({ inputs }) => [inputs["vaultUri"], inputs["certificateName"], inputs["subject"]]),
      [["https://kv-ledger-prod.vault.azure.net/", "ledger", "CN=ledger"]],
    );
    const scopes = registered
      .filter(({ name }) => /^rotation-(?:reader|signer)-ledger$/.test(name))
      .map(({ inputs }) => String(inputs["scope"]).split("/").slice(-2).join("/"));
    assert.deepEqual(scopes.sort(), ["certificates/ledger", "keys/ledger"]);
  });

  it("explains every code that these components have and others have not", () => {
    for (const code of ["vault-unreachable", "two-writers", "identity-not-on-worker", "secret-in-url"])
      assert.ok(guide.includes(`| \`${code}\``), code);
  });
});

/** Runs a program of the guide with the components of this repository, and answers with what it exports. */
function run(program: string): Readonly<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const modules: Readonly<Record<string, unknown>> = {
    "certlock/components": components,
    "certlock/components/pulumi-deployments": deployments,
  };
  const require = (name: string): unknown => modules[name] ?? assert.fail(name);
  const exported: Record<string, unknown> = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide is part of this repository
  const load = new Function("require", "exports", outputText) as (require: unknown, exports: object) => void;
  load(require, exported);
  return exported;
}
