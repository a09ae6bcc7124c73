import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs, DEFAULT_RETRY_LIMITS, repeatableStatus, retryAfterMs } from "../../graph";

const NOW = new Date("2026-11-21T12:00:00Z");

describe("Retry-After", () => {
  it("is as many seconds as it says", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (seconds) => {
        assert.equal(retryAfterMs(String(seconds), NOW), seconds * 1_000);
        assert.equal(retryAfterMs(` ${seconds}\t`, NOW), seconds * 1_000);
      }),
    );
  });

  it("is the time until a date, and nothing for one that has passed", () => {
    const dates = fc.date({
      min: new Date("1970-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, dates, (at, now) => {
        const whole = Math.floor(at.getTime() / 1_000) * 1_000;
        assert.equal(retryAfterMs(at.toUTCString(), now), Math.max(0, whole - now.getTime()));
      }),
    );
  });

  it("is not understood, or a wait from 0 upwards, whatever is sent", () => {
    const pieces = fc.constantFrom(
      "Sat, 21 Nov 2026 12:00:09 GMT",
      "-",
      "+",
      "7",
      " ",
      "e3",
      ".5",
      "GMT",
      "∞",
    );
    const hostile = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(hostile, (header) => {
        const wait = retryAfterMs(header, NOW);
        assert.ok(wait === undefined || (Number.isFinite(wait) && wait >= 0), String(wait));
      }),
    );
  });

  for (const header of [
    "",
    "-5",
    "1.5",
    "1e3",
    "0x10",
    "soon",
    "1234567890",
    "2026-11-21T12:00:09Z",
    "Sat, 21 Nov 2026 12:00:09 +0100",
    "Sun, 21 Nov 2026 12:00:09 GMT",
    "Tue, 31 Feb 2026 12:00:09 GMT",
    "Sat, 21 Nov 2026 24:00:00 GMT",
    "7, 8",
  ]) {
    it(`is not understood as "${header}"`, () => {
      assert.equal(retryAfterMs(header, NOW), undefined);
    });
  }

  it("is not there", () => {
    assert.equal(retryAfterMs(null, NOW), undefined);
  });
});

describe("waits without Retry-After", () => {
  it("double, are spread over their upper half and never longer than the limit", () => {
    const limits = fc.record({
      base: fc.integer({ min: 1, max: 5_000 }),
      max: fc.integer({ min: 1, max: 60_000 }),
    });
    fc.assert(
      fc.property(
        limits,
        fc.nat(40),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (of, n, luck) => {
          const { base, max } = of;
          const wait = backoffMs(
            n,
            { ...DEFAULT_RETRY_LIMITS, baseDelayMs: base, maxDelayMs: max },
            () => luck,
          );
          const full = Math.min(max, base * 2 ** n);
          assert.ok(wait >= Math.floor(full / 2) && wait <= full, `${wait} of ${full}`);
        },
      ),
    );
  });
});

describe("which statuses are followed by a repetition", () => {
  it("is decided by what arriving twice would do", () => {
    const passing = [408, 429, 500, 502, 503, 504];
    const others = [200, 302, 400, 401, 403, 404, 409, 412, 501, 505, 507];
    const repeated = (effect: Parameters<typeof repeatableStatus>[1]): number[] =>
      [...passing, ...others].filter((status) => repeatableStatus(status, effect));
    assert.deepEqual(repeated("read"), passing);
    assert.deepEqual(repeated("idempotent"), [429, 503]);
    assert.deepEqual(repeated("once"), [429]);
  });
});
