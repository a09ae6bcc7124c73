/**
 * The plan as a calendar: one entry for each run that changes something, and one for each day somebody must not miss.
 * Calendars that are fetched again find the same entries under the same ids.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5545
 */
import { createHash } from "node:crypto";
import { dateOf, parseDay } from "../../../components/calendar";
import type { Plan, PlannedIdentity } from "../plan";
import * as words from "./words";

/** Octets of a line without its end: https://www.rfc-editor.org/rfc/rfc5545#section-3.1 */
const LINE_OCTETS = 75;
/** Days before its end on which a calendar reminds of a certificate that nothing rotates. */
const REMINDERS = [30, 7] as const;

interface Entry {
  /** Stays the same as long as the entry means the same. */
  readonly id: string;
  readonly day: string;
  readonly summary: string;
  readonly description: readonly string[];
  readonly reminders?: readonly number[];
}

export function ics(plan: Plan): string {
  const stamp = `${plan.generatedAt.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const entries = plan.identities.flatMap((identity) => entriesOf(identity, plan));
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//certlock//rotation plan//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(`Certificates${plan.stack === undefined ? "" : ` of ${plan.stack}`}`)}`,
    ...entries.flatMap((entry) => event(entry, stamp)),
    "END:VCALENDAR",
  ];
  return `${lines.flatMap(folded).join("\r\n")}\r\n`;
}

function entriesOf(identity: PlannedIdentity, plan: Plan): Entry[] {
  const { name, urn, runs, next, byHand, gaps } = identity;
  const changes = runs.map((run): Entry => ({
    id: `${urn} run ${run.clients === undefined ? `removes ${run.removes.join()}` : `to ${run.clients.to}`}`,
    day: run.day,
    summary: `${name}: ${words.runInWords(run)}`,
    description: words.clients(run),
  }));
  const latest = next?.lastSafe;
  const deadline: Entry[] =
    latest === undefined || latest < plan.today || latest > plan.until
      ? []
      : [
          {
            id: `${urn} latest ${identity.current ?? ""}`,
            day: latest,
            summary: `${name}: last day for the run that follows g${identity.current ?? "?"}`,
            description: words.nextTurn(identity, plan),
          },
        ];
  const hand: Entry[] =
    byHand === undefined
      ? []
      : [
          {
            id: `${urn} by hand ${byHand.until}`,
            day: byHand.until,
            summary: `${name}: its certificate ends, and nothing rotates it`,
            description: [identity.sentence],
            reminders: REMINDERS,
          },
        ];
  const hardships = gaps
    .filter(() => byHand === undefined)
    .map((gap): Entry => ({
      id: `${urn} ${gap.kind} ${gap.generation ?? ""}`,
      day: gap.from,
      summary: `${name}: ${GAPS[gap.kind]}`,
      description: [gap.sentence],
    }));
  return [...changes, ...deadline, ...hand, ...hardships].filter(({ day }) => parseDay(day) !== undefined);
}

const GAPS = {
  outage: "nobody can sign in",
  "cut-off": "clients are cut off",
  short: "clients have too little time",
  withdrawn: "clients are cut off, as the program says",
} as const;

function event({ id, day, summary, description, reminders = [] }: Entry, stamp: string): string[] {
  const after = dateOf((parseDay(day) ?? 0) + 1);
  return [
    "BEGIN:VEVENT",
    `UID:${createHash("sha256").update(id).digest("hex").slice(0, 40)}@certlock`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${day.replaceAll("-", "")}`,
    `DTEND;VALUE=DATE:${after.replaceAll("-", "")}`,
    `SUMMARY:${escaped(summary)}`,
    ...(description.length === 0 ? [] : [`DESCRIPTION:${escaped(description.join("\n"))}`]),
    // Nobody is busy because a pipeline runs.
    "TRANSP:TRANSPARENT",
    ...reminders.flatMap((days) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `DESCRIPTION:${escaped(summary)}`,
      `TRIGGER:-P${days}D`,
      "END:VALARM",
    ]),
    "END:VEVENT",
  ];
}

/** https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11 */
function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Never within a character: its octets stay together. */
function folded(line: string): string[] {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS) {
      parts.push(part);
      part = " ";
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part];
}
