/**
 * Writes the upper part of `docs/rules/<id>.md` from the catalogue; what stands below the marker is written by hand.
 *
 *   npm run docs             writes what differs, and a page with the headings for a new rule
 *   npm run docs -- --check  writes nothing; exit code 1 and the list of pages that differ
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { expectation, Rule, rules } from "../policies/catalogue";

const folder = resolve(__dirname, "../docs/rules");

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

async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  if (!check) mkdirSync(folder, { recursive: true });
  const present = new Set(readdirSync(folder).filter((file) => file.endsWith(".md")));
  const stale: string[] = [];
  for (const rule of rules as readonly Rule[]) {
    const path = join(folder, `${rule.id}.md`);
    const text = present.delete(`${rule.id}.md`) ? readFileSync(path, "utf8") : undefined;
    const page = await format(pageOf(rule, text), { ...(await resolveConfig(path)), parser: "markdown" });
    if (page === text) continue;
    stale.push(`docs/rules/${rule.id}.md`);
    if (!check) writeFileSync(path, page);
  }
  for (const file of stale)
    console.log(check ? `${file} differs from the catalogue; run npm run docs` : `wrote ${file}`);
  for (const file of present) console.error(`docs/rules/${file} belongs to no rule of the catalogue`);
  if (present.size > 0 || (check && stale.length > 0)) process.exitCode = 1;
}

if (require.main === module) void main();
