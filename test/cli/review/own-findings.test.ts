/** What the review says by itself about exemptions without an end and policies that only report. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readExemptionFile } from "../../../cli/exemption-file";
import { exitCodeOf } from "../../../cli/exit-codes";
import { buildReport } from "../../../cli/review/build-report";
import type { ReviewInput } from "../../../cli/review/input";
import { render } from "../../../cli/review/render";
import type { Finding, Report } from "../../../cli/review/report";
import { contextOf, recordedInput } from "./recorded";

function own({ findings }: Report): Finding[] {
  return findings.filter(({ rule }) => rule.startsWith("review-"));
}

describe("an exemption without an end", () => {
  const entry = { id: "EX-1", rule: "application-owners", scope: "*", owner: "ada", ticket: "SEC-1" };

  it("is listed and has to be fixed, whether the date is missing or none", () => {
    for (const expires of [undefined, "never", "2026-02-30T00:00:00Z-", ""]) {
      const exemption = { ...entry, ...(expires !== undefined && { expires }) };
      const report = buildReport(recordedInput("clean", { exemptions: [exemption] }));
      assert.deepEqual(
        own(report).map(({ rule, severity, message, resource }) => [rule, severity, message, resource]),
        [
          [
            "review-exemption-without-end",
            "high",
            'Exemption "EX-1" from application-owners never ends: "expires" is no date.',
            "identities-prod",
          ],
        ],
      );
      assert.equal(report.verdict, "blocked");
      assert.equal(exitCodeOf(report), 2);
      assert.match(render(report, "markdown"), /\| `EX-1` \| `application-owners` .* \| \*\*no date\*\* \|/);
    }
  });

  it("is read from the file as it is", () => {
    const folder = mkdtempSync(join(tmpdir(), "certlock-exemptions-"));
    try {
      const file = join(folder, "exemptions.yaml");
      const lines = Object.entries(entry).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
      writeFileSync(file, `exemptions:\n  - ${lines.join("\n    ")}\n    expires:\n`);
      assert.deepEqual(readExemptionFile(file), [entry]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is left to the rule that has judged the file", () => {
    const input = recordedInput("clean");
    const said = {
      policyEvent: {
        policyName: "exemption-current",
        enforcementLevel: "mandatory",
        message: "Stack relies on an exemption without a date.",
        resourceUrn: "urn:pulumi:prod::identities::pulumi:pulumi:Stack::identities-prod",
      },
    };
    const report = buildReport({ ...input, events: [...(input.events ?? []), said], exemptions: [entry] });
    assert.deepEqual(own(report), []);
    assert.equal(report.verdict, "blocked");
  });
});

describe("a policy that has only reported", () => {
  const DAY = 86_400_000;

  /** A preview that leaves a policy as it is, changed so long before the review; `state` before and after it. */
  function after(days: number, before = "enabledForReportingButNotEnforced", planned = before): ReviewInput {
    const input = recordedInput("access-enforced");
    const now = contextOf("access-enforced").generatedAt.getTime();
    const digest = structuredClone(input.digest ?? {});
    const policy = digest.steps?.find(({ urn }) => urn.includes("ConditionalAccessPolicy"));
    assert.ok(policy?.oldState?.inputs && policy.newState?.inputs);
    policy.oldState["modified"] = new Date(now - days * DAY).toISOString();
    policy.oldState.inputs["state"] = before;
    policy.newState.inputs["state"] = planned;
    // Of the events, what the pack said: what is planned stands in the digest.
    const events = (input.events ?? []).filter(
      ({ resourcePreEvent, resOutputsEvent }) =>
        resourcePreEvent === undefined && resOutputsEvent === undefined,
    );
    return { ...input, events, digest };
  }

  it("for longer than a roll-out takes is named, with its days and its line", () => {
    assert.deepEqual(own(buildReport(after(30))), []);
    const report = buildReport(after(31));
    assert.deepEqual(
      own(report).map(({ rule, severity, level, message, source }) => [
        ...[rule, severity, level, message],
        source?.file,
      ]),
      [
        [
          "review-report-only-too-long",
          "medium",
          "advisory",
          'Conditional Access policy "partner-networks-policy" has only reported for 31 days; 30 are enough to look at the log.',
          "tools/review/programs/access-enforced.ts",
        ],
      ],
    );
    assert.equal(report.verdict, "needs-review");
    assert.equal(exitCodeOf(report), 0);
  });

  it("is measured by the days that are given", () => {
    const input = after(8);
    const context = { ...input.context, reportOnlyDays: 7 };
    assert.equal(own(buildReport({ ...input, context })).length, 1);
  });

  it("is not one that is enforced, or is going to be", () => {
    for (const [before, planned] of [
      ["enabled", "enabled"],
      ["enabledForReportingButNotEnforced", "enabled"],
      ["disabled", "enabledForReportingButNotEnforced"],
    ] as const)
      assert.deepEqual(own(buildReport(after(400, before, planned))), [], `${before} ${planned}`);
  });
});
