import assert from "node:assert/strict";
import { readSettings } from "../../settings";
import { billing, configOf, HOST, type Json, refused, valid } from "./configuration";

/** Places and codes of all problems after changing something of a valid certificate. */
const certificate = (change: Json): string[] => {
  const applications = [billing({ certificate: { vault: "kv-billing-nightly", ...change } })];
  return refused(configOf({ ...valid, applications })).problems.map(({ at, code }) => `${at} ${code}`);
};

describe("settings of a certificate", () => {
  it("keep certificates strictly below the limit of the tenant policy", () => {
    assert.deepEqual(certificate({ rotation: { validityDays: 180 } }), [
      "applications[0].certificate.rotation.validityDays certificate-outlives-policy",
    ]);
    const limited = (limit: number, rotation?: Json) =>
      configOf({
        ...valid,
        certificateMaxLifetimeDays: limit,
        applications: [billing({ certificate: { vault: "kv-billing-nightly", rotation } })],
      });
    const numbers = (config: Record<string, string>) => {
      const credential = readSettings(config).applications[0]?.credential;
      if (credential === undefined || !("rotation" in credential)) return undefined;
      return [credential.rotation.periodDays, credential.rotation.validityDays];
    };
    assert.deepEqual(numbers(limited(180, { validityDays: 179 })), [87, 179]);
    assert.deepEqual(numbers(limited(126)), [60, 125]);
    for (const limit of [125, 90]) {
      assert.deepEqual(
        refused(limited(limit)).problems.map(({ at, code }) => `${at} ${code}`),
        ["applications[0].certificate.rotation.validityDays certificate-outlives-policy"],
        "no default gives way: it would renumber what is in use",
      );
    }
    assert.deepEqual(numbers(limited(90, { periodDays: 42, validityDays: 89 })), [42, 89]);
    assert.equal(
      refused(limited(60, { validityDays: 60 })).problems[0]?.allowed.includes("at most 59"),
      true,
    );
  });

  it("report what is wrong with a rotation, each number in its place", () => {
    const at = "applications[0].certificate.rotation";
    assert.deepEqual(certificate({ rotation: "weekly" }), [`${at} wrong-type`]);
    assert.deepEqual(certificate({ rotation: null }), [`${at} missing`]);
    assert.deepEqual(
      certificate({
        keyBits: 3000,
        pfx: "yes",
        rotation: {
          epoch: "21.11.2026",
          validityDays: 0,
          periodDays: 1.5,
          generation: "2",
          changes: [{ periodDays: 30, validity: 65 }, 7],
        },
      }),
      [
        "applications[0].certificate.keyBits out-of-range",
        `${at}.changes[0].validity unknown-key`,
        `${at}.epoch invalid-date`,
        `${at}.periodDays out-of-range`,
        `${at}.validityDays out-of-range`,
        `${at}.changes[0].from missing`,
        `${at}.changes[1] wrong-type`,
        `${at}.generation wrong-type`,
        "applications[0].certificate.pfx wrong-type",
      ],
    );
    for (const generation of [0, -1, 1.5, 2 ** 53])
      assert.deepEqual(certificate({ rotation: { generation } }), [`${at}.generation out-of-range`]);
  });

  it("count the days from the moment of the run", () => {
    const config = configOf({
      ...valid,
      applications: [
        billing({ certificate: { vault: "kv-billing-nightly", rotation: { epoch: "2026-11-21" } } }),
      ],
    });
    assert.ok(readSettings(config, new Date("2026-11-21T00:00:00Z")));
    assert.throws(() => readSettings(config, new Date("2026-11-20T23:59:59Z")), /epoch \[out-of-range\]/);
  });

  it("refuse vault networks and readers that cannot work", () => {
    assert.deepEqual(
      certificate({
        vaultNetworks: ["2001:db8::/32", "198.51.100.0/24", "198.51.100.0/24", 7],
        readers: [HOST, HOST, "host", 7],
      }),
      [
        "applications[0].certificate.vaultNetworks[0] network-family",
        "applications[0].certificate.vaultNetworks[2] duplicate",
        "applications[0].certificate.vaultNetworks[3] network-malformed",
        "applications[0].certificate.readers[1] duplicate",
        "applications[0].certificate.readers[2] invalid-id",
        "applications[0].certificate.readers[3] invalid-id",
      ],
    );
  });
});
