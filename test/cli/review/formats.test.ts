/** What other tools read: SARIF by its schema, JUnit as XML, JSON by the published schema, HTML without anything active. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { buildReport } from "../../../cli/review/build-report";
import { mustFix } from "../../../cli/review/findings";
import { reportSchema } from "../../../cli/review/report";
import { render } from "../../../cli/review/render";
import { columns } from "../../../cli/review/render/text";
import { previews, recordedInput } from "./recorded";

const ROOT = resolve(__dirname, "../../..");
/** OASIS' schema of SARIF 2.1.0 as Microsoft's matchers for Jest carry it. */
const SARIF_SCHEMA = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";

interface SarifLog {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly {
          readonly id: string;
          readonly helpUri?: string;
          readonly properties: Record<string, unknown>;
        }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly kind?: string;
      readonly suppressions?: readonly unknown[];
      readonly partialFingerprints: Record<string, string>;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
    }[];
  }[];
}

const sarifOf = (text: string) => {
  const [run] = (JSON.parse(text) as SarifLog).runs;
  assert.ok(run);
  return run;
};

describe("SARIF", function () {
  this.timeout(60_000);

  it("of every recorded preview is valid by the schema of OASIS", () => {
    const path = createRequire(__filename).resolve(SARIF_SCHEMA);
    const schema = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    // The schema is of an older draft that has the same words.
    const { $schema: draft, id, ...rest } = schema;
    assert.match(`${String(draft)} ${String(id)}`, /draft-0\d.*sarif-2\.1\.0/);
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats(ajv);
    const validate = ajv.compile(rest);
    for (const name of previews) {
      const log: unknown = JSON.parse(render(buildReport(recordedInput(name)), "sarif"));
      assert.ok(validate(log), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    }
    assert.ok(!validate({ version: "2.1.0", runs: [{ results: [] }] }), "the schema refuses something");
  });

  it("has a result for each finding, where it is declared, by a mark that outlives an edit", () => {
    const report = buildReport(recordedInput("secret-added"));
    const { results, tool } = sarifOf(render(report, "sarif"));
    assert.equal(results.length, report.findings.length);
    for (const result of results) {
      assert.equal(tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
      const [location] = result.locations;
      assert.equal(location?.physicalLocation.artifactLocation.uri, "tools/review/programs/secret-added.ts");
      assert.ok(location.physicalLocation.region.startLine > 1);
    }
    const marks = results.map(({ partialFingerprints }) => partialFingerprints["certlock/v1"]);
    assert.equal(new Set(marks).size, marks.length);
    for (const rule of tool.driver.rules) {
      assert.match(rule.helpUri ?? "", /^https:/);
      assert.ok(Number(rule.properties["security-severity"]) > 0);
    }
  });

  it("keeps an alert one alert when its line moves, by the only name GitHub reads", () => {
    const input = recordedInput("secret-added");
    const digest = JSON.parse(
      JSON.stringify(input.digest).replaceAll(/\.ts#(\d+)/g, ".ts#7$1"),
    ) as NonNullable<typeof input.digest>;
    const marks = (text: string): (string | undefined)[] =>
      sarifOf(text).results.map(({ partialFingerprints }) => partialFingerprints["primaryLocationLineHash"]);
    const before = render(buildReport(input), "sarif");
    const after = render(buildReport({ ...input, digest }), "sarif");
    assert.notEqual(before, after);
    assert.deepEqual(marks(after), marks(before));
    for (const mark of marks(before)) assert.match(mark ?? "", /^[0-9a-f]{16,}:1$/);
    assert.match(before, /"markdown": "\*\*.*certlock explain no-client-secret-resource`"/);
  });

  it("points at Pulumi.yaml of the project where no line is known, and tells what stopped the run", () => {
    const input = recordedInput("pack-missing");
    const run = sarifOf(
      render(buildReport({ ...input, context: { ...input.context, sourceRoot: "/infra/entra/" } }), "sarif"),
    );
    const [first] = run.results;
    assert.equal(first?.ruleId, "review-pack-not-run");
    assert.equal(first.level, "error");
    assert.equal(first.locations[0]?.physicalLocation.artifactLocation.uri, "infra/entra/Pulumi.yaml");
  });

  it("marks what is exempted as suppressed and what is undecided as open", () => {
    const [exempted] = sarifOf(render(buildReport(recordedInput("exemption-expiring")), "sarif")).results;
    assert.equal(exempted?.suppressions?.length, 1);
    const open = sarifOf(render(buildReport(recordedInput("certificate-rotated")), "sarif")).results;
    assert.deepEqual(
      open.map(({ kind, level }) => [kind, level]),
      [
        ["open", "none"],
        ["open", "none"],
      ],
    );
  });

  it("holds at most 25,000 results, the worst of them, and says how many are missing", () => {
    const report = buildReport(recordedInput("secret-added"));
    const many = Array.from({ length: 25_010 }, (_, index) => {
      const finding = report.findings[Math.min(index, report.findings.length - 1)];
      assert.ok(finding);
      return { ...finding, fingerprint: String(index) };
    });
    const text = render({ ...report, findings: many }, "sarif");
    assert.equal(sarifOf(text).results.length, 25_000);
    assert.match(text, /"omittedResults": 10\b/);
  });
});

/** Tags in order; throws where they do not close as they open. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const found: string[] = [];
  const rest = xml
    .replace(/^<\?xml[^?]*\?>\n/, "")
    .replace(
      /<(\/?)([a-z-]+)((?: [a-z]+="[^"<&]*(?:&[a-z#0-9]+;[^"<&]*)*")*)(\/?)>/g,
      (_, end: string, name: string, __, empty: string) => {
        if (end !== "") assert.equal(open.pop(), name);
        else {
          found.push(name);
          if (empty === "") open.push(name);
        }
        return "";
      },
    );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!(?:amp|lt|gt|quot|#10);)/);
  return found;
}

describe("JUnit", () => {
  it("is well-formed whatever names there are, with a failure for each finding to fix", () => {
    for (const name of previews) {
      const report = buildReport(recordedInput(name));
      const elements = elementsOf(render(report, "junit"));
      const count = (element: string): number => elements.filter((found) => found === element).length;
      assert.equal(count("failure"), report.findings.filter(mustFix).length, name);
      assert.equal(count("error"), report.blockers.length, name);
      assert.equal(
        count("testcase"),
        report.findings.length + report.blockers.length + report.passed.length,
        name,
      );
    }
  });
});

describe("report.json", () => {
  it("is valid by the published schema, and read back as the same report", () => {
    const schema = JSON.parse(readFileSync(join(ROOT, "docs/report.schema.json"), "utf8")) as Record<
      string,
      unknown
    >;
    const ajv = new Ajv2020({ strict: true, allErrors: true, strictRequired: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    for (const name of previews) {
      const report = buildReport(recordedInput(name, { against: buildReport(recordedInput("owner-added")) }));
      const read: unknown = JSON.parse(render(report, "json"));
      assert.ok(validate(read), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
      assert.deepEqual(reportSchema.parse(read), report);
    }
    assert.ok(
      !validate({ ...buildReport(recordedInput("clean")), extra: 1 }),
      "no member beside those named",
    );
  });
});

describe("HTML", () => {
  it("holds nothing active and nothing from elsewhere, whatever names there are", () => {
    for (const name of previews) {
      const html = render(buildReport(recordedInput(name)), "html");
      assert.doesNotMatch(
        html,
        /<script|<img|<iframe|<link|<object|<form|\son\w+=|url\((?!#)|@import|javascript:alert\(1\)"/i,
        name,
      );
      assert.match(html, /default-src 'none'; style-src 'sha256-/);
      // Addresses are for readers who follow a link; none is loaded.
      for (const [, url] of html.matchAll(/href="([^"]+)"/g)) assert.match(url ?? "", /^(https:\/\/|#)/);
    }
  });
});

describe("text for a terminal", () => {
  it("stays within its width and has colour only when asked", () => {
    for (const name of previews) {
      const report = buildReport(recordedInput(name));
      for (const width of [60, 120]) {
        const long = render(report, "text", { width })
          .split("\n")
          .filter((line) => columns(line) > width && !/https:\/\//.test(line));
        assert.deepEqual(long, [], `${name} ${width}`);
      }
      assert.doesNotMatch(render(report, "text"), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
    const coloured = render(buildReport(recordedInput("secret-added")), "text", { colour: true });
    assert.ok(coloured.includes("\u001b[31m"));
  });
});
