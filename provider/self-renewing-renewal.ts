/** When a vault renews a certificate by itself: as programs, policies and people say it. */
import { checkKeys, type Problems } from "./check-problems";
import { isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import { checkWhole } from "./vault-certificate-check";
import { isObject, type JsonObject } from "./vault-client";

/** Days before the end, or percent of the life. */
export type Renewal = { readonly daysBeforeExpiry: number } | { readonly lifetimePercentage: number };

/**
 * With five months, the default: a new key every 60 or 61 days, which is rotation's own period, and at least 89 days in
 * which old and new are both valid. Whatever the months, more than half of the life is left for the change.
 */
export const DEFAULT_RENEWAL: Renewal = { lifetimePercentage: 40 };

/** https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate#trigger */
const PERCENTAGE = { least: 1, most: 99 };
const DAYS_A_MONTH = 27;
/** A superseded certificate stays 30 days by the runbook's default, which runs a day later at the most. */
const CHANGEOVER_DAYS = 31;
const DAY_MS = 86_400_000;

const NAMES = ["daysBeforeExpiry", "lifetimePercentage"] as const;

/** Complains about a renewal that Key Vault does not take. */
export function checkRenewal(inputs: PropertyMap, problems: Problems, warn: (message: string) => void): void {
  const value = inputs["renewal"];
  if (value === undefined || value === UNKNOWN) return;
  const shape =
    "must be { daysBeforeExpiry: <days before the end> } or { lifetimePercentage: <percent of the life> }";
  if (!isMap(value)) {
    problems.add("renewal", `${shape}; ${problems.given("renewal", value)}`);
    return;
  }
  checkKeys(value, NAMES, "renewal", problems);
  const named = NAMES.filter((name) => value[name] !== undefined);
  const [name] = named;
  if (name === undefined || named.length > 1) {
    problems.add("renewal", `${shape}, one of the two; given: ${named.length === 0 ? "none" : "both"}`);
    return;
  }
  const months = inputs["validityMonths"];
  const known = typeof months === "number" && months >= 1 && months <= 12;
  const range =
    name === "lifetimePercentage" ? PERCENTAGE : { least: 1, most: DAYS_A_MONTH * (known ? months : 12) };
  const path = `renewal.${name}`;
  const before = problems.list.length;
  checkWhole({ [path]: value[name] }, path, range, problems);
  const renewal = renewalFrom(value);
  if (problems.list.length > before || !known || renewal === undefined) return;
  const overlap = leastOverlapDays(renewal, months);
  if (overlap >= CHANGEOVER_DAYS) return;
  warn(
    `Old and new certificate are both valid for ${overlap} days only, and clients have no longer to take the new key; RotationRunbook gives them 30 days by default. Renew earlier, or let the certificate live longer.`,
  );
}

/** A checked renewal; undefined when it is unknown or none. */
export function renewalFrom(value: PropertyValue | undefined): Renewal | undefined {
  if (!isMap(value)) return undefined;
  const { daysBeforeExpiry, lifetimePercentage } = value;
  if (typeof daysBeforeExpiry === "number") return { daysBeforeExpiry };
  return typeof lifetimePercentage === "number" ? { lifetimePercentage } : undefined;
}

/** The renewal of a policy; undefined when it makes no keys by itself. */
export function renewalOf(policy: JsonObject): Renewal | undefined {
  const actions: unknown = policy["lifetime_actions"];
  if (!Array.isArray(actions)) return undefined;
  for (const entry of actions.filter(isObject)) {
    const { action, trigger } = entry;
    if (!isObject(action) || String(action["action_type"]).toLowerCase() !== "autorenew") continue;
    if (!isObject(trigger)) continue;
    const { days_before_expiry: days, lifetime_percentage: percentage } = trigger;
    if (typeof days === "number" && days > 0) return { daysBeforeExpiry: days };
    if (typeof percentage === "number" && percentage > 0) return { lifetimePercentage: percentage };
  }
  return undefined;
}

export function lifetimeActions(renewal: Renewal): readonly object[] {
  const trigger =
    "daysBeforeExpiry" in renewal
      ? { days_before_expiry: renewal.daysBeforeExpiry }
      : { lifetime_percentage: renewal.lifetimePercentage };
  return [{ trigger, action: { action_type: "AutoRenew" } }];
}

/** When the vault makes the next version; it may take a day until it does. */
export function renewalDue(renewal: Renewal, from: Date, until: Date): Date {
  if ("daysBeforeExpiry" in renewal) return new Date(until.getTime() - renewal.daysBeforeExpiry * DAY_MS);
  const life = until.getTime() - from.getTime();
  return new Date(from.getTime() + Math.floor((life * renewal.lifetimePercentage) / 100));
}

function leastOverlapDays(renewal: Renewal, months: number): number {
  if ("daysBeforeExpiry" in renewal) return renewal.daysBeforeExpiry;
  return Math.floor((leastDays(months) * (100 - renewal.lifetimePercentage)) / 100);
}

/** The fewest days that so many consecutive months have. */
function leastDays(months: number): number {
  const spans = Array.from(
    { length: 12 },
    (_, start) => (Date.UTC(2023, start + months, 1) - Date.UTC(2023, start, 1)) / DAY_MS,
  );
  return Math.min(...spans);
}
