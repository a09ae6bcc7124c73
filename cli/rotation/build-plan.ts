/** The plan of a stack: that of each identity, and the one sentence that says whether somebody has to do something. */
import { dateOf, type DayNumber, parseDay } from "../../components/calendar";
import { EXIT, type ExitCode } from "../exit-codes";
import { type SignIns, withSignIns } from "./evidence";
import type { RotatedIdentity } from "./identities";
import { blockersOf, type Evidence, type Plan, PLAN_VERSION, type PlannedIdentity } from "./plan";
import { planIdentity } from "./plan-identity";
import type { Every, Missed } from "./run-days";

export interface PlanInput {
  readonly stack?: { readonly project: string; readonly name: string } | undefined;
  readonly identities: readonly RotatedIdentity[];
  readonly now: Date;
  readonly today: DayNumber;
  readonly until: DayNumber;
  readonly every: Every;
  readonly missed?: Missed | undefined;
  readonly schedulesFrom: Plan["schedulesFrom"];
  readonly certificatesFrom: Plan["certificatesFrom"];
  /** What of the inputs could not be read: one sentence each. */
  readonly incomplete?: readonly string[];
  /** Last sign-ins by credential. */
  readonly signIns?: SignIns;
  /** Judges what the next run removes. */
  readonly evidence?: (identities: readonly PlannedIdentity[], nextRun: string | undefined) => Evidence;
}

export function buildPlan(input: PlanInput): Plan {
  const { today, until, every, missed, stack, incomplete = [] } = input;
  const isRun = (day: DayNumber): boolean =>
    every.isRun(day) && !(missed !== undefined && day >= missed.from && day <= missed.to);
  const days = { today, until, isRun };
  const planned = input.identities.map((identity) => planIdentity(identity, days));
  let next = today;
  while (next <= until && !isRun(next)) next++;
  const nextRun = next > until ? undefined : dateOf(next);
  const evidence = input.evidence?.(planned, nextRun);
  const { signIns } = input;
  const identities =
    signIns === undefined ? planned : planned.map((identity) => withSignIns(identity, signIns));
  const notes = [...incomplete, ...notesOf(input)];
  const summary = summaryOf(identities, evidence);
  const needs = summary.overdue + summary.gaps + summary.byHand + summary.blocked > 0;
  const isIncomplete =
    summary.unknown > 0 || incomplete.length > 0 || (evidence !== undefined && evidence.undecided.length > 0);
  const verdict = needs ? "attention" : isIncomplete ? "incomplete" : "ok";
  return {
    version: PLAN_VERSION,
    verdict,
    sentence: sentenceOf(identities, evidence, incomplete, input),
    ...(stack !== undefined && { stack: `${stack.project}/${stack.name}` }),
    generatedAt: input.now.toISOString(),
    today: dateOf(today),
    until: dateOf(until),
    every: every.text,
    ...(missed !== undefined && { missed: { from: dateOf(missed.from), to: dateOf(missed.to) } }),
    schedulesFrom: input.schedulesFrom,
    certificatesFrom: input.certificatesFrom,
    summary,
    identities: [...identities],
    ...(evidence !== undefined && { evidence }),
    notes,
  };
}

/** What fails a run: all that needs somebody, or alone that the next run would remove what is in use. */
export const planThresholds = ["attention", "in-use"] as const;
export type PlanThreshold = (typeof planThresholds)[number];

/**
 * The exit code of a plan. With `in-use` it is a gate before a run: what is late must not keep the run away that makes up
 * for it.
 */
export function exitCodeOfPlan(plan: Plan, failOn: PlanThreshold = "attention"): ExitCode {
  const { verdict, evidence, summary } = plan;
  if (failOn === "attention")
    return { ok: EXIT.ok, attention: EXIT.blocked, incomplete: EXIT.incomplete }[verdict];
  if (summary.blocked > 0) return EXIT.blocked;
  const isDecided = evidence !== undefined && evidence.undecided.length === 0 && summary.unknown === 0;
  return isDecided ? EXIT.ok : EXIT.incomplete;
}

function notesOf({ certificatesFrom, identities }: PlanInput): string[] {
  const assumes = certificatesFrom === "assumed" && identities.some(({ schedule }) => schedule !== undefined);
  return assumes
    ? [
        "What is deployed was not read: the plan takes it that every run came on its day. Give --state for real dates, and to hear what is overdue.",
      ]
    : [];
}

function summaryOf(identities: readonly PlannedIdentity[], evidence: Evidence | undefined): Plan["summary"] {
  const counted = (wanted: (identity: PlannedIdentity) => boolean): number =>
    identities.filter(wanted).length;
  return {
    identities: identities.length,
    changes: identities.reduce((sum, { runs }) => sum + runs.length, 0),
    overdue: counted(({ overdue }) => overdue !== undefined),
    gaps: identities.reduce(
      (sum, { gaps, status }) =>
        status === "by-hand" ? sum : sum + gaps.filter(({ kind }) => kind !== "withdrawn").length,
      0,
    ),
    byHand: counted(({ status }) => status === "by-hand"),
    unknown: counted(({ status }) => status === "unknown"),
    blocked: blockersOf(evidence).length,
  };
}

/** The worst first: who cannot sign in, who is cut off, what is late, what somebody has to do, what is not known. */
function sentenceOf(
  identities: readonly PlannedIdentity[],
  evidence: Evidence | undefined,
  incomplete: readonly string[],
  { today, until }: PlanInput,
): string {
  const blocked = blockersOf(evidence);
  const [first] = blocked;
  if (first !== undefined) {
    const which = first.generation === undefined ? "a certificate" : `g${first.generation}`;
    return `${first.identity}: the run of ${evidence?.nextRun ?? "?"} would remove ${which}, and somebody signed in with it on ${first.lastSignIn.slice(0, 10)}${others(blocked.length)}.`;
  }
  for (const status of ["gap", "overdue", "by-hand"] as const) {
    const found = identities.filter((identity) => identity.status === status);
    const [worst] = [...found].sort((a, b) => firstDay(a).localeCompare(firstDay(b)));
    if (worst !== undefined) return `${worst.name}: ${withOthers(begun(worst.sentence), found.length)}`;
  }
  const unknown = identities.filter(({ status }) => status === "unknown");
  if (unknown[0] !== undefined)
    return `${unknown[0].name}: ${withOthers(begun(unknown[0].sentence), unknown.length)}`;
  if (incomplete[0] !== undefined) return incomplete[0];
  if (evidence?.undecided[0] !== undefined) return evidence.undecided[0];
  if (identities.length === 0) return "There is no certificate in this stack, so nothing rotates.";
  const runs = identities.flatMap(({ name, sentence, runs: [run] }) =>
    run === undefined ? [] : [{ name, sentence, day: run.day }],
  );
  const [next] = [...runs].sort((a, b) => a.day.localeCompare(b.day));
  if (next === undefined) return `No run until ${dateOf(until)} changes a certificate.`;
  const same = runs.filter(({ day }) => day === next.day).length;
  const left = (parseDay(next.day) ?? today) - today;
  const when = left === 0 ? "today" : left === 1 ? "tomorrow" : `in ${left} days`;
  return `Next change ${when}: ${next.name}, ${withOthers(begun(next.sentence), same)}`;
}

function firstDay({ gaps, overdue, byHand }: PlannedIdentity): string {
  return gaps.find(({ kind }) => kind !== "withdrawn")?.from ?? overdue?.since ?? byHand?.until ?? "";
}

/** As it goes on after a name and a colon. */
function begun(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function others(all: number): string {
  return all > 1 ? ` (and ${all - 1} more)` : "";
}

function withOthers(sentence: string, all: number): string {
  return all > 1 ? `${sentence.replace(/\.$/, "")}${others(all)}.` : sentence;
}
