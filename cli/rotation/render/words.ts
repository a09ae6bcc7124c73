/** Words all renderings of a plan have in common. */
import type { Plan, PlannedCertificate, PlannedIdentity, PlanRun } from "../plan";

export const VERDICTS = { ok: "✅", attention: "❌", incomplete: "⚪" } as const;

export function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}

/** What the plan is of, until when, and where its dates are from. */
export function provenance(plan: Plan): readonly string[] {
  const dates = {
    state: "dates from the state",
    preview: "dates from the preview",
    assumed: "dates computed from the schedule",
  }[plan.certificatesFrom];
  return [
    ...(plan.stack === undefined ? [] : [plan.stack]),
    `${plan.today} to ${plan.until}`,
    `runs ${plan.every}`,
    ...(plan.missed === undefined ? [] : [`none from ${plan.missed.from} to ${plan.missed.to} (simulated)`]),
    dates,
  ];
}

export function schedule({ key, schedule: numbers, status }: PlannedIdentity): string {
  const place = {
    tls: "key in the state",
    vault: "key born in a vault",
    external: "key kept elsewhere",
    unknown: "schedule not known",
  }[key];
  if (status === "removed") return "no longer declared";
  if (numbers === undefined) return key === "external" ? `${place}, replaced by hand` : place;
  const pin = numbers.pinned === undefined ? "" : `, pinned to g${numbers.pinned}`;
  return `${place}, every ${numbers.periodDays} days, valid for ${numbers.validityDays}, RSA-${numbers.keyBits}${pin}`;
}

export function certificate(one: PlannedCertificate): string {
  const { generation, thumbprint, validFrom, validUntil, removedOn, state, lastSignIn, name } = one;
  const called = generation === undefined ? (name ?? "a certificate") : `g${generation}`;
  const parts = [
    `${called}: valid ${validFrom ?? "?"} to ${validUntil ?? "?"}`,
    ...(state === "assumed" ? ["as computed"] : []),
    ...(thumbprint === undefined ? [] : [thumbprint]),
    ...(removedOn === undefined ? [] : [`removed ${removedOn}`]),
    ...(lastSignIn === undefined ? [] : [`last sign-in ${lastSignIn.slice(0, 10)}`]),
  ];
  return parts.join(", ");
}

export function runInWords({ makes, removes, clients }: PlanRun): string {
  const parts = [
    ...(makes.length === 0 ? [] : [`makes ${generations(makes)}`]),
    ...(clients === undefined
      ? []
      : [
          clients.from === undefined
            ? `clients take g${clients.to}`
            : `clients go from g${clients.from} to g${clients.to}`,
        ]),
    ...(removes.length === 0 ? [] : [`removes ${generations(removes)}`]),
  ];
  return parts.length === 0 ? "removes everything" : parts.join(", ");
}

/** The time clients have, and how late the run may be. */
export function clients({ clients: changing, lastSafe, day }: PlanRun): string[] {
  if (changing?.from === undefined) return [];
  return [
    ...(changing.until === undefined
      ? []
      : [`g${changing.from} works until ${changing.until}: ${days(changing.days ?? 0)} to change over`]),
    ...(lastSafe === undefined || lastSafe < day ? [] : [`may be as late as ${lastSafe}`]),
  ];
}

/** What holds if no run comes: the line nobody wants to need. */
export function nextTurn({ next, current }: PlannedIdentity, { today }: Plan): string[] {
  if (next === undefined || next.endsOn < today) return [];
  return [`Without any run, g${current ?? "?"} ends on ${next.endsOn}, and nobody can sign in.`];
}

export function evidenceLines({ evidence }: Plan): string[] {
  if (evidence === undefined) return [];
  const { source, seenWithinDays, credentials, newest, retired, inUse, undecided, nextRun } = evidence;
  const from = source === "graph" ? "Microsoft Graph" : "the file";
  return [
    `from ${from}: ${credentials === 1 ? "1 credential" : `${credentials} credentials`} with sign-ins${newest === undefined ? "" : `, the newest on ${newest.slice(0, 10)}`}`,
    ...(nextRun === undefined
      ? ["no run is planned"]
      : retired.length === 0
        ? [`the run of ${nextRun} removes nothing`]
        : [`the run of ${nextRun} removes ${retired.join(", ")}`]),
    ...inUse.map(({ identity, generation, keyId, lastSignIn, daysAgo, exemption, withdrawn }) => {
      const why =
        withdrawn === true
          ? ", withdrawn all the same"
          : exemption === undefined
            ? ""
            : `, exempted by ${exemption}`;
      const which = generation === undefined ? identity : `${identity} g${generation}`;
      return `in use${why}: ${which} (${keyId}), last sign-in ${lastSignIn.slice(0, 10)}, ${days(daysAgo)} ago`;
    }),
    ...(retired.length > 0 && inUse.length === 0 && undecided.length === 0
      ? [`none of them was seen within ${days(seenWithinDays)}`]
      : []),
    ...undecided,
    ...evidence.exemptionProblems.map((problem) => `exemptions.yaml: this run relies on ${problem}`),
  ];
}

function generations(numbers: readonly number[]): string {
  const names = numbers.map((number) => `g${number}`);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
