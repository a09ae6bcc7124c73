/** What can be said about a single alert: another loudness, another rhythm, or nothing of it. */
import { type OptionNames, readEntries, readOptions } from "../given-options";
import { nearestKey } from "../nearest-key";
import { checkOneOf, describeGiven, describeKey, type Finding, type Problems } from "../problems";
import {
  ALERT_FREQUENCIES,
  ALERT_SEVERITIES,
  ALERT_WINDOWS,
  type AlertDefinition,
  type AlertFrequency,
  type AlertSeverity,
  type AlertWindow,
} from "./alert";
import { ALERT_IDS, type AlertId, alertOf } from "./alerts";

export interface AlertTuning {
  /** 0 (critical) to 4 (verbose). @default - that of the alert */
  readonly severity?: AlertSeverity;
  /** Minutes between two runs: 5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360 or 1440. @default - that of the alert */
  readonly every?: AlertFrequency;
  /**
   * Minutes a run looks back: the same or 2880, and no less than `every`. What reaches the log later than the difference
   * of the two is not seen.
   * @default - that of the alert
   */
  readonly window?: AlertWindow;
  /**
   * Sign-ins or calls of one cause within the window above which it fires, 0 to 1 000 000; for the alerts that count
   * such: about sign-ins, calls of Graph and vaults.
   * @default 0
   */
  readonly moreThan?: number;
}

/** By alert: `false` leaves it out. */
export type AlertTunings = Readonly<Partial<Record<AlertId, AlertTuning | false>>>;

const MOST_CALLS = 1_000_000;

export function tunedAlert(id: AlertId, { moreThan, ...tuning }: AlertTuning = {}): AlertDefinition {
  const alert = alertOf(id);
  const constants = moreThan === undefined ? alert.constants : { ...alert.constants, MoreThan: moreThan };
  return { ...alert, ...tuning, ...(constants === undefined ? {} : { constants }) };
}

const OPTIONS: OptionNames<AlertTuning> = {
  severity: "optional",
  every: "optional",
  window: "optional",
  moreThan: "optional",
};

export function checkTunings(given: AlertTunings, problems: Problems): void {
  for (const [id, tuning] of readEntries<unknown>("alerts", given, problems) ?? []) {
    const at = `alerts[${describeGiven(id)}]`;
    if (!isAlertId(id)) {
      const near = nearestKey(id, ALERT_IDS);
      problems.add(`alerts.${describeKey(id)}`, {
        code: "unknown-key",
        allowed: `the alerts ${ALERT_IDS.join(", ")}`,
        remedy: near === undefined ? "remove it" : `did you mean "${near}"?`,
      });
    } else if (tuning !== false && tuning !== undefined) {
      checkTuning(at, id, tuning as AlertTuning, problems);
    }
  }
}

function checkTuning(at: string, id: AlertId, given: AlertTuning, problems: Problems): void {
  const args = readOptions(at, given, OPTIONS, problems);
  if (args === undefined) return;
  const { severity, every, window } = { ...alertOf(id), ...args };
  problems.add(`${at}.severity`, checkOneOf(severity, ALERT_SEVERITIES));
  problems.add(`${at}.every`, checkOneOf(every, ALERT_FREQUENCIES));
  problems.add(`${at}.window`, checkOneOf(window, ALERT_WINDOWS));
  if (isLess(window, every)) {
    problems.add(`${at}.window`, {
      code: "out-of-range",
      given: String(window),
      allowed: `at least the ${every} minutes between two runs`,
      remedy: "look further back, or run more often: what happens between two windows is never seen",
    });
  }
  if (args.moreThan !== undefined) problems.add(`${at}.moreThan`, checkCount(id, args.moreThan));
}

/** Options are of any type: what is no number has been reported. */
function isLess(left: unknown, right: unknown): boolean {
  return typeof left === "number" && typeof right === "number" && left < right;
}

function checkCount(id: AlertId, given: unknown): Finding | undefined {
  if (alertOf(id).constants?.["MoreThan"] === undefined) {
    return {
      code: "unknown-key",
      given: describeGiven(given),
      allowed: "severity, every and window: this alert tells of each single event and counts none",
      remedy: "remove it",
    };
  }
  if (Number.isInteger(given) && Number(given) >= 0 && Number(given) <= MOST_CALLS) return undefined;
  return {
    code: typeof given === "number" ? "out-of-range" : "wrong-type",
    given: describeGiven(given),
    allowed: `a whole number from 0 to ${MOST_CALLS}`,
    remedy: "leave it out to hear of the first",
  };
}

function isAlertId(given: string): given is AlertId {
  return (ALERT_IDS as readonly string[]).includes(given);
}
