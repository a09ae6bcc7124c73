/** The report for a terminal: the order of the comment, as wide as the terminal, in colour only when asked. */
import { withoutCommands } from "../clean-text";
import { MIN_OVERLAP_DAYS } from "../credential-changes";
import { mustFix } from "../findings";
import type { Finding, Report, Severity, Verdict } from "../report";
import * as words from "./words";

export interface TextOptions {
  /**
   * Columns to fill, from 40.
   * @default 100
   */
  readonly width?: number;
  /**
   * Whether to colour by ANSI codes.
   * @default false
   */
  readonly colour?: boolean;
}

type Paint = (text: string, colour: "red" | "yellow" | "green" | "bold" | "dim") => string;

const CODES = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 } as const;
const COLOURS: Readonly<Record<Severity, "red" | "yellow" | "dim">> = {
  critical: "red",
  high: "red",
  medium: "yellow",
  low: "dim",
};
const VERDICT_COLOURS: Readonly<Record<Verdict, "red" | "yellow" | "green">> = {
  blocked: "red",
  incomplete: "yellow",
  "needs-review": "yellow",
  clean: "green",
};

export function text(report: Report, { width = 100, colour = false }: TextOptions): string {
  const paint: Paint = (given, name) => (colour ? `\u001b[${CODES[name]}m${given}\u001b[0m` : given);
  const page = new Page(Math.max(40, width), paint);
  const { icon, words: verdict } = words.VERDICTS[report.verdict];
  page.lines(`${icon} ${verdict} — ${report.sentence}`, "", VERDICT_COLOURS[report.verdict]);
  page.lines(words.provenance(report).join(" · "), "", "dim");
  page.gap();
  glance(report, page);
  for (const sentence of report.blockers) page.lines(sentence, "! ", "red");
  differences(report, page);
  const stops = report.findings.filter(mustFix);
  findings("Must fix", stops, page);
  credentials(report, page);
  trust(report, page);
  const advice = report.findings.filter(
    (finding) => finding.kind === "violation" && !mustFix(finding) && finding.exemption === undefined,
  );
  findings("Advisory", advice, page);
  exemptions(report, page);
  horizon(report, page);
  open(report, page);
  identities(report, page);
  page.title(`Passed rules: ${report.passed.length}`);
  page.lines(report.passed.map(({ rule }) => rule).join(", ") || "no rule was asked", "  ", "dim");
  page.gap();
  for (const [name, url] of Object.entries(report.links)) page.raw(`${name}: ${url}`);
  page.lines(words.FOOTER, "", "dim");
  return page.toString();
}

class Page {
  readonly #lines: string[] = [];

  constructor(
    readonly width: number,
    readonly paint: Paint,
  ) {}

  /** Wrapped between words, with the same indent on every line. */
  lines(given: string, indent: string, colour?: Parameters<Paint>[1]): void {
    for (const line of wrap(given, this.width - indent.length))
      this.#lines.push(indent + (colour === undefined ? line : this.paint(line, colour)));
  }

  /** An address must not be wrapped. */
  raw(line: string): void {
    this.#lines.push(line);
  }

  title(given: string): void {
    this.gap();
    this.#lines.push(this.paint(given, "bold"));
  }

  gap(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
  }

  toString(): string {
    return `${this.#lines.map(withoutCommands).join("\n")}\n`;
  }
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns a text takes in a terminal: wide characters and emoji two, marks none. */
export function columns(given: string): number {
  let count = 0;
  for (const { segment } of segmenter.segment(given)) {
    const wide =
      /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
    count += wide.test(segment) && segment !== "✓" ? 2 : 1;
  }
  return count;
}

function wrap(given: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of given.split(" ").flatMap((part) => pieces(part, width))) {
    if (line !== "" && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A word longer than the line is broken where it has to be. */
function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word];
  const parts: string[] = [];
  let part = "";
  for (const { segment } of segmenter.segment(word)) {
    if (columns(part + segment) > width) {
      parts.push(part);
      part = "";
    }
    part += segment;
  }
  return [...parts, part];
}

function glance(report: Report, page: Page): void {
  const cells = words.glanceCells(report);
  const longest = Math.max(...cells.map(({ title }) => title.length));
  for (const { title, value, alarming } of cells) {
    const line = `${title.padEnd(longest)}  ${value}`;
    page.raw(alarming ? page.paint(line, "bold") : line);
  }
}

function differences({ against }: Report, page: Page): void {
  if (against === undefined) return;
  page.title(
    `Since ${against.commit?.slice(0, 7) ?? words.minute(against.generatedAt)}: ${against.appeared.length} new, ${against.resolved.length} resolved`,
  );
  for (const { rule, message } of against.appeared) page.lines(`new: ${rule}: ${message}`, "  ");
  for (const { rule, message } of against.resolved) page.lines(`resolved: ${rule}: ${message}`, "  ");
}

function findings(title: string, list: readonly Finding[], page: Page): void {
  if (list.length === 0) return;
  page.title(`${title} (${list.length})`);
  for (const { severity, rule, message, fix, source, url } of list) {
    page.lines(
      `${page.paint(severity.toUpperCase(), COLOURS[severity])} ${rule}${source === undefined ? "" : `  ${source.file}:${source.line ?? 1}`}`,
      "  ",
    );
    page.lines(message, "    ");
    if (fix[0] !== undefined) page.lines(`fix: ${fix[0]}`, "    ");
    if (url !== undefined) page.raw(`    ${url}`);
  }
}

function credentials({ credentialChanges }: Report, page: Page): void {
  if (credentialChanges.length === 0) return;
  page.title(`Credential changes (${credentialChanges.length})`);
  for (const change of credentialChanges) {
    page.lines(
      `${page.paint(change.severity.toUpperCase(), COLOURS[change.severity])} ${change.identity} (${change.environment}): ${words.changeInWords(change)}, ${change.kind}`,
      "  ",
    );
    const parts = [
      ...words.keyInWords(change),
      ...(change.kind === "federated" ? [] : [`valid ${words.validity(change)}`]),
      ...(change.overlapDays === undefined ? [] : [`overlap ${words.handover(change, MIN_OVERLAP_DAYS)}`]),
      ...(change.privateKey === undefined ? [] : [`private key: ${change.privateKey}`]),
      ...(change.issuer === undefined ? [] : [change.issuer]),
      ...(change.source === undefined ? [] : [`${change.source.file}:${change.source.line ?? 1}`]),
    ];
    page.lines(parts.join(" · "), "    ");
  }
}

function trust({ trustChanges }: Report, page: Page): void {
  if (trustChanges.length === 0) return;
  page.title(`Trust boundaries (${trustChanges.length})`);
  for (const change of trustChanges) {
    const direction = change.direction === "loosens" ? page.paint("LOOSENS", "red") : change.direction;
    page.lines(
      `${page.paint(change.severity.toUpperCase(), COLOURS[change.severity])} ${direction} ${change.kind} ${change.object}`,
      "  ",
    );
    page.lines(
      `${change.field}: ${change.before ?? "none"} → ${change.after ?? "none"}; ${change.risk}`,
      "    ",
    );
  }
}

function exemptions({ exemptions: rows }: Report, page: Page): void {
  if (rows.length === 0) return;
  page.title(`Exemptions (${rows.length})`);
  for (const row of rows) {
    const left = row.daysLeft === undefined ? "no date" : `${row.daysLeft} d left`;
    page.lines(
      `${row.id} ${row.rule}: ${left}, ${row.used ? "used" : "not used"}, ${row.ticket}, owner ${row.owner}${row.approver === undefined ? "" : `, approved by ${row.approver}`}`,
      "  ",
    );
  }
}

function horizon(report: Report, page: Page): void {
  const { expired, within30, within90, within180, later, undated, next } = report.horizon;
  if (next.length === 0 && undated === 0) return;
  page.title("Expiry horizon");
  page.lines(
    `expired ${expired} · ≤30 d ${within30} · ≤90 d ${within90} · ≤180 d ${within180} · >180 d ${later} · known at update ${undated}`,
    "  ",
  );
  for (const row of next)
    page.lines(
      `${words.day(row.validUntil)} (${row.daysLeft ?? "?"} d) ${row.identity}${row.generation === undefined ? "" : ` g${row.generation}`}${row.rotationPlanned ? "" : ", no rotation planned"}`,
      "  ",
    );
  page.lines(words.keysInWords(report), "  ");
}

function open({ notEvaluated }: Report, page: Page): void {
  if (notEvaluated.length === 0) return;
  page.title(`Not evaluated (${notEvaluated.length})`);
  for (const row of notEvaluated)
    page.lines(
      `${row.resource}${row.property === undefined ? "" : ` ${row.property}`}: ${row.why}; ${row.enforced}`,
      "  ",
    );
}

function identities({ identities: list }: Report, page: Page): void {
  const touched = list.filter((identity) => identity.touched);
  if (touched.length === 0) return;
  page.title(`Identities touched (${touched.length} of ${list.length})`);
  for (const { name, fields, storage } of touched) {
    const parts = fields.map((field) => `${field.name} ${field.value}`);
    page.lines(`${name}: ${[...parts, ...storage.map((place) => `keys in ${place}`)].join(" · ")}`, "  ");
  }
}
