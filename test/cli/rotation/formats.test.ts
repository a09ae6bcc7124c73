/** What other tools read of a plan: JSON by the published schema, a calendar by a calendar's parser, a picture in a browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import ICAL from "ical.js";
import { planSchema } from "../../../cli/rotation/plan";
import { renderPlan } from "../../../cli/rotation/render";
import { writtenFiles } from "../../../tools/rotation/written";
import { browserFor } from "../review/browser";
import { recordedPlan, type RecordedPlanOptions } from "./recorded";

const ROOT = join(__dirname, "../../..");
/** What somebody may call an identity. */
const HOSTILE = 'Zürich & "Söhne"; <b>x</b>, \\n 文字'.repeat(3);

const PLANS: readonly RecordedPlanOptions[] = [
  { state: "day-60", now: "2027-01-26" },
  { state: "day-0", now: "2027-01-25", every: "weekly" },
  { state: "day-0", now: "2027-01-18", missed: "2027-01-20..2027-03-29" },
  { state: "day-120", now: "2027-03-21", until: "2028-03-21" },
  { state: "day-60", now: "2027-01-26", edit: (text) => text.replaceAll('"rotation": {', '"other": {') },
  // The same in URNs of components and of their children's parents.
  {
    state: "day-60",
    now: "2027-01-26",
    edit: (text) =>
      text.replaceAll(/(Application::)billing-nightly(?=")/g, `$1${JSON.stringify(HOSTILE).slice(1, -1)}`),
  },
];

describe("a plan for other tools", () => {
  it("is valid by the published schema, and read back as the same plan", () => {
    const schema = JSON.parse(readFileSync(join(ROOT, "docs/rotation-plan.schema.json"), "utf8")) as object;
    const ajv = new Ajv2020({ strict: true, allErrors: true, strictRequired: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    for (const options of PLANS) {
      const plan = recordedPlan(options);
      const read: unknown = JSON.parse(renderPlan(plan, "json"));
      assert.ok(validate(read), JSON.stringify(validate.errors?.slice(0, 3)));
      assert.deepEqual(planSchema.parse(read), plan);
    }
    const plan = recordedPlan({ state: "day-60", now: "2027-01-26" });
    assert.ok(!validate({ ...plan, extra: 1 }), "no member beside those named");
  });

  it("stands in the repository as this version writes it", () => {
    const stale = [...writtenFiles()].filter(
      ([path, text]) => readFileSync(join(ROOT, path), "utf8") !== text,
    );
    assert.deepEqual(
      stale.map(([path]) => path),
      [],
      "run: npx tsx tools/rotation/written.ts",
    );
  });

  it("is the same bytes for the same input, in every format", () => {
    for (const options of PLANS)
      for (const format of ["text", "markdown", "json", "ics", "svg"] as const)
        assert.equal(renderPlan(recordedPlan(options), format), renderPlan(recordedPlan(options), format));
  });
});

describe("the calendar of a plan", () => {
  interface Entry {
    readonly day: string;
    readonly summary: string;
    readonly allDay: boolean;
    readonly days: number;
    readonly uid: string;
    readonly stamp: string;
    readonly alarms: readonly string[];
  }

  function entries(options: RecordedPlanOptions): Entry[] {
    const calendar = new ICAL.Component(ICAL.parse(renderPlan(recordedPlan(options), "ics")) as unknown[]);
    return calendar.getAllSubcomponents("vevent").map((component) => {
      const event = new ICAL.Event(component);
      return {
        day: event.startDate.toString(),
        summary: event.summary,
        allDay: event.startDate.isDate,
        days: event.duration.days + 7 * event.duration.weeks,
        uid: event.uid,
        stamp: String(component.getFirstPropertyValue("dtstamp")),
        alarms: component
          .getAllSubcomponents("valarm")
          .map((alarm) => String(alarm.getFirstPropertyValue("trigger"))),
      };
    });
  }

  it("has a whole day for each run, the last day for the next one, and a certificate to replace, which it reminds of", () => {
    const found = entries({ state: "day-60", now: "2027-01-26", until: "2027-06-30" });
    assert.deepEqual(
      found.map(({ day, summary, alarms }) => [day, summary, ...alarms]),
      [
        ["2027-03-21", "billing-nightly: makes g3, clients go from g2 to g3, removes g1"],
        ["2027-05-20", "billing-nightly: makes g4, clients go from g3 to g4, removes g2"],
        ["2027-05-15", "billing-nightly: last day for the run that follows g2"],
        ["2027-03-31", "partner-upload: its certificate ends, and nothing rotates it", "-P30D", "-P7D"],
      ],
    );
    for (const { allDay, days, stamp } of found)
      assert.deepEqual([allDay, days, stamp], [true, 1, "2027-01-26T00:00:00Z"]);
  });

  it("has the same ids a week later, so that a calendar changes its entries and doubles none", () => {
    const [now, later] = ["2027-01-26", "2027-02-02"].map((day) =>
      entries({ state: "day-60", now: day, until: "2027-06-30" }),
    );
    assert.deepEqual(
      now?.map(({ uid }) => uid),
      later?.map(({ uid }) => uid),
    );
    assert.equal(new Set(now?.map(({ uid }) => uid)).size, now?.length);
  });

  it("keeps every line within 75 octets and every name whole, whatever is in it", () => {
    for (const options of PLANS) {
      const text = renderPlan(recordedPlan(options), "ics");
      assert.ok(text.endsWith("END:VCALENDAR\r\n"));
      assert.doesNotMatch(text.replaceAll("\r\n", ""), /[\r\n]/);
      for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
    }
    const hostile = PLANS.at(-1) ?? assert.fail();
    const names = recordedPlan(hostile).identities.map(({ name }) => name);
    const [strange] = names.filter((name) => name.startsWith("Zürich"));
    assert.ok(strange, names.join());
    assert.ok(entries(hostile).some(({ summary }) => summary.startsWith(`${strange}: makes g3`)));
  });
});

describe("the picture of a plan in a browser", function () {
  this.timeout(120_000);

  it("is well-formed, says what it shows, and looks different by day and by night", async function () {
    const browser = await browserFor(this);
    try {
      for (const options of PLANS) {
        const svg = renderPlan(recordedPlan(options), "svg");
        assert.doesNotMatch(svg, /<script|<image|<a |\son\w+=|url\((?!#)|@import/i);
        const shots: Buffer[] = [];
        for (const colorScheme of ["light", "dark"] as const) {
          const page = await browser.newPage({ colorScheme, viewport: { width: 1160, height: 500 } });
          const requests: string[] = [];
          page.on("request", (request) => requests.push(request.url()));
          await page.goto(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
          assert.deepEqual(requests, [], "asks for nothing");
          // A document that is not well-formed has another root in Chromium, or a parser's error in it.
          const read = await page.evaluate<readonly string[]>(
            '[document.documentElement.localName, String(document.querySelectorAll("parsererror").length), document.querySelector("title")?.textContent, document.querySelector("desc")?.textContent]',
          );
          const { sentence } = recordedPlan(options);
          assert.deepEqual(read.slice(0, 2), ["svg", "0"]);
          assert.match(read[2] ?? "", /^Rotation plan of identities\/prod, 20/);
          assert.ok(read[3]?.startsWith(sentence), read[3]);
          const poor = await page.evaluate<string[]>(BAR_CONTRAST);
          assert.deepEqual(poor, [], colorScheme);
          shots.push(await page.screenshot());
          await page.close();
        }
        const [light, dark] = shots;
        assert.ok(light && dark && !light.equals(dark));
      }
    } finally {
      await browser.close();
    }
  });

  it("cuts off no text at the edge, however long names are and of whatever letters", async function () {
    const browser = await browserFor(this);
    try {
      const page = await browser.newPage();
      for (const name of [
        "billing".repeat(40),
        "請求書".repeat(80),
        `x${"😀".repeat(200)}`,
        "W a".repeat(9),
      ]) {
        const edit = (state: string): string =>
          state.replaceAll("billing-nightly", name).replaceAll("prod::identities::", `prod::${name}::`);
        const svg = renderPlan(recordedPlan({ state: "day-60", now: "2027-01-22", edit }), "svg");
        assert.doesNotMatch(svg, /\p{Surrogate}/u, "half of a letter");
        await page.goto(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
        assert.deepEqual(await page.evaluate<string[]>(BEYOND_THE_EDGE), [], name.slice(0, 9));
      }
    } finally {
      await browser.close();
    }
  });

  it("draws a bar for each certificate to the day it is of no use any more, and the gap in red", async function () {
    const browser = await browserFor(this);
    try {
      const page = await browser.newPage();
      const open = async (options: RecordedPlanOptions): Promise<void> => {
        const svg = renderPlan(recordedPlan(options), "svg");
        await page.goto(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
      };
      const bars = () =>
        page.evaluate<string[]>(
          '[...document.querySelectorAll("g.bar")].map((bar) => bar.getAttribute("aria-label"))',
        );
      await open({
        state: "day-0",
        now: "2027-01-18",
        missed: "2027-01-20..2027-03-29",
        until: "2027-06-30",
      });
      assert.deepEqual(await bars(), [
        "billing-nightly, certificate g1, ends without a successor, valid 2026-11-21 to 2027-03-26",
        "billing-nightly, certificate g2, planned, valid 2027-03-30 to 2027-05-20",
        "billing-nightly, certificate g3, planned, valid 2027-03-30 to 2027-07-19",
        "billing-nightly, certificate g4, planned, valid 2027-05-20 to 2027-09-17",
        "partner-upload, certificate, exists, valid 2026-11-01 to 2027-03-31",
      ]);
      assert.equal(await page.locator("rect.gap").count(), 1);
      await open({ state: "day-0", now: "2027-01-18", until: "2027-06-30" });
      assert.equal(await page.locator("rect.gap").count(), 0);
      assert.equal(await page.locator("rect.shared").count(), 4);
    } finally {
      await browser.close();
    }
  });
});

/** Words on bars whose contrast is below what WCAG 2 asks of text. Runs in the page. */
/** Texts that end beyond the picture. */
const BEYOND_THE_EDGE = `(() => {
  const { width } = document.documentElement.viewBox.baseVal;
  const { left } = document.documentElement.getBoundingClientRect();
  return [...document.querySelectorAll("text")].flatMap((text) => {
    const box = text.getBoundingClientRect();
    return box.left < left || box.right > left + width ? [text.textContent.slice(0, 40) + " " + box.right] : [];
  });
})()`;

const BAR_CONTRAST = `(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = [];
  for (const word of document.querySelectorAll("g.bar .inside")) {
    const [a, b] = [word, word.parentElement.querySelector("rect")].map((node) => light(getComputedStyle(node).fill));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(word.textContent + " " + ratio.toFixed(2));
  }
  return poor;
})()`;
