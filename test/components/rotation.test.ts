import assert from "node:assert/strict";
import * as fc from "fast-check";
import { dateOf, dayOf, parseDay } from "../../components/calendar";
import { Problems } from "../../components/problems";
import { CHANGEOVER_DAYS, type RotationArgs } from "../../components/rotation";
import { readRotation } from "../../components/rotation-reading";
import { planOn, type Schedule } from "../../components/rotation-schedule";

const day = (date: string): number => parseDay(date) ?? assert.fail(`no date: ${date}`);
const bounds = (today: string, limitDays = 180) => ({ keyBits: 3072 as const, today: day(today), limitDays });

function schedule(args: RotationArgs, today: string, limitDays?: number): Schedule {
  const problems = new Problems();
  const read = readRotation("rotation", args, bounds(today, limitDays), problems);
  assert.deepEqual(problems.found, []);
  return read ?? assert.fail("no schedule");
}
/** Numbers of the declared generations; the last one is the current. */
const declared = (args: RotationArgs, today: string): number[] => {
  const plan = planOn(schedule(args, today), day(today));
  assert.equal(plan.declared.at(-1), plan.current);
  return plan.declared.map(({ number }) => number);
};
const refusal = (args: object, today = "2026-11-21", limitDays?: number): string[] => {
  const problems = new Problems();
  const read = readRotation("rotation", args, bounds(today, limitDays), problems);
  assert.equal(read === undefined, problems.found.length > 0);
  return problems.found.map(({ at, code }) => `${at} ${code}`);
};

describe("a rotation", () => {
  const epoch = "2026-11-21";

  it("begins with one certificate on the day of the epoch", () => {
    assert.deepEqual(declared({ epoch }, "2026-11-21"), [1]);
    assert.deepEqual(declared({ epoch }, "2027-01-19"), [1]);
  });

  it("adds the next generation when its turn begins, and drops the one before the last", () => {
    assert.deepEqual(declared({ epoch }, "2027-01-20"), [1, 2]);
    assert.deepEqual(declared({ epoch }, "2027-03-20"), [1, 2]);
    assert.deepEqual(declared({ epoch }, "2027-03-21"), [2, 3]);
  });

  it("tells of each generation what it is made of and when its turn is", () => {
    const { current } = planOn(schedule({ epoch }, "2027-01-20"), day("2027-01-20"));
    assert.deepEqual(current, {
      number: 2,
      validityDays: 125,
      keyBits: 3072,
      begins: "2027-01-20",
      ends: "2027-03-21",
    });
  });

  it("fills in 60 and 125 days, and each number from the other", () => {
    const numbers = (args: RotationArgs) => {
      const [term] = schedule({ epoch, ...args }, epoch).terms;
      return [term?.periodDays, term?.validityDays];
    };
    assert.deepEqual(
      [
        numbers({}),
        numbers({ periodDays: 40 }),
        numbers({ validityDays: 85 }),
        numbers({ periodDays: 30, validityDays: 100 }),
      ],
      [
        [60, 125],
        [40, 85],
        [40, 85],
        [30, 100],
      ],
    );
  });

  it("counts from the first of January 2026 where no epoch is given", () => {
    assert.deepEqual(declared({}, "2026-11-21"), [5, 6]);
  });

  it("lets a change begin with the next turn, and counts on", () => {
    const changes = [{ from: "2027-02-01", periodDays: 40, validityDays: 85, keyBits: 4096 as const }];
    const of = (today: string) => planOn(schedule({ epoch, changes }, today), day(today)).declared;
    // The second generation begins before, the third after the change.
    assert.deepEqual(
      of("2027-03-20").map(({ number, validityDays, keyBits }) => [number, validityDays, keyBits]),
      [
        [1, 125, 3072],
        [2, 125, 3072],
      ],
    );
    assert.deepEqual(
      of("2027-03-21").map(({ number, validityDays, keyBits }) => [number, validityDays, keyBits]),
      [
        [2, 125, 3072],
        [3, 85, 4096],
      ],
    );
    assert.deepEqual(declared({ epoch, changes }, "2027-04-30"), [3, 4]);
  });

  it("lets go of a certificate that a longer period would keep beyond its end", () => {
    const args = {
      epoch,
      periodDays: 40,
      changes: [{ from: "2026-12-31", periodDays: 80, validityDays: 170 }],
    };
    // The first is valid for 85 days, the second takes 80 more days until the third.
    assert.deepEqual(declared(args, "2027-02-13"), [1, 2]);
    assert.deepEqual(declared(args, "2027-02-14"), [2]);
  });

  it("begins anew at once, and keeps nothing older, where keys are withdrawn", () => {
    const changes = [{ from: "2027-01-25", withdraw: true }];
    assert.deepEqual(declared({ epoch, changes }, "2027-01-24"), [1, 2]);
    assert.deepEqual(declared({ epoch, changes }, "2027-01-25"), [3]);
    assert.deepEqual(declared({ epoch, changes }, "2027-03-26"), [3, 4]);
    assert.deepEqual(refusal({ epoch, changes, generation: 2 }, "2027-01-26"), [
      "rotation.generation out-of-range",
    ]);
  });

  it("leaves no key of the morning in use, on whatever day keys are withdrawn", () => {
    // The first day of a turn, the day of the epoch, the day a change begins, and the same day once more.
    const waiting = { from: "2027-01-10", periodDays: 40, validityDays: 85 };
    const cases: [string, NonNullable<RotationArgs["changes"]>][] = [
      ["2027-01-20", []],
      ["2026-11-21", []],
      ["2027-01-20", [waiting]],
      ["2027-01-25", [{ from: "2027-01-25", withdraw: true }]],
      ["2027-01-20", [{ from: "2027-01-20", withdraw: true }]],
    ];
    for (const [today, changes] of cases) {
      const morning = declared({ epoch, changes }, today);
      const after = { epoch, changes: [...changes, { from: today, withdraw: true }] };
      const [next = 0] = morning.slice(-1);
      assert.deepEqual(declared(after, today), [next + 1]);
      assert.deepEqual(declared(after, dateOf(day(today) + 1)), [next + 1]);
      assert.deepEqual(declared(after, dateOf(day(today) + 60)).at(-1), next + 2);
    }
    assert.deepEqual(
      refusal({
        epoch,
        changes: [
          { from: "2027-01-25", withdraw: true },
          { from: "2027-01-25", keyBits: 4096 },
          { from: "2027-01-24", withdraw: true },
        ],
      }),
      ["rotation.changes[1].from out-of-range", "rotation.changes[2].from out-of-range"],
    );
  });

  it("withdraws also while a change waits for its turn, with the numbers of that change", () => {
    const changes = [
      { from: "2027-02-01", periodDays: 40, validityDays: 85 },
      { from: "2027-02-10", withdraw: true },
    ];
    const read = schedule({ epoch, changes }, "2027-02-10");
    assert.deepEqual(declared({ epoch, changes }, "2027-02-10"), [3]);
    assert.deepEqual(planOn(read, day("2027-02-10")).current.ends, "2027-03-22");
    assert.equal(read.terms.length, 2);
  });

  it("steps through a generation that missed runs left out", () => {
    // Nothing ran since the second generation; its certificate is valid up to the 24th of May at least.
    assert.deepEqual(declared({ epoch }, "2027-05-21"), [3, 4]);
    assert.deepEqual(declared({ epoch, generation: 3 }, "2027-05-21"), [2, 3]);
    assert.deepEqual(declared({ epoch, generation: 3 }, "2027-05-24"), [2, 3]);
    assert.deepEqual(refusal({ epoch, generation: 3 }, "2027-05-25"), ["rotation.generation out-of-range"]);
    assert.deepEqual(declared({ epoch, generation: 4 }, "2027-05-25"), [3, 4]);
  });

  it("refuses a pin ahead of the schedule: its certificate would end before its turn does", () => {
    assert.deepEqual(refusal({ epoch, generation: 2 }), ["rotation.generation out-of-range"]);
    assert.deepEqual(declared({ epoch, generation: 1 }, epoch), [1]);
  });

  it("takes a date as it was written, and as YAML and Pulumi make it", () => {
    for (const date of ["2026-11-21", "2026-11-21T00:00:00Z", "2026-11-21 00:00:00 +0000 UTC"])
      assert.deepEqual(declared({ epoch: date }, "2027-01-20"), [1, 2]);
    for (const date of ["2026-11-21T01:00:00Z", "2026-11-21 00:00:00 +0100 CET", "2026-1-1", "21.11.2026"])
      assert.deepEqual(refusal({ epoch: date }), ["rotation.epoch invalid-date"]);
  });

  it("refuses an epoch to come, whatever the time of the day", () => {
    assert.deepEqual(refusal({ epoch: "2026-11-22" }), ["rotation.epoch out-of-range"]);
    assert.equal(dayOf(new Date("2026-11-21T23:59:59.999Z")), day("2026-11-21"));
  });

  it("refuses a validity that leaves a gap, at the edge", () => {
    assert.deepEqual(refusal({ epoch, periodDays: 60, validityDays: 120 }), [
      "rotation.validityDays rotation-gap",
    ]);
    assert.deepEqual(refusal({ epoch, periodDays: 60, validityDays: 121 }), []);
    assert.deepEqual(refusal({ epoch, periodDays: 5, validityDays: 11 }), []);
  });

  it("refuses a validity at the limit of the tenant policy, in every change too", () => {
    assert.deepEqual(refusal({ epoch, validityDays: 180 }), [
      "rotation.validityDays certificate-outlives-policy",
    ]);
    assert.deepEqual(refusal({ epoch, validityDays: 179 }), []);
    assert.deepEqual(refusal({ epoch, changes: [{ from: "2027-03-01", validityDays: 200 }] }), [
      "rotation.changes[0].validityDays certificate-outlives-policy",
    ]);
    assert.deepEqual(refusal({ epoch }, epoch, 11), ["rotation.validityDays certificate-outlives-policy"]);
  });

  it("has one and the same turns, whatever the limit of the tenant policy is or becomes", () => {
    for (const args of [{}, { epoch }, { epoch, periodDays: 40 }, { epoch, validityDays: 85 }]) {
      const today = "2027-03-21";
      const free = planOn(schedule(args, today, 366), day(today));
      for (let limitDays = 2; limitDays < 366; limitDays++) {
        const read = readRotation("rotation", args, bounds(today, limitDays), new Problems());
        if (read !== undefined) assert.deepEqual(planOn(read, day(today)), free);
      }
    }
  });

  it("refuses defaults that a lower limit leaves no room for, and says what to set", () => {
    const remedy = (today: string, limitDays: number): string => {
      const problems = new Problems();
      readRotation("rotation", { epoch }, bounds(today, limitDays), problems);
      assert.deepEqual(
        problems.found.map(({ at, code }) => `${at} ${code}`),
        ["rotation.validityDays certificate-outlives-policy"],
      );
      return problems.found[0]?.remedy ?? "";
    };
    assert.match(
      remedy(epoch, 125),
      /where no certificate exists yet, set periodDays to 59 and validityDays to 124;/,
    );
    assert.match(
      remedy("2027-01-25", 90),
      /add to rotation.changes an entry with from "2027-01-26" that sets periodDays to 42 and validityDays to 89,/,
    );
    assert.match(remedy(epoch, 11), /^raise the limit \(certificateMaxLifetimeDays\) to 12 at least$/);
    // As it says.
    assert.deepEqual(refusal({ epoch, periodDays: 5, validityDays: 11 }, epoch, 12), []);
    const changes = [{ from: "2027-01-26", periodDays: 42, validityDays: 89 }];
    assert.deepEqual(refusal({ epoch, changes }, "2027-01-25", 90), []);
    const of = (args: RotationArgs, limitDays: number) =>
      planOn(schedule(args, "2027-01-25", limitDays), day("2027-01-25")).declared;
    assert.deepEqual(of({ epoch, changes }, 90), of({ epoch }, 180));
    // The limit holds for what a change leaves as it was.
    assert.deepEqual(refusal({ epoch, changes: [{ from: "2027-01-26", keyBits: 4096 }] }, epoch, 90), [
      "rotation.validityDays certificate-outlives-policy",
    ]);
  });

  it("holds no numbers against a limit that never come to hold, or hold for the last turn today", () => {
    // Both would begin on 2027-03-21: the later entry is the one that does.
    const changes = [
      { from: "2027-03-01", validityDays: 200 },
      { from: "2027-03-02", validityDays: 125 },
    ];
    assert.deepEqual(refusal({ epoch, changes }), []);
    // The second generation was begun under the old limit, on this very day.
    const lower = [{ from: "2027-01-21", periodDays: 42, validityDays: 89 }];
    assert.deepEqual(refusal({ epoch, changes: lower }, "2027-01-20", 90), []);
    assert.deepEqual(refusal({ epoch, changes: lower }, "2027-01-19", 90), [
      "rotation.validityDays certificate-outlives-policy",
    ]);
  });

  it("reports everything that is wrong at once", () => {
    assert.deepEqual(
      refusal({
        epoch: "2026-02-30",
        periodDays: 4,
        validityDays: 366,
        generation: 0,
        changes: [
          { from: "tomorrow", periodDays: "7" },
          { from: "2027-03-01", keyBits: 1024, withdraw: "yes" },
          { from: "2027-03-01" },
          7,
        ],
      }),
      [
        "rotation.epoch invalid-date",
        "rotation.periodDays out-of-range",
        "rotation.validityDays out-of-range",
        "rotation.changes[0].from invalid-date",
        "rotation.changes[0].periodDays wrong-type",
        "rotation.changes[1].withdraw wrong-type",
        "rotation.changes[1].keyBits out-of-range",
        "rotation.changes[2].from out-of-range",
        "rotation.changes[3] wrong-type",
        "rotation.validityDays certificate-outlives-policy",
        "rotation.generation out-of-range",
      ],
    );
    assert.deepEqual(refusal({ epoch: 20261121, changes: {}, validityDays: "ninety", generation: "2" }), [
      "rotation.epoch wrong-type",
      "rotation.validityDays wrong-type",
      "rotation.changes wrong-type",
      "rotation.generation wrong-type",
    ]);
  });

  it("answers with a schedule or with problems, whatever it is given", () => {
    const number = fc.oneof(
      fc.integer({ min: -5, max: 400 }),
      fc.double(),
      fc.string(),
      fc.constant(undefined),
    );
    const date = fc.oneof(fc.integer({ min: 20000, max: 22000 }).map(dateOf), fc.anything());
    const change = fc.oneof(
      fc.anything(),
      fc.record({ from: date, periodDays: number, validityDays: number, withdraw: fc.boolean() }),
    );
    const args = fc.record({
      epoch: date,
      periodDays: number,
      validityDays: number,
      generation: number,
      changes: fc.oneof(fc.array(change), fc.anything()),
    });
    fc.assert(
      fc.property(args, (given) => {
        refusal(given);
      }),
      { numRuns: 500 },
    );
  });

  it("has turns that follow each other without a hole, whatever changes", () => {
    const base = day("2026-01-01");
    const number = fc.integer({ min: CHANGEOVER_DAYS, max: 60 });
    const steps = fc.array(
      fc.record({ after: fc.integer({ min: 1, max: 200 }), periodDays: number, withdraw: fc.boolean() }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(number, steps, (periodDays, list) => {
        let at = base;
        const changes = list.map(({ after, periodDays: period, withdraw }) => {
          at += after;
          return { from: dateOf(at), periodDays: period, validityDays: 2 * period + 5, withdraw };
        });
        const read = schedule({ epoch: dateOf(base), periodDays, changes }, dateOf(base));
        let last = planOn(read, base).current;
        for (let today = base; today < base + 1200; today++) {
          const { current, declared: all } = planOn(read, today);
          assert.ok(day(current.begins) <= today && today < day(current.ends));
          // A turn that is withdrawn on its first day has a number, though no run has to have made it.
          const withdrawn = changes.some(({ from, withdraw }) => withdraw && from === current.begins);
          const most = last.number + (withdrawn ? 2 : 1);
          assert.ok(last.number <= current.number && current.number <= most);
          if (current.number !== last.number) assert.equal(last.ends, current.begins);
          for (const each of all) assert.ok(today < day(each.begins) + each.validityDays);
          last = current;
        }
      }),
      { numRuns: 60 },
    );
  });
});
