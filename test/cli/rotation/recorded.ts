/** The states tools/rotation/record.ts has recorded, and plans made of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dayOf } from "../../../components/calendar";
import { buildPlan, type PlanInput } from "../../../cli/rotation/build-plan";
import { rotatedIdentities } from "../../../cli/rotation/identities";
import type { Plan } from "../../../cli/rotation/plan";
import { DEFAULT_UNTIL, readEvery, readMissed, readNow, readUntil } from "../../../cli/rotation/run-days";
import { parseStackExport } from "../../../cli/rotation/stack-export";

export const RECORDED = join(__dirname, "recorded");

export type RecordedState = "day-0" | "day-60" | "day-120";

export function recordedState(name: RecordedState): string {
  return readFileSync(join(RECORDED, `${name}.json`), "utf8");
}

export interface RecordedPlanOptions extends Pick<PlanInput, "evidence" | "signIns"> {
  readonly state: RecordedState;
  readonly now: string;
  readonly until?: string;
  readonly every?: string;
  readonly missed?: string;
  /** Changes the text of the state. */
  readonly edit?: (state: string) => string;
}

export function recordedPlan(options: RecordedPlanOptions): Plan {
  const { state, until = DEFAULT_UNTIL, edit = (text: string) => text } = options;
  const read = parseStackExport(edit(recordedState(state)));
  assert.ok(!("problem" in read));
  const now = readNow(options.now, () => assert.fail("the clock is given"));
  const today = dayOf(now);
  const every = readEvery(options.every ?? "daily");
  return buildPlan({
    stack: read.stack,
    identities: rotatedIdentities({ deployed: read.resources }),
    now,
    today,
    until: readUntil(until, today),
    every,
    missed: options.missed === undefined ? undefined : readMissed(options.missed, every, today),
    schedulesFrom: "state",
    certificatesFrom: "state",
    ...(options.signIns !== undefined && { signIns: options.signIns }),
    ...(options.evidence !== undefined && { evidence: options.evidence }),
  });
}
