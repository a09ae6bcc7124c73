/** What a watch of a trust boundary says of two states of a resource, as a table of situations. */
import assert from "node:assert/strict";
import type { PlannedResource } from "../../../cli/review/resources";
import type { Watch } from "../../../cli/review/trust/change";
import type { Values } from "../../../cli/review/values";

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const SECRET = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};
export const ID = "0a0e0000-0000-4000-8000-000000000001";

function resource(before: Values | undefined, after: Values | undefined): PlannedResource {
  const sides = (inputs: Values | undefined) => inputs && { inputs, outputs: {} };
  return {
    ...{
      urn: "urn:pulumi:prod::p::t:m:T::name",
      type: "t:m:T",
      name: "name",
      parent: undefined,
      id: undefined,
      changedAt: undefined,
    },
    operation: before === undefined ? "create" : after === undefined ? "delete" : "update",
    ...{ before: sides(before), after: sides(after), dependencies: {}, frames: [], goesFirst: false },
  };
}

/** `field: before → after, direction, severity` of each difference. */
function seen(watch: Watch, before: Values | undefined, after: Values | undefined): string[] {
  return watch(resource(before, after)).map(
    (each) =>
      `${each.field}: ${each.before ?? "-"} → ${each.after ?? "-"}, ${each.direction}, ${each.severity}`,
  );
}

export type Row = readonly [
  situation: string,
  before: Values | undefined,
  after: Values | undefined,
  ...expected: string[],
];

export function table(kind: string, watch: Watch, rows: readonly Row[]): void {
  describe(kind, () => {
    for (const [situation, before, after, ...expected] of rows) {
      it(situation, () => {
        assert.deepEqual(seen(watch, before, after), expected);
      });
    }
  });
}
export const OTHER = "0a0e0000-0000-4000-8000-000000000002";
