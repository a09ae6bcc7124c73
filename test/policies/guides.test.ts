/** The examples in the guides about the guard do what the guides say. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { createPolicies, exemptionsFrom, Rule, rules } from "../../policies/catalogue";
import { parseDocument } from "../../policies/document";
import { readSettings } from "../../policies/settings";
import { familyOf } from "../../tools/generate-rule-docs";
import { compiledPack, repository } from "./harness/compiled-pack";

const all: readonly Rule[] = rules;

function blocks(guide: string, language: string): string[] {
  const text = readFileSync(join(repository, "docs", guide), "utf8");
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , body = ""]) => body);
}

describe("the guide to the configuration", () => {
  const [example = ""] = blocks("configuration.md", "yaml");

  it("shows settings that the pack takes", () => {
    const settings = readSettings(parseDocument(example, "yaml"), "certlock-policies.yaml", all);
    assert.equal(settings.profile, "cis-7");
    assert.deepEqual(Object.fromEntries(settings.choices), {
      "vault-network-deny": { level: "advisory", options: {} },
      "certificate-max-lifetime": { options: { maxLifetimeDays: 120 } },
      "vault-purge-protection": { level: "remediate", options: {} },
      "application-owners": { level: "mandatory", options: { minOwners: 2 } },
    });
    assert.equal(settings.exemptions, "security/exemptions.yaml");
  });

  it("quotes the sentence that a mistake ends in", () => {
    const [sentence] = blocks("configuration.md", "text");
    const misspelt = example.replace("vault-network-deny", "vault-network-den");
    assert.throws(() => readSettings(parseDocument(misspelt, "yaml"), "certlock-policies.yaml", all), {
      message: sentence,
    });
  });

  it("names the rules that can mend something", () => {
    assert.deepEqual(
      all.filter(({ canRemediate }) => canRemediate).map(({ id }) => id),
      [
        "application-single-tenant",
        "vault-network-deny",
        "vault-purge-protection",
        "vault-rbac-authorization",
      ],
    );
  });
});

describe("the guide to exemptions", () => {
  const now = () => new Date("2026-11-21T08:00:00Z");
  const examples = blocks("exemptions.md", "yaml");

  for (const [index, text] of examples.entries()) {
    it(`shows ${index === 0 ? "an exemption" : "one for an emergency"} in order`, () => {
      assert.deepEqual(exemptionsFrom({ text, format: "yaml", now }).problems, []);
    });
  }

  it("says for how long each may be", () => {
    const [plain = "", emergency = ""] = examples;
    for (const [text, wrong] of [
      [plain.replace("2026-12-31", "2027-02-20"), "ends in more than 90 days"],
      [emergency.replace("2026-11-23", "2026-11-25"), "breaks glass for more than 72 hours"],
      [plain.replace("grace@", "ada@"), "has been approved by its own owner"],
    ]) {
      const { problems } = exemptionsFrom({ text: text ?? "", format: "yaml", now });
      assert.deepEqual(
        problems.map(({ predicate }) => predicate.includes(wrong ?? "")),
        [true],
      );
    }
  });

  it("names the rules that accept none", () => {
    const ids = all.filter(({ exemptible }) => exemptible === false).map(({ id }) => id);
    assert.deepEqual(ids, ["exemption-current", "no-private-key-upload"]);
    const text = readFileSync(join(repository, "docs/exemptions.md"), "utf8");
    for (const id of ids) assert.ok(text.slice(text.indexOf("accept none")).includes(id), id);
  });
});

describe("the guide to a pack of one's own", () => {
  const programs = blocks("own-pack.md", "ts");

  it("shows packs that start with the rules they say", async function () {
    this.timeout(120_000);
    await compiledPack(); // what is installed as certlock-policies is what is compiled
    const folder = mkdtempSync(join(tmpdir(), "certlock-own-pack-"));
    try {
      symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
      writeFileSync(join(folder, "exemptions.yaml"), blocks("exemptions.md", "yaml")[0] ?? "");
      const made = programs.map((program) => run(program, folder));
      const others = all.filter(({ tags }) => !tags.includes("conditional-access"));
      assert.deepEqual(
        made.map((policies) => policies.map(({ name }) => name).sort()),
        [others.map(({ id }) => id).sort(), all.map(({ id }) => id).sort()],
      );
      const levels = Object.fromEntries(
        (made[0] ?? []).map(({ name, enforcementLevel }) => [name, enforcementLevel]),
      );
      assert.equal(levels["vault-network-deny"], "advisory");
      assert.equal(levels["application-owners"], "mandatory");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** Runs a program in a folder, with a pack that only remembers what it is given. */
  function run(program: string, folder: string): ReturnType<typeof createPolicies> {
    const code = ts.transpile(program, { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 });
    const resolve = createRequire(join(folder, "index.js"));
    let given: ReturnType<typeof createPolicies> = [];
    function PolicyPack(_: string, { policies }: { policies: typeof given }): void {
      given = policies;
    }
    const here: Readonly<Record<string, unknown>> = {
      "@pulumi/policy": { PolicyPack },
      "node:fs": { readFileSync: (name: string) => readFileSync(join(folder, name), "utf8") },
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the program of the guide is what is tested
    const body = new Function("require", "exports", code) as (require: unknown, exports: object) => void;
    body((name: string): unknown => here[name] ?? (resolve(name) as unknown), {});
    return given;
  }
});

describe("the families in the table of rules", () => {
  it("take each rule", () => {
    assert.deepEqual(
      all.filter((rule) => familyOf(rule) === "").map(({ id }) => id),
      [],
    );
  });
});
