import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, resolveConfig } from "prettier";
import { rules } from "../../policies/catalogue";
import { marker, sections } from "../../tools/generate-rule-docs";
import { newRule } from "../../tools/new-rule";
import { repository } from "../policies/harness/compiled-pack";

describe("beginning a rule", function () {
  this.timeout(120_000);
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "certlock-new-rule-"));
    for (const part of [
      "policies",
      "tools",
      "docs/rules",
      "docs/configuration.md",
      "README.md",
      "test/policies",
      "test/mocha-hooks.ts",
      "package.json",
      "tsconfig.json",
      ".prettierrc.json",
    ])
      cpSync(join(repository, part), join(root, part), {
        recursive: true,
        filter: (path) => !path.includes("policies/dist"),
      });
    mkdirSync(join(root, "test/policies/rules"), { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"), "dir");
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const catalogueOf = (): string[] => {
    const script = 'console.log(require("./policies/catalogue.ts").rules.map(({ id }) => id).join());';
    const output = execFileSync(process.execPath, ["--require", "tsx/cjs", "-e", script], {
      cwd: root,
      encoding: "utf8",
    });
    return output.trim().split(",");
  };

  for (const id of ["aaa-first", "vault-soft-delete", "zzz-last"]) {
    it(`writes rule, page, and test of ${id}, and puts it into the alphabet`, () => {
      const files = newRule(root, id);
      assert.deepEqual(files, [
        `policies/rules/${id}.ts`,
        `docs/rules/${id}.md`,
        `test/policies/rules/${id}.test.ts`,
        "policies/catalogue.ts",
      ]);
      assert.deepEqual(catalogueOf(), [...rules.map((rule) => rule.id as string), id].sort());
    });
  }

  it("leaves a rule in the format of the house, with its page, whose own test passes", async () => {
    const files = newRule(root, "vault-template-access");
    for (const file of files) {
      const path = join(root, file);
      const text = readFileSync(path, "utf8");
      assert.ok(await check(text, { ...(await resolveConfig(path)), filepath: path }), `format of ${file}`);
    }
    const page = readFileSync(join(root, "docs/rules/vault-template-access.md"), "utf8");
    assert.match(page, /^# vault-template-access\n/);
    const [, written = ""] = page.split(marker);
    const parts = written.split(/\n## /).slice(1);
    assert.deepEqual(
      parts.map((part) => part.split("\n")[0]),
      sections,
    );
    for (const part of parts) assert.match(part, /\n\n\S/);
    execFileSync(
      process.execPath,
      [
        join(repository, "node_modules/mocha/bin/mocha.js"),
        "--require",
        "tsx",
        "--require",
        "./test/mocha-hooks.ts",
        "--timeout",
        "60000",
        "test/policies/rules/vault-template-access.test.ts",
      ],
      { cwd: root },
    );
  });

  it("refuses an id that is taken or is none, and writes nothing", () => {
    const before = readFileSync(join(root, "policies/catalogue.ts"), "utf8");
    assert.throws(() => newRule(root, "vault-network-deny"), {
      code: "NEW_RULE",
      message: /is there already/,
    });
    for (const id of ["", "vault", "Vault-x", "vault_x", "../x-y", "vault-2"])
      assert.throws(() => newRule(root, id), { code: "NEW_RULE", message: /is no id of a rule/ });
    assert.equal(readFileSync(join(root, "policies/catalogue.ts"), "utf8"), before);
    assert.ok(!existsSync(join(root, "policies/rules/vault.ts")));
  });
});
