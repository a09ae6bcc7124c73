/** The days of the plan as people write them: until when, which days have a run, which runs are left out. Pure. */
import { dateOf, type DayNumber, dayOf, parseDay } from "../../components/calendar";
import { UsageError } from "../errors";

/** Three turns with the default numbers. */
export const DEFAULT_UNTIL = "P180D";
/** Ten years: longer than any certificate, schedule or pipeline lives. */
const MOST_DAYS = 3660;

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

export interface Every {
  /** As it was given. */
  readonly text: string;
  readonly isRun: (day: DayNumber) => boolean;
}

/** @throws UsageError */
export function readUntil(given: string, today: DayNumber): DayNumber {
  const match = /^(?:P(\d{1,4})([DW])|(\d{1,4})([dw]))$/.exec(given.trim());
  const day =
    match === null
      ? parseDay(given.trim())
      : today + Number(match[1] ?? match[3]) * ((match[2] ?? match[4] ?? "").toUpperCase() === "W" ? 7 : 1);
  if (day === undefined)
    throw wrong("--until", "a day such as 2027-05-31, or a number of days such as P180D, 180d or 26w");
  if (day < today || day > today + MOST_DAYS)
    throw wrong(
      "--until",
      `a day from ${dateOf(today)} to ${dateOf(today + MOST_DAYS)}, ${MOST_DAYS} days later`,
    );
  return day;
}

/** @throws UsageError */
export function readEvery(given: string): Every {
  const text = given.trim().toLowerCase();
  if (text === "daily") return { text, isRun: () => true };
  const names = text === "weekly" ? ["monday"] : text.split(",").map((name) => name.trim());
  const wanted = names.map((name) => WEEKDAYS.findIndex((day) => day === name || day.slice(0, 3) === name));
  if (wanted.includes(-1)) throw wrong("--every", "daily, weekly (on Mondays), or weekdays such as mon,thu");
  // 1970-01-01 was a Thursday.
  return { text, isRun: (day) => wanted.includes((day + 4) % 7) };
}

export interface Missed {
  readonly from: DayNumber;
  readonly to: DayNumber;
}

/**
 * Runs that are left out: all between two days, or so many of the next.
 *
 * @throws UsageError
 */
export function readMissed(given: string, every: Every, today: DayNumber): Missed {
  const count = /^\d{1,4}$/.test(given.trim()) ? Number(given.trim()) : undefined;
  if (count !== undefined) {
    if (count < 1 || count > MOST_DAYS) throw wrong("--simulate-missed", `a number from 1 to ${MOST_DAYS}`);
    let left = count;
    let day = today - 1;
    while (left > 0) if (every.isRun(++day)) left--;
    return { from: today, to: day };
  }
  const [from, to, ...more] = given.split("..").map((text) => parseDay(text.trim()));
  if (from === undefined || to === undefined || more.length > 0 || to < from || to - from > MOST_DAYS)
    throw wrong(
      "--simulate-missed",
      "two days such as 2027-01-20..2027-03-25, the first not after the second, or a number of runs",
    );
  // What was missed already is in the state; a plan that simulates nothing would look like an answer.
  if (to < today)
    throw wrong("--simulate-missed", `runs to come: the second day is ${dateOf(today)} or later`);
  return { from, to };
}

/** @throws UsageError */
export function readNow(given: string | undefined, clock: () => Date): Date {
  if (given === undefined) return clock();
  const text = given.trim();
  const [date = "", time = "00:00Z"] = text.split("T", 2);
  const isTime = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(time);
  // Date itself takes the 30th of February for a day in March.
  const moment = new Date(isTime && parseDay(date) !== undefined ? `${date}T${time}` : NaN);
  if (!Number.isNaN(moment.getTime()) && dayOf(moment) > 0 && moment.getUTCFullYear() < 9000) return moment;
  throw wrong("--now", "a day such as 2027-01-18, or a moment such as 2027-01-18T05:00:00Z");
}

function wrong(option: string, allowed: string): UsageError {
  return new UsageError("OPTION_INVALID", `${option} takes ${allowed}.`);
}
