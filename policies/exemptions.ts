/**
 * Exemptions: data that is reviewed in the repository. One lets findings of one rule about named resources pass as
 * advice, for a time that is short and a reason that has been approved by somebody else.
 *
 * An entry that is not right in every field exempts nothing and is a finding itself (rule exemption-current).
 */
import { parseDocument } from "./document";
import { readScope, Scope } from "./exemption-scope";
import { nearest, unknownWord } from "./nearest";

/** Longest time an exemption may have left, in days; what is needed for longer is approved again. */
export const maxExemptionDays = 90;
/** The same for one marked `breakGlass`, in hours: long enough for a weekend. */
export const maxBreakGlassHours = 72;

/**
 * Judged outside of the pack: `certlock rotation plan` lets a certificate go though somebody still signs in with it. The
 * pack checks such an entry as any other, and cannot tell whether it is needed.
 */
export const credentialInUse = "credential-in-use";

const hour = 3_600_000;

export interface Exemption {
  readonly id: string;
  readonly rule: string;
  readonly scope: Scope;
  readonly reason: string;
  readonly owner: string;
  readonly approver: string;
  readonly ticket: string;
  /** Milliseconds since 1970; a date without a time ends with that day in UTC. */
  readonly expires: number;
  readonly isBreakGlass: boolean;
}

/** Something about the exemptions that somebody has to mend. Continues the sentence "This run relies on". */
export interface ExemptionProblem {
  readonly predicate: string;
}

export interface KnownRule {
  readonly id: string;
  readonly exemptible?: false;
}

export interface ExemptionFile {
  readonly exemptions: readonly Exemption[];
  readonly problems: readonly ExemptionProblem[];
}

const fields = ["id", "rule", "scope", "reason", "owner", "approver", "ticket", "expires"] as const;
type Field = (typeof fields)[number];
const allFields = [...fields, "breakGlass"];

/** @throws DocumentError when the text is no document at all */
export function readExemptions(
  text: string,
  format: "yaml" | "json",
  rules: readonly KnownRule[],
  now: Date,
): ExemptionFile {
  const document = parseDocument(text, format);
  const entries = isObject(document) ? document["exemptions"] : undefined;
  if (!isObject(document) || !Array.isArray(entries)) {
    return { exemptions: [], problems: [{ predicate: 'a file without a list under "exemptions".' }] };
  }
  const problems = Object.keys(document)
    .filter((key) => key !== "exemptions" && key !== "$schema")
    .map((key) => ({ predicate: `a file in which ${sentence(unknownWord(key, "known", ["exemptions"]))}` }));
  const exemptions: Exemption[] = [];
  const ids = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const { title, exemption, complaints } = readEntry(entry, index, rules, now);
    if (exemption && ids.has(exemption.id)) complaints.push("has the id of another one");
    if (exemption && complaints.length === 0) exemptions.push(exemption);
    if (exemption) ids.add(exemption.id);
    problems.push(
      ...complaints.map((complaint) => ({ predicate: `exemption ${title}, which ${sentence(complaint)}` })),
    );
  }
  return { exemptions, problems };
}

function readEntry(entry: unknown, index: number, rules: readonly KnownRule[], now: Date) {
  const given = isObject(entry) ? entry : {};
  const named = typeof given["id"] === "string" && given["id"].trim() !== "" ? given["id"] : undefined;
  const title = named === undefined ? `number ${index + 1}` : `"${named.slice(0, 80)}"`;
  const complaints = Object.keys(given)
    .filter((key) => !allFields.includes(key))
    .map((key) => `has a field nobody reads: ${unknownWord(key, "a field", allFields)}`);
  const text = (field: Field): string => {
    const value = given[field];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    complaints.push(`has no "${field}"`);
    return "";
  };
  const [id, rule, scopeText, reason, owner, approver, ticket, expiresText] = [
    text("id"),
    text("rule"),
    text("scope"),
    text("reason"),
    text("owner"),
    text("approver"),
    text("ticket"),
    text("expires"),
  ];
  const isBreakGlass = given["breakGlass"] === true;
  if (!isBreakGlass && ![undefined, false].includes(given["breakGlass"] as undefined))
    complaints.push('has a "breakGlass" that is neither true nor false');
  if (owner !== "" && visible(owner) === visible(approver))
    complaints.push("has been approved by its own owner");
  if (rule !== "") complaints.push(...ruleComplaints(rule, rules));
  const scope = scopeText === "" ? undefined : readScope(scopeText);
  if (typeof scope === "string") complaints.push(scope);
  const expires = instantOf(expiresText);
  if (expiresText !== "") complaints.push(...expiryComplaints(expiresText, isBreakGlass, now));

  const exemption =
    scope === undefined || typeof scope === "string" || id === ""
      ? undefined
      : { id, rule, scope, reason, owner, approver, ticket, expires, isBreakGlass };
  return { title, exemption, complaints };
}

/** What a reader sees of a name, so that a letter nobody sees does not make somebody else of its owner. */
function visible(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[\p{C}\p{Z}\p{M}]/gu, "")
    .toLowerCase();
}

function ruleComplaints(rule: string, rules: readonly KnownRule[]): string[] {
  if (rule === credentialInUse) return [];
  const known = rules.find(({ id }) => id === rule);
  if (known === undefined) {
    const meant = nearest(rule, [...rules.map(({ id }) => id), credentialInUse]);
    return [`is for a rule that does not exist${meant === undefined ? "" : ` (did you mean "${meant}"?)`}`];
  }
  return known.exemptible === false ? [`is for ${rule}, from which nothing can be exempted`] : [];
}

function expiryComplaints(text: string, isBreakGlass: boolean, now: Date): string[] {
  const left = instantOf(text) - now.getTime();
  // A date means the end of its day, which is up to one day later than the same time on that day.
  const longest = (maxExemptionDays + (isDate(text) ? 1 : 0)) * 24 * hour;
  if (Number.isNaN(left)) return ['has an "expires" that is no date such as 2026-12-31'];
  if (left <= 0) return ["has expired: mend what it exempts and remove it, or have it approved anew"];
  if (isBreakGlass)
    return left > maxBreakGlassHours * hour ? [`breaks glass for more than ${maxBreakGlassHours} hours`] : [];
  return left > longest ? [`ends in more than ${maxExemptionDays} days`] : [];
}

/** A date ends with its day in UTC; a time needs its zone, so that it means the same everywhere. */
function instantOf(text: string): number {
  if (!isDate(text) && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return NaN;
  const start = Date.parse(text);
  // Date.parse takes 2026-02-31 for March.
  if (isDate(text) && !Number.isNaN(start) && !new Date(start).toISOString().startsWith(text)) return NaN;
  return isDate(text) ? start + 24 * hour : start;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** Whole days that are left, the one that has begun included. */
export function daysLeft(exemption: Exemption, now: Date): number {
  return Math.ceil((exemption.expires - now.getTime()) / (24 * hour));
}

/** A question has its mark already. */
function sentence(text: string): string {
  return text.endsWith("?") ? text : `${text}.`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
