/** The pages of the rules: written from the catalogue, complete, and with examples that do what they say. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { rules } from "../../policies/catalogue";
import { marker, sections } from "../../tools/generate-rule-docs";
import { issueCertificate, issueFrom } from "./certificates";
import { companions } from "./examples/companions";
import { compiledPack, repository } from "./harness/compiled-pack";
import { Finding, ResourceInput } from "./harness/wire";

const ids: readonly string[] = rules.map(({ id }) => id);
const kinds = ["Wrong", "Right"] as const;

function page(id: string): string {
  return readFileSync(join(repository, "docs/rules", `${id}.md`), "utf8");
}

/** The one program under a heading of the examples. */
function example(id: string, kind: (typeof kinds)[number]): string {
  const [, text = ""] = page(id).split(`\n### ${kind}\n`);
  const match = /^\n```ts\n([\s\S]*?)\n```\n/.exec(text);
  assert.ok(match?.[1], `${id} has no example under "${kind}"`);
  return match[1];
}

describe("the page of a rule", () => {
  it("has a head that comes from the catalogue", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "tools/generate-rule-docs.ts", "--check"],
      { cwd: repository, encoding: "utf8" },
    );
    assert.deepEqual([status, stdout], [0, ""]);
  });

  it("is found out when its head differs, and left as it is", () => {
    const folder = mkdtempSync(join(tmpdir(), "certlock-docs-"));
    try {
      for (const part of [
        "policies",
        "tools/generate-rule-docs.ts",
        "docs/rules",
        "docs/configuration.md",
        "README.md",
        "package.json",
        "tsconfig.json",
        ".prettierrc.json",
      ]) {
        cpSync(join(repository, part), join(folder, part), { recursive: true });
      }
      symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
      const path = join(folder, "docs/rules/vault-purge-protection.md");
      const edited = readFileSync(path, "utf8").replace("| high ", "| low ");
      writeFileSync(path, edited);
      const readme = join(folder, "README.md");
      writeFileSync(readme, readFileSync(readme, "utf8").replace("| Key vaults ", "| Vaults "));
      writeFileSync(join(folder, "docs/rules/retired.md"), "# retired\n");
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", "tools/generate-rule-docs.ts", "--check"],
        { cwd: folder, encoding: "utf8" },
      );
      assert.equal(
        stdout,
        ["docs/rules/vault-purge-protection.md", "README.md"]
          .map((file) => `${file} differs from the catalogue; run npm run docs\n`)
          .join(""),
      );
      assert.equal(stderr, "docs/rules/retired.md belongs to no rule of the catalogue\n");
      assert.equal(status, 1);
      assert.equal(readFileSync(path, "utf8"), edited);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const id of ids) {
    it(`of ${id} has every section, with something in it`, () => {
      const [, written = ""] = page(id).split(marker);
      const parts = written
        .split(/\n## /)
        .slice(1)
        .map((part) => part.split("\n"));
      assert.deepEqual(
        parts.map(([heading]) => heading),
        sections,
      );
      for (const [heading, ...lines] of parts) assert.notEqual(lines.join("").trim(), "", heading);
    });
  }
});

describe("the examples of the rules", () => {
  let folder: string;
  let registered: Readonly<Record<string, readonly ResourceInput[]>>;
  // The examples of exemption-current are files of exemptions; its own test runs them.
  const programs = ids
    .filter((id) => id !== "exemption-current")
    .flatMap((id) => kinds.map((kind) => ({ id, kind, file: `${id}-${kind.toLowerCase()}.ts` })));

  before(async function () {
    this.timeout(120_000);
    await compiledPack();
    folder = mkdtempSync(join(tmpdir(), "certlock-examples-"));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
    for (const { id, kind, file } of programs) writeFileSync(join(folder, file), example(id, kind));
    const { pem, privateKeyPem } = await issueCertificate("rsa2048", 3000, new Date());
    writeFileSync(join(folder, "certificate.pem"), pem);
    writeFileSync(join(folder, "certificate-and-key.pem"), `${pem}\n${privateKeyPem}`);
    writeFileSync(join(folder, "authority.pem"), await issueFrom("Contoso Root CA", true, new Date()));
    const recorder = join(__dirname, "examples/record.ts");
    const args = ["--import", require.resolve("tsx"), recorder, ...programs.map(({ file }) => file)];
    registered = JSON.parse(
      execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }),
    ) as typeof registered;
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** All that the pack finds in an example, at whatever level, as a preview shows it. */
  async function findingsIn(file: string): Promise<readonly Finding[]> {
    const pack = await compiledPack();
    await pack.configure({});
    const resources = registered[file] ?? [];
    assert.ok(resources.length > 1, "the example registers nothing");
    const found: Finding[] = [...(await pack.analyzeStack(resources)).findings];
    for (const resource of resources) {
      const props = resource.type === "pulumi:pulumi:Stack" ? {} : resource.props;
      found.push(...(await pack.analyze({ ...resource, props })).findings);
    }
    return found;
  }

  for (const { id, kind, file } of programs) {
    it(
      kind === "Wrong"
        ? `of ${id}: the wrong one is refused by that rule, and nothing else is said than what is listed`
        : `of ${id}: the right one passes, and nothing else is said than what is listed`,
      async () => {
        const found = await findingsIn(file);
        const refusals = found.filter(
          ({ rule, message }) =>
            kind === "Wrong" && rule === id && !message.includes("cannot be decided yet"),
        );
        assert.equal(refusals.length > 0, kind === "Wrong");
        const others = found.filter((finding) => !refusals.includes(finding));
        assert.deepEqual(
          others.map(({ rule, level, message }) => `${rule} (${level}): ${message}`).sort(),
          [...(companions[file] ?? [])].sort(),
        );
      },
    );
  }

  it("are correct TypeScript", function () {
    this.timeout(120_000);
    const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), (path) =>
      ts.sys.readFile(path),
    ) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
    const program = ts.createProgram(
      programs.map(({ file }) => join(folder, file)),
      {
        ...options,
        noEmit: true,
        rootDir: "/",
        paths: { "certlock/components": [join(repository, "components/index.ts")] },
      },
    );
    const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => ({
      file: file?.fileName,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
    assert.deepEqual(complaints, []);
  });
});
