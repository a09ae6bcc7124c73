/** The HTML report in a browser: light, dark, narrow, by keyboard, for screen readers, on paper, and offline. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { buildReport } from "../../../cli/review/build-report";
import { render } from "../../../cli/review/render";
import { browserFor } from "./browser";
import { type Preview, previews, recordedInput } from "./recorded";

describe("the HTML report in a browser", function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let folder: string;

  before(async function () {
    folder = mkdtempSync(join(tmpdir(), "certlock-html-"));
    browser = await browserFor(this);
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a report, and answers what the page has complained about and asked for beside itself. */
  async function open(
    name: Preview,
    look: { readonly width?: number; readonly colorScheme?: "light" | "dark" } = {},
  ): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, render(buildReport(recordedInput(name)), "html"));
    assert.ok(browser);
    const { width = 1240, colorScheme = "light" } = look;
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    return { page, complaints, requests: requests.slice(1) };
  }

  it("asks for nothing, complains about nothing and runs nothing, whatever names there are", async () => {
    for (const name of previews) {
      const { page, complaints, requests } = await open(name);
      assert.deepEqual(complaints, [], name);
      assert.deepEqual(requests, [], name);
      assert.equal(await page.locator("script, iframe, img").count(), 0);
      // The style was let in by its hash: without it the verdict would have no frame.
      const frame = await page.evaluate<string>(
        'getComputedStyle(document.querySelector("header")).borderLeftWidth',
      );
      assert.equal(frame, "8px");
      await page.close();
    }
  });

  it("never scrolls sideways as a whole, from a phone to a desk", async () => {
    for (const name of ["certificate-rotated", "secret-added", "hostile-names"] as const) {
      for (const width of [360, 768, 1240]) {
        const { page } = await open(name, { width });
        const [whole = 0, seen = 0] = await page.evaluate<number[]>(
          "[document.documentElement.scrollWidth, innerWidth]",
        );
        assert.ok(whole <= seen, `${name} at ${width}: ${whole}`);
        await page.close();
      }
    }
  });

  it("has enough contrast for its words, light and dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const name of ["secret-added", "certificate-rotated", "boundaries"] as const) {
        const { page } = await open(name, { colorScheme });
        const poor = await page.evaluate<string[]>(CONTRAST);
        assert.deepEqual(poor, [], `${name} ${colorScheme}`);
        await page.close();
      }
    }
  });

  it("draws every generation, old, kept and new, with the days two of them share", async () => {
    const { page } = await open("certificate-rotated");
    const said = await page.evaluate<string[]>(
      '[...document.querySelectorAll("svg.timeline g.bar")].map((node) => node.getAttribute("aria-label"))',
    );
    assert.deepEqual(said, [
      "billing-nightly, certificate g4, removed by this update, valid 2026-07-02 to 2026-11-04, RSA-3072",
      "billing-nightly, certificate g5, stays, valid 2026-10-20 to 2027-02-22, 15 d together with the one before, RSA-3072",
      "billing-nightly, certificate g6, made by this update, valid 2026-11-29 to 2027-04-03, 85 d together with the one before, RSA-3072",
    ]);
    const boxes = await page.evaluate<{ left: number; right: number }[]>(
      '[...document.querySelectorAll("svg.timeline g.bar rect")].map((node) => node.getBoundingClientRect().toJSON())',
    );
    const [old, kept, made] = boxes;
    assert.ok(old && kept && made);
    assert.ok(old.left < kept.left && kept.left < old.right, "the first two overlap");
    assert.ok(
      kept.left < made.left && made.left < kept.right && kept.right < made.right,
      "the last two overlap",
    );
    assert.equal(await page.locator("svg.timeline rect.shared").count(), 2);
    assert.equal(await page.locator("svg.timeline rect.gap").count(), 0);
    await page.close();
  });

  it("holds the page of every rule it names, a click away", async () => {
    const report = buildReport(recordedInput("boundaries"));
    const { page } = await open("boundaries");
    const named = [...new Set(report.findings.map(({ rule }) => rule))];
    assert.ok(named.length > 4);
    for (const rule of named) {
      await page.locator(`section td a[href="#rule-${rule}"]`).first().click();
      const shown = page.locator("article:target");
      assert.equal(await shown.locator("h3 code").innerText(), rule);
      const told = (await shown.innerText()).replaceAll(/\s+/g, " ");
      for (const step of report.findings.find((finding) => finding.rule === rule)?.fix ?? [])
        assert.ok(told.includes(step), `${rule}: ${step}`);
    }
    await page.close();
  });

  it("is gone through by keyboard: the way past the top, tables, bars, folds", async () => {
    const { page } = await open("certificate-rotated");
    const stops: string[] = [];
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate<string>(
        'document.activeElement?.getAttribute("class") ?? document.activeElement?.tagName ?? ""',
      );
      if (stop === "BODY" || (press > 0 && stop === "skip")) break;
      stops.push(stop);
    }
    assert.equal(stops[0], "skip");
    for (const wanted of ["scroll", "bar removed", "bar kept", "bar added", "SUMMARY"])
      assert.ok(stops.includes(wanted), `${wanted} in ${stops.join()}`);
    await page.locator("details.block summary").first().focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("details.block[open]").count(), 1);
    await page.close();
  });

  it("tells a screen reader its parts: language, title, headings, tables with heads", async () => {
    const { page } = await open("secret-added");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.match(await page.title(), /^❌ Blocked: identities\/prod$/);
    assert.equal(await page.locator("h1").count(), 1);
    const unnamed = await page.evaluate<number>(UNNAMED);
    assert.equal(unnamed, 0);
    assert.equal(await page.locator("thead th:not([scope=col])").count(), 0);
    const ids = await page.evaluate<string[]>('[...document.querySelectorAll("[id]")].map(({ id }) => id)');
    assert.equal(new Set(ids).size, ids.length);
    assert.ok((await page.locator(".skip").getAttribute("href")) === "#must-fix");
    assert.equal(await page.locator("#must-fix").count(), 1);
    await page.close();
  });

  it("shows on paper what is folded on the screen", async () => {
    const { page } = await open("certificate-rotated");
    const inFold = page.getByText("keys stored in: kv-billing-nightly/billing-nightly");
    assert.equal(await inFold.isVisible(), false);
    await page.emulateMedia({ media: "print" });
    assert.ok((await inFold.boundingBox())?.height);
    assert.ok((await page.pdf({ format: "A4" })).byteLength > 10_000);
    await page.close();
  });

  it("looks like something: a picture of each scheme has many colours and different ones", async () => {
    const pictures: Buffer[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open("certificate-rotated", { colorScheme });
      pictures.push(await page.screenshot({ fullPage: true }));
      await page.close();
    }
    const [light, dark] = pictures;
    assert.ok(light && dark && light.byteLength > 40_000 && dark.byteLength > 40_000);
    assert.ok(!light.equals(dark));
  });
});

/** Sections a screen reader has no name for. */
const UNNAMED = `[...document.querySelectorAll("section")].filter((node) => !node.hasAttribute("aria-label") &&
  !document.getElementById(node.getAttribute("aria-labelledby") ?? "")).length`;

/** WCAG 2: words whose contrast with what is behind them is below 4.5, or 3 for large ones. Runs in the page. */
const CONTRAST = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const channel = (value) => { const part = value / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; };
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const behind = (node) => {
    for (let place = node; place; place = place.parentElement) {
      const colour = parse(getComputedStyle(place).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *:not(svg *)")) {
    const text = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.textContent.trim()).join("");
    if (text === "" || node.getClientRects().length === 0) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.5 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push(text.slice(0, 30) + " " + ratio.toFixed(2));
  }
  for (const bar of document.querySelectorAll("svg .inside")) {
    const [a, b] = [light(parse(getComputedStyle(bar).fill)), light(parse(getComputedStyle(bar.parentElement.querySelector("rect")).fill))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push("bar " + bar.textContent + " " + ratio.toFixed(2));
  }
  return poor;
})()`;
