/**
 * Writes the reports that stand in the repository: the golden files of the tests, those of docs/reports, and the JSON
 * Schema of a report. `tsx tools/review/golden.ts` after a change that is meant; the tests say when it is needed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { buildReport } from "../../cli/review/build-report";
import { reportSchema } from "../../cli/review/report";
import { type Format, render } from "../../cli/review/render";
import { manyChanges } from "../../test/cli/review/many-changes";
import { previews, recordedInput } from "../../test/cli/review/recorded";

const ROOT = resolve(__dirname, "../..");

const ENDINGS: Readonly<Record<Format, string>> = {
  text: "txt",
  markdown: "md",
  json: "json",
  sarif: "sarif",
  junit: "xml",
  html: "html",
};

/** Reports whose every rendering is kept; of the others Markdown is. */
const EVERY_FORMAT: readonly string[] = ["secret-added"];
/** Reports people are shown. */
const SHOWN = ["certificate-rotated", "secret-added", "tenant-weakened"] as const;

/** Paths within the repository and what has to stand there. */
export function goldenFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of previews) {
    const report = buildReport(recordedInput(name));
    const formats = EVERY_FORMAT.includes(name)
      ? (Object.keys(ENDINGS) as Format[])
      : (["markdown"] as const);
    for (const format of formats)
      files.set(`test/cli/review/golden/${name}.${ENDINGS[format]}`, render(report, format));
  }
  files.set("test/cli/review/golden/2000-changes.md", render(buildReport(manyChanges(2000)), "markdown"));
  for (const name of SHOWN) {
    const report = buildReport(recordedInput(name));
    files.set(`docs/reports/${name}.md`, render(report, "markdown"));
    files.set(`docs/reports/${name}.html`, render(report, "html"));
  }
  files.set("docs/report.schema.json", schemaText());
  return files;
}

function schemaText(): string {
  const schema = z.toJSONSchema(reportSchema, { target: "draft-2020-12" });
  return `${JSON.stringify({ ...schema, title: "certlock credential review" }, null, 2)}\n`;
}

if (require.main === module) {
  for (const [path, text] of goldenFiles()) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`${path} ${text.length}`);
  }
}
