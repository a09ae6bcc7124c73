/** Whether a date is one, said so that the reader can put it right. */
import { parseDay } from "./calendar";
import { describeGiven, type Finding } from "./problems";

/** A date, or a finding. */
export function checkDate(given: unknown): Finding | undefined {
  if (parseDay(given) !== undefined) return undefined;
  const isAbsent = given === undefined || given === null;
  return {
    code: isAbsent ? "missing" : typeof given === "string" ? "invalid-date" : "wrong-type",
    given: describeGiven(given),
    allowed: "a day that exists, year first, such as 2026-11-21",
    remedy: 'write it as text: in YAML in quotes, "2026-11-21"',
  };
}
