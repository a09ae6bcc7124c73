import { graphDateTime } from "../../tenant/identifiers";
import type { Fields } from "../fields";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";

/** The dates every credential resource takes. */
export const DATE_FIELDS: Fields = {
  startDate: { type: "text", computed: true, forceNew: true, problem: rfc3339Problem },
  endDate: {
    type: "text",
    computed: true,
    forceNew: true,
    problem: rfc3339Problem,
    conflictsWith: ["endDateRelative"],
  },
  endDateRelative: { type: "text", forceNew: true, conflictsWith: ["endDate"] },
};

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

export function rfc3339Problem(value: string | number): string | undefined {
  return RFC3339.test(String(value)) && !Number.isNaN(Date.parse(String(value)))
    ? undefined
    : `expected a valid RFC3339 date, got "${value}"`;
}

/**
 * The dates to send to Graph, in whole seconds as the provider formats them.
 *
 * @throws Error as the provider does for `endDateRelative` beside `startDate`: it parses the duration as a date there.
 */
export function keyCredentialDates(inputs: PropertyMap, now: Date): PropertyMap {
  const start = text(inputs, "startDate");
  const end = text(inputs, "endDate");
  const relative = text(inputs, "endDateRelative");
  const startDateTime = start === undefined ? undefined : wholeSeconds(start);
  if (end) return { startDateTime, endDateTime: wholeSeconds(end) };
  if (!relative) return { startDateTime };
  const duration = goDuration(relative);
  if (duration === undefined) {
    throw new Error(`Unable to parse \`end_date_relative\` ("${relative}") as a duration`);
  }
  if (start !== undefined) {
    throw new Error(
      `Unable to parse the provided start date "${relative}": parsing time "${relative}" as "2006-01-02T15:04:05Z07:00": cannot parse "${relative}" as "2006"`,
    );
  }
  return { endDateTime: graphDateTime(new Date(now.getTime() + duration)) };
}

/** The dates of a password; the provider passes no relative one on. */
export function passwordDates(inputs: PropertyMap): PropertyMap {
  const start = text(inputs, "startDate");
  const end = text(inputs, "endDate");
  return {
    ...(start && { startDateTime: wholeSeconds(start) }),
    ...(end && { endDateTime: wholeSeconds(end) }),
  };
}

function wholeSeconds(date: string): string {
  return date.replace(/\.\d+/, "");
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a Go duration such as `2400h30m`; undefined when it is none. */
function goDuration(duration: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(duration)) return undefined;
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS_MS[unit] ?? 0),
    0,
  );
}
