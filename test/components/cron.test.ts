import assert from "node:assert/strict";
import fc from "fast-check";
import {
  closestStarts,
  type Cron,
  daysOf,
  longestGapDays,
  parseCron,
  startsPerWeek,
} from "../../components/cron";

const read = (text: string): Cron => {
  const cron = parseCron(text);
  assert.ok(typeof cron !== "string", `${text} is refused`);
  return cron;
};

const refusalOf = (given: unknown): string => {
  const cron = parseCron(given);
  return typeof cron === "string" ? cron : assert.fail("not refused");
};

describe("a cron expression of a rotation", () => {
  it("says on which days and how often it runs", () => {
    const facts = (text: string) => {
      const cron = read(text);
      return [daysOf(cron), longestGapDays(cron), startsPerWeek(cron), closestStarts(cron)];
    };
    assert.deepEqual(facts("17 5 * * 1"), ["mon", 7, 1, 10_080]);
    assert.deepEqual(facts("17 5 * * *"), ["daily", 1, 7, 1440]);
    assert.deepEqual(facts("17 5 * * MON-FRI"), ["mon,tue,wed,thu,fri", 3, 5, 1440]);
    assert.deepEqual(facts("0,59 23,0 * * 0,6"), ["sun,sat", 6, 8, 1]);
    assert.deepEqual(facts("*/20 */12 * * 2"), ["tue", 7, 6, 20]);
    assert.deepEqual(facts("5-15/5 1 * * sun"), ["sun", 7, 3, 5]);
  });

  it("is refused with a reason where hosts read it differently, or rotation cannot count with it", () => {
    const refused = {
      "": /five fields/,
      "17 5 * *": /five fields/,
      "0 17 5 * * 1": /five fields/,
      "@weekly": /five fields/,
      "17 5 1 * *": /weekdays/,
      "17 5 * JAN *": /weekdays/,
      "60 5 * * 1": /minute/,
      "a 5 * * 1": /minute/,
      "17 24 * * 1": /hour/,
      "17 5-1 * * 1": /hour/,
      "17 5 * * 7": /weekday/,
      "17 5 * * ?": /weekday/,
      "17 5 * * 1#2": /weekday/,
      "17 5 * * L": /weekday/,
      "17/5 5 * * 1": /minute/,
      "*/0 5 * * 1": /minute/,
      "*-5 5 * * 1": /minute/,
      "17 5 * * 1,": /weekday/,
      "17\n5 * * 1": /five fields/,
      "17 5 * * 1 # x": /five fields/,
    };
    for (const [text, why] of Object.entries(refused)) assert.match(refusalOf(text), why, text);
    for (const given of [undefined, null, 17, ["17"], "x".repeat(101)])
      assert.match(refusalOf(given), /text of at most 100/);
  });

  it("is read or refused, whatever it is, and what is read is within the bounds of a clock", () => {
    const field = fc.stringMatching(/^[*0-9a-zA-Z,/-]{1,6}$/);
    fc.assert(
      fc.property(field, field, field, (minute, hour, weekday) => {
        const cron = parseCron(`${minute} ${hour} * * ${weekday}`);
        if (typeof cron === "string") return;
        for (const [values, most] of [
          [cron.minutes, 59],
          [cron.hours, 23],
          [cron.weekdays, 6],
        ] as const) {
          assert.ok(values.length > 0 && values.every((each) => Number.isInteger(each) && each <= most));
          assert.deepEqual(
            [...new Set(values)].sort((one, other) => one - other),
            values,
          );
        }
        assert.ok(longestGapDays(cron) >= 1 && longestGapDays(cron) <= 7);
      }),
    );
  });
});
