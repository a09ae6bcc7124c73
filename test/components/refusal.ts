/** Looks at refused arguments: the whole list, and that nothing was registered on the way. */
import assert from "node:assert/strict";
import { ArgumentError } from "../../components";
import { Recorder } from "./recorder";

/** Places and codes of all problems, as `place code`. */
export async function refusal(declare: () => unknown): Promise<string[]> {
  const recorder = await Recorder.start();
  let refused: unknown;
  try {
    declare();
  } catch (error) {
    refused = error;
  }
  assert.ok(refused instanceof ArgumentError, `not refused as arguments: ${String(refused)}`);
  assert.equal(refused.code, "CERTLOCK_ARGUMENTS");
  assert.deepEqual(await recorder.all(), []);
  for (const problem of refused.problems) {
    assert.ok(refused.message.includes(problem.at), `the message leaves out ${problem.at}`);
    assert.notEqual(problem.allowed, "");
    assert.notEqual(problem.remedy, "");
  }
  return refused.problems.map((problem) => `${problem.at} ${problem.code}`);
}
