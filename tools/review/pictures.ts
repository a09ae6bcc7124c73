/** Takes the pictures of docs/reports with Chromium: `tsx tools/review/pictures.ts`. Fonts differ, so no test compares them. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const FOLDER = resolve(__dirname, "../../docs/reports");
const PICTURES = [
  ["certificate-rotated", "light", "certificate-rotated"],
  ["certificate-rotated", "dark", "certificate-rotated-dark"],
  ["secret-added", "light", "secret-added"],
] as const;

async function main(): Promise<void> {
  const executablePath = process.env["CERTLOCK_CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  for (const [report, colorScheme, picture] of PICTURES) {
    const page = await browser.newPage({ viewport: { width: 1240, height: 900 }, colorScheme });
    await page.goto(pathToFileURL(join(FOLDER, `${report}.html`)).href);
    writeFileSync(join(FOLDER, `${picture}.png`), await page.screenshot({ fullPage: true }));
    await page.close();
  }
  await browser.close();
}

void main();
