import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkBelowPolicy, epochSeconds, utcSeconds } from "../../components/lifetime";

describe("lifetimes", () => {
  it("stay below the limit of the tenant policy, never at it", () => {
    assert.equal(checkBelowPolicy(179, 180), undefined);
    assert.equal(checkBelowPolicy(180, 180)?.code, "certificate-outlives-policy");
    assert.match(checkBelowPolicy(181, 180)?.remedy ?? "", /179 or less/);
  });

  it("are cut to whole seconds in UTC, whatever offset and fraction came in", () => {
    assert.equal(utcSeconds("2026-11-21T03:00:00.999999999+01:00"), "2026-11-21T02:00:00Z");
    assert.equal(epochSeconds("2026-11-21T02:00:00.999Z"), 1795226400);
    const moments = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(moments, (moment) => {
        const text = utcSeconds(moment.toISOString());
        assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        assert.equal(utcSeconds(text), text);
        assert.equal(Date.parse(text), epochSeconds(moment.toISOString()) * 1000);
        assert.ok(Date.parse(text) <= moment.getTime());
      }),
    );
  });

  it("refuses what is no moment, without repeating it", () => {
    assert.throws(() => epochSeconds("-----BEGIN PRIVATE KEY-----"), {
      name: "RangeError",
      message: "not a point in time (RFC 3339): (not shown: it looks like a secret)",
    });
  });
});
