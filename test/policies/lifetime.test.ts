import assert from "node:assert/strict";
import fc from "fast-check";
import { duration } from "../../policies/lifetime";

const hour = 3_600_000;

describe("reading a duration as Go writes it", () => {
  for (const [text, milliseconds] of [
    ["4320h", 4320 * hour],
    ["1h30m", 1.5 * hour],
    ["1.5h", 1.5 * hour],
    ["90m0s", 1.5 * hour],
    ["250ms", 250],
    ["1000us", 1],
    ["1000µs", 1],
    ["0s", 0],
  ] as const) {
    it(`takes ${text}`, () => {
      assert.equal(duration(text), milliseconds);
    });
  }

  for (const text of ["", "4320", "h", "180d", "P180D", "-1h", "1h ", "1e3h", "1..5h", "1,5h"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(duration(text), undefined);
    });
  }

  it("adds up any hours, minutes and seconds", () => {
    const amount = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(amount, amount, amount, (hours, minutes, seconds) => {
        assert.equal(
          duration(`${hours}h${minutes}m${seconds}s`),
          hours * hour + minutes * 60_000 + seconds * 1000,
        );
      }),
    );
  });

  it("comes to an end over a long hostile text", () => {
    assert.equal(duration(`${"1".repeat(200_000)}x`), undefined);
    assert.equal(duration(`${"1h".repeat(100_000)}x`), undefined);
  });
});
