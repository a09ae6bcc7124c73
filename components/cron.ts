/** When a scheduled rotation runs: cron expressions of fixed times on fixed weekdays, in UTC. Pure. */

/** A cron expression with its fields spelt out. */
export interface Cron {
  /** As it was written, with one space between fields. */
  readonly text: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
}

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const MINUTES_A_WEEK = 7 * 24 * 60;

/**
 * Reads "minute hour * * weekday": numbers, lists, ranges and steps; weekdays also by name. What hosts differ in is left
 * out: `?`, `L`, `#`, `@daily`, a seventh day, a sixth field. Days of the month and months have to be `*`, because a
 * rotation counts days between runs, and February would count otherwise than March.
 *
 * @returns the expression, or what is wrong with it in one sentence
 */
export function parseCron(given: unknown): Cron | string {
  if (typeof given !== "string" || given.length > 100) return "it has to be a text of at most 100 characters";
  const fields = given.trim().split(/ +/);
  if (fields.length !== 5)
    return "it has to have five fields: minute, hour, day of the month, month, weekday";
  const [minute = "", hour = "", day, month, weekday = ""] = fields;
  if (day !== "*" || month !== "*")
    return "day of the month and month have to be *: a rotation runs on weekdays";
  const minutes = parseField(minute, 59, []);
  const hours = parseField(hour, 23, []);
  const weekdays = parseField(weekday, 6, WEEKDAYS);
  if (minutes === undefined) return "the minute has to be 0 to 59, a list, a range or a step";
  if (hours === undefined) return "the hour has to be 0 to 23, a list, a range or a step";
  if (weekdays === undefined)
    return "the weekday has to be 0 (Sunday) to 6, or SUN to SAT, a list, a range or a step";
  return { text: fields.join(" "), minutes, hours, weekdays };
}

/** Days from one run to the next, at the most: 1 to 7. */
export function longestGapDays({ weekdays }: Cron): number {
  return Math.max(...weekdays.map((day, index) => (weekdays[index + 1] ?? (weekdays[0] ?? day) + 7) - day));
}

export function startsPerWeek({ minutes, hours, weekdays }: Cron): number {
  return minutes.length * hours.length * weekdays.length;
}

/** Minutes between two starts, at the least. */
export function closestStarts({ minutes, hours, weekdays }: Cron): number {
  const starts = weekdays.flatMap((day) =>
    hours.flatMap((hour) => minutes.map((minute) => (day * 24 + hour) * 60 + minute)),
  );
  return Math.min(
    ...starts.map((start, index) => (starts[index + 1] ?? (starts[0] ?? 0) + MINUTES_A_WEEK) - start),
  );
}

/** The days in words that `certlock rotation plan --every` reads: `daily`, or `mon,thu`. */
export function daysOf({ weekdays }: Cron): string {
  return weekdays.length === 7 ? "daily" : weekdays.map((day) => WEEKDAYS[day]).join(",");
}

/** The values of one field in order, each once; undefined for what is no field. */
function parseField(text: string, most: number, names: readonly string[]): number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, from = "", to, step = "1"] =
      /^(\*|\d{1,2}|[A-Za-z]{3})(?:-(\d{1,2}|[A-Za-z]{3}))?(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const isAll = from === "*";
    const first = isAll ? 0 : valueOf(from, names);
    const last = isAll ? most : to === undefined ? first : valueOf(to, names);
    // A step of one value means different things to different hosts.
    const isStepOfOne = part.includes("/") && !isAll && to === undefined;
    if (from === "" || (isAll && to !== undefined) || isStepOfOne) return undefined;
    if (first === undefined || last === undefined || last > most || first > last || Number(step) < 1)
      return undefined;
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return [...values].sort((one, other) => one - other);
}

function valueOf(text: string, names: readonly string[]): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text.toLowerCase());
  return index === -1 ? undefined : index;
}
