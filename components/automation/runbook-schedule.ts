/** When a runbook starts. A schedule is never changed: its name says when it runs, and another time is another schedule. */
import * as automation from "@pulumi/azure-native/automation";
import type * as pulumi from "@pulumi/pulumi";
import { dateOf, dayOf } from "../calendar";
import { type OptionNames, readOptions } from "../given-options";
import { checkOneOf, describeGiven, type Finding, type Problems } from "../problems";
import type { AccountAddress } from "./automation-account";

export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface RunbookScheduleArgs {
  /** "day", or the day of the week. What is due is told by the vault, so a run more costs nothing. @default "day" */
  readonly every?: "day" | Weekday;
  /** Time of the day in UTC, hours and minutes. @default "05:17", a minute that not everybody chooses */
  readonly at?: string;
}

/** A schedule with every default. */
export interface RunbookSchedule {
  readonly every: "day" | Weekday;
  /** `05:17`. */
  readonly at: string;
}

const DEFAULTS: RunbookSchedule = { every: "day", at: "05:17" };
const OPTIONS: OptionNames<RunbookScheduleArgs> = { every: "optional", at: "optional" };

/**
 * Minutes between planning and the first start, at the least. Azure refuses a start within 5 minutes of the moment the
 * schedule is made, and whatever an update makes before it takes its time.
 * https://learn.microsoft.com/azure/automation/shared-resources/schedules
 */
const LEAST_AHEAD_MINUTES = 60;
const MINUTE_MS = 60_000;

export function readSchedule(
  at: string,
  given: RunbookScheduleArgs,
  problems: Problems,
): RunbookSchedule | undefined {
  const options = readOptions(at, given, OPTIONS, problems);
  if (options === undefined) return undefined;
  const schedule = { ...DEFAULTS, ...options };
  problems.add(`${at}.every`, checkOneOf(schedule.every, ["day", ...WEEKDAYS]));
  problems.add(`${at}.at`, checkTime(schedule.at));
  return schedule;
}

/** The next moment of the schedule that leaves time to make it, in RFC 3339 as Azure answers it. */
export function firstStart({ every, at }: RunbookSchedule, now: Date): string {
  const earliest = now.getTime() + LEAST_AHEAD_MINUTES * MINUTE_MS;
  for (let day = dayOf(now); ; day++) {
    const start = Date.parse(`${dateOf(day)}T${at}:00Z`);
    if (start >= earliest && (every === "day" || every === weekdayOf(day)))
      return `${dateOf(day)}T${at}:00+00:00`;
  }
}

/** `daily-0517`, `monday-0517`: part of names, so that another time is another schedule. */
export function scheduleSuffix({ every, at }: RunbookSchedule): string {
  return `${every === "day" ? "daily" : every}-${at.replace(":", "")}`;
}

/**
 * Creates `<name>-schedule-<suffix>`. The first start is only looked at when it is made: Azure wants it ahead then, and
 * it lies behind in every later run.
 */
export function createSchedule(
  name: string,
  account: AccountAddress,
  schedule: RunbookSchedule,
  now: Date,
  child: pulumi.CustomResourceOptions,
): automation.Schedule {
  const suffix = scheduleSuffix(schedule);
  const { every } = schedule;
  return new automation.Schedule(
    `${name}-schedule-${suffix}`,
    {
      ...account,
      scheduleName: `${name}-${suffix}`,
      name: `${name}-${suffix}`,
      description: "Rotates certificates. Made by certlock; another time is another schedule.",
      ...(every === "day"
        ? { frequency: "Day" }
        : { frequency: "Week", advancedSchedule: { weekDays: [capital(every)] } }),
      interval: 1,
      startTime: firstStart(schedule, now),
      timeZone: "Etc/UTC",
    },
    { ...child, ignoreChanges: ["startTime"] },
  );
}

/** The first of January 1970 was a Thursday. */
function weekdayOf(day: number): Weekday {
  return WEEKDAYS[(day + 3) % 7] ?? "monday";
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function checkTime(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(given)) return undefined;
  return {
    code: typeof given === "string" ? "out-of-range" : "wrong-type",
    given: describeGiven(given),
    allowed: "a time of the day in UTC, 00:00 to 23:59",
    remedy: 'write hours and minutes with two digits each, such as "05:17"',
  };
}
