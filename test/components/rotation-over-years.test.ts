/** Three years of runs that are late, missed or fail, at the level of plans. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { dateOf, parseDay } from "../../components/calendar";
import { Problems } from "../../components/problems";
import { CHANGEOVER_DAYS, type RotationArgs } from "../../components/rotation";
import { readRotation } from "../../components/rotation-reading";
import type { Schedule } from "../../components/rotation-schedule";
import { type Faults, Simulation } from "./rotation-simulation";

const START = parseDay("2026-11-21") ?? 0;
const END = START + 3 * 365;
const HALF_WAY = START + 540;
const LIMIT_DAYS = 180;

function read(args: RotationArgs, today = START): Schedule {
  const problems = new Problems();
  const bounds = { keyBits: 3072 as const, today, limitDays: LIMIT_DAYS };
  const schedule = readRotation("rotation", { epoch: dateOf(START), ...args }, bounds, problems);
  assert.deepEqual(problems.found, []);
  return schedule ?? assert.fail("no schedule");
}

/** Two sets of numbers; the second comes to hold half way. */
interface Numbers {
  readonly periodDays: number;
  readonly validityDays: number;
}
const rotationOf = ([first, second]: readonly [Numbers, Numbers]): Schedule =>
  read({ ...first, changes: [{ from: dateOf(HALF_WAY), ...second }] });

/** Numbers under which runs may be so many days apart. */
const numbersFor = (gap: number): fc.Arbitrary<Numbers> =>
  fc.integer({ min: gap + CHANGEOVER_DAYS, max: 89 }).chain((periodDays) =>
    fc.record({
      periodDays: fc.constant(periodDays),
      validityDays: fc.integer({ min: 2 * periodDays + 1, max: LIMIT_DAYS - 1 }),
    }),
  );

interface Cadence {
  readonly title: string;
  readonly everyDays: number;
  /** Most runs in a row that are missed or in which something fails. */
  readonly lost: number;
  readonly faults: readonly Faults[];
}
const MISSED = undefined;
const cadences: readonly Cadence[] = [
  { title: "daily", everyDays: 1, lost: 0, faults: [] },
  { title: "weekly", everyDays: 7, lost: 0, faults: [] },
  { title: "weekly, with weeks missed", everyDays: 7, lost: 4, faults: [] },
  { title: "daily, with credentials refused", everyDays: 1, lost: 20, faults: [{ create: true }] },
  { title: "weekly, with credentials refused", everyDays: 7, lost: 3, faults: [{ create: true }] },
  { title: "daily, with deletions refused", everyDays: 1, lost: 20, faults: [{ delete: true }] },
  {
    title: "weekly, with everything going wrong",
    everyDays: 7,
    lost: 3,
    faults: [{ create: true }, { delete: true }],
  },
];

/** A run for each day on which one takes place; after `lost` that went wrong one goes well. */
const runsOf = ({ everyDays, lost, faults }: Cadence): fc.Arbitrary<ReadonlyMap<number, Faults>> => {
  const kinds = [{}, {}, {}, ...(lost > 0 ? [MISSED] : []), ...faults];
  const many = Math.ceil((END - START) / everyDays);
  return fc
    .array(fc.constantFrom<Faults | undefined>(...kinds), { minLength: many, maxLength: many })
    .map((drawn) => {
      const runs = new Map<number, Faults>();
      let bad = 0;
      drawn.forEach((kind, index) => {
        const isGood = index === 0 || bad === lost || (kind !== MISSED && Object.keys(kind).length === 0);
        bad = isGood ? 0 : bad + 1;
        if (isGood || kind !== MISSED) runs.set(START + index * everyDays, isGood ? {} : (kind ?? {}));
      });
      return runs;
    });
};

describe("three years of a rotation", function () {
  this.timeout(60_000);

  for (const cadence of cadences) {
    it(`have no gap with runs ${cadence.title}`, () => {
      const gap = cadence.everyDays * (cadence.lost + 1);
      const numbers = fc.tuple(numbersFor(gap), numbersFor(gap));
      fc.assert(
        fc.property(numbers, runsOf(cadence), (pair, runs) => {
          const schedule = rotationOf(pair);
          const tenant = new Simulation();
          for (let today = START; today < END; today++) {
            const faults = runs.get(today);
            if (faults !== undefined) tenant.run(schedule, today, faults);
            assertHolds(tenant, today);
          }
          assert.ok(tenant.most <= 3, `${tenant.most} at once`);
          assert.deepEqual(tenant.usedTwice, []);
        }),
        { numRuns: 40 },
      );
    });
  }

  it("have no gap with the numbers of the profiles, one following the other", () => {
    const profiles = [
      { periodDays: 60, validityDays: 125 },
      { periodDays: 40, validityDays: 85 },
    ] as const;
    for (const pair of [profiles, profiles.toReversed()]) {
      const schedule = rotationOf(pair as [Numbers, Numbers]);
      const tenant = new Simulation();
      for (let today = START; today < END; today++) {
        if ((today - START) % 7 === 0) tenant.run(schedule, today);
        assertHolds(tenant, today);
      }
      assert.ok(tenant.most === 3 && tenant.usedTwice.length === 0);
    }
  });

  it("plan nothing between two turns", () => {
    const schedule = read({});
    const tenant = new Simulation();
    const changes: string[] = [];
    for (let today = START; today < START + 200; today++) {
      const { create, delete: gone } = tenant.pending(schedule, today);
      if (create + gone > 0) changes.push(`day ${today - START}: +${create} -${gone}`);
      tenant.run(schedule, today);
    }
    assert.deepEqual(changes, ["day 0: +1 -0", "day 60: +1 -0", "day 120: +1 -1", "day 180: +1 -1"]);
  });

  it("that begin long after the epoch begin with two certificates, and go on like any other", () => {
    const schedule = read({ epoch: "2026-01-01" });
    const tenant = new Simulation();
    tenant.run(schedule, START);
    assert.deepEqual(
      tenant.registered.map(({ generation, from }) => [generation, from]),
      [
        [5, START],
        [6, START],
      ],
    );
    for (let today = START; today < END; today++) {
      if ((today - START) % 7 === 0) tenant.run(schedule, today);
      assertHolds(tenant, today);
    }
    assert.ok(tenant.most <= 3 && tenant.usedTwice.length === 0);
  });
});

describe("no run for a whole period or more", () => {
  const schedule = read({});
  /** Runs weekly through the second turn, then not at all for so many days. */
  const pause = (days: number) => {
    const tenant = new Simulation();
    let last = START;
    for (let today = START; today < START + 120; today += 7) {
      tenant.run(schedule, today);
      last = today;
    }
    return { tenant, last, resumed: last + days };
  };
  const held = (tenant: Simulation, today: number) =>
    tenant.registered.filter(({ until }) => until >= today).map(({ generation }) => generation);

  it("still leaves a valid credential for the validity less the lateness", () => {
    const { tenant, last } = pause(0);
    // Made in the run of day 63, three days into its turn, and valid for 125 days from there.
    const newest = tenant.registered.at(-1);
    assert.deepEqual([last - START, newest?.generation, (newest?.from ?? 0) - START], [119, 2, 63]);
    assert.deepEqual(held(tenant, START + 63 + 124), [2]);
    assert.deepEqual(held(tenant, START + 63 + 125), []);
  });

  it("takes the key clients hold away in the run that resumes, if a whole turn was left out", () => {
    // Resumes in the fourth turn: the third never was.
    const { tenant, resumed } = pause(65);
    assert.equal(resumed, START + 184);
    const before = tenant.inVault(resumed - 1);
    tenant.run(schedule, resumed);
    assert.deepEqual([before?.generation, before && before.until >= resumed], [2, true]);
    assert.deepEqual(held(tenant, resumed), [3, 4]);
    // What holds: the vault never handed out a key that Entra did not know, and the new one is there for all its days.
    assert.deepEqual(tenant.inVault(resumed)?.generation, 4);
    assert.deepEqual(tenant.usedTwice, []);
    assert.ok(tenant.most <= 4, "the two old and the two new ones, for the moment of the run");
  });

  it("takes nothing away where the left out generation is stepped through with a pin", () => {
    const { tenant, resumed } = pause(63);
    assert.equal(resumed, START + 182);
    tenant.run(read({ generation: 3 }, resumed), resumed);
    assert.deepEqual(held(tenant, resumed), [2, 3]);
    assert.deepEqual(tenant.inVault(resumed)?.generation, 3);
    // Clients have read the third by then: without the pin the fourth follows.
    tenant.run(schedule, resumed + 2);
    assert.deepEqual(held(tenant, resumed + 2), [3, 4]);
    assert.ok(tenant.most <= 3 && tenant.usedTwice.length === 0);
  });

  it("is an outage from the end of the last certificate until the next run, which mends it without a pin", () => {
    const { tenant, resumed } = pause(100);
    assert.deepEqual(held(tenant, resumed), []);
    tenant.run(schedule, resumed);
    assert.deepEqual(held(tenant, resumed), [3, 4]);
    assert.deepEqual(tenant.usedTwice, []);
  });
});

/** What holds on every day, before and after the run of it. */
function assertHolds(tenant: Simulation, today: number): void {
  const lasting = tenant.registered.filter(({ until }) => until - today + 1 >= CHANGEOVER_DAYS);
  assert.ok(lasting.length > 0, `nothing is valid for ${CHANGEOVER_DAYS} days on day ${today - START}`);
  assert.ok(tenant.registered.length <= 3, `${tenant.registered.length} on day ${today - START}`);
  for (const { validityDays } of tenant.registered) assert.ok(validityDays < LIMIT_DAYS);
  // Whoever read the vault within the days to change over still signs in.
  for (let read = Math.max(START, today - CHANGEOVER_DAYS + 1); read <= today; read++) {
    const client = tenant.inVault(read);
    assert.ok(
      client !== undefined && client.until >= today,
      `a reader of day ${read - START} has no valid key`,
    );
    assert.ok(tenant.registered.includes(client), `a reader of day ${read - START} has an unknown key`);
  }
}
