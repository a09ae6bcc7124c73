/** The verdict, and the one sentence everybody reads. */
import { mustFix, isOpen } from "./findings";
import type { CredentialChange, Finding, Report, TrustChange, Verdict } from "./report";
import { atLeast } from "./severity";

export interface Grounds {
  readonly blockers: readonly string[];
  /** What is missing for a verdict beside that: inputs that could not be read. */
  readonly incomplete: readonly string[];
  readonly preview: Report["preview"];
  /** In risk order. */
  readonly findings: readonly Finding[];
  readonly credentialChanges: readonly CredentialChange[];
  readonly trustChanges: readonly TrustChange[];
  readonly exemptions: Report["exemptions"];
  readonly notEvaluated: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly sentence: string;
}

export function judge(grounds: Grounds): Judgement {
  const { blockers, incomplete, findings } = grounds;
  const stops = findings.filter(mustFix);
  const parts = [
    ...(stops.length > 0 ? [worstOf(stops, grounds)] : []),
    ...blockers.map(asPart),
    ...incomplete.map(asPart),
  ];
  if (stops.length > 0 || blockers.length > 0) return { verdict: "blocked", sentence: parts.join("; ") };
  if (incomplete.length > 0) return { verdict: "incomplete", sentence: parts.join("; ") };
  const look = worthALook(grounds);
  return look === undefined
    ? { verdict: "clean", sentence: calm(grounds) }
    : { verdict: "needs-review", sentence: look };
}

/** A sentence within a sentence: it begins small and ends open. */
function asPart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

function worstOf(stops: readonly Finding[], { credentialChanges }: Grounds): string {
  const secrets = credentialChanges.filter(({ kind, change }) => kind === "secret" && change === "add");
  const others = stops.filter(({ urn }) => !secrets.some((secret) => secret.urn === urn)).length;
  if (secrets.length > 0) {
    const where = secrets.length === 1 ? ` on ${secrets[0]?.identity ?? ""}` : "";
    const more = others > 0 ? `, and ${plural(others, "more finding")} to fix` : "";
    return `${plural(secrets.length, "client secret")} would be created${where}${more}`;
  }
  const [first] = stops;
  const more = stops.length > 1 ? `, and ${plural(stops.length - 1, "more finding")} to fix` : "";
  // What follows the semicolon is the fix.
  return `${(first?.message ?? "").split("; ")[0]?.replace(/\.$/, "") ?? ""}${more}`;
}

function worthALook({ findings, credentialChanges, trustChanges, exemptions }: Grounds): string | undefined {
  const loosened = trustChanges.filter(({ direction }) => direction === "loosens");
  const changed = trustChanges.filter(
    ({ direction, severity }) => direction !== "loosens" && atLeast(severity, "medium"),
  );
  const credentials = credentialChanges.filter(({ severity }) => atLeast(severity, "medium"));
  const open = findings.filter(isOpen);
  const used = exemptions.filter((row) => row.used);
  const soonest = Math.min(...used.map(({ daysLeft }) => daysLeft ?? Infinity));
  const [control] = loosened;
  const [change] = changed;
  const [credential] = credentials;
  const parts = [
    control && `${trustInWords(control)}${more(loosened.length)}`,
    change && `${trustInWords(change)}${more(changed.length)}`,
    credential && `${credentialInWords(credential)}${more(credentials.length)}`,
    used.length > 0 &&
      `${plural(used.length, "exemption")} in use${Number.isFinite(soonest) ? `, ${soonest} d left` : ""}`,
    open.length > 0 && plural(open.length, "advisory finding"),
  ].filter((part): part is string => typeof part === "string");
  return parts.length === 0 ? undefined : parts.join("; ");
}

function trustInWords({ kind, object, field, before, after, direction, identity }: TrustChange): string {
  if (kind === "owner") return `owner ${direction === "loosens" ? "added to" : "removed from"} ${object}`;
  if (kind === "app role or permission")
    return `${identity ?? object} ${direction === "loosens" ? `may do more: ${after ?? ""}` : `may do less: ${before ?? ""}`}`;
  return `${kind} ${object}: ${field} ${before ?? "none"} → ${after ?? "none"}`;
}

function credentialInWords({ kind, change, identity, overlapDays, newKey }: CredentialChange): string {
  const noun = kind === "secret" ? "client secret" : kind === "federated" ? "federated trust" : "certificate";
  switch (change) {
    case "add":
      return `${noun} added to ${identity}`;
    case "remove":
      return `${noun} removed from ${identity}`;
    case "change":
      return `${noun} of ${identity} changed`;
    default:
      return `${noun} of ${identity} rotated${overlapDays === undefined ? "" : `, ${overlapDays} d overlap`}${newKey === false ? ", with the key of the one before" : ""}`;
  }
}

function calm({ credentialChanges, trustChanges, notEvaluated }: Grounds): string {
  const changes = credentialChanges.length + trustChanges.length;
  const open = notEvaluated > 0 ? `; ${plural(notEvaluated, "question")} open until the update` : "";
  if (changes === 0) return `no credential and no trust boundary changes${open}`;
  const news = credentialChanges.filter(({ change }) => change !== "rotate: retire old");
  const [first] = news.length > 0 ? news : credentialChanges;
  const rest = (news.length > 0 ? news.length : credentialChanges.length) + trustChanges.length;
  const what =
    first === undefined
      ? `${plural(trustChanges.length, "control")} tightened`
      : credentialInWords(first) + more(rest);
  return `${what}${open}`;
}

function more(count: number): string {
  return count > 1 ? ` and ${count - 1} more` : "";
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
