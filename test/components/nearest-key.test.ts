import assert from "node:assert/strict";
import * as fc from "fast-check";
import { nearestKey } from "../../components/nearest-key";

const known = ["tenantId", "owners", "location", "resourceGroup", "applications"];

describe("the nearest key", () => {
  it("finds what a slip of the finger meant", () => {
    const slips = [
      "tenantid",
      "tennantId",
      "ownrs",
      "onwers",
      "loaction",
      "resource_group",
      "aplications",
      "APPLICATIONS",
    ];
    assert.deepEqual(
      slips.map((slip) => nearestKey(slip, known)),
      [
        "tenantId",
        "tenantId",
        "owners",
        "owners",
        "location",
        "resourceGroup",
        "applications",
        "applications",
      ],
    );
  });

  it("finds nothing where nothing is near", () => {
    for (const other of ["", "x", "colour", "clientSecret", "t".repeat(10_000)]) {
      assert.equal(nearestKey(other, known), undefined, other.slice(0, 20));
    }
  });

  it("is always a known key, and the key itself where it is known", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 6 }),
        (given, keys) => {
          const near = nearestKey(given, keys);
          assert.ok(near === undefined || keys.includes(near));
        },
      ),
    );
    for (const key of known) assert.equal(nearestKey(key, known), key);
  });
});
