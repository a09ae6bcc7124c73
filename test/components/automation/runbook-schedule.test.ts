import assert from "node:assert/strict";
import fc from "fast-check";
import { firstStart, scheduleSuffix, WEEKDAYS } from "../../../components/automation/runbook-schedule";
import { Recorder } from "../recorder";
import { declare, NOW } from "./declared";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const start = (every: (typeof WEEKDAYS)[number] | "day", at: string, now: string): string =>
  firstStart({ every, at }, new Date(now));

describe("the first start of a runbook", () => {
  it("is today's where an hour or more is left, and tomorrow's otherwise", () => {
    assert.equal(start("day", "05:17", "2026-11-29T04:17:00Z"), "2026-11-29T05:17:00+00:00");
    assert.equal(start("day", "05:17", "2026-11-29T04:17:00.001Z"), "2026-11-30T05:17:00+00:00");
    assert.equal(start("day", "00:30", "2026-12-31T23:40:00Z"), "2027-01-02T00:30:00+00:00");
  });

  it("is on the day of the week that is asked for", () => {
    assert.equal(start("sunday", "23:59", "2026-11-29T22:00:00Z"), "2026-11-29T23:59:00+00:00");
    assert.equal(start("monday", "05:17", "2026-11-29T22:00:00Z"), "2026-11-30T05:17:00+00:00");
    assert.equal(start("sunday", "05:17", "2026-11-29T22:00:00Z"), "2026-12-06T05:17:00+00:00");
  });

  it("is the first that leaves an hour, at any moment, and never further than it has to be", () => {
    const moments = fc.date({
      min: new Date("1999-01-01"),
      max: new Date("2200-01-01"),
      noInvalidDate: true,
    });
    const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
    fc.assert(
      fc.property(moments, minutes, fc.constantFrom("day" as const, ...WEEKDAYS), (now, minute, every) => {
        const at = new Date(minute * 60_000).toISOString().slice(11, 16);
        const first = new Date(firstStart({ every, at }, now));
        const ahead = first.getTime() - now.getTime();
        assert.ok(ahead >= HOUR_MS && ahead < HOUR_MS + (every === "day" ? 1 : 7) * DAY_MS);
        assert.equal(first.toISOString().slice(11, 16), at);
        const weekday = first.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" }).toLowerCase();
        assert.ok(every === "day" || weekday === every);
      }),
    );
  });

  it("makes another schedule of another time, and looks at the start only when it is made", async () => {
    assert.equal(scheduleSuffix({ every: "day", at: "05:17" }), "daily-0517");
    const recorder = await Recorder.start();
    declare({ schedule: { every: "friday", at: "21:05" } });
    const registered = (await recorder.all()).find(({ type }) => type.endsWith(":Schedule"));
    assert.deepEqual(registered?.name, "rotation-schedule-friday-2105");
    assert.deepEqual(registered.ignoreChanges, ["startTime"]);
    assert.deepEqual(registered.inputs, {
      resourceGroupName: "rg-identities",
      automationAccountName: "rotation",
      scheduleName: "rotation-friday-2105",
      name: "rotation-friday-2105",
      description: "Rotates certificates. Made by certlock; another time is another schedule.",
      frequency: "Week",
      advancedSchedule: { weekDays: ["Friday"] },
      interval: 1,
      startTime: firstStart({ every: "friday", at: "21:05" }, NOW),
      timeZone: "Etc/UTC",
    });
  });
});
