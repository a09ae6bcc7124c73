/** Which generations the repository's own stack has on a day: the same numbers as the schedule gives. */
import assert from "node:assert/strict";
import type { RotationArgs } from "../components";
import { dayOf } from "../components/calendar";
import { Problems } from "../components/problems";
import { readRotation } from "../components/rotation-reading";
import { planOn, type RotationPlan } from "../components/rotation-schedule";

export function generationsOn(rotation: RotationArgs = {}, now = new Date()): RotationPlan {
  const today = dayOf(now);
  const schedule = readRotation("rotation", rotation, { keyBits: 3072, today }, new Problems());
  assert.ok(schedule !== undefined, "no schedule");
  return planOn(schedule, today);
}
