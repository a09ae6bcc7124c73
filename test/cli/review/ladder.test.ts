/** A report that is too long gets shorter in steps, and nothing in it is cut in two. */
import assert from "node:assert/strict";
import { buildReport } from "../../../cli/review/build-report";
import { mustFix } from "../../../cli/review/findings";
import { hosts } from "../../../cli/review/input";
import type { Report } from "../../../cli/review/report";
import { comparable, render } from "../../../cli/review/render";
import { BUDGETS } from "../../../cli/review/render/ladder";
import { manyChanges } from "./many-changes";
import { recordedInput } from "./recorded";

/** What the hosts refuse. */
const LIMITS = { github: 65_536, "azure-devops": 150_000, gitlab: 1_000_000, bitbucket: 32_768 } as const;

/** Every table has as many cells in every row, every block that is opened is shut, every fence is closed. */
function assertWhole(markdown: string): void {
  let width: number | undefined;
  let depth = 0;
  for (const line of markdown.split("\n")) {
    const cells = line.startsWith("| ") || line.startsWith("|-") ? cellsIn(line) : undefined;
    if (cells !== undefined && width !== undefined) assert.equal(cells, width, line.slice(0, 200));
    if (cells !== undefined) assert.ok(line.endsWith("|"), line.slice(-50));
    width = cells;
    depth += (line.match(/<details/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length;
    assert.ok(depth >= 0 && depth <= 1, line);
    assert.equal((line.match(/<summary>/g) ?? []).length, (line.match(/<\/summary>/g) ?? []).length, line);
    assert.equal((line.replace(/\\`/g, "").match(/(?<!`)`(?!`)/g) ?? []).length % 2, 0, line.slice(0, 300));
  }
  assert.equal(depth, 0);
}

function cellsIn(line: string): number {
  return line.replace(/\\\\/g, "").replace(/\\\|/g, "").split("|").length;
}

/** Rows of the table of what must be fixed, and what is said to be missing. */
function toldToFix(markdown: string): number {
  const section = markdown.split("**Must fix**")[1]?.split("\n\n") ?? [];
  const rows = (section[1] ?? "").split("\n").filter((line) => line.startsWith("| ")).length - 1;
  const more = /^_(\d+) more in full report_/.exec(section[2] ?? "")?.[1];
  return rows + Number(more ?? 0);
}

describe("a report that does not fit", function () {
  this.timeout(120_000);
  let report: Report;
  let stops: number;

  before(() => {
    report = buildReport(manyChanges(2000));
    stops = report.findings.filter(mustFix).length;
  });

  for (const host of hosts) {
    it(`stays below the limit of ${host}, whole in all its parts`, () => {
      const markdown = render(report, "markdown", { host });
      assert.ok(markdown.length <= BUDGETS[host]);
      assert.ok(Buffer.byteLength(markdown) <= BUDGETS[host]);
      assert.ok(BUDGETS[host] < LIMITS[host]);
      assertWhole(markdown);
      assert.equal(toldToFix(markdown), stops);
    });
  }

  it("uses the room there is", () => {
    const length = (maxSize: number): number => render(report, "markdown", { maxSize }).length;
    for (const size of [20_000, 60_000, 140_000])
      assert.ok(length(size) > size * 0.6, `${length(size)} of ${size}`);
  });

  it("keeps verdict, glance table, a count of all that must be fixed and the way to the rest at any size", () => {
    for (let size = 60_000; size >= 3_000; size = Math.floor(size * 0.85)) {
      const markdown = render(report, "markdown", { maxSize: size });
      assert.ok(Buffer.byteLength(markdown) <= size, `${Buffer.byteLength(markdown)} of ${size}`);
      assertWhole(markdown);
      assert.match(markdown, /^<!-- certlock-review 1 [^\n]*-->\n### ❌ Blocked — 60 client secrets/);
      assert.match(markdown, /\| Identities \| Certs/);
      assert.equal(toldToFix(markdown), stops, `at ${size}`);
      assert.match(markdown, /actions\/runs\/7301/);
    }
  });

  it("takes away in the order of the specification", () => {
    const full = render(report, "markdown", { maxSize: 10_000_000 });
    const parts = (markdown: string): string[] =>
      [
        [/Passed rules/, "passed rules"],
        [/<summary>billing-nightly-0/, "an identity"],
        [/\| payroll-\d+-sync \| g5 \|/, "the horizon"],
        [/Credential changes/, "credentials"],
        [/Must fix/, "must fix"],
      ].flatMap(([pattern, name]) => ((pattern as RegExp).test(markdown) ? [name as string] : []));
    assert.deepEqual(parts(full), ["passed rules", "an identity", "the horizon", "credentials", "must fix"]);
    const seen = new Set<string>();
    let before = 5;
    for (let size = full.length; size > 3_000; size = Math.floor(size * 0.9)) {
      const left = parts(render(report, "markdown", { maxSize: size }));
      assert.ok(left.length <= before, `something comes back at ${size}`);
      assert.equal(left.at(-1), "must fix");
      before = left.length;
      seen.add(left.join());
    }
    assert.ok(seen.has("the horizon,credentials,must fix"));
    assert.ok(seen.has("must fix"));
  });

  it("counts bytes as well as characters", () => {
    const wide = buildReport(recordedInput("hostile-names"));
    const markdown = render(wide, "markdown", { maxSize: 17_000 });
    assert.ok(Buffer.byteLength(markdown) <= 17_000);
    assertWhole(markdown);
  });
});

describe("what is compared before a comment is edited", () => {
  it("is the same for the next run of the same commit, and for the next commit that changes nothing", () => {
    const input = recordedInput("secret-added");
    const at = (seconds: number): Date => new Date(input.context.generatedAt.getTime() + seconds * 1000);
    const again = buildReport({
      ...input,
      context: {
        ...input.context,
        runId: "7302",
        runUrl: "https://github.com/contoso/identities/actions/runs/7302",
        generatedAt: at(120),
        headSha: "0".repeat(40),
      },
    });
    const first = buildReport({ ...input, context: { ...input.context, generatedAt: at(60) } });
    assert.equal(comparable(again), comparable(first));
    assert.notEqual(render(again, "markdown"), render(first, "markdown"));
    assert.notEqual(comparable(buildReport(recordedInput("clean"))), comparable(first));
  });
});
