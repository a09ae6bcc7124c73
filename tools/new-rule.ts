/**
 * Begins a rule: the file, the line in the catalogue, the page, and the test. What is written is a whole rule about one
 * setting of a vault, with everything a rule needs and in the repository's format, to be changed into the one that is
 * meant: nothing has to be filled in before the checks pass, so that what fails next is one's own.
 *
 *   npm run new-rule -- <subject>-<requirement>
 */
import { execFileSync } from "node:child_process";
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
  const writer = join(root, "tools/generate-rule-docs.ts");
  execFileSync(process.execPath, ["--import", "tsx", writer], { cwd: root, stdio: "ignore" });
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
  return `/** What Azure Resource Manager can read from a vault, everybody can who deploys a template. */
import { nativeVault } from "../resource-types";
import { defineRule } from "../rule";

export const ${nameOf(id)} = defineRule({
  id: "${id}",
  name: "${words.charAt(0).toUpperCase()}${words.slice(1)}",
  description: "No key vault hands out its content to template deployments.",
  severity: "medium",
  level: "advisory",
  framework: {
    name: "Microsoft cloud security benchmark",
    version: "1",
    reference: "PA-7",
    specification: "Administration follows the least privilege principle.",
  },
  tags: ["vault", "mcsb:PA-7"],
  remediationSteps: ['Leave "properties.enabledForTemplateDeployment" out, or set it to false.'],
  url: "https://learn.microsoft.com/azure/azure-resource-manager/templates/key-vault-parameter",
  options: {},
  appliesTo: [nativeVault],
  check({ properties }, report) {
    const setting = properties.at("properties", "enabledForTemplateDeployment");
    if (setting.isUndecided) report.undecided(setting);
    else if (setting.is(true))
      report.violation(\`hands out its content to templates; leave "\${setting.path}" out.\`);
  },
});
`;
}

function pageFile(): string {
  return `${marker}

## ${sections[0]}

Whoever may deploy a template can name a secret of the vault as a parameter, and read it without a right to secrets.

## ${sections[1]}

Key vaults whose \`properties.enabledForTemplateDeployment\` is true, in all token families of Azure Native.

## ${sections[2]}

Vaults that were made outside the stack.

## ${sections[3]}

Leave the property out. What a template needs to know it is given by the pipeline that deploys it.

## ${sections[4]}

### Wrong

\`\`\`ts
${exampleOf("    enabledForTemplateDeployment: true,\n")}
\`\`\`

### Right

\`\`\`ts
${exampleOf("")}
\`\`\`

## ${sections[5]}

In stacks whose templates cannot be changed.
`;
}

function exampleOf(line: string): string {
  return `import * as keyvault from "@pulumi/azure-native/keyvault";

new keyvault.Vault("billing", {
  resourceGroupName: "identities",
  properties: {
    tenantId: "11111111-1111-1111-1111-111111111111",
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
${line}    networkAcls: { defaultAction: "Deny", bypass: "None" },
  },
});`;
}

function testFile(id: string): string {
  return `import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { change, vault, vaultTokens } from "../samples";

const rule = "${id}";
const path = "properties.enabledForTemplateDeployment";
const open = change(vault, path, true);
const found = violation(rule, \`Key vault "billing" hands out its content to templates; leave "\${path}" out.\`);

testRule(rule, [
  { title: "accepts a vault that does not say", resource: vault, expect: "passes" },
  { title: "accepts a vault that says no", resource: change(vault, path, false), expect: "passes" },
  { title: "rejects a vault that says yes", resource: open, expect: [found] },
  ...vaultTokens.map((type) => ({
    title: \`knows it as \${type}\`,
    resource: { ...open, type },
    expect: [found],
  })),
  {
    title: "waits for a setting that is decided in the update",
    resource: change(vault, path, unknown.boolean),
    expect: [undecided(rule, 'Key vault "billing"', path)],
  },
  {
    title: "leaves other resources alone",
    resource: { ...open, type: "random:index/randomPet:RandomPet" },
    expect: "not applicable",
  },
]);
`;
}

function main([id = ""]: readonly string[]): void {
  try {
    for (const file of newRule(resolve(__dirname, ".."), id)) console.log(file);
    console.log(
      "A rule about one setting of a vault. Change rule, test, and page into yours; then npm run docs.",
    );
  } catch (error) {
    if (!(error instanceof NewRuleError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

if (require.main === module) main(process.argv.slice(2));
