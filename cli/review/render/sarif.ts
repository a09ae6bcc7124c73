/**
 * The findings as SARIF 2.1.0, for code scanning. Private repositories need a licence to upload it.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import type { Finding, Report, Severity } from "../report";
import { fingerprintOf } from "../fingerprint";
import { type RuleFacts, ruleFacts } from "../rule-book";
import { link, md } from "./markdown-text";

/** https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit */
export const MOST_RESULTS = 25_000;
/** More are not shown. */
const MOST_TAGS = 10;

/** Over 9.0 is critical for the host, over 7.0 high, over 4.0 medium. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
};

interface Entry {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly url?: string | undefined;
  readonly fix: readonly string[];
}

export function sarif(report: Report): string {
  const blocked = report.blockers.map((sentence) => ({ rule: blockerRule(sentence), sentence }));
  const findings = report.findings.slice(0, MOST_RESULTS - blocked.length);
  const entries = new Map<string, Entry>();
  for (const { rule, sentence } of blocked)
    entries.set(rule, { rule, title: sentence, severity: "critical", fix: [] });
  for (const finding of findings) if (!entries.has(finding.rule)) entries.set(finding.rule, finding);
  const rules = [...entries.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const index = new Map(rules.map(({ rule }, at) => [rule, at]));
  const results = [
    ...blocked.map(({ rule, sentence }) => ({
      ruleId: rule,
      ruleIndex: index.get(rule),
      level: "error",
      message: { text: sentence },
      locations: [locationOf(undefined, report)],
      partialFingerprints: fingerprints(fingerprintOf(rule, report.key, undefined, 0)),
    })),
    ...findings.map((finding) => resultOf(finding, index.get(finding.rule), report)),
  ];
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "certlock",
            ...versionOf(report),
            rules: rules.map(descriptorOf),
          },
        },
        automationDetails: { id: `certlock/${report.key}/` },
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "The root of the repository." } } },
        invocations: [
          {
            executionSuccessful: report.blockers.length === 0,
            toolExecutionNotifications: report.blockers.map((sentence) => ({
              level: "error",
              message: { text: sentence },
            })),
          },
        ],
        columnKind: "utf16CodeUnits",
        results,
        properties: {
          verdict: report.verdict,
          stack: report.key,
          omittedResults: report.findings.length - findings.length,
        },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function blockerRule(sentence: string): string {
  return sentence.startsWith("The policy pack") ? "review-pack-not-run" : "review-preview-failed";
}

function versionOf({ versions }: Report): { semanticVersion?: string } {
  const version = versions.find(({ name }) => name === "certlock")?.version;
  return version !== undefined && /^\d+\.\d+\.\d+/.test(version) ? { semanticVersion: version } : {};
}

function descriptorOf({ rule, title, severity, url, fix }: Entry): unknown {
  const facts = ruleFacts(rule, { generatedAt: new Date(0) });
  const tags = ["security", ...(facts?.tags ?? [])].slice(0, MOST_TAGS);
  return {
    id: rule,
    name: rule.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: facts?.description ?? title },
    ...(url !== undefined && { helpUri: url }),
    help: { text: fix.length === 0 ? title : fix.join("\n"), markdown: helpOf(rule, title, facts, fix, url) },
    defaultConfiguration: { level: levelFor(severity) },
    properties: { tags, "security-severity": SCORES[severity], precision: "very-high" },
  };
}

/** Shown beside the alert: what the rule wants and how to get there. */
function helpOf(
  rule: string,
  title: string,
  facts: RuleFacts | undefined,
  fix: readonly string[],
  url: string | undefined,
): string {
  return [
    `**${md(title)}.** ${md(facts?.description ?? "")}`.trim(),
    ...(fix.length === 0 ? [] : ["", ...fix.map((step, index) => `${index + 1}. ${md(step)}`)]),
    "",
    `${url === undefined ? "" : `${link("Read more", url)} · `}\`certlock explain ${rule.replace(/[^\w-]/g, "")}\``,
  ].join("\n");
}

function levelFor(severity: Severity): "error" | "warning" | "note" {
  if (severity === "critical" || severity === "high") return "error";
  return severity === "medium" ? "warning" : "note";
}

function resultOf(finding: Finding, ruleIndex: number | undefined, report: Report): unknown {
  const isOpen = finding.kind === "undecided";
  return {
    ruleId: finding.rule,
    ruleIndex,
    ...(isOpen
      ? { kind: "open", level: "none" }
      : { level: finding.level === "mandatory" ? "error" : levelFor(finding.severity) }),
    message: { text: finding.message },
    locations: [locationOf(finding, report)],
    partialFingerprints: fingerprints(finding.fingerprint),
    ...(finding.exemption !== undefined && {
      suppressions: [
        { kind: "external", status: "accepted", justification: `Exemption ${finding.exemption}` },
      ],
    }),
    properties: { severity: finding.severity, enforcement: finding.level },
  };
}

/**
 * GitHub tells alerts apart by the second name alone; left out, it would be made from the line of the source, and an
 * edit of that line would close one alert and open another.
 *
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#providing-data-to-track-code-scanning-alerts-across-runs
 */
function fingerprints(fingerprint: string): Record<string, string> {
  return { "certlock/v1": fingerprint, primaryLocationLineHash: `${fingerprint}:1` };
}

function locationOf(finding: Finding | undefined, { projectFile }: Report): unknown {
  const { file, line } = finding?.source ?? { file: projectFile, line: 1 };
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
      region: { startLine: line ?? 1 },
    },
    ...(finding !== undefined && {
      logicalLocations: [{ name: finding.resource, fullyQualifiedName: finding.urn, kind: "resource" }],
    }),
  };
}
