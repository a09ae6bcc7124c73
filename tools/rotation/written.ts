/**
 * Writes what stands in the repository of the rotation plan: its JSON Schema and the pictures of docs/day-58.md.
 * `tsx tools/rotation/written.ts` after a change that is meant; the tests say when it is needed. With Chromium it takes
 * the pictures as PNG too; fonts differ, so no test compares those.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { z } from "zod";
import { planSchema } from "../../cli/rotation/plan";
import { renderPlan } from "../../cli/rotation/render";
import { recordedPlan } from "../../test/cli/rotation/recorded";

const ROOT = resolve(__dirname, "../..");

/** Pictures of the guide: what was deployed, the day it is looked at, and the runs that are left out. */
export const PICTURES = {
  "day-58": { state: "day-0", now: "2027-01-18" },
  "day-58-missed": { state: "day-0", now: "2027-01-18", missed: "2027-01-20..2027-03-29" },
} as const;

/** Paths within the repository and what has to stand there. */
export function writtenFiles(): Map<string, string> {
  const schema = z.toJSONSchema(planSchema, { target: "draft-2020-12" });
  const files = new Map([
    [
      "docs/rotation-plan.schema.json",
      `${JSON.stringify({ ...schema, title: "certlock rotation plan" }, null, 2)}\n`,
    ],
  ]);
  for (const [name, options] of Object.entries(PICTURES))
    files.set(`docs/${name}.svg`, renderPlan(recordedPlan(options), "svg"));
  return files;
}

async function main(): Promise<void> {
  for (const [path, text] of writtenFiles()) {
    writeFileSync(join(ROOT, path), text);
    console.log(`${path} ${text.length}`);
  }
  const executablePath = process.env["CERTLOCK_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) return;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  for (const name of Object.keys(PICTURES)) {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    await page.goto(pathToFileURL(join(ROOT, `docs/${name}.svg`)).href);
    const picture = await page.locator("svg").first().screenshot();
    writeFileSync(join(ROOT, `docs/${name}.png`), picture);
    await page.close();
  }
  await browser.close();
}

if (require.main === module) void main();
