/**
 * Begins a rule: the file, the line in the catalogue, the page, and a test that fails until the rule decides something.
 *
 *   npm run new-rule -- <subject>-<requirement>
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { marker, sections } from "./generate-rule-docs";

const usage = "npm run new-rule -- <id>, as in npm run new-rule -- vault-soft-delete";

export class NewRuleError extends Error {
  readonly code = "NEW_RULE";
}

/**
 * @param root folder of the repository
 * @returns the files that have been written or changed, relative to it
 * @throws NewRuleError when the id is not one, or is taken; then nothing has been written
 */
export function newRule(root: string, id: string): readonly string[] {
  if (!/^[a-z]+(-[a-z]+)+$/.test(id)) {
    throw new NewRuleError(`"${id}" is no id of a rule, which is words in lower case with hyphens: ${usage}`);
  }
  const files: Readonly<Record<string, string>> = {
    [`policies/rules/${id}.ts`]: ruleFile(id),
    [`docs/rules/${id}.md`]: pageFile(),
    [`test/policies/rules/${id}.test.ts`]: testFile(id),
  };
  const taken = Object.keys(files).find((file) => existsSync(join(root, file)));
  if (taken !== undefined) throw new NewRuleError(`${taken} is there already; an id is never used again.`);

  const catalogue = join(root, "policies/catalogue.ts");
  const listed = withRule(readFileSync(catalogue, "utf8"), id);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text, { flag: "wx" });
  writeFileSync(catalogue, listed);
  return [...Object.keys(files), "policies/catalogue.ts"];
}

/** The catalogue with one import and one entry more, both where the alphabet has them. */
function withRule(text: string, id: string): string {
  const pattern = /^import \{ (\w+) \} from "\.\/rules\/([a-z-]+)";$/gm;
  const present = [...text.matchAll(pattern)].map(([line, name = "", other = ""]) => ({
    line,
    name,
    id: other,
  }));
  const next = present.find((rule) => rule.id > id);
  const last = present.at(-1);
  if (last === undefined) throw new NewRuleError("policies/catalogue.ts has no rules to put it beside.");
  const added = `import { ${nameOf(id)} } from "./rules/${id}";`;
  return next === undefined
    ? text
        .replace(last.line, `${last.line}\n${added}`)
        .replace(`\n  ${last.name},\n]`, `\n  ${last.name},\n  ${nameOf(id)},\n]`)
    : text
        .replace(next.line, `${added}\n${next.line}`)
        .replace(`\n  ${next.name},\n`, `\n  ${nameOf(id)},\n  ${next.name},\n`);
}

function nameOf(id: string): string {
  return id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function ruleFile(id: string): string {
  const words = id.replaceAll("-", " ");
  return `/** State here what is required, in one sentence. */
import { nativeVault } from "../resource-types";
import { defineRule } from "../rule";

export const ${nameOf(id)} = defineRule({
  id: "${id}",
  name: "${words.charAt(0).toUpperCase()}${words.slice(1)}",
  description: "What every resource of the kind has to be like.",
  severity: "medium",
  level: "advisory",
  framework: {
    name: "Name of the framework",
    version: "1",
    reference: "Id of the control",
    specification: "What the control says.",
  },
  tags: ["vault"],
  remediationSteps: ["What to do first."],
  url: "https://learn.microsoft.com/",
  options: {},
  appliesTo: [nativeVault],
  check({ properties }, report) {
    const setting = properties.at("properties", "nameOfTheSetting");
    if (setting.isUndecided) report.undecided(setting);
    else if (!setting.is(true)) report.violation(\`must have what is required; set "\${setting.path}" to true.\`);
  },
});
`;
}

function pageFile(): string {
  return `${marker}\n\n${sections.map((section) => `## ${section}\n`).join("\n")}`;
}

function testFile(id: string): string {
  return `import { testRule, undecided, violation } from "../rule-cases";
import { unknown } from "../harness/wire";
import { change, vault, vaultTokens } from "../samples";

const rule = "${id}";
const path = "properties.nameOfTheSetting";
const right = change(vault, path, true);
const found = violation(
  rule,
  \`Key vault "billing" must have what is required; set "\${path}" to true.\`,
);

testRule(rule, [
  { title: "accepts what is required", resource: right, expect: "passes" },
  { title: "rejects the opposite", resource: change(vault, path, false), expect: [found] },
  { title: "rejects nothing at all", resource: change(vault, path, undefined), expect: [found] },
  ...vaultTokens.map((type) => ({
    title: \`knows it as \${type}\`,
    resource: { ...change(vault, path, false), type },
    expect: [found],
  })),
  {
    title: "waits for a setting that is decided in the update",
    resource: change(vault, path, unknown.boolean),
    expect: [undecided(rule, 'Key vault "billing"', path)],
  },
  {
    title: "leaves other resources alone",
    resource: { ...vault, type: "random:index/randomPet:RandomPet" },
    expect: "not applicable",
  },
]);
`;
}

function main([id = ""]: readonly string[]): void {
  try {
    for (const file of newRule(resolve(__dirname, ".."), id)) console.log(file);
    console.log("Now write the rule, then its page (npm run docs writes the head), and mend the test.");
  } catch (error) {
    if (!(error instanceof NewRuleError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

if (require.main === module) main(process.argv.slice(2));
