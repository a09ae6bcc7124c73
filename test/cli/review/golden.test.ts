/** Reports of recorded previews, byte for byte, whatever order the events come in. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { buildReport } from "../../../cli/review/build-report";
import { EXIT, exitCodeOf } from "../../../cli/exit-codes";
import { formats, render } from "../../../cli/review/render";
import { goldenFiles } from "../../../tools/review/golden";
import { manyChanges } from "./many-changes";
import { type Preview, previews, recordedInput } from "./recorded";

const ROOT = resolve(__dirname, "../../..");

/** What a reviewer of each must be told, in a line. */
const TOLD: Readonly<Record<Preview, readonly [verdict: string, exitCode: number, sentence: RegExp]>> = {
  "access-enforced": ["needs-review", EXIT.ok, /partner-networks.*report-only → enforced/],
  boundaries: ["blocked", EXIT.blocked, /orders-networks.*enforced to report-only, and 3 more findings/],
  "certificate-replaced": ["blocked", EXIT.blocked, /certificate of "archive-writer" is replaced without/],
  "certificate-rotated": ["clean", EXIT.ok, /certificate of billing-nightly rotated, 85 d overlap/],
  clean: ["clean", EXIT.ok, /^no credential and no trust boundary changes$/],
  "exemption-expiring": ["needs-review", EXIT.ok, /1 exemption in use, 11 d left/],
  "hostile-names": ["blocked", EXIT.blocked, /^10 client secrets would be created/],
  "owner-added": ["needs-review", EXIT.ok, /owner added to billing-reports/],
  "pack-missing": ["blocked", EXIT.blocked, /the policy pack did not run/],
  "preview-crashed": ["blocked", EXIT.blocked, /the preview failed: 1 error/],
  "secret-added": ["blocked", EXIT.blocked, /^2 client secrets would be created/],
  "tenant-weakened": ["blocked", EXIT.blocked, /"tenant-credentials" does not block passwordAddition/],
};

describe("reports of recorded previews", function () {
  this.timeout(120_000);

  for (const name of previews) {
    it(`${name}: verdict, sentence and exit code`, () => {
      const report = buildReport(recordedInput(name));
      const [verdict, exitCode, sentence] = TOLD[name];
      assert.equal(report.verdict, verdict);
      assert.match(report.sentence, sentence);
      assert.equal(exitCodeOf(report), exitCode);
      const [, seen = ""] = render(report, "markdown").split("\n");
      assert.ok(seen.slice(0, 120).includes(" — "), "the verdict comes within the first 120 characters");
    });
  }

  it("stand in the repository as they are made today (tsx tools/review/golden.ts)", () => {
    const stale = [...goldenFiles()].filter(([path, text]) => {
      const file = join(ROOT, path);
      return !existsSync(file) || readFileSync(file, "utf8") !== text;
    });
    assert.deepEqual(
      stale.map(([path]) => path),
      [],
    );
  });

  it("have no golden file left over", () => {
    const wanted = new Set(goldenFiles().keys());
    const folder = "test/cli/review/golden";
    const present = readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`);
    assert.deepEqual(
      present.filter((path) => !wanted.has(path)),
      [],
    );
  });

  for (const name of ["secret-added", "certificate-rotated", "boundaries", "hostile-names"] as const) {
    it(`${name}: the same bytes in every format for events in any order`, () => {
      const input = recordedInput(name);
      const written = (events: typeof input.events): string[] => {
        const report = buildReport({ ...input, ...(events && { events }) });
        return formats.map((format) => render(report, format));
      };
      const expected = written(input.events);
      const shuffled = fc.shuffledSubarray([...(input.events ?? [])], {
        minLength: input.events?.length ?? 0,
        maxLength: input.events?.length ?? 0,
      });
      fc.assert(
        fc.property(shuffled, (events) => {
          assert.deepEqual(written(events), expected);
        }),
        { numRuns: 8 },
      );
    });
  }

  it("tell the same of events given twice", () => {
    const input = recordedInput("secret-added");
    const twice = { ...input, events: [...(input.events ?? []), ...(input.events ?? [])] };
    assert.equal(render(buildReport(twice), "json"), render(buildReport(input), "json"));
  });

  it("do without the digest: everything but the source lines", () => {
    const { digest, ...input } = recordedInput("secret-added");
    assert.ok(digest);
    const report = buildReport(input);
    assert.equal(report.glance.secretsAdded, 2);
    assert.equal(report.glance.mandatory, 4);
    assert.ok(report.findings.every(({ source }) => source === undefined));
  });

  it("say of a digest alone that the pack has not run", () => {
    const { events, ...input } = recordedInput("owner-added");
    assert.ok(events);
    const report = buildReport(input);
    assert.equal(report.verdict, "blocked");
    assert.match(report.blockers.join(), /no engine events, and a digest holds no policy results/);
    assert.equal(report.trustChanges.length, 1);
  });

  it("make 2,000 changes into a report in a few seconds of work", () => {
    const input = manyChanges(2000);
    const start = process.cpuUsage();
    const report = buildReport(input);
    render(report, "markdown");
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    assert.ok(report.glance.certificatesRotated >= 280);
    assert.ok(seconds < MOST_SECONDS, `took ${seconds.toFixed(1)} s`);
  });
});

/** Of processor time, which what else runs on the machine moves less than the clock; a quadratic step takes minutes. */
const MOST_SECONDS = 12;
