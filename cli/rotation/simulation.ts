/**
 * The next runs of one identity, day by day: what each makes and removes, what clients hold meanwhile, and when nobody
 * could sign in. Which generations a day has is asked of the very function the component asks. Pure.
 */
import type { DayNumber } from "../../components/calendar";
import { CHANGEOVER_DAYS } from "../../components/rotation";
import {
  acceptsPinOn,
  firstDayOf,
  generationOn,
  numbersOn,
  oldestOn,
  planOn,
  type Schedule,
} from "../../components/rotation-schedule";

/** A registered certificate. Of whole days: it is valid on the last one before `until`, and on `until` it ends. */
export interface Held {
  readonly generation: number;
  readonly from: DayNumber;
  readonly until: DayNumber;
}

export interface RunDays {
  readonly today: DayNumber;
  /** Last day that is planned. */
  readonly until: DayNumber;
  /** Whether there is a run on a day. */
  readonly isRun: (day: DayNumber) => boolean;
}

/** A run that changes something. */
export interface PlannedRun {
  readonly day: DayNumber;
  readonly makes: readonly Held[];
  readonly removes: readonly Held[];
  /** What clients read from now on, and what they have read before; the same generation where they need not change. */
  readonly previous: Held | undefined;
  readonly current: Held;
  /** Day the turn of the current generation began. */
  readonly turn: DayNumber;
}

export interface Gap {
  /**
   * `outage`: nobody can sign in. `cut-off`: a run removes what clients still hold. `short`: clients have fewer days to
   * change over than they need. `withdrawn`: they are cut off on purpose.
   */
  readonly kind: "outage" | "cut-off" | "short" | "withdrawn";
  readonly generation: number;
  readonly from: DayNumber;
  /** The day it is over; absent where no planned run ends it. */
  readonly to?: DayNumber;
  /** Days clients have to change over. */
  readonly days?: number;
}

export interface Simulation {
  readonly runs: readonly PlannedRun[];
  readonly gaps: readonly Gap[];
  /** First run that refuses the pinned generation. */
  readonly refusedFrom?: DayNumber;
  /** The day each certificate is removed on, by generation. */
  readonly removedOn: ReadonlyMap<number, DayNumber>;
  /** Days clients have between a generation and its successor, by the day of the run. */
  readonly changeover: ReadonlyMap<DayNumber, { readonly until: DayNumber; readonly days: number }>;
}

/** No certificate is registered for longer than it is valid: further on, nothing changes what is planned before. */
const LOOKAHEAD_DAYS = 400;

export function simulate(schedule: Schedule, standing: readonly Held[], days: RunDays): Simulation {
  const { today, until, isRun } = days;
  const runs: PlannedRun[] = [];
  const removedOn = new Map<number, DayNumber>();
  let refusedFrom: DayNumber | undefined;
  let held = [...standing].sort((one, other) => one.generation - other.generation);
  for (let day = today; day <= until + LOOKAHEAD_DAYS; day++) {
    if (!isRun(day)) continue;
    if (!acceptsPinOn(schedule, day)) {
      refusedFrom ??= day;
      continue;
    }
    const run = runOn(schedule, held, day);
    if (run === undefined) continue;
    runs.push(run);
    for (const { generation } of run.removes) removedOn.set(generation, day);
    held = [...held.filter((one) => !run.removes.includes(one)), ...run.makes];
  }
  const { gaps, changeover } = hardships(schedule, newestOf(standing), runs, removedOn, until);
  return {
    runs: runs.filter(({ day }) => day <= until),
    gaps,
    removedOn,
    changeover,
    ...(refusedFrom !== undefined && refusedFrom <= until && { refusedFrom }),
  };
}

function runOn(schedule: Schedule, held: readonly Held[], day: DayNumber): PlannedRun | undefined {
  const numbers = numbersOn(schedule, day);
  const missing = numbers.filter((number) => !held.some(({ generation }) => generation === number));
  const removes = held.filter(({ generation }) => !numbers.includes(generation));
  if (missing.length === 0 && removes.length === 0) return undefined;
  const { declared, current } = planOn(schedule, day);
  const makes = declared
    .filter(({ number }) => missing.includes(number))
    .map(({ number, validityDays }) => ({ generation: number, from: day, until: day + validityDays }));
  const previous = held.at(-1);
  const now = [...held, ...makes].find(({ generation }) => generation === current.number);
  if (now === undefined) throw new RangeError("the current generation is declared");
  return { day, makes, removes, previous, current: now, turn: turnOf(schedule, previous?.generation, day) };
}

/** The first day, up to this one, on which another generation than the one held was the current one. */
function turnOf(schedule: Schedule, held: number | undefined, day: DayNumber): DayNumber {
  const current = numbersOn(schedule, day).at(-1) ?? 1;
  if (held === undefined || held >= current || schedule.pinned !== undefined)
    return Math.min(day, firstDayOf(schedule, current));
  let turn = day;
  while (generationOn(schedule, turn - 1) > held) turn--;
  return turn;
}

/** What clients go through: they hold what the vault handed out last. */
function hardships(
  schedule: Schedule,
  held: Held | undefined,
  runs: readonly PlannedRun[],
  removedOn: ReadonlyMap<number, DayNumber>,
  until: DayNumber,
): Pick<Simulation, "gaps" | "changeover"> {
  const gaps: Gap[] = [];
  const changeover = new Map<DayNumber, { until: DayNumber; days: number }>();
  let current = held;
  const outage = ({ generation, until: from }: Held, to?: DayNumber): void => {
    if (from > until) return;
    // A run beyond the plan is none that anybody has planned.
    const isPlanned = to !== undefined && to <= until;
    gaps.push({ kind: "outage", generation, from, ...(isPlanned && { to }) });
  };
  for (const run of runs) {
    if (current === undefined || run.current.generation === current.generation) {
      current ??= run.current;
      continue;
    }
    const usable = Math.min(current.until, removedOn.get(current.generation) ?? Infinity);
    const days = usable - run.day;
    // A certificate ends some time during its last day, perhaps before the run.
    if (current.until <= run.day) outage(current, run.day);
    else if (run.day <= until) {
      changeover.set(run.day, { until: usable, days: Math.max(0, days) });
      const isWithdrawn = current.generation < oldestOn(schedule, run.day);
      const common = { generation: current.generation, from: run.day };
      if (isWithdrawn) gaps.push({ kind: "withdrawn", ...common });
      else if (days <= 0) gaps.push({ kind: "cut-off", ...common });
      else if (days < CHANGEOVER_DAYS) gaps.push({ kind: "short", ...common, to: usable, days });
    }
    current = run.current;
  }
  if (current !== undefined) outage(current);
  return { gaps, changeover };
}

export function newestOf(held: readonly Held[]): Held | undefined {
  return held.reduce<Held | undefined>(
    (newest, one) => (newest === undefined || one.generation > newest.generation ? one : newest),
    undefined,
  );
}

export interface Turn {
  /** Day the generation that is held stops being the current one. */
  readonly day: DayNumber;
  /** Last day for the run that makes its successor: later, clients have no time to change over. Absent for a withdrawal. */
  readonly lastSafe?: DayNumber;
  /** Day from which nobody can sign in if no run comes. */
  readonly endsOn: DayNumber;
}

/** The turn that comes next for what is held, and how late its run may be; undefined where it ends without one. */
export function turnAfter(schedule: Schedule, held: Held): Turn | undefined {
  let day = held.from;
  while (generationOn(schedule, day) <= held.generation) {
    if (day >= held.until) return undefined;
    day++;
  }
  // How long a late run leaves clients with both: until what they hold is no longer declared, or ends.
  let gone = day;
  while (gone < held.until && numbersOn(unpinned(schedule), gone).includes(held.generation)) gone++;
  const lastSafe = gone - CHANGEOVER_DAYS;
  return { day, endsOn: held.until, ...(lastSafe >= day && { lastSafe }) };
}

function unpinned({ terms }: Schedule): Schedule {
  return { terms };
}

/** The last planned run that should have made what is the current generation today, where what is held is older. */
export function overdueSince(
  schedule: Schedule,
  newest: number,
  { today, isRun }: RunDays,
): DayNumber | undefined {
  let turn = today;
  while (generationOn(schedule, turn) > newest) turn--;
  for (let day = turn + 1; day < today; day++) if (isRun(day)) return turn + 1;
  return undefined;
}

/** What there is if every run until yesterday came on its day: for a program whose state nobody has read. */
export function assumedStanding(schedule: Schedule, today: DayNumber): readonly Held[] {
  const [first] = schedule.terms;
  if (first === undefined || first.from >= today) return [];
  return planOn(schedule, today - 1).declared.map(({ number, validityDays }) => {
    const from = firstDayOf(schedule, number);
    return { generation: number, from, until: from + validityDays };
  });
}
