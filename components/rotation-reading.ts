/** Checks the numbers of a rotation, whatever their types, and makes a schedule of them. */
import { dateOf, type DayNumber, parseDay } from "./calendar";
import { checkDate } from "./date-check";
import { checkBelowPolicy, checkDays } from "./lifetime";
import { checkOneOf, describeGiven, type Finding, type Problems } from "./problems";
import {
  CHANGEOVER_DAYS,
  DEFAULT_EPOCH,
  KEY_BITS,
  type KeyBits,
  PERIOD_DAYS,
  type RotationArgs,
  type RotationChange,
  VALIDITY_DAYS,
} from "./rotation";
import {
  acceptsPinOn,
  generationOn,
  lastTurnOf,
  oldestOn,
  type Schedule,
  type Term,
} from "./rotation-schedule";

/** What the schedule has to fit, beside itself. */
export interface RotationBounds {
  /** Size of the keys until a change says otherwise. */
  readonly keyBits: KeyBits;
  /** Day of the run. */
  readonly today: DayNumber;
  /** Limit of the tenant policy in days. It refuses a schedule and never shapes one. Default: none known. */
  readonly limitDays?: number;
  /** The most days a certificate is valid for that was asked for so many days. Default: those very days. */
  readonly daysAsIssued?: (validityDays: number) => number;
}

/** A term, and where its validity was given. */
interface ReadTerm extends Term {
  readonly validityAt: string;
}

/**
 * Checks the arguments, of whatever type they are, and answers with the schedule they describe; with undefined where
 * something is wrong, all of which is then among the problems.
 */
export function readRotation(
  at: string,
  args: RotationArgs,
  bounds: RotationBounds,
  problems: Problems,
): Schedule | undefined {
  const before = problems.found.length;
  const epoch = readEpoch(`${at}.epoch`, args.epoch ?? DEFAULT_EPOCH, bounds.today, problems);
  const first: ReadTerm = {
    from: epoch ?? 0,
    first: 1,
    withdraws: false,
    keyBits: bounds.keyBits,
    validityAt: `${at}.validityDays`,
    ...withDefaults(args),
  };
  checkTerm(at, first, first, problems);
  const terms = readChanges(`${at}.changes`, args.changes ?? [], first, problems);
  checkLimit(`${at}.changes`, terms, bounds, problems);
  if (args.generation !== undefined) problems.add(`${at}.generation`, checkNumber(args.generation));
  // What follows compares generations, which wrong numbers do not have.
  if (problems.found.length > before) return undefined;
  const schedule: Schedule = {
    terms,
    ...(args.generation !== undefined && { pinned: args.generation }),
  };
  checkPin(`${at}.generation`, schedule, bounds.today, problems);
  return problems.found.length > before ? undefined : schedule;
}

/** From nothing but the two numbers: what else had a say in them would renumber what exists when it is edited. */
function withDefaults({ periodDays, validityDays }: RotationArgs): Pick<Term, "periodDays" | "validityDays"> {
  if (validityDays === undefined && isNumber(periodDays)) {
    return { periodDays, validityDays: 2 * periodDays + CHANGEOVER_DAYS };
  }
  return {
    // Not from what is no number: it is reported once, under its own name.
    periodDays: periodDays ?? periodFor(isNumber(validityDays) ? validityDays : VALIDITY_DAYS.default),
    validityDays: validityDays ?? VALIDITY_DAYS.default,
  };
}

function isGiven(given: unknown): boolean {
  return given !== undefined && given !== null;
}

function isNumber(given: unknown): given is number {
  return Number.isInteger(given);
}

function periodFor(validityDays: number): number {
  return Math.min(
    PERIOD_DAYS.most,
    Math.max(PERIOD_DAYS.least, Math.floor((validityDays - CHANGEOVER_DAYS) / 2)),
  );
}

function readEpoch(at: string, given: unknown, today: DayNumber, problems: Problems): DayNumber | undefined {
  const epoch = parseDay(given);
  problems.add(at, checkDate(given));
  if (epoch !== undefined && epoch > today) {
    problems.add(at, {
      code: "out-of-range",
      given: describeGiven(given),
      allowed: `a day not after the day of the run, ${dateOf(today)} in UTC`,
      remedy: "take the day of the first deployment",
    });
  }
  return epoch;
}

/** Checks the numbers given here; those that were there before are reported where they stand. */
function checkTerm(
  at: string,
  { periodDays, validityDays }: Term,
  given: { readonly periodDays?: unknown; readonly validityDays?: unknown },
  problems: Problems,
): void {
  const period = checkDays(periodDays, PERIOD_DAYS);
  const validity = checkDays(validityDays, VALIDITY_DAYS);
  if (isGiven(given.periodDays)) problems.add(`${at}.periodDays`, period);
  if (isGiven(given.validityDays)) problems.add(`${at}.validityDays`, validity);
  if (period !== undefined || validity !== undefined || validityDays > 2 * periodDays) return;
  problems.add(`${at}.validityDays`, {
    code: "rotation-gap",
    given: `${validityDays}, with a period of ${periodDays}`,
    allowed: `more than twice the period: at least ${2 * periodDays + 1}`,
    remedy:
      `set validityDays to ${2 * periodDays + CHANGEOVER_DAYS}, or periodDays to ${periodFor(validityDays)}, ` +
      "so that a certificate outlives the turn of its successor",
  });
}

/**
 * Refuses what Entra would refuse to register. Certificates that were registered before the limit was lowered stay
 * valid, so terms without a turn to come are left alone.
 */
function checkLimit(
  at: string,
  terms: readonly ReadTerm[],
  { limitDays, today, daysAsIssued = (days) => days }: RotationBounds,
  problems: Problems,
): void {
  if (limitDays === undefined) return;
  const places = new Map<string, Finding>();
  terms.forEach((term, index) => {
    const { validityDays, validityAt } = term;
    // Turns of wrong numbers are not before any day.
    if (typeof validityDays !== "number" || lastTurnOf(term, terms[index + 1]) <= today) return;
    const isNumberOfDays = checkDays(validityDays, VALIDITY_DAYS) === undefined;
    const issued = isNumberOfDays ? daysAsIssued(validityDays) : validityDays;
    const finding = checkBelowPolicy(issued, limitDays);
    if (finding === undefined) return;
    const given = issued === validityDays ? `${issued}` : `${validityDays}, up to ${issued} as it is issued`;
    places.set(validityAt, { ...finding, given, remedy: toFit(at, { limitDays, today, daysAsIssued }) });
  });
  for (const [place, finding] of places) problems.add(place, finding);
}

function toFit(
  changes: string,
  { limitDays, today, daysAsIssued }: Required<Omit<RotationBounds, "keyBits">>,
): string {
  let validityDays: number = VALIDITY_DAYS.most;
  while (validityDays >= VALIDITY_DAYS.least && daysAsIssued(validityDays) >= limitDays) validityDays -= 1;
  if (validityDays < VALIDITY_DAYS.least)
    return `raise the limit (certificateMaxLifetimeDays) to ${daysAsIssued(VALIDITY_DAYS.least) + 1} at least`;
  const numbers = `periodDays to ${periodFor(validityDays)} and validityDays to ${validityDays}`;
  return (
    `where no certificate exists yet, set ${numbers}; where one does, leave the numbers as they are and add to ` +
    `${changes} an entry with from "${dateOf(today + 1)}" that sets ${numbers}, so that no key in use is replaced; ` +
    "or raise the limit (certificateMaxLifetimeDays)"
  );
}

/** Every term in order, the first included. */
function readChanges(at: string, given: unknown, first: ReadTerm, problems: Problems): readonly ReadTerm[] {
  if (!Array.isArray(given)) {
    problems.add(at, wrongType(given, "a list of changes, each with a day in from"));
    return [first];
  }
  let terms: readonly [ReadTerm, ...ReadTerm[]] = [first];
  let lastDay = first.from;
  (given as readonly unknown[]).forEach((entry, index) => {
    const place = `${at}[${index}]`;
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      problems.add(place, wrongType(entry, "an object with from and the numbers that change"));
      return;
    }
    const change = entry as RotationChange;
    const day = parseDay(change.from);
    problems.add(
      `${place}.from`,
      checkDate(change.from) ?? checkOrder(day, lastDay, change.withdraw === true),
    );
    const term = readChange(place, change, terms, day ?? lastDay, problems);
    checkTerm(place, term, change, problems);
    // A change that was to begin later, had this one not come before it, never begins.
    terms = [first, ...terms.slice(1).filter(({ from }) => from < term.from), term];
    lastDay = day ?? lastDay;
  });
  return terms;
}

function readChange(
  at: string,
  change: RotationChange,
  terms: readonly [ReadTerm, ...ReadTerm[]],
  day: DayNumber,
  problems: Problems,
): ReadTerm {
  const withdraws: unknown = change.withdraw ?? false;
  if (typeof withdraws !== "boolean") problems.add(`${at}.withdraw`, wrongType(withdraws, "true or false"));
  const last = terms.at(-1) ?? terms[0];
  const keyBits = change.keyBits ?? last.keyBits;
  if (isGiven(change.keyBits)) problems.add(`${at}.keyBits`, checkOneOf(keyBits, KEY_BITS));
  return {
    ...(withdraws === true ? beginAtOnce(day, terms) : beginWithTurn(day, terms)),
    periodDays: change.periodDays ?? last.periodDays,
    validityDays: change.validityDays ?? last.validityDays,
    keyBits,
    withdraws: withdraws === true,
    validityAt: change.validityDays === undefined ? last.validityAt : `${at}.validityDays`,
  };
}

type Beginning = Pick<Term, "from" | "first">;

/** Begins with the first turn on or after the day. */
function beginWithTurn(day: DayNumber, terms: readonly [Term, ...Term[]]): Beginning {
  const { from, first, periodDays } = terms.findLast((term) => term.from < day) ?? terms[0];
  const turns = Math.ceil((day - from) / periodDays);
  return { from: from + turns * periodDays, first: first + turns };
}

/** Begins on the day itself, above every number that an earlier run of the same day may have made. */
function beginAtOnce(day: DayNumber, terms: readonly [Term, ...Term[]]): Beginning {
  const { from, first, periodDays } = terms.findLast((term) => term.from <= day) ?? terms[0];
  return { from: day, first: first + Math.floor((day - from) / periodDays) + 1 };
}

function checkOrder(day: DayNumber | undefined, last: DayNumber, withdraws: boolean): Finding | undefined {
  if (day === undefined || day > last || (withdraws && day === last)) return undefined;
  return {
    code: "out-of-range",
    given: dateOf(day),
    allowed: `a day after ${dateOf(last)}, that of the change before it or of the epoch; that day itself to withdraw`,
    remedy: "put the changes in the order of their days",
  };
}

function checkPin(at: string, schedule: Schedule, today: DayNumber, problems: Problems): void {
  const { pinned } = schedule;
  if (pinned === undefined || acceptsPinOn(schedule, today)) return;
  const scheduled = generationOn(schedule, today);
  const before = Math.max(oldestOn(schedule, today), pinned - 1);
  problems.add(at, {
    code: "out-of-range",
    given: String(pinned),
    allowed: `${scheduled}, the generation of ${dateOf(today)}, or an earlier one whose predecessor is still valid`,
    remedy:
      pinned > scheduled
        ? "remove it; a new generation can begin at once with a change that withdraws the older ones"
        : `remove it: the certificate of generation ${before} may have ended, or was withdrawn`,
  });
}

function checkNumber(given: unknown): Finding | undefined {
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= 1) return undefined;
  return {
    code: typeof given === "number" ? "out-of-range" : "wrong-type",
    given: describeGiven(given),
    allowed: "the number of a generation, from 1",
    remedy: "take the number from the names of the certificates in the stack: g7 is 7",
  };
}

function wrongType(given: unknown, allowed: string): Finding {
  return {
    code: "wrong-type",
    given: describeGiven(given),
    allowed,
    remedy: "correct it, or leave it out",
  };
}
