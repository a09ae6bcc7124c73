/** docs/check.md: its commands run, its lists are those of the code. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { EXIT } from "../../cli/exit-codes";
import { formats } from "../../cli/review/render";
import { certlock, PROGRAMS, ROOT } from "../cli/check/certlock-process";
import { engineFor } from "../engine/engine";

const page = readFileSync(join(ROOT, "docs/check.md"), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, body = ""]) => body,
  );

describe("docs/check.md", function () {
  this.timeout(180_000);
  let project: string;
  before(() => {
    mkdirSync(join(ROOT, ".certlock"), { recursive: true });
    // Within the repository, so that the program finds its packages.
    project = mkdtempSync(join(ROOT, ".certlock", "docs-"));
    for (const folder of [project, join(project, "infra")]) {
      cpSync(join(PROGRAMS, "clean"), folder, { recursive: true });
      writeFileSync(join(folder, "Pulumi.prod.yaml"), "config: {}\n");
    }
  });
  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("has commands that work", async function () {
    await engineFor(this);
    const commands = [
      ...blocks("sh").flatMap((block) => block.trim().split("\n")),
      ...[...page.matchAll(/`(npx certlock check --config [^`]+)`/g)].map(([, command = ""]) => command),
    ].map((line) => line.replace(/#.*/, "").trim());
    assert.equal(commands.length, 3);
    for (const command of commands) {
      const [npx, name, ...args] = command.split(/\s+/);
      assert.deepEqual([npx, name], ["npx", "certlock"]);
      const { code, stderr } = await certlock(args, { cwd: project });
      assert.equal(code, 0, `${command}: ${stderr}`);
    }
  });

  it("has a hook whose command works", async function () {
    await engineFor(this);
    const [hook] = blocks("yaml").map((block) => parse(block) as { repos: [{ hooks: [{ entry: string }] }] });
    const [, , ...args] = hook?.repos[0].hooks[0].entry.split(" ") ?? [];
    assert.deepEqual(args, ["check", "--fail-on", "mandatory"]);
    const { code, stderr } = await certlock(args, { cwd: project });
    assert.equal(code, 0, stderr);
  });

  it("lists the exit codes and formats there are", () => {
    const codes = [...page.matchAll(/^\| ([0-9]) +\|/gm)].map(([, code]) => Number(code));
    assert.deepEqual(codes, Object.values(EXIT));
    for (const format of formats) assert.ok(page.includes(`\`${format}\``), format);
  });

  it("explains messages that the code has", () => {
    const sources = ["cli/commands", "cli/check"].flatMap((folder) =>
      readdirSync(join(ROOT, folder)).map((name) => readFileSync(join(ROOT, folder, name), "utf8")),
    );
    const codes = [...page.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, code = ""]) => code);
    assert.ok(codes.length >= 4, codes.join(" "));
    for (const code of codes)
      assert.ok(
        sources.some((source) => source.includes(`"${code}"`)),
        code,
      );
  });
});
