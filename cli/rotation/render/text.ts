/** The plan for a terminal, in colour only when asked. */
import type { Plan, PlannedIdentity, PlanRun } from "../plan";
import * as words from "./words";

export interface TextOptions {
  /** @default false */
  readonly colour?: boolean;
}

type Paint = (text: string, colour: keyof typeof CODES) => string;
const CODES = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 } as const;
const COLOURS = { ok: "green", attention: "red", incomplete: "yellow" } as const;

export function text(plan: Plan, { colour = false }: TextOptions = {}): string {
  const paint: Paint = (given, name) => (colour ? `\u001b[${CODES[name]}m${given}\u001b[0m` : given);
  const lines = [
    paint(`${words.VERDICTS[plan.verdict]} ${plan.sentence}`, COLOURS[plan.verdict]),
    paint(words.provenance(plan).join(" · "), "dim"),
    ...plan.notes.map((note) => paint(note, "yellow")),
  ];
  for (const identity of plan.identities) lines.push("", ...identityLines(identity, plan, paint));
  const evidence = words.evidenceLines(plan);
  if (evidence.length > 0) lines.push("", paint("Evidence", "bold"), ...evidence.map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

function identityLines(identity: PlannedIdentity, plan: Plan, paint: Paint): string[] {
  const { gaps, notes, certificates, runs } = identity;
  const failing = identity.status === "gap" || identity.status === "overdue" || identity.status === "by-hand";
  const existing = certificates.filter(({ state }) => state !== "planned");
  return [
    `${paint(identity.name, "bold")}  ${paint(words.schedule(identity), "dim")}`,
    ...(failing ? [`  ${paint(identity.sentence, "red")}`] : []),
    ...(failing || runs.length > 0 ? [] : [`  ${identity.sentence}`]),
    ...existing.map((one) => `  ${words.certificate(one)}`),
    ...runs.flatMap((run) => runLines(run, plan, paint)),
    ...gaps
      .filter(({ sentence }) => identity.byHand === undefined && !(failing && sentence === identity.sentence))
      .map(({ kind, sentence }) => `  ${paint(sentence, kind === "withdrawn" ? "yellow" : "red")}`),
    ...words.nextTurn(identity, plan).map((line) => `  ${paint(line, "dim")}`),
    ...notes.map((note) => `  ${paint(note, "yellow")}`),
  ];
}

function runLines(run: PlanRun, plan: Plan, paint: Paint): string[] {
  const late = run.lateDays > 0 ? `, ${words.days(run.lateDays)} late` : "";
  const what = words.runInWords(run);
  const day = run.day === plan.today ? `${run.day} (today)` : run.day;
  return [
    `  ${paint(day, "bold")}${run.lateDays > 0 ? paint(late, "yellow") : ""}  ${what}`,
    ...words.clients(run).map((line) => `    ${line}`),
  ];
}
