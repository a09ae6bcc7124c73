/** Days as whole numbers: rotation is planned in days of UTC, and a day of UTC always has 24 hours. */
const DAY_MS = 86_400_000;

/** Days since 1970-01-01 in UTC. */
export type DayNumber = number;

/** The day a moment lies in. */
export function dayOf(moment: Date): DayNumber {
  return Math.floor(moment.getTime() / DAY_MS);
}

/** `2026-11-21`. */
export function dateOf(day: DayNumber): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Reads a date as people write it: `2026-11-21`. Without quotes YAML takes it for a moment, of which some readers make
 * `2026-11-21T00:00:00Z` and Pulumi's engine `2026-11-21 00:00:00 +0000 UTC`: these are the same day. Undefined for
 * anything else, days that do not exist included.
 */
export function parseDay(given: unknown): DayNumber | undefined {
  if (typeof given !== "string") return undefined;
  const [, date = ""] =
    /^(\d{4}-\d\d-\d\d)(?:T00:00:00(?:\.0{1,9})?Z| 00:00:00 \+0000 UTC)?$/.exec(given) ?? [];
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  // JavaScript takes the 30th of February for the 2nd of March.
  return Number.isInteger(day) && dateOf(day) === date ? day : undefined;
}
