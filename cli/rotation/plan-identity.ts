/** The plan of one identity: its certificates, the runs that change them, and what somebody has to do. */
import { dateOf, type DayNumber, dayOf } from "../../components/calendar";
import { CHANGEOVER_DAYS } from "../../components/rotation";
import { firstDayOf, generationOn, planOn, type Schedule } from "../../components/rotation-schedule";
import type { RotatedIdentity, Standing } from "./identities";
import type { PlanGap, PlannedCertificate, PlannedIdentity, PlanRun } from "./plan";
import {
  assumedStanding,
  type Gap,
  type Held,
  newestOf,
  overdueSince,
  type RunDays,
  simulate,
  type Simulation,
  turnAfter,
} from "./simulation";

/** Days before its end from which a certificate that nothing rotates needs somebody. */
export const BY_HAND_DAYS = 30;

export function planIdentity(identity: RotatedIdentity, days: RunDays): PlannedIdentity {
  const { name, urn, clientId, key } = identity;
  const common = { name, urn, ...(clientId !== undefined && { clientId }), key };
  if (!identity.isDeclared) return { ...common, ...removed(identity, days) };
  if (identity.schedule !== undefined) return { ...common, ...rotating(identity, identity.schedule, days) };
  if (key === "external") return { ...common, ...byHand(identity, days) };
  return { ...common, ...unknown(identity) };
}

type Rest = Omit<PlannedIdentity, "name" | "urn" | "clientId" | "key">;

function rotating(identity: RotatedIdentity, schedule: Schedule, days: RunDays): Rest {
  const { today } = days;
  const notes: string[] = [];
  const held =
    identity.standing === undefined
      ? assumedStanding(schedule, today)
      : identity.standing.flatMap((one) => heldOf(one, schedule, notes));
  const simulation = simulate(schedule, held, days);
  const newest = newestOf(held);
  const turn = newest && turnAfter(schedule, newest);
  const run = turn && simulation.runs.find((each) => each.previous?.generation === newest.generation);
  const since =
    identity.standing === undefined || newest === undefined
      ? undefined
      : overdueSince(schedule, newest.generation, days);
  const gaps = simulation.gaps.map((gap) => withSentence(gap));
  notes.push(...notesOnPin(schedule, simulation, today));
  const status = gaps.some(({ kind }) => kind !== "withdrawn")
    ? "gap"
    : since === undefined
      ? "on-time"
      : "overdue";
  const { validityDays, keyBits } = planOn(schedule, today).current;
  const { pinned } = schedule;
  return {
    status,
    sentence: sentenceOf({ status, gaps, since, today, newest, simulation, lastSafe: turn?.lastSafe }),
    schedule: {
      periodDays: periodOn(schedule, today),
      validityDays,
      keyBits,
      ...(pinned !== undefined && { pinned }),
    },
    ...(newest !== undefined && { current: newest.generation }),
    ...(turn !== undefined && {
      next: {
        turn: dateOf(turn.day),
        ...(run !== undefined && { run: dateOf(run.day) }),
        ...(turn.lastSafe !== undefined && { lastSafe: dateOf(turn.lastSafe) }),
        endsOn: dateOf(turn.endsOn),
      },
    }),
    ...(since !== undefined && { overdue: { since: dateOf(since), days: today - since } }),
    certificates: certificatesOf(identity, held, simulation),
    runs: simulation.runs.map((each) => runOf(each, schedule, simulation)),
    gaps,
    notes,
  };
}

/** A certificate with its days; one whose dates are not known is taken for one that came on its day. */
function heldOf(
  { generation, name, validFrom, validUntil }: Standing,
  schedule: Schedule,
  notes: string[],
): Held[] {
  if (generation === undefined) {
    notes.push(`${name} is none of its generations: no run of this schedule looks after it.`);
    return [];
  }
  const begins = firstDayOf(schedule, generation);
  const from = validFrom === undefined ? begins : dayOf(validFrom);
  if (validUntil !== undefined) return [{ generation, from, until: dayOf(validUntil) }];
  notes.push(`When ${name} ends is not known; taken is what its schedule says.`);
  const { declared } = planOn({ terms: schedule.terms, pinned: generation }, begins);
  return [{ generation, from, until: from + (declared.at(-1)?.validityDays ?? 0) }];
}

function periodOn({ terms }: Schedule, today: DayNumber): number {
  return (terms.findLast(({ from }) => from <= today) ?? terms[0])?.periodDays ?? 0;
}

function certificatesOf(
  { standing }: RotatedIdentity,
  held: readonly Held[],
  simulation: Simulation,
): PlannedCertificate[] {
  const known = new Map((standing ?? []).map((one) => [one.generation, one]));
  const removed = (generation: number): { removedOn?: string } => {
    const day = simulation.removedOn.get(generation);
    return day === undefined ? {} : { removedOn: dateOf(day) };
  };
  const existing = held.map((one): PlannedCertificate => {
    const found = known.get(one.generation);
    return {
      ...(found === undefined
        ? { state: "assumed" as const, validFrom: dateOf(one.from), validUntil: dateOf(one.until) }
        : existingCertificate(found)),
      generation: one.generation,
      ...removed(one.generation),
    };
  });
  const made = simulation.runs.flatMap(({ makes }) => makes);
  const planned = made.map((one): PlannedCertificate => ({
    generation: one.generation,
    state: "planned",
    validFrom: dateOf(one.from),
    validUntil: dateOf(one.until),
    ...removed(one.generation),
  }));
  return [...existing, ...planned];
}

function existingCertificate(one: Standing): PlannedCertificate {
  const { generation, name, urn, keyId, thumbprint, validFrom, validUntil } = one;
  return {
    ...(generation !== undefined && { generation }),
    state: "exists",
    name,
    urn,
    ...(keyId !== undefined && { keyId }),
    ...(thumbprint !== undefined && { thumbprint }),
    ...(validFrom !== undefined && { validFrom: dateOf(dayOf(validFrom)) }),
    ...(validUntil !== undefined && {
      validUntil: dateOf(dayOf(validUntil)),
      endsAt: validUntil.toISOString(),
    }),
  };
}

function runOf(run: Simulation["runs"][number], schedule: Schedule, simulation: Simulation): PlanRun {
  const { day, turn, makes, removes, previous, current } = run;
  const changes = previous?.generation !== current.generation;
  const changeover = simulation.changeover.get(day);
  const lastSafe = previous && changes ? turnAfter(schedule, previous)?.lastSafe : undefined;
  return {
    day: dateOf(day),
    turn: dateOf(turn),
    lateDays: day - turn,
    makes: makes.map(({ generation }) => generation),
    removes: removes.map(({ generation }) => generation),
    ...(changes && {
      clients: {
        ...(previous !== undefined && { from: previous.generation }),
        to: current.generation,
        ...(changeover !== undefined && { until: dateOf(changeover.until), days: changeover.days }),
      },
    }),
    ...(lastSafe !== undefined && { lastSafe: dateOf(lastSafe) }),
  };
}

function withSentence({ kind, generation, from, to, days }: Gap): PlanGap {
  const g = `g${generation}`;
  const [day, end] = [dateOf(from), to === undefined ? undefined : dateOf(to)];
  const until =
    end === undefined
      ? "from then on: no planned run makes another"
      : end === day
        ? "until the run of that day"
        : `until the run of ${end}`;
  const sentences = {
    outage: `${g} ends, and nobody can sign in ${until}`,
    "cut-off": `the run removes ${g}, which clients hold: they fail until they have read the vault again`,
    short: `clients begin to change over from ${g} and have ${days === 1 ? "1 day" : `${days ?? 0} days`} for it, of ${CHANGEOVER_DAYS} they need`,
    withdrawn: `${g} is withdrawn, as the program says: clients fail until they have read the vault again`,
  };
  return {
    kind,
    generation,
    from: day,
    ...(end !== undefined && { to: end }),
    ...(days !== undefined && { days }),
    sentence: `On ${day} ${sentences[kind]}.`,
  };
}

function notesOnPin(schedule: Schedule, { refusedFrom }: Simulation, today: DayNumber): string[] {
  const { pinned } = schedule;
  if (pinned === undefined) return [];
  const scheduled = generationOn(schedule, today);
  return [
    ...(pinned < scheduled
      ? [
          `Pinned to generation ${pinned}, and it is the turn of ${scheduled}: take the pin out when clients have changed over.`,
        ]
      : []),
    ...(refusedFrom === undefined
      ? []
      : [
          `From ${dateOf(refusedFrom)} on, runs refuse the pin to generation ${pinned}, and nothing is deployed.`,
        ]),
  ];
}

function sentenceOf({
  status,
  gaps,
  since,
  today,
  newest,
  simulation,
  lastSafe,
}: {
  readonly status: string;
  readonly gaps: readonly PlanGap[];
  readonly since: DayNumber | undefined;
  readonly today: DayNumber;
  readonly newest: Held | undefined;
  readonly simulation: Simulation;
  readonly lastSafe: DayNumber | undefined;
}): string {
  const gap = gaps.find(({ kind }) => kind !== "withdrawn");
  if (status === "gap" && gap !== undefined) return gap.sentence;
  if (since !== undefined && newest !== undefined) {
    const late = today - since === 1 ? "1 day ago" : `${today - since} days ago`;
    const safe = lastSafe === undefined || lastSafe < today ? "" : `, by ${dateOf(lastSafe)} at the latest`;
    return `The successor of g${newest.generation} was due on ${dateOf(since)}, ${late}: have it made${safe}.`;
  }
  const [next] = simulation.runs;
  if (next === undefined) return "No planned run changes anything.";
  const from = next.previous === undefined ? "" : `from g${next.previous.generation} `;
  return next.previous?.generation === next.current.generation
    ? `The run of ${dateOf(next.day)} removes ${next.removes.map(({ generation }) => `g${generation}`).join(", ")}.`
    : `The run of ${dateOf(next.day)} goes ${from}to g${next.current.generation}.`;
}

/** Certificates that nothing rotates: the one that ends last decides. */
function byHand({ standing = [] }: RotatedIdentity, { today, until }: RunDays): Rest {
  const certificates = standing.map(existingCertificate);
  const ends = standing.flatMap(({ validUntil }) => (validUntil === undefined ? [] : [dayOf(validUntil)]));
  const none = { runs: [], gaps: [], notes: [], certificates };
  if (ends.length === 0 || ends.length < standing.length)
    return { ...none, status: "unknown", sentence: "When its certificates end is not known." };
  const last = Math.max(...ends);
  const daysLeft = last - today;
  const sentence =
    daysLeft <= 0
      ? `Nobody can sign in since ${dateOf(last)}: register a new certificate.`
      : `To be replaced by hand before ${dateOf(last)}, in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}.`;
  const gap: PlanGap = {
    kind: "outage",
    from: dateOf(last),
    sentence: `On ${dateOf(last)} its last certificate ends, and nothing makes another.`,
  };
  return {
    ...none,
    status: daysLeft <= 0 ? "gap" : daysLeft <= BY_HAND_DAYS ? "by-hand" : "on-time",
    sentence,
    byHand: { until: dateOf(last), daysLeft },
    // Of one that is far away nobody has to hear every day.
    gaps: daysLeft <= 0 || (daysLeft <= BY_HAND_DAYS && last <= until) ? [gap] : [],
  };
}

function unknown({ standing, why, rotatesOn }: RotatedIdentity): Rest {
  return {
    status: "unknown",
    sentence: `Its schedule is not known: ${why ?? "nobody wrote it down"}.`,
    certificates: (standing ?? []).map(existingCertificate),
    runs: [],
    gaps: [],
    notes:
      rotatesOn === undefined
        ? []
        : [`The secret in its vault says that the next generation is due on ${dateOf(rotatesOn)}.`],
  };
}

function removed({ standing = [] }: RotatedIdentity, { today, until, isRun }: RunDays): Rest {
  let day = today;
  while (day <= until && !isRun(day)) day++;
  const certificates = standing.map(existingCertificate);
  const generations = standing.flatMap(({ generation }) => (generation === undefined ? [] : [generation]));
  const on = dateOf(day);
  return {
    status: "removed",
    sentence: "The program no longer declares it: the next run removes it and all its certificates.",
    certificates: day > until ? certificates : certificates.map((one) => ({ ...one, removedOn: on })),
    runs: day > until ? [] : [{ day: on, turn: on, lateDays: 0, makes: [], removes: generations }],
    gaps: [],
    notes: [],
  };
}
