/**
 * Which generations of a certificate exist on a day: computed from the schedule and never remembered, so that the same
 * run planned twice is the same plan. Pure.
 */
import { dateOf, type DayNumber } from "./calendar";
import type { KeyBits } from "./rotation";

/** Numbers that hold from one day on, until the next term begins. */
export interface Term {
  readonly from: DayNumber;
  /** The generation that begins on `from`. */
  readonly first: number;
  readonly periodDays: number;
  readonly validityDays: number;
  readonly keyBits: KeyBits;
  /** Whether nothing older than its first generation may exist beside it. */
  readonly withdraws: boolean;
}

export interface Schedule {
  /** In the order of their days, at least one. */
  readonly terms: readonly Term[];
  /** The generation to take for the current one. */
  readonly pinned?: number;
}

/** One certificate with a key of its own. */
export interface Generation {
  /** From 1. */
  readonly number: number;
  /** Validity of its certificate in days, counted from when it is issued. */
  readonly validityDays: number;
  readonly keyBits: KeyBits;
  /** Day its turn begins, `2026-11-21`. */
  readonly begins: string;
  /** Day its successor's turn begins. */
  readonly ends: string;
}

/** What a run declares. */
export interface RotationPlan {
  /** The one new clients take. */
  readonly current: Generation;
  /** All that are to exist after the run, the oldest first: the current one, and the one before it if there is one. */
  readonly declared: readonly Generation[];
}

/**
 * The generations of a day. The one before the current stays declared until the next but one takes its place, or until
 * its certificate may have ended, whichever comes first: the tls provider issues an ended certificate again, for the
 * old key. As long as no period changes, the end never comes first, a validity being longer than two periods.
 */
export function planOn(schedule: Schedule, today: DayNumber): RotationPlan {
  const declared = numbersOn(schedule, today).map((number) => generation(schedule, number));
  const current = declared.at(-1);
  if (current === undefined) throw new RangeError("a schedule has a generation on every day");
  return { current, declared };
}

/** The same as numbers alone, the current one last. */
export function numbersOn(schedule: Schedule, today: DayNumber): readonly number[] {
  const number = schedule.pinned ?? generationOn(schedule, today);
  const before = number - 1;
  const { first, withdraws } = termOf(schedule, number);
  const isWithdrawn = withdraws && before < first;
  const isKept = before >= 1 && !isWithdrawn && isSureOn(schedule, before, today);
  return isKept ? [before, number] : [number];
}

/** The first generation that was not withdrawn by this day. */
export function oldestOn({ terms }: Schedule, today: DayNumber): number {
  return terms.findLast(({ withdraws, from }) => withdraws && from <= today)?.first ?? 1;
}

/** Whether a run of this day accepts the pin; without one it has nothing to refuse. */
export function acceptsPinOn(schedule: Schedule, today: DayNumber): boolean {
  const { pinned } = schedule;
  const scheduled = generationOn(schedule, today);
  if (pinned === undefined || pinned === scheduled) return true;
  // What was withdrawn does not come back.
  const oldest = oldestOn(schedule, today);
  // What stands before the pin has to be valid still, else there is nothing left to step from.
  return pinned >= oldest && pinned < scheduled && isSureOn(schedule, Math.max(oldest, pinned - 1), today);
}

/** Number of the generation whose turn it is; 1 before the first. */
export function generationOn({ terms }: Schedule, today: DayNumber): number {
  const term = terms.findLast(({ from }) => from <= today);
  return term === undefined ? 1 : term.first + Math.floor((today - term.from) / term.periodDays);
}

/** Day the turn of a generation begins. */
export function firstDayOf(schedule: Schedule, number: number): DayNumber {
  const { from, first, periodDays } = termOf(schedule, number);
  return from + (number - first) * periodDays;
}

/** Day of the last turn of a term: infinitely late where no term follows. */
export function lastTurnOf({ from, first, periodDays }: Term, next: Term | undefined): DayNumber {
  return next === undefined ? Infinity : from + (next.first - 1 - first) * periodDays;
}

/**
 * Whether a certificate of this generation is valid all through the day, however early it was issued: not before its
 * turn began.
 */
export function isSureOn(schedule: Schedule, number: number, today: DayNumber): boolean {
  return today < firstDayOf(schedule, number) + termOf(schedule, number).validityDays;
}

function generation(schedule: Schedule, number: number): Generation {
  const { validityDays, keyBits } = termOf(schedule, number);
  const begins = dateOf(firstDayOf(schedule, number));
  return { number, validityDays, keyBits, begins, ends: dateOf(firstDayOf(schedule, number + 1)) };
}

function termOf({ terms }: Schedule, number: number): Term {
  const term = terms.findLast(({ first }) => first <= number) ?? terms[0];
  if (term === undefined) throw new RangeError("a schedule has at least one term");
  return term;
}
