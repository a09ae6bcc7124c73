/** Every certificate of every identity on one line of time, drawn as SVG: when each is valid, and how long two of them are. */
import { MIN_OVERLAP_DAYS } from "../credential-changes";
import { shorten } from "../clean-text";
import type { Generation } from "../report";
import { day, overlap } from "./words";

const DAY = 86_400_000;
const LABEL = 236;
const WIDTH = 1120;
const RIGHT = 24;
const HEAD = 52;
const BAR = 18;
const LANE = 26;
const GAP = 18;
/** A page with thousands of identities is for a search field, not for a drawing. */
const MOST_IDENTITIES = 100;

interface Bar extends Generation {
  readonly from: number;
  readonly until: number;
}

interface Row {
  readonly identity: string;
  readonly bars: readonly Bar[];
}

export interface Timeline {
  readonly svg: string;
  /** Of its view box. */
  readonly width: number;
  readonly height: number;
  /** Identities with certificates that are not drawn. */
  readonly left: number;
}

/** What is drawn: a report, or whatever tells as much of its identities. */
export interface Drawn {
  readonly generatedAt: string;
  readonly identities: readonly { readonly name: string; readonly generations: readonly Generation[] }[];
}

/** What bars and the line of today are called. */
export interface TimelineWords {
  readonly today: string;
  readonly states: Readonly<Record<Generation["state"], string>>;
}

const OF_A_RUN: TimelineWords = {
  today: "this run",
  states: { kept: "stays", added: "made by this update", removed: "removed by this update" },
};

/** @param escape makes text safe within HTML */
export function timeline(
  report: Drawn,
  escape: (text: string) => string,
  said: TimelineWords = OF_A_RUN,
): Timeline | undefined {
  const now = Date.parse(report.generatedAt);
  const all = report.identities.flatMap((identity) => rowOf(identity.name, identity.generations, now));
  const rows = all.slice(0, MOST_IDENTITIES);
  const bars = rows.flatMap((row) => row.bars);
  if (bars.length === 0) return undefined;
  const first = Math.min(now, ...bars.map(({ from }) => from)) - 10 * DAY;
  const last = Math.max(now, ...bars.map(({ until }) => until)) + 10 * DAY;
  const scale = (moment: number): number =>
    round(LABEL + ((moment - first) / (last - first)) * (WIDTH - LABEL - RIGHT));
  const parts: string[] = [];
  let top = HEAD;
  for (const row of rows) {
    parts.push(drawRow(row, top, scale, escape, said));
    top += row.bars.length * LANE + GAP;
  }
  const height = top;
  const svg = [
    `<svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="group" aria-label="Timeline of certificates" xmlns="http://www.w3.org/2000/svg">`,
    '<defs><pattern id="overlap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2.4" height="6"/></pattern></defs>',
    ...months(first, last, scale, height),
    ...parts,
    `<line class="today" x1="${scale(now)}" x2="${scale(now)}" y1="${HEAD - 15}" y2="${height - 6}"/>`,
    `<text class="today-label" x="${scale(now)}" y="${HEAD - 20}" text-anchor="middle">${escape(said.today)}</text>`,
    "</svg>",
  ];
  return { svg: svg.join("\n"), width: WIDTH, height, left: all.length - rows.length };
}

/** What is not made yet begins with this run; what has no known end is not drawn. */
function rowOf(identity: string, generations: readonly Generation[], now: number): Row[] {
  const bars = generations.flatMap((generation): Bar[] => {
    if (generation.kind !== "certificate") return [];
    const from = generation.validFrom === undefined ? now : Date.parse(generation.validFrom);
    const planned = generation.lifetimeDays === undefined ? NaN : from + generation.lifetimeDays * DAY;
    const until = generation.validUntil === undefined ? planned : Date.parse(generation.validUntil);
    return Number.isNaN(until) || until <= from ? [] : [{ ...generation, from, until }];
  });
  return bars.length === 0 ? [] : [{ identity, bars }];
}

function drawRow(
  { identity, bars }: Row,
  top: number,
  scale: (moment: number) => number,
  escape: (text: string) => string,
  said: TimelineWords,
): string {
  const height = bars.length * LANE;
  const marks = bars.flatMap((bar, index) => {
    const next = bars[index + 1];
    return next === undefined ? [] : [drawOverlap(bar, next, top + index * LANE, scale)];
  });
  const drawn = bars.map((bar, index) => drawBar(identity, bar, top + index * LANE, scale, escape, said));
  return [
    `<g><text class="identity" x="0" y="${top + 14}">${escape(shorten(identity, 30))}<title>${escape(identity)}</title></text>`,
    `<line class="rule" x1="0" x2="${WIDTH}" y1="${top + height + 5}" y2="${top + height + 5}"/>`,
    ...marks,
    ...drawn,
    "</g>",
  ].join("\n");
}

/** The days two generations share lie under both bars; a gap between them is red. */
function drawOverlap(bar: Bar, next: Bar, top: number, scale: (moment: number) => number): string {
  const [from, until] = [next.from, Math.min(bar.until, next.until)];
  const isGap = until <= from;
  const [left, right] = isGap ? [scale(bar.until), scale(next.from)] : [scale(from), scale(until)];
  const shape = `x="${left}" y="${top - 2}" width="${Math.max(2, round(right - left))}" height="${LANE + BAR + 4}" rx="3"`;
  return `<rect class="${isGap ? "gap" : "shared"}" ${shape}/>${isGap ? "" : `<rect fill="url(#overlap)" ${shape}/>`}`;
}

function drawBar(
  identity: string,
  bar: Bar,
  top: number,
  scale: (moment: number) => number,
  escape: (text: string) => string,
  { states }: TimelineWords,
): string {
  const [left, right] = [scale(bar.from), scale(bar.until)];
  const width = Math.max(3, round(right - left));
  const name = bar.generation === undefined ? "" : `g${bar.generation} `;
  const label = `${name}${day(iso(bar.from))} → ${day(iso(bar.until))}`;
  const said = [
    `${identity}, certificate ${name}`.trim(),
    states[bar.state],
    `valid ${day(iso(bar.from))} to ${day(iso(bar.until))}`,
    ...(bar.overlapDays === undefined
      ? []
      : [`${overlap(bar.overlapDays, MIN_OVERLAP_DAYS)} together with the one before`]),
    ...(bar.key === undefined ? [] : [bar.key]),
  ].join(", ");
  const fits = width > label.length * 6.4;
  const words = escape(fits ? label : name.trim());
  const x = fits || width > 26 ? left + 8 : right + 6;
  return [
    `<g class="bar ${bar.state}" tabindex="0" role="img" aria-label="${escape(said)}"><title>${escape(said)}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${BAR}" rx="4"/>`,
    `<text class="${fits || width > 26 ? "inside" : "beside"}" x="${round(x)}" y="${top + 13}">${words}</text></g>`,
  ].join("");
}

function months(first: number, last: number, scale: (moment: number) => number, height: number): string[] {
  const span = (last - first) / DAY;
  const step = span > 1500 ? 12 : span > 700 ? 3 : span > 400 ? 2 : 1;
  const start = new Date(first);
  const lines: string[] = [];
  for (let month = start.getUTCMonth() + 1; lines.length < 40; month++) {
    const moment = Date.UTC(start.getUTCFullYear(), month, 1);
    if (moment > last) break;
    if (new Date(moment).getUTCMonth() % step !== 0) continue;
    const x = scale(moment);
    lines.push(
      `<line class="month" x1="${x}" x2="${x}" y1="4" y2="${height - 6}"/><text class="month-label" x="${x + 4}" y="12">${iso(moment).slice(0, 7)}</text>`,
    );
  }
  return lines;
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
