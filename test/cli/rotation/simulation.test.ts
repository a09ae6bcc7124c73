/** The plan does what the components do, on every day, whatever the numbers are and whichever runs are left out. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CHANGEOVER_DAYS, KEY_BITS, PERIOD_DAYS, type RotationArgs } from "../../../components/rotation";
import { SecretFreeApplication } from "../../../components";
import { dateOf, type DayNumber, parseDay } from "../../../components/calendar";
import { Problems } from "../../../components/problems";
import { readRotation } from "../../../components/rotation-reading";
import type { Schedule } from "../../../components/rotation-schedule";
import {
  assumedStanding,
  type Held,
  overdueSince,
  simulate,
  turnAfter,
} from "../../../cli/rotation/simulation";
import { Recorder } from "../../components/recorder";
import { Simulation } from "../../components/rotation-simulation";

const EPOCH = parseDay("2026-11-21") ?? assert.fail();

function scheduleOf(args: RotationArgs, today: DayNumber): Schedule {
  const problems = new Problems();
  const schedule = readRotation("rotation", args, { keyBits: 2048, today }, problems);
  return schedule ?? assert.fail(JSON.stringify(problems.found));
}

const numbers = fc.integer({ min: PERIOD_DAYS.least, max: 90 }).chain((periodDays) =>
  fc.record({
    periodDays: fc.constant(periodDays),
    validityDays: fc.integer({ min: 2 * periodDays + 1, max: Math.min(365, 2 * periodDays + 40) }),
  }),
);

/** A rotation with up to three changes, the last of which may withdraw. */
const rotations = fc
  .record({
    first: numbers,
    changes: fc.array(
      fc.record({
        after: fc.integer({ min: 1, max: 200 }),
        numbers: fc.option(numbers, { nil: undefined }),
        keyBits: fc.constantFrom(...KEY_BITS),
        withdraw: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ first, changes }): RotationArgs => {
    let day = EPOCH;
    return {
      epoch: dateOf(EPOCH),
      ...first,
      changes: changes.map(({ after, numbers: changed, keyBits, withdraw }) => {
        day += after;
        return { from: dateOf(day), ...changed, keyBits, withdraw };
      }),
    };
  });

const withoutWithdrawal = rotations.map((args) => ({
  ...args,
  changes: (args.changes ?? []).map((change) => ({ ...change, withdraw: false })),
}));

describe("the simulation behind the rotation plan", () => {
  it("makes and removes exactly what the component declares, on random days of random schedules", async function () {
    this.timeout(120_000);
    const cases = fc.sample(fc.record({ args: rotations, lead: fc.nat(250), ahead: fc.nat(200) }), {
      numRuns: 12,
      seed: 58,
    });
    for (const { args, lead, ahead } of cases) {
      const today = EPOCH + lead;
      const day = today + ahead;
      // Runs of other days tell of the same schedule: only its changes that have not come yet are refused.
      const schedule = scheduleOf(args, today);
      const recorder = await Recorder.start();
      const small = (args.changes ?? []).map((change) => ({ ...change, keyBits: 2048 as const }));
      new SecretFreeApplication("billing", {
        description: "Nightly billing run of the finance team",
        owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
        certificate: { keyBits: 2048, rotation: { ...args, changes: small } },
        now: new Date(`${dateOf(day)}T05:00:00Z`),
      });
      const declared = (await recorder.all())
        .flatMap(({ name }) => /^billing-credential-g(\d+)$/.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
      const planned = standingOn(schedule, assumedStanding(schedule, today), today, day, () => true);
      assert.deepEqual(planned, declared, `${JSON.stringify(args)} on ${dateOf(day)}`);
    }
  });

  it("agrees with the deployment over years about what is registered on every day, runs left out or not", () => {
    fc.assert(
      fc.property(rotations, fc.nat(300), fc.func(fc.boolean()), (args, lead, isRun) => {
        const today = EPOCH + lead;
        const schedule = scheduleOf(args, today);
        const tenant = deployed(schedule, today);
        const standing = heldBy(tenant);
        const until = today + 200;
        for (let day = today; day <= until; day++) {
          if (isRun(day)) tenant.run(schedule, day);
          if (day % 17 !== 0) continue;
          const planned = standingOn(schedule, standing, today, day, isRun);
          assert.deepEqual(
            planned,
            heldBy(tenant).map(({ generation }) => generation),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it("finds a gap where a client that reads the vault now and then would meet one, and nowhere else", () => {
    let [with_, without] = [0, 0];
    fc.assert(
      fc.property(
        withoutWithdrawal,
        fc.nat(200),
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 260 }),
        (args, lead, from, length) => {
          const today = EPOCH + lead;
          const until = today + 240;
          const schedule = scheduleOf(args, today);
          const isRun = (day: DayNumber): boolean => day < today + from || day >= today + from + length;
          const tenant = deployed(schedule, today);
          const standing = heldBy(tenant);
          const { gaps } = simulate(schedule, standing, { today, until, isRun });
          const met = hardship(tenant, schedule, { today, until, isRun });
          assert.equal(gaps.length > 0, met !== undefined, met ?? JSON.stringify(gaps));
          if (gaps.length > 0) with_++;
          else without++;
        },
      ),
      { numRuns: 300, seed: 8 },
    );
    assert.ok(with_ > 50 && without > 50, `${with_} with a gap, ${without} without`);
  });

  it("names the last day for a run that leaves clients their time: on it nobody meets a gap, a day later somebody does", () => {
    fc.assert(
      fc.property(withoutWithdrawal, fc.nat(300), (args, lead) => {
        const today = EPOCH + lead;
        const schedule = scheduleOf(args, today);
        const tenant = deployed(schedule, today);
        const newest = heldBy(tenant).at(-1) ?? assert.fail();
        const turn = turnAfter(schedule, newest);
        if (turn?.lastSafe === undefined) return;
        const gapsWith = (first: DayNumber): number =>
          simulate(schedule, heldBy(tenant), {
            today,
            until: turn.endsOn,
            isRun: (day) => day < turn.day || day >= first,
          }).gaps.filter(({ generation }) => generation === newest.generation).length;
        assert.equal(gapsWith(turn.lastSafe), 0);
        assert.notEqual(gapsWith(turn.lastSafe + 1), 0);
      }),
      { numRuns: 150 },
    );
  });

  it("tells what is overdue from the first run on that should have made it, and not before", () => {
    const schedule = scheduleOf({ epoch: "2026-11-21" }, EPOCH);
    const since = (day: number, isRun: (day: DayNumber) => boolean): number | undefined => {
      const found = overdueSince(schedule, 1, { today: EPOCH + day, until: EPOCH + day, isRun });
      return found === undefined ? undefined : found - EPOCH;
    };
    const daily = () => true;
    assert.deepEqual(
      [59, 60, 61, 130].map((day) => since(day, daily)),
      [undefined, undefined, 60, 60],
    );
    // With a run every ten days from day 5 on, that of day 65 makes it.
    const rare = (day: DayNumber): boolean => (day - EPOCH) % 10 === 5;
    assert.deepEqual(
      [61, 65, 66].map((day) => since(day, rare)),
      [undefined, undefined, 60],
    );
  });
});

/** A deployment that had a run on every day before. */
function deployed(schedule: Schedule, today: DayNumber): Simulation {
  const tenant = new Simulation();
  for (let day = EPOCH; day < Math.max(today, EPOCH + 1); day++) tenant.run(schedule, day);
  return tenant;
}

function heldBy(tenant: Simulation): Held[] {
  return tenant.registered
    .map(({ generation, from, until }) => ({ generation, from, until: until + 1 }))
    .sort((a, b) => a.generation - b.generation);
}

/** What is registered after the run of a day, told from what the plan says is made and removed. */
function standingOn(
  schedule: Schedule,
  standing: readonly Held[],
  today: DayNumber,
  day: DayNumber,
  isRun: (day: DayNumber) => boolean,
): number[] {
  const { runs } = simulate(schedule, standing, { today, until: day, isRun });
  const held = new Set(standing.map(({ generation }) => generation));
  for (const { makes, removes } of runs) {
    for (const { generation } of makes) held.add(generation);
    for (const { generation } of removes) held.delete(generation);
  }
  return [...held].sort((a, b) => a - b);
}

/** Goes through the days as clients do that read the vault every so many days, and says what the first one meets. */
function hardship(
  tenant: Simulation,
  schedule: Schedule,
  { today, until, isRun }: { today: DayNumber; until: DayNumber; isRun: (day: DayNumber) => boolean },
): string | undefined {
  for (let day = today; day <= until + CHANGEOVER_DAYS; day++) {
    if (isRun(day)) tenant.run(schedule, day);
    for (let read = Math.max(EPOCH, day - CHANGEOVER_DAYS); read <= day; read++) {
      const client = tenant.inVault(read) ?? assert.fail();
      const works = client.until >= day && tenant.registered.includes(client);
      if (works) continue;
      // What changed beyond the plan is none of its gaps.
      const changed = firstChange(tenant, read, day);
      if ((changed ?? day) > until) continue;
      return `who read the vault on ${dateOf(read)} cannot sign in on ${dateOf(day)}`;
    }
  }
  return undefined;
}

function firstChange(tenant: Simulation, read: DayNumber, day: DayNumber): DayNumber | undefined {
  for (let next = read + 1; next <= day; next++)
    if (tenant.inVault(next) !== tenant.inVault(read)) return next;
  return undefined;
}
