/** The report as Markdown, in the order of the specification, cut to given numbers of rows. */
import { MIN_OVERLAP_DAYS } from "../credential-changes";
import { mustFix } from "../findings";
import { shorten } from "../clean-text";
import type { CredentialChange, Finding, Identity, Report, TrustChange } from "../report";
import { code, htmlText, link, md, table } from "./markdown-text";
import * as words from "./words";

/** How much of each section is shown. */
export interface Cut {
  readonly mustFix: number;
  readonly advisory: number;
  readonly credentials: number;
  readonly trust: number;
  readonly exemptions: number;
  readonly horizon: number;
  readonly notEvaluated: number;
  readonly identities: number;
  readonly passed: boolean;
  /** Longest text in a cell. */
  readonly text: number;
  /** Verdict, glance table, must fix and links alone. */
  readonly minimal: boolean;
}

/** Everything the specification wants to be seen where there is room. */
export const WHOLE: Cut = {
  mustFix: 20,
  advisory: 15,
  credentials: 30,
  trust: 20,
  exemptions: 15,
  horizon: 10,
  notEvaluated: 15,
  identities: Infinity,
  passed: true,
  text: 600,
  minimal: false,
};

export function markdown(report: Report, cut: Cut): string {
  const sections = cut.minimal
    ? [verdictLines(report), glance(report), mustFixSection(report, cut), footer(report)]
    : [
        verdictLines(report),
        glance(report),
        blockers(report),
        differences(report, cut),
        mustFixSection(report, cut),
        credentialSection(report, cut),
        trustSection(report, cut),
        advisorySection(report, cut),
        exemptionSection(report, cut),
        horizonSection(report, cut),
        openSection(report, cut),
        identitySection(report, cut),
        passedSection(report, cut),
        footer(report),
      ];
  const body = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${marker(report)}\n${body.join("\n\n")}\n`;
}

/** Hidden; tells whose report it is, of which run, and what it found. */
export function marker(report: Report): string {
  const { key, commit, run, verdict, fingerprintsHash } = report;
  const fields = [
    ["key", key],
    ["head", commit],
    ["run", run.id],
    ["attempt", run.attempt],
    ["verdict", verdict],
    ["fingerprints", fingerprintsHash.slice(0, 32)],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name ?? ""}=${encoded(value)}`]));
  return `<!-- certlock-review 1 ${fields.join(" ")} -->`;
}

/** Letters, digits, dot and underscore stay; nothing in it can end a comment. */
function encoded(value: string): string {
  const bytes = [...Buffer.from(value, "utf8")];
  return bytes
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return /[A-Za-z0-9._~]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function verdictLines(report: Report): string[] {
  const { icon, words: verdict } = words.VERDICTS[report.verdict];
  const [key = "", ...rest] = words.provenance(report);
  const commit = words.shortCommit(report);
  const parts = rest.map((part) => (part === commit ? code(part) : md(part)));
  return [`### ${icon} ${verdict} — ${md(report.sentence)}`, [code(key), ...parts].join(" · ")];
}

function glance(report: Report): string[] {
  const cells = words.glanceCells(report);
  return table(
    cells.map(({ title }) => title),
    [cells.map(({ value, alarming }) => (alarming ? `**${value}**` : value))],
  );
}

function blockers({ blockers: sentences }: Report): string[] {
  return sentences.map((sentence) => `> **${md(sentence)}**`);
}

function differences({ against }: Report, cut: Cut): string[] {
  if (against === undefined) return [];
  const { appeared, resolved, commit, generatedAt } = against;
  const since = commit === undefined ? words.minute(generatedAt) : code(commit.slice(0, 7));
  const list = (title: string, rows: typeof appeared): string[] =>
    rows.length === 0
      ? []
      : [
          ...rows.slice(0, 5).map(({ rule, message }) => `- ${title}: ${code(rule)} ${text(message, cut)}`),
          ...more(rows.length - Math.min(5, rows.length)),
        ];
  const head = `**Since ${since}**: ${appeared.length} new, ${resolved.length} resolved`;
  const lines = [...list("new", appeared), ...list("resolved", resolved)];
  return lines.length === 0 ? [head] : [head, "", ...lines];
}

function text(given: string, cut: Cut): string {
  return md(shorten(given, cut.text));
}

/** What is not shown is always said. */
function more(count: number): string[] {
  return count > 0 ? ["", `_${count} more in full report_`] : [];
}

function rows<T>(
  all: readonly T[],
  limit: number,
  titles: readonly string[],
  cells: (row: T) => readonly string[],
): string[] {
  const shown = all.slice(0, limit);
  const lines = shown.length === 0 ? [] : table(titles, shown.map(cells));
  const rest = more(all.length - shown.length);
  return lines.length === 0 ? rest.slice(1) : [...lines, ...rest];
}

/** Open or shut, with an empty line on both sides of the Markdown within. */
function fold(summary: string, open: boolean, lines: readonly string[]): string[] {
  return [`<details${open ? " open" : ""}><summary>${summary}</summary>`, "", ...lines, "", "</details>"];
}

function mustFixSection({ findings }: Report, cut: Cut): string[] {
  const stops = findings.filter(mustFix);
  return stops.length === 0
    ? []
    : [`**Must fix** (${stops.length})`, "", ...findingRows(stops, cut.mustFix, cut)];
}

function findingRows(all: readonly Finding[], limit: number, cut: Cut): string[] {
  return rows(all, limit, ["Sev", "Rule", "Identity", "What", "Fix", "Source"], (finding) => [
    words.SEVERITY_MARKS[finding.severity],
    link(code(finding.rule), finding.url),
    text(finding.identity ?? finding.resource, cut),
    text(finding.message, cut),
    text(words.fixOf(finding), cut),
    sourceCell(finding),
  ]);
}

function sourceCell({ source }: { readonly source?: Finding["source"] }): string {
  return source === undefined ? "–" : link(md(words.place(source)), source.url);
}

function credentialSection({ credentialChanges }: Report, cut: Cut): string[] {
  if (credentialChanges.length === 0) return [];
  const titles = words.CREDENTIAL_COLUMNS;
  const cells = (change: CredentialChange): string[] => [
    words.SEVERITY_MARKS[change.severity],
    [link(text(change.identity, cut), change.portal), change.appId && code(change.appId.slice(0, 8))]
      .filter(Boolean)
      .join(" "),
    md(change.environment),
    md(words.changeInWords(change)),
    change.kind === "secret" ? "**secret**" : change.kind,
    words
      .keyInWords(change)
      .map((part) => (part === change.key ? md(part) : code(part)))
      .join(" · ") || "–",
    words.validity(change),
    words.handover(change, MIN_OVERLAP_DAYS),
    change.privateKey === undefined ? "–" : text(change.privateKey, cut),
    change.issuer === undefined ? "–" : text(change.issuer, cut),
    sourceCell(change),
  ];
  return [
    `**Credential changes** (${credentialChanges.length})`,
    "",
    ...rows(credentialChanges, cut.credentials, titles, cells),
  ];
}

function trustSection({ trustChanges }: Report, cut: Cut): string[] {
  if (trustChanges.length === 0) return [];
  const loosened = trustChanges.filter(({ direction }) => direction === "loosens").length;
  const cells = (change: TrustChange): string[] => [
    words.SEVERITY_MARKS[change.severity],
    change.kind,
    text(change.object, cut),
    `${code(change.field)}: ${text(change.before ?? "none", cut)} → ${text(change.after ?? "none", cut)}`,
    change.direction === "loosens" ? "**loosens**" : change.direction,
    text(change.risk, cut),
    sourceCell(change),
  ];
  const lines = rows(
    trustChanges,
    cut.trust,
    ["Risk", "Kind", "Object", "Before → After", "Direction", "What it means", "Source"],
    cells,
  );
  return fold(
    `<b>Trust boundaries</b> (${loosened} loosened of ${trustChanges.length})`,
    loosened > 0,
    lines,
  );
}

function advisorySection({ findings }: Report, cut: Cut): string[] {
  const advice = findings.filter(
    (finding) => finding.kind === "violation" && !mustFix(finding) && finding.exemption === undefined,
  );
  if (advice.length === 0) return [];
  return fold(`<b>Advisory</b> (${advice.length})`, false, findingRows(advice, cut.advisory, cut));
}

function exemptionSection({ exemptions }: Report, cut: Cut): string[] {
  if (exemptions.length === 0) return [];
  const open = exemptions.some(({ daysLeft, isNew }) => isNew || daysLeft === undefined || daysLeft <= 30);
  const titles = ["Id", "Rule", "Scope", "Owner", "Ticket", "Expires", "Used here?", "Approved by"];
  const lines = rows(exemptions, cut.exemptions, titles, (row) => [
    `${code(row.id)}${row.isNew ? " **new**" : ""}`,
    code(row.rule),
    text(row.scope, cut),
    text(row.owner, cut),
    text(row.ticket, cut),
    row.daysLeft === undefined
      ? "**no date**"
      : `${row.expires?.slice(0, 10) ?? ""} (${row.daysLeft} d${row.daysLeft <= 30 ? " ⚠" : ""})`.trim(),
    row.used ? "yes" : "no",
    text(row.approver ?? "–", cut),
  ]);
  return fold(`<b>Exemptions</b> (${exemptions.length})`, open, lines);
}

function horizonSection(report: Report, cut: Cut): string[] {
  const { expired, within30, within90, within180, later, undated, next } = report.horizon;
  const total = expired + within30 + within90 + within180 + later + undated;
  if (total === 0) return [];
  const bands = table(
    ["Expired", "≤ 30 d", "≤ 90 d", "≤ 180 d", "> 180 d", "Known at update"],
    [[expired, within30, within90, within180, later, undated].map(String)],
  );
  const lines = rows(
    next,
    cut.horizon,
    ["Identity", "Generation", "SHA-256", "Ends", "Rotation planned?"],
    (row) => [
      text(row.identity, cut),
      row.generation === undefined ? row.kind : `g${row.generation}`,
      row.thumbprint === undefined ? "–" : code(row.thumbprint),
      `${words.day(row.validUntil)} (${row.daysLeft ?? "?"} d)`,
      row.rotationPlanned ? "yes" : "**no**",
    ],
  );
  const keys = md(words.keysInWords(report));
  return fold(`<b>Expiry horizon</b> (${total})`, false, [
    ...bands,
    ...(lines.length === 0 ? [] : ["", ...lines]),
    "",
    keys,
  ]);
}

function openSection({ notEvaluated }: Report, cut: Cut): string[] {
  if (notEvaluated.length === 0) return [];
  const lines = rows(notEvaluated, cut.notEvaluated, ["Resource", "Property", "Why", "Enforced"], (row) => [
    text(row.resource, cut),
    row.property === undefined ? "–" : code(row.property),
    text(row.why, cut),
    text(row.enforced, cut),
  ]);
  return fold(`<b>Not evaluated</b> (${notEvaluated.length})`, true, lines);
}

function identitySection({ identities }: Report, cut: Cut): string[] {
  if (identities.length === 0) return [];
  const shown = identities.slice(0, cut.identities);
  const blocks = shown.flatMap((identity) =>
    fold(identitySummary(identity), false, identityLines(identity, cut)),
  );
  const rest = more(identities.length - shown.length);
  return [
    `**Identities** (${identities.length})`,
    "",
    ...blocks,
    ...(shown.length === 0 ? rest.slice(1) : rest),
  ];
}

function identitySummary({ name, privilege, touched }: Identity): string {
  const known = privilege === "unknown" ? "" : `, ${privilege} privilege`;
  return `${htmlText(name)}${touched ? "" : " (unchanged)"}${known}`;
}

function identityLines(identity: Identity, cut: Cut): string[] {
  const { fields, storage, consumers, generations, rules } = identity;
  const failed = rules.filter(({ result }) => result === "failed").map(({ rule }) => code(rule));
  const passed = rules.filter(({ result }) => result === "passed").length;
  const list = (title: string, entries: readonly string[]): string[] =>
    entries.length === 0 ? [] : [`- ${title}: ${entries.map((entry) => text(entry, cut)).join(", ")}`];
  return [
    ...fields.map(({ name, value }) => `- ${name}: ${text(value, cut)}`),
    ...list("keys stored in", storage),
    ...list("used by", consumers),
    ...generations.map(
      (row) =>
        `- ${row.kind}${row.generation === undefined ? "" : ` g${row.generation}`} (${row.state}): ${words.validity(row)}` +
        (row.overlapDays === undefined
          ? ""
          : `, overlap ${words.overlap(row.overlapDays, MIN_OVERLAP_DAYS)}`),
    ),
    `- rules: ${failed.length === 0 ? "none failed" : `failed ${failed.join(", ")}`}, ${passed} passed`,
  ];
}

function passedSection({ passed, versions, inputsHash }: Report, cut: Cut): string[] {
  if (!cut.passed) return [];
  const rules = passed.map(({ rule, resources }) => `${code(rule)} (${resources})`).join(", ");
  const tools = versions.map(({ name, version }) => `${md(name)} ${md(version)}`).join(" · ");
  const lines = [
    rules === "" ? "No rule was asked." : rules,
    "",
    `${tools === "" ? "" : `${tools} · `}inputs ${code(inputsHash.slice(0, 16))}`,
  ];
  return fold(`<b>Passed rules</b> (${passed.length}), versions`, false, lines);
}

function footer({ links }: Report): string[] {
  const parts = [
    links.run && link("run", links.run),
    links.artifact && link("full report (HTML, JSON, SARIF)", links.artifact),
    links.rules && link("rules", links.rules),
  ].filter((part) => part !== undefined && part !== "");
  return [
    ...(parts.length === 0 ? [] : [`${parts.join(" · ")}  `]),
    `<sub>${words.FOOTER} ${words.EXEMPTION_HINT}</sub>`,
  ];
}
