/**
 * Who still signs in with what: the last sign-in of each credential, from Graph or from an exported file. The gate built
 * on it holds a run back that would remove a credential in use.
 */
import { dayOf } from "../../components/calendar";
import { BOUNDS, boundedJson } from "../review/bounded-json";
import { clean } from "../review/clean-text";
import type { Evidence, PlannedIdentity } from "./plan";

/** Last sign-in by the id of the credential, lower case. */
export type SignIns = ReadonlyMap<string, Date>;

/** What Entra calls an unused credential: https://learn.microsoft.com/entra/identity/monitoring-health/recommendation-remove-unused-credential-from-apps */
export const SEEN_WITHIN_DAYS = { least: 1, most: 365, default: 30 } as const;

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Ids of credentials: as Graph's report names them, and the sign-in logs in Log Analytics. */
const KEYS = ["keyid", "serviceprincipalcredentialkeyid"];
/** Days and moments of a row: of the report, of a query that summarizes, of the log itself. */
const TIMES = ["lastsignin", "lastsignindatetime", "lastseen", "timegenerated", "createddatetime"];
const MOST_ROWS = 1_000_000;

/**
 * Reads an exported file: the answer of Graph's `reports/appCredentialSignInActivities` or its list, the answer of a
 * Log Analytics query or its rows (docs/day-58.md has the query).
 *
 * @returns undefined where the text is none of these
 */
export function parseSignIns(text: string): SignIns | undefined {
  const { value, problem } = boundedJson(text, BOUNDS);
  const rows = problem === undefined ? rowsOf(value) : undefined;
  if (rows === undefined || rows.length > MOST_ROWS) return undefined;
  return signInsOf(rows);
}

export function signInsOf(rows: readonly unknown[]): SignIns {
  const found = new Map<string, Date>();
  for (const row of rows) {
    if (!isRecord(row)) continue;
    const fields = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
    const id = KEYS.map((name) => fields.get(name)).find(
      (key): key is string => typeof key === "string" && GUID.test(key),
    );
    const last = lastOf(fields);
    if (id === undefined || last === undefined) continue;
    const key = id.toLowerCase();
    const known = found.get(key);
    if (known === undefined || known < last) found.set(key, last);
  }
  return found;
}

/**
 * The latest of all times a row has. A sign-in that failed counts too: whoever tries has not changed over. When the
 * credential was made does not: Graph's report tells that beside the activity.
 */
function lastOf(fields: ReadonlyMap<string, unknown>): Date | undefined {
  const activity = fields.get("signinactivity");
  const given = isRecord(activity)
    ? Object.entries(activity).flatMap(([name, value]) => (/DateTime$/.test(name) ? [value] : []))
    : TIMES.filter((name) => name !== "createddatetime" || !fields.has("keyid")).map((name) =>
        fields.get(name),
      );
  const moments = given.flatMap((value) => {
    if (typeof value !== "string" || value.length > 40) return [];
    const moment = new Date(value);
    return Number.isNaN(moment.getTime()) ? [] : [moment];
  });
  return moments.reduce<Date | undefined>(
    (last, one) => (last === undefined || one > last ? one : last),
    undefined,
  );
}

function rowsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (!isRecord(value)) return undefined;
  if (Array.isArray(value["value"])) return value["value"] as readonly unknown[];
  const [table] = Array.isArray(value["tables"]) ? (value["tables"] as readonly unknown[]) : [];
  if (!isRecord(table) || !Array.isArray(table["columns"]) || !Array.isArray(table["rows"])) return undefined;
  const names = (table["columns"] as readonly unknown[]).map((column) =>
    isRecord(column) && typeof column["name"] === "string" ? column["name"] : "",
  );
  return (table["rows"] as readonly unknown[]).map((row) =>
    Object.fromEntries(
      names.map((name, index) => [name, Array.isArray(row) ? (row[index] as unknown) : undefined]),
    ),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A credential the next run removes. */
export interface Retired {
  readonly identity: PlannedIdentity;
  readonly urn: string;
  readonly objectId: string | undefined;
}

export interface GateOptions {
  readonly source: Evidence["source"];
  readonly signIns: SignIns;
  readonly now: Date;
  readonly seenWithinDays: number;
  /** Object ids of the applications, by URN of the identity. */
  readonly objectIds: ReadonlyMap<string, string>;
  /** Id of the exemption that lets a credential go; undefined where there is none. */
  readonly exempted: (retired: Retired) => string | undefined;
  readonly exemptionProblems: readonly string[];
}

/** Judges what a run removes. What cannot be judged is said, and never taken for unused. */
export function judgeRetirement(
  identities: readonly PlannedIdentity[],
  nextRun: string | undefined,
  options: GateOptions,
): Evidence {
  const { source, signIns, now, seenWithinDays, exempted, exemptionProblems, objectIds } = options;
  const retired: string[] = [];
  const inUse: Evidence["inUse"] = [];
  const undecided: string[] = [];
  for (const identity of identities) {
    const withdrawn = identity.gaps.some(({ kind, from }) => kind === "withdrawn" && from === nextRun);
    for (const { removedOn, generation, keyId, urn, state, validUntil } of identity.certificates) {
      if (nextRun === undefined || removedOn !== nextRun || state === "planned") continue;
      // Nobody can sign in with it any more, and the run may be the one that ends an outage.
      if (validUntil !== undefined && validUntil <= nextRun) continue;
      const called = `${identity.name}${generation === undefined ? "" : ` g${generation}`}`;
      retired.push(called);
      if (keyId === undefined || urn === undefined) {
        undecided.push(
          `${called}: the id of its credential is not known, so nobody can say whether it is in use: give --state.`,
        );
        continue;
      }
      const last = signIns.get(keyId.toLowerCase());
      if (last === undefined) continue;
      const daysAgo = Math.max(0, dayOf(now) - dayOf(last));
      if (daysAgo > seenWithinDays) continue;
      const exemption = exempted({ identity, urn, objectId: objectIds.get(identity.urn) });
      inUse.push({
        identity: identity.name,
        ...(generation !== undefined && { generation }),
        keyId,
        urn,
        lastSignIn: last.toISOString(),
        daysAgo,
        ...(exemption !== undefined && { exemption: clean(exemption) }),
        ...(withdrawn && { withdrawn }),
      });
    }
  }
  const newest = [...signIns.values()].reduce<Date | undefined>(
    (last, one) => (last === undefined || one > last ? one : last),
    undefined,
  );
  if (retired.length > 0) undecided.push(...silence(newest, now, seenWithinDays));
  return {
    source,
    seenWithinDays,
    ...(nextRun !== undefined && { nextRun }),
    credentials: signIns.size,
    ...(newest !== undefined && { newest: newest.toISOString() }),
    retired,
    inUse,
    undecided,
    exemptionProblems: exemptionProblems.map((problem) => clean(problem, 300)),
  };
}

/** Evidence that tells of nobody proves nothing: the report of Graph may be empty, and a file may be old. */
function silence(newest: Date | undefined, now: Date, seenWithinDays: number): string[] {
  if (newest === undefined)
    return ["The evidence tells of no sign-in at all, so it does not show that what is removed is unused."];
  const age = dayOf(now) - dayOf(newest);
  return age > seenWithinDays
    ? [
        `The newest sign-in of the evidence is ${age} days old, so it says nothing of the last ${seenWithinDays}.`,
      ]
    : [];
}

/** The certificates with their last sign-in, for those who read the plan. */
export function withSignIns(identity: PlannedIdentity, signIns: SignIns): PlannedIdentity {
  const certificates = identity.certificates.map((one) => {
    const last = one.keyId === undefined ? undefined : signIns.get(one.keyId.toLowerCase());
    return last === undefined ? one : { ...one, lastSignIn: last.toISOString() };
  });
  return { ...identity, certificates };
}

/** @returns undefined for what is no number of days within the bounds */
export function readSeenWithin(given: string): number | undefined {
  const { least, most } = SEEN_WITHIN_DAYS;
  const days = /^(\d{1,3})d?$/.exec(given.trim())?.[1];
  return days !== undefined && Number(days) >= least && Number(days) <= most ? Number(days) : undefined;
}
