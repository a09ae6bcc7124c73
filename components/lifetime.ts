/** Lifetimes of certificates in days, and points in time as each service wants them. */
import { describeGiven, type Finding } from "./problems";

/**
 * Limit of the tenant policy in days. The default of 180 is the most CIS Microsoft 365 (5.1.5.6) and the Zero
 * Trust Assessment (21773) accept; 366 is what CISA's 365-day rule has to be written as, the comparison being strict.
 */
export const POLICY_LIMIT_DAYS = { least: 2, most: 366, default: 180 } as const;

/** A whole number of days within bounds, or a finding. */
export function checkDays(
  given: unknown,
  bounds: { readonly least: number; readonly most: number },
): Finding | undefined {
  if (Number.isInteger(given) && Number(given) >= bounds.least && Number(given) <= bounds.most)
    return undefined;
  return {
    code: typeof given === "number" ? "out-of-range" : "wrong-type",
    given: describeGiven(given),
    allowed: `a whole number of days from ${bounds.least} to ${bounds.most}`,
    remedy: "choose a number of days in this range",
  };
}

/**
 * Entra compares strictly: under a limit of 180 days a certificate of 180 days is refused
 * (`CredentialInvalidLifetimeAsPerAppPolicy`), so a lifetime must stay below it.
 */
export function checkBelowPolicy(validityDays: number, limitDays: number): Finding | undefined {
  if (validityDays < limitDays) return undefined;
  return {
    code: "certificate-outlives-policy",
    given: String(validityDays),
    allowed: `fewer days than the tenant policy's limit of ${limitDays}: at most ${limitDays - 1}`,
    remedy: `set validityDays to ${limitDays - 1} or less, or raise certificateMaxLifetimeDays`,
  };
}

export function daysToHours(days: number): number {
  return days * 24;
}

/** ISO 8601 duration, the form Graph keeps lifetimes in. */
export function daysToIso(days: number): string {
  return `P${days}D`;
}

/**
 * RFC 3339 in UTC with whole seconds, cut and not rounded. Graph answers in this form: any other spelling of
 * the same moment would look like a change and replace a live credential.
 */
export function utcSeconds(time: string): string {
  return new Date(epochSeconds(time) * 1000).toISOString().replace(".000Z", "Z");
}

/** Seconds since 1970, the unit of Key Vault attributes; milliseconds there would expire in the year 57000. */
export function epochSeconds(time: string): number {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds))
    throw new RangeError(`not a point in time (RFC 3339): ${describeGiven(time)}`);
  return Math.floor(milliseconds / 1000);
}
