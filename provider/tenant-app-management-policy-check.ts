/** Finds everything that is wrong with the inputs of a TenantAppManagementPolicy, at once. */
import {
  COLLECTIONS,
  type Collection,
  durationSeconds,
  KEY_RESTRICTION_TYPES,
  PASSWORD_RESTRICTION_TYPES,
  RESTRICTION_STATES,
  SCOPES,
} from "../graph";
import { checkKeys, checkWord, Problems } from "./check-problems";
import { isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type { CheckResult } from "./resource-handler";

/** What happens to the tenant's policy when the resource is deleted. */
const ON_DELETE = ["restore", "keep"] as const;

const TYPES: Readonly<Record<Collection, readonly string[]>> = {
  passwordCredentials: PASSWORD_RESTRICTION_TYPES,
  keyCredentials: KEY_RESTRICTION_TYPES,
};
const MEMBERS = ["restrictionType", "state", "maxLifetime", "restrictForAppsCreatedAfterDateTime"] as const;

/** Fills in defaults and lists all problems. Unknown values of a preview are taken to be right. */
export function checkInputs(news: PropertyMap, secretKeys: ReadonlySet<string>): CheckResult {
  const problems = new Problems(secretKeys);

  checkKeys(news, ["isEnabled", ...SCOPES, "onDelete"], "", problems);
  const isEnabled = news["isEnabled"] ?? true;
  if (isEnabled !== UNKNOWN && typeof isEnabled !== "boolean") {
    problems.add("isEnabled", `must be true or false; ${problems.given("isEnabled", isEnabled)}`);
  }
  const onDelete = news["onDelete"] ?? "restore";
  checkWord(onDelete, ON_DELETE, "onDelete", problems);
  for (const scope of SCOPES) checkScope(news[scope], scope, problems);
  return { inputs: { ...news, isEnabled, onDelete }, problems: problems.list };
}

function checkScope(value: PropertyValue | undefined, path: string, problems: Problems): void {
  if (value === undefined || value === null || value === UNKNOWN) return;
  if (!isMap(value)) {
    problems.add(path, `must be an object with ${COLLECTIONS.join(" and ")}; ${problems.given(path, value)}`);
    return;
  }
  checkKeys(value, COLLECTIONS, path, problems);
  for (const collection of COLLECTIONS) {
    const entries = value[collection];
    if (entries === undefined || entries === null || entries === UNKNOWN) continue;
    if (!isList(entries)) {
      problems.add(
        `${path}.${collection}`,
        `must be a list of restrictions; ${problems.given(path, entries)}`,
      );
      continue;
    }
    const seen = new Map<string, number>();
    for (const [index, entry] of entries.entries()) {
      const at = `${path}.${collection}[${index}]`;
      checkEntry(entry, collection, at, problems);
      const type = isMap(entry) ? entry["restrictionType"] : undefined;
      if (typeof type !== "string") continue;
      const first = seen.get(type);
      if (first === undefined) seen.set(type, index);
      else {
        problems.add(
          `${at}.restrictionType`,
          `stands in [${first}] already; each restriction type may stand once per list`,
        );
      }
    }
  }
}

function checkEntry(entry: PropertyValue, collection: Collection, path: string, problems: Problems): void {
  if (entry === UNKNOWN) return;
  if (!isMap(entry)) {
    problems.add(path, `must be an object with ${MEMBERS.join(", ")}; ${problems.given(path, entry)}`);
    return;
  }
  checkKeys(entry, MEMBERS, path, problems);
  const type = entry["restrictionType"];
  checkType(type, collection, `${path}.restrictionType`, problems);
  checkWord(entry["state"], RESTRICTION_STATES, `${path}.state`, problems);
  const known = TYPES[collection].find((word) => word === type);
  checkLifetime(entry, known, `${path}.maxLifetime`, problems);
  checkMoment(
    entry["restrictForAppsCreatedAfterDateTime"],
    `${path}.restrictForAppsCreatedAfterDateTime`,
    problems,
  );
}

function checkType(
  type: PropertyValue | undefined,
  collection: Collection,
  path: string,
  problems: Problems,
): void {
  const other = COLLECTIONS.find((name) => TYPES[name].some((known) => known === type));
  if (other !== undefined && other !== collection) {
    problems.add(path, `names a restriction of ${other}; declare it there`);
    return;
  }
  checkWord(type, TYPES[collection], path, problems);
}

function checkLifetime(entry: PropertyMap, type: string | undefined, path: string, problems: Problems): void {
  const lifetime = entry["maxLifetime"];
  if (lifetime === UNKNOWN) return;
  if (lifetime === undefined || lifetime === null) {
    if (type?.endsWith("Lifetime") === true && entry["state"] === "enabled") {
      problems.add(path, `is required for "${type}": a duration such as "P180D"`);
    }
    return;
  }
  if (type?.endsWith("Addition") === true) {
    problems.add(path, `must be left out for "${type}", which forbids every addition whatever its lifetime`);
    return;
  }
  const seconds = typeof lifetime === "string" ? durationSeconds(lifetime) : undefined;
  if (seconds === undefined) {
    problems.add(
      path,
      `must be a duration in days, hours, minutes and seconds, such as "P180D" or "P1DT12H"; ${problems.given(path, lifetime)}. Years, months and weeks are not understood by Graph`,
    );
  } else if (seconds <= 0) {
    problems.add(path, `must be longer than nothing; ${problems.given(path, lifetime)}`);
  }
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function checkMoment(value: PropertyValue | undefined, path: string, problems: Problems): void {
  if (value === undefined || value === null || value === UNKNOWN) return;
  const text = typeof value === "string" ? value : "";
  const date = MOMENT.exec(text)?.[1];
  // Parsing rolls February 30 over into March; writing the date back shows it.
  const real =
    date !== undefined &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
  if (!real) {
    problems.add(
      path,
      `must be a moment such as "2026-01-31T00:00:00Z", or left out for all; ${problems.given(path, value)}`,
    );
  }
}
