/** The command as a process: the examples of docs/review.md, standard input, and what is given by name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Report } from "../../../cli/review/report";
import { RECORDED } from "./recorded";

const ROOT = resolve(__dirname, "../../..");
const TSX = join(ROOT, "node_modules/tsx/dist/cli.mjs");

interface Example {
  readonly command: string;
  readonly printed: readonly string[];
  readonly code: number;
}

function examples(): Example[] {
  const text = readFileSync(join(ROOT, "docs/review.md"), "utf8");
  return [...text.matchAll(/```console\n\$ ([^\n]+)\n([\s\S]*?)# exit code (\d)\n```/g)].map(
    ([, command = "", printed = "", code]) => ({
      command,
      printed: printed.split("\n").filter((line) => line !== ""),
      code: Number(code),
    }),
  );
}

describe("certlock review as a process", function () {
  this.timeout(180_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-review-docs-"));
    copyFileSync(join(RECORDED, "secret-added/events.jsonl"), join(folder, "events.jsonl"));
    copyFileSync(join(RECORDED, "secret-added/digest.json"), join(folder, "digest.json"));
    copyFileSync(join(RECORDED, "certificate-rotated/events.jsonl"), join(folder, "rotation.jsonl"));
    copyFileSync(join(RECORDED, "pack-missing/events.jsonl"), join(folder, "no-pack.jsonl"));
    writeFileSync(
      join(folder, "main.ts"),
      `import { run } from ${JSON.stringify(join(ROOT, "cli/main"))};\nrun();\n`,
    );
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], input?: string) =>
    spawnSync(process.execPath, [TSX, join(folder, "main.ts"), ...args], {
      cwd: folder,
      encoding: "utf8",
      // Of a pipeline's variables none, and no colour.
      env: { PATH: process.env["PATH"], HOME: folder, NO_COLOR: "1" },
      ...(input !== undefined && { input }),
    });

  it("does what every example of the documentation shows", () => {
    const found = examples();
    assert.ok(found.length >= 8, `${found.length} examples`);
    for (const { command, printed, code } of found) {
      const [line = "", from] = command.split(" < ");
      const input = from === undefined ? undefined : readFileSync(join(folder, from), "utf8");
      const result = run(line.split(" ").slice(1), input);
      assert.equal(result.status, code, `${command}\n${result.stderr}`);
      printed.forEach((expected, index) => {
        assert.ok(
          result.stdout.split("\n")[index]?.startsWith(expected),
          `${command}\n${result.stdout.slice(0, 300)}`,
        );
      });
    }
  });

  it("takes what is given by name before what the pipeline says", () => {
    const { stdout, stderr } = run([
      ...["review", "--events", "events.jsonl", "--digest", "digest.json", "--format", "json"],
      ...["--commit", "a".repeat(40), "--repository", "https://git.contoso.example/identities"],
      ...["--run-url", "https://ci.contoso.example/7", "--environment", "production"],
      ...["--secrets-provider", "awskms", "--rules-url", "https://git.contoso.example/rules"],
    ]);
    const report = JSON.parse(stdout || stderr) as Report;
    assert.equal(report.commit, "a".repeat(40));
    assert.equal(report.links.run, "https://ci.contoso.example/7");
    assert.equal(report.credentialChanges[0]?.environment, "production");
    assert.equal(report.privateKeys.secretsProvider, "awskms");
    const rule = report.findings.find(({ rule }) => rule === "no-client-secret-resource");
    assert.equal(rule?.url, "https://git.contoso.example/rules/no-client-secret-resource.md");
    assert.match(
      rule.source?.url ?? "",
      /^https:\/\/git\.contoso\.example\/identities\/blob\/a{40}\/tools\/review\//,
    );
  });

  it("reads standard input once only, and no size below the least", () => {
    const both = run(["review", "--events", "-", "--digest", "-"], "");
    assert.equal(both.status, 1);
    assert.match(both.stderr, /REVIEW_SOURCES: Standard input is one file/);
    const small = run(["review", "--events", "events.jsonl", "--max-size", "100"]);
    assert.equal(small.status, 1);
    assert.match(small.stderr, /number from 3000 on/);
  });

  it("prints nothing and ends with 4 when something in it is secret", () => {
    const secret = ["abc8Q", "~", "x".repeat(34)].join("");
    const text = readFileSync(join(folder, "events.jsonl"), "utf8").replaceAll(
      "must not be created",
      `is ${secret}`,
    );
    const { status, stdout, stderr } = run(["review", "--events", "-"], text);
    assert.equal(status, 4, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /REVIEW_REDACTION: .*a client secret of Entra/);
    assert.ok(!stderr.includes(secret));
  });

  it("answers one process that asks it for help with every option", () => {
    const { stdout, status } = run(["review", "--help"]);
    assert.equal(status, 0);
    for (const option of [
      "--events",
      "--digest",
      "--exemptions",
      "--against",
      "--baseline",
      "--fail-on",
      "--strict",
      "--post",
      "--max-size",
      "--host",
    ])
      assert.ok(stdout.includes(option), option);
  });
});
