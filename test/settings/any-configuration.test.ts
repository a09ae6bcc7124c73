import assert from "node:assert/strict";
import * as fc from "fast-check";
import { readSettings, SettingsError } from "../../settings";
import { configOf, type Json, valid } from "./configuration";

describe("settings, for any configuration", () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const key = fc.oneof(
    fc.constantFrom(
      ...Object.keys(valid),
      "allowedOwners",
      "auditLog",
      "certificateIssuer",
      "certificateMaxLifetimeDays",
      "changes",
      "cloud",
      "conditionalAccess",
      "contact",
      "expiryAlert",
      "federatedCredentials",
      "graphRoles",
      "identities",
      "identity",
      "kubernetes",
      "ownership",
      "privateEndpoint",
      "risk",
      "roles",
      "rotation",
      "tags",
      "vaults",
      "name",
      "description",
      "certificate",
      "federation",
      "github",
      "networks",
      "vault",
      "__proto__",
    ),
    fc.string(),
  );
  const nested = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      anything,
      fc.array(tie("value")),
      fc.dictionary(key, tie("value")),
    ),
  })).value;
  const anyConfig = fc
    .dictionary(key, fc.oneof(fc.string(), nested))
    .map((values) => ({ ...configOf(valid), ...configOf(values as Json) }));

  it("answer with settings or with their own error, whose suggestions are known keys", () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        let error: unknown;
        try {
          readSettings(config);
        } catch (thrown) {
          error = thrown;
        }
        if (error === undefined) return;
        assert.ok(error instanceof SettingsError, "another error than its own");
        assert.doesNotMatch(error.message.replaceAll("\n", ""), /[\p{C}]/u);
        for (const { code, remedy, allowed } of error.problems) {
          const suggested = code === "unknown-key" ? /did you mean "(.*)"/.exec(remedy)?.[1] : undefined;
          if (suggested !== undefined) {
            assert.ok(allowed.replace("the keys ", "").split(", ").includes(suggested));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("find the same problems in whatever order the keys stand", () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .map(([name, inner]) => [name, reversed(inner)])
          .reverse(),
      );
    };
    const outcome = (config: Record<string, string>): unknown => {
      try {
        return readSettings(config);
      } catch (error) {
        return (error as SettingsError).problems;
      }
    };
    fc.assert(
      fc.property(fc.dictionary(key, nested), (values) => {
        // Plain text has no order of keys, whatever stands in it.
        const structured = Object.entries(values as Json).filter(
          ([name]) => typeof valid[name] !== "string" && name !== "cloud" && name !== "ownership",
        );
        const changed = { ...valid, ...Object.fromEntries(structured) };
        const config = configOf(changed);
        const other = configOf(reversed(changed) as Json);
        assert.deepEqual(outcome(other), outcome(config));
      }),
      { numRuns: 300 },
    );
  });
});
