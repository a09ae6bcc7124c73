/** One restriction of an app management policy, and what takes its force away. */
import { millisecondsPerDay } from "./lifetime";
import { Property } from "./property";
import { Report } from "./rule";

export interface RestrictionLimits {
  readonly maxSecretLifetimeDays: number;
  readonly maxCertificateLifetimeDays: number;
  /** Milliseconds of the era. */
  readonly latestCutOff: number;
}

/** Judged by rule tenant-policy-blocks-secrets, which requires them in both scopes. */
function isRequired(type: Property): boolean {
  return type.isText("passwordAddition") || type.isText("symmetricKeyAddition");
}

export function checkRestriction(entry: Property, limits: RestrictionLimits, report: Report): void {
  // Of an entry that is not known as a whole nothing can be said to be there.
  if (entry.isUndecided) {
    report.undecided(entry);
    return;
  }
  const [type, state] = [entry.at("restrictionType"), entry.at("state")];
  const [cutOff, lifetime] = [entry.at("restrictForAppsCreatedAfterDateTime"), entry.at("maxLifetime")];
  if (entry.at("excludeActors").isPresent)
    report.violation(`lets chosen callers pass; remove "${entry.at("excludeActors").path}".`);
  if (isRequired(type)) return;
  for (const property of [type, state, cutOff]) if (property.isUndecided) report.undecided(property);
  if (!state.isUndecided && !state.isText("enabled"))
    report.violation(`switches a restriction off; set "${state.path}" to enabled.`);
  if (cutOff.state === "known" && !(Date.parse(cutOff.text ?? "") <= limits.latestCutOff))
    report.violation(`exempts older applications; remove "${cutOff.path}" or set an earlier date.`);
  if (!/Lifetime$/i.test(type.text ?? "")) return;
  const days = type.isText("asymmetricKeyLifetime")
    ? limits.maxCertificateLifetimeDays
    : limits.maxSecretLifetimeDays;
  const stated = isoDuration(lifetime.text ?? "");
  if (lifetime.isUndecided) report.undecided(lifetime);
  // Also false for what cannot be read.
  else if (!(stated <= days * millisecondsPerDay))
    report.violation(`allows credentials too long a life; set "${lifetime.path}" to P${days}D or less.`);
}

/** Graph takes each type once; and what holds for applications only leaves service principals open. */
export function checkTypes(entries: Property, others: Property, report: Report): void {
  const types = entries.elements().map((entry) => entry.at("restrictionType"));
  const otherTypes = others.elements().map((entry) => entry.at("restrictionType"));
  types.forEach((type, index) => {
    const name = type.text;
    if (name === undefined) return;
    if (types.slice(0, index).some((before) => before.isText(name)))
      report.violation(`declares a restriction twice; remove "${type.path}" or the one before.`);
    else if (!isRequired(type) && !otherTypes.some((other) => other.isUndecided || other.isText(name)))
      report.violation(
        `restricts one scope only; repeat the entry of "${type.path}" under "${others.path}".`,
      );
  });
}

/** A duration as Graph writes it, such as `P180D`, in milliseconds; NaN if it is none. Months count 31 days, years 366. */
export function isoDuration(text: string): number {
  const match =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(
      text,
    );
  if (match === null || text.length < 3) return NaN;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const wholeDays = (years ?? 0) * 366 + (months ?? 0) * 31 + (weeks ?? 0) * 7 + (days ?? 0);
  return wholeDays * millisecondsPerDay + (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
