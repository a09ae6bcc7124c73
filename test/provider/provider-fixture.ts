/** A provider served over gRPC against a tenant over HTTP, both in this process. */
import assert from "node:assert/strict";
import { GraphClient } from "../../graph";
import type { PropertyMap } from "../../provider/properties";
import { type ProviderServer, startProviderServer } from "../../provider/server";
import { TenantAppManagementPolicyHandler } from "../../provider/tenant-app-management-policy";
import { FakeTenant } from "./fake-tenant";
import { ProviderClient, TYPE, URN } from "./provider-client";

export const ID = "defaultAppManagementPolicy";

/** No new passwords on applications, certificates below 180 days. */
export const NO_SECRETS: PropertyMap = {
  isEnabled: true,
  applicationRestrictions: {
    passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
    keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" }],
  },
  onDelete: "restore",
};

/** The same without the restriction of certificates. */
export const NO_SECRETS_ONLY: PropertyMap = {
  ...NO_SECRETS,
  applicationRestrictions: {
    passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
  },
};

export class ProviderFixture {
  readonly tenant: FakeTenant;
  readonly provider: ProviderClient;
  /** The waits between looks at the policy, in milliseconds; none of them is really waited. */
  readonly waits: number[];
  /** The warnings given, in order. */
  readonly warnings: string[];
  readonly #server: ProviderServer;

  private constructor(tenant: FakeTenant, server: ProviderServer, waits: number[], warnings: string[]) {
    this.tenant = tenant;
    this.provider = new ProviderClient(server.port);
    this.waits = waits;
    this.warnings = warnings;
    this.#server = server;
  }

  static async start(): Promise<ProviderFixture> {
    const tenant = await FakeTenant.start();
    const waits: number[] = [];
    const warnings: string[] = [];
    const client = new GraphClient({
      tokenSource: { getToken: () => Promise.resolve({ token: "fake-token", expiresOnTimestamp: 0 }) },
      cloud: { graphEndpoint: tenant.url, scope: "s" },
      sleep: () => Promise.resolve(),
    });
    const handler = new TenantAppManagementPolicyHandler({
      client: () => Promise.resolve(client),
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 0,
    });
    const server = await startProviderServer({
      version: "1.2.3",
      handlers: new Map([[TYPE, handler]]),
      configure: () => undefined,
      log: {
        attach: () => undefined,
        close: () => undefined,
        warn: (urn, message) => {
          assert.equal(urn, URN);
          warnings.push(message);
          return Promise.resolve();
        },
      },
    });
    return new ProviderFixture(tenant, server, waits, warnings);
  }

  async close(): Promise<void> {
    this.provider.close();
    await this.#server.close(0);
    await this.tenant.close();
  }
}
