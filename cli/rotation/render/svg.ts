/**
 * The plan as a picture of its own: every certificate on one line of time, from the day it is registered to the day it
 * is of no use any more. Light and dark as the reader has it; no script, nothing from elsewhere.
 */
import { timeline, type TimelineWords } from "../../review/render/timeline";
import type { Generation } from "../../review/report";
import type { Plan, PlannedCertificate, PlannedIdentity } from "../plan";
import { provenance } from "./words";

const WORDS: TimelineWords = {
  today: "today",
  states: { kept: "exists", added: "planned", removed: "ends without a successor" },
};

/** The colours of the review's HTML report. */
const STYLE = `
svg{--bg:#fff;--ink:#1a2230;--soft:#566074;--line:#dde2ea;--bad:#b3261e;--kept:#436cc4;--added:#12388c;--removed:#b3261e;--on-bar:#fff;--shared:#bcd0f7;--hatch:#6b8fd6;--gap:#f2b8b5}
@media (prefers-color-scheme:dark){svg{--bg:#1a202a;--ink:#e7ebf2;--soft:#a3adbf;--line:#2f3846;--bad:#ffb4ab;--kept:#466bb5;--added:#8ab0ff;--removed:#a3362d;--on-bar:#0e131b;--shared:#26375c;--hatch:#5e83cd;--gap:#7a3531}.bar.kept .inside,.bar.removed .inside{fill:#fff}}
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--ink)}
.background{fill:var(--bg)}.heading{font-size:15px;font-weight:650}.soft{fill:var(--soft)}.alarming{fill:var(--bad)}
.identity{font-weight:600;font-size:13px}.month{stroke:var(--line)}.month-label{fill:var(--soft);font-size:11px}
.rule{stroke:var(--line)}.today{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 3}.today-label{fill:var(--bad);font-weight:600}
.bar.kept rect,.l-kept{fill:var(--kept)}.bar.added rect,.l-added{fill:var(--added)}.bar.removed rect,.l-removed{fill:var(--removed)}
.bar .inside{fill:var(--on-bar);font-weight:600;font-size:11px}.bar .beside{font-size:11px}
.shared{fill:var(--shared)}.hatch{fill:var(--hatch)}.gap,.l-gap{fill:var(--gap)}
.bar:focus{outline:none}.bar:focus-visible rect{stroke:var(--ink);stroke-width:3}`;

const HEAD = 76;
const FOOT = 30;
const EDGE = 16;
/** Letters that fit beside the edges in the widest of the fonts, in the heading and below it. */
const HEADING_LETTERS = 130;
const LINE_LETTERS = 160;

export function svg(plan: Plan): string {
  const identities = plan.identities.map((identity) => ({
    name: identity.name,
    generations: generationsOf(identity, plan),
  }));
  const drawn = timeline({ generatedAt: `${plan.today}T00:00:00Z`, identities }, escaped, WORDS);
  const width = (drawn?.width ?? 1120) + 2 * EDGE;
  const height = HEAD + (drawn?.height ?? 24) + FOOT;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-labelledby="plan-title" aria-describedby="plan-description">`,
    `<title id="plan-title">${escaped(`Rotation plan${plan.stack === undefined ? "" : ` of ${plan.stack}`}, ${plan.today} to ${plan.until}`)}</title>`,
    `<desc id="plan-description">${escaped(description(plan))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="background" width="${width}" height="${height}"/>`,
    `<text class="heading${plan.verdict === "attention" ? " alarming" : ""}" x="${EDGE}" y="28">${escaped(fitting(plan.sentence, HEADING_LETTERS))}</text>`,
    `<text class="soft" x="${EDGE}" y="50">${escaped(fitting(provenance(plan).join(" · "), LINE_LETTERS))}</text>`,
    ...(drawn === undefined
      ? [`<text x="${EDGE}" y="${HEAD + 10}">No certificate with known dates.</text>`]
      : [
          `<svg x="${EDGE}" y="${HEAD}" width="${drawn.width}" height="${drawn.height}" viewBox="0 0 ${drawn.width} ${drawn.height}">`,
          inner(drawn.svg),
          "</svg>",
        ]),
    ...legend(height - 12, drawn?.left ?? 0),
    "</svg>",
  ].join("\n")}\n`;
}

/** Without the element around it, which this one has already. */
function inner(drawing: string): string {
  return drawing.replace(/^<svg[^>]*>\n/, "").replace(/\n<\/svg>$/, "");
}

/** A bar ends when the certificate is of no use any more: when it ends, or is removed before. */
function generationsOf({ name, certificates, gaps, urn }: PlannedIdentity, plan: Plan): Generation[] {
  const ending = new Set(gaps.filter(({ kind }) => kind === "outage").map(({ generation }) => generation));
  return certificates.flatMap((one): Generation[] => {
    const until = lastDay(one);
    if (one.validFrom === undefined || until === undefined) return [];
    // What begins beyond the plan is there to say when others go.
    if (one.validFrom > plan.until) return [];
    return [
      {
        identity: name,
        urn: one.urn ?? urn,
        name: one.name ?? name,
        ...(one.generation !== undefined && { generation: one.generation }),
        kind: "certificate",
        validFrom: `${one.validFrom}T00:00:00Z`,
        validUntil: `${until}T00:00:00Z`,
        rotationPlanned: true,
        state: ending.has(one.generation) ? "removed" : one.state === "planned" ? "added" : "kept",
      },
    ];
  });
}

function lastDay({ validUntil, removedOn }: PlannedCertificate): string | undefined {
  if (validUntil === undefined) return removedOn;
  return removedOn !== undefined && removedOn < validUntil ? removedOn : validUntil;
}

/** The same for those who do not see it. */
function description(plan: Plan): string {
  const rows = plan.identities.flatMap(({ name, runs, gaps }) => [
    ...runs.map(
      ({ day, makes, removes }) =>
        `${day} ${name}: ${[...makes.map((g) => `makes g${g}`), ...removes.map((g) => `removes g${g}`)].join(", ")}`,
    ),
    ...gaps.map(({ sentence }) => `${name}: ${sentence}`),
  ]);
  const shown = rows.slice(0, 40);
  const rest = rows.length - shown.length;
  return [plan.sentence, ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(" ");
}

function legend(y: number, left: number): string[] {
  const entries = [
    ["l-kept", "exists"],
    ["l-added", "planned"],
    ["shared", "clients change over"],
    ["l-gap", "gap: somebody cannot sign in"],
  ] as const;
  const marks = entries.map(
    ([style, words], index) =>
      `<rect class="${style}" x="${EDGE + index * 170}" y="${y - 10}" width="18" height="11" rx="3"/><text class="soft" x="${EDGE + 24 + index * 170}" y="${y}">${words}</text>`,
  );
  return left > 0
    ? [...marks, `<text class="soft" x="${EDGE + 720}" y="${y}">${left} identities are not drawn</text>`]
    : marks;
}

/** What of a text fits; letters from Hangul on, and so those of East Asia, are twice as wide. */
function fitting(text: string, most: number): string {
  let shown = "";
  let room = most;
  for (const letter of text) {
    room -= (letter.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (room < 0) return `${shown.trimEnd()}…`;
    shown += letter;
  }
  return text;
}

/** As XML has it. What XML cannot hold was taken out of names already. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
