/** Alerts are run over rows of the logs, and what they find is compared row by row. */
import assert from "node:assert/strict";
import { kustoOrSkip, type QueryCase, type Row, runQueries } from "./run-queries";

export interface Detection extends QueryCase {
  readonly situation: string;
  /** One for each row of the answer, in any order, with what is to stand in it; none where nothing is to be found. */
  readonly found: readonly Row[];
}

export function describeDetections(title: string, detections: readonly Detection[]): void {
  describe(title, () => {
    let answers: readonly (readonly Row[])[];

    before(async function () {
      answers = await runQueries(await kustoOrSkip(this), detections);
    });

    detections.forEach(({ alert, situation, found }, index) => {
      it(`${alert}: ${situation}`, () => {
        const rows = [...(answers[index] ?? [])];
        for (const wanted of found) {
          const at = rows.findIndex((row) =>
            Object.entries(wanted).every(([name, value]) => row[name] === value),
          );
          assert.ok(at >= 0, `${JSON.stringify(wanted)} is not among ${JSON.stringify(rows)}`);
          rows.splice(at, 1);
        }
        assert.deepEqual(rows, []);
      });
    });
  });
}
