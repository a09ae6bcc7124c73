/** A valid configuration to change one thing in, and what a refused one is refused for. */
import assert from "node:assert/strict";
import { readSettings, SettingsError } from "../../settings";

export type Json = Record<string, unknown>;

export const TENANT = "7e0a0000-0000-4000-8000-000000000001";
export const ALICE = "0a0e0000-0000-4000-8000-000000000001";
export const BOB = "0a0e0000-0000-4000-8000-000000000002";
export const HOST = "0a0e0000-0000-4000-8000-0000000000a1";

/** A valid application; each case changes one thing. */
export const billing = (change: Json = {}): Json => ({
  name: "billing-nightly",
  description: "Nightly billing run",
  certificate: { vault: "kv-billing-nightly" },
  ...change,
});
export const pipeline = (change: Json = {}): Json => ({
  name: "deploy-pipeline",
  description: "Deploys the platform",
  federation: { github: { repository: "contoso/platform", environment: "production" } },
  ...change,
});
export const valid: Json = {
  tenantId: TENANT,
  owners: [ALICE, BOB],
  location: "westeurope",
  resourceGroup: "rg-identities",
  applications: [billing()],
};

/** Configuration as Pulumi hands it over: full keys, everything but text as JSON. */
export function configOf(values: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        `certlock-tenant:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
  );
}

export function refused(config: Record<string, string>): SettingsError {
  try {
    readSettings(config);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error;
  }
  assert.fail("the configuration was accepted");
}
