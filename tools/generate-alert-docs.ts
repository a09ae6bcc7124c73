/**
 * Writes from the alerts' own data the tables of docs/monitoring.md.
 *
 *   npx tsx tools/generate-alert-docs.ts            writes the page where it differs
 *   npx tsx tools/generate-alert-docs.ts --check    writes nothing; exit code 1 where it differs
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { type AlertNeed, LOG_SOURCES } from "../components/monitoring/alert";
import { ALERT_IDS, alertOf } from "../components/monitoring/alerts";

const FILE = "docs/monitoring.md";
const SEVERITIES = ["critical", "error", "warning", "informational", "verbose"];
const NEEDS: Readonly<Record<AlertNeed, string>> = {
  applications: "`applications`",
  certificates: "`applications` with certificates this deployment renews",
  graphActivity: "`graphActivity: true`",
  networks: "`applications` with `networks`",
  readers: "`vaults` with `readers`",
  vaults: "`vaults`",
};

/** By the name in the comments around each. */
const TABLES: Readonly<Record<string, () => string>> = {
  alerts: () =>
    [
      "| alert | sees | severity | every / looks back | needs |\n|---|---|---|---|---|",
      ...ALERT_IDS.map((id) => {
        const { watches, severity, every, window, tables, needs } = alertOf(id);
        const needed = [
          ...tables.map((table) => LOG_SOURCES[table]),
          ...(needs === undefined ? [] : [NEEDS[needs]]),
        ];
        return `| \`${id}\` | ${watches} | ${severity} ${SEVERITIES[severity] ?? ""} | ${every} / ${window} min | ${needed.join("; ")} |`;
      }),
    ].join("\n"),
  "first steps": () =>
    ALERT_IDS.map((id) => {
      const { title, firstSteps, techniques } = alertOf(id);
      const attack = techniques.length === 0 ? "" : ` (${techniques.join(", ")})`;
      return `### ${title}\n\n\`${id}\`${attack}\n\n${firstSteps.map((step, at) => `${at + 1}. ${step}`).join("\n")}`;
    }).join("\n\n"),
};

/** @throws Error where the comments are missing */
export function withTables(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, write]) => {
    const [begin, end] = [`<!-- ${name}: written from the alerts -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${FILE} has no place for ${name}: ${begin} … ${end}`);
    return `${text.slice(0, from + begin.length)}\n\n${write()}\n\n${text.slice(to)}`;
  }, page);
}

async function main(): Promise<void> {
  const path = resolve(__dirname, "..", FILE);
  const page = readFileSync(path, "utf8");
  const wanted = await format(withTables(page), { ...(await resolveConfig(path)), parser: "markdown" });
  if (page === wanted) return;
  const isCheck = process.argv.includes("--check");
  if (!isCheck) writeFileSync(path, wanted);
  console.log(
    isCheck ? `${FILE} differs from the alerts; run npx tsx tools/generate-alert-docs.ts` : `wrote ${FILE}`,
  );
  if (isCheck) process.exitCode = 1;
}

if (require.main === module) void main();
