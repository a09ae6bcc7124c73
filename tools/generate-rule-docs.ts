/**
 * Writes from the catalogue: the upper part of `docs/rules/<id>.md`, below whose marker people write; the table of rules
 * in the README; the table of profiles in `docs/configuration.md`.
 *
 *   npm run docs             writes what differs, and a page with the headings for a new rule
 *   npm run docs -- --check  writes nothing; exit code 1 and the list of pages that differ
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { expectation, profiles, Rule, rules } from "../policies/catalogue";

const repository = resolve(__dirname, "..");
const folder = join(repository, "docs/rules");
const all: readonly Rule[] = rules;

export const marker =
  "<!-- Written from the catalogue down to here (npm run docs); by hand from here on. -->";

/** The part written by hand, in this order; a test requires each. */
export const sections = [
  "Why",
  "What it catches",
  "What it cannot see",
  "Fix",
  "Examples",
  "When to turn it off",
] as const;

/** The page of a rule: a new head over the hand-written part of the present page. */
export function pageOf(rule: Rule, present: string | undefined): string {
  const at = present?.indexOf(marker) ?? -1;
  const written =
    at < 0
      ? `\n\n${sections.map((section) => `## ${section}\n`).join("\n")}`
      : present?.slice(at + marker.length);
  return `${headOf(rule)}\n${marker}${written ?? ""}`;
}

function headOf(rule: Rule): string {
  const { name, version, reference, specification } = rule.framework;
  const rows = [
    ["Level", rule.level],
    ["Severity", rule.severity],
    ["Applies to", [...new Set(rule.appliesTo.map(({ label }) => label))].join(", ")],
    ["Control", `${name} ${version}, ${reference}: ${specification}`],
    ["Tags", rule.tags.map((tag) => `\`${tag}\``).join(", ")],
    ["Read more", `<${rule.url}>`],
  ];
  return [
    `# ${rule.id}\n`,
    `${rule.description}\n`,
    "| | |\n|---|---|",
    ...rows.map(([term, text]) => `| ${term ?? ""} | ${text ?? ""} |`),
    `\n## Options\n`,
    optionsOf(rule),
  ].join("\n");
}

function optionsOf(rule: Rule): string {
  const options = Object.entries(rule.options);
  if (options.length === 0) return "None but its level.\n";
  const defaults = Object.fromEntries(options.map(([name, { default: value }]) => [name, value]));
  const configuration = { [rule.id]: { enforcementLevel: rule.level, options: defaults } };
  return [
    "| Option | Takes | Default | |\n|---|---|---|---|",
    ...options.map(
      ([name, schema]) =>
        `| \`${name}\` | ${expectation(schema)} | \`${typeof schema.default === "object" ? JSON.stringify(schema.default) : String(schema.default)}\` | ${schema.description} |`,
    ),
    "\nIn the file given to `--policy-pack-config`, with the defaults:\n",
    `\`\`\`json\n${JSON.stringify(configuration)}\n\`\`\`\n`,
  ].join("\n");
}

/** Families in the order of the table, each with the tag that puts a rule there; the first that fits counts. */
const families = [
  ["Client secrets", "client-secret"],
  ["The tenant's policy", "tenant"],
  ["Automation", "automation"],
  ["Identities and federation", "identity"],
  ["Conditional Access", "conditional-access"],
  ["Key vaults", "vault"],
  ["Keys and certificates", "certificate"],
  ["Keys and certificates", "key-material"],
  ["Exemptions", "exemption"],
] as const;

/** @throws Error for a rule that no family takes */
export function familyOf({ id, tags }: Rule): string {
  const family = families.find(([, tag]) => tags.includes(tag))?.[0];
  if (family === undefined)
    throw new Error(`${id} has no tag of a family: ${families.map(([, tag]) => tag).join(", ")}`);
  return family;
}

function ruleTable(): string {
  const links = (family: string, level: string): string =>
    all
      .filter((rule) => familyOf(rule) === family && rule.level === level)
      .map(({ id }) => `[${id}](docs/rules/${id}.md)`)
      .join(", ");
  const rows = [...new Set(families.map(([family]) => family))].map(
    (family) => `| ${family} | ${links(family, "mandatory")} | ${links(family, "advisory")} |`,
  );
  return ["| | refused (mandatory) | advised (advisory) |\n|---|---|---|", ...rows].join("\n");
}

function profileTable(): string {
  const rows = Object.entries(profiles).map(([name, choices]) => {
    const chosen = Object.entries(
      choices as Readonly<Record<string, { options: Readonly<Record<string, unknown>> }>>,
    );
    const limits = chosen.flatMap(([rule, { options }]) =>
      Object.entries(options).map(
        ([option, value]) => `[${rule}](rules/${rule}.md) \`${option}\`: ${String(value)}`,
      ),
    );
    return `| \`${name}\` | ${limits.join("<br>") || "every rule as its page has it"} |`;
  });
  return ["| profile | limits |\n|---|---|", ...rows].join("\n");
}

/** Tables within pages that people write, by the name in the comments around them. */
const tables = [
  { file: "README.md", name: "rules", write: ruleTable },
  { file: "docs/configuration.md", name: "profiles", write: profileTable },
] as const;

/** @throws Error where the comments are missing */
function withTable(text: string, file: string, name: string, table: string): string {
  const [begin, end] = [
    `<!-- ${name}: written from the catalogue (npm run docs) -->`,
    `<!-- end of ${name} -->`,
  ];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${file} has no place for the table of ${name}: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  if (!check) mkdirSync(folder, { recursive: true });
  const present = new Set(readdirSync(folder).filter((file) => file.endsWith(".md")));
  const stale: string[] = [];
  const keep = async (file: string, text: string | undefined, wanted: string): Promise<void> => {
    const path = join(repository, file);
    const page = await format(wanted, { ...(await resolveConfig(path)), parser: "markdown" });
    if (page === text) return;
    stale.push(file);
    if (!check) writeFileSync(path, page);
  };
  for (const rule of all) {
    const file = `docs/rules/${rule.id}.md`;
    const text = present.delete(`${rule.id}.md`) ? readFileSync(join(repository, file), "utf8") : undefined;
    await keep(file, text, pageOf(rule, text));
  }
  for (const { file, name, write } of tables) {
    const text = readFileSync(join(repository, file), "utf8");
    await keep(file, text, withTable(text, file, name, write()));
  }
  for (const file of stale)
    console.log(check ? `${file} differs from the catalogue; run npm run docs` : `wrote ${file}`);
  for (const file of present) console.error(`docs/rules/${file} belongs to no rule of the catalogue`);
  if (present.size > 0 || (check && stale.length > 0)) process.exitCode = 1;
}

if (require.main === module) void main();
