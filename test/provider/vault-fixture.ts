/** A provider served over gRPC against the sandbox's vault door over HTTP, with faults on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PropertyMap } from "../../provider/properties";
import type { ResourceHandler } from "../../provider/resource-handler";
import { type ProviderServer, startProviderServer } from "../../provider/server";
import { SelfRenewingCertificateHandler } from "../../provider/self-renewing-certificate";
import { VaultCertificateHandler } from "../../provider/vault-certificate";
import { VaultClient } from "../../provider/vault-client";
import { vaultRequestHandler } from "../../sandbox/vault/door";
import type { Vault } from "../../sandbox/vault/vault";
import type { VaultSettings } from "../../sandbox/vault/vault-settings";
import { Tenant } from "../../sandbox/tenant/tenant";
import { CALLER, CERTIFICATES_OFFICER, grantRole } from "../sandbox/vault/vault-doors";
import { ProviderClient } from "./provider-client";

export const VAULT_TYPE = "certlock:index:VaultCertificate";
export const SELF_RENEWING_TYPE = "certlock:index:SelfRenewingCertificate";
const NAME = "billing";

/** What a program declares at the least. */
export const GENERATION_1: PropertyMap = {
  vaultUri: "https://kv-billing.vault.azure.net/",
  certificateName: NAME,
  generation: 1,
  subject: "CN=billing",
  keyBits: 2048,
};

/** Takes a request over from the vault; true when it has dealt with it. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export class VaultFixture {
  readonly tenant: Tenant;
  readonly provider: ProviderClient;
  /** The same provider, asked about certificates that the vault renews. */
  readonly renewing: ProviderClient;
  /** Requests in order: `POST /certificates/billing/create`. */
  readonly requests: string[] = [];
  /** Milliseconds waited for, none of them really. */
  readonly waits: number[] = [];
  readonly warnings: string[] = [];
  before: Fault = () => false;
  #servers: { readonly vault: Server; readonly provider: ProviderServer } | undefined;

  readonly #time: { now: Date };

  private constructor(tenant: Tenant, port: number, time: { now: Date }) {
    this.tenant = tenant;
    this.provider = new ProviderClient(port, VAULT_TYPE);
    this.renewing = new ProviderClient(port, SELF_RENEWING_TYPE);
    this.#time = time;
  }

  static async start(settings: VaultSettings = {}): Promise<VaultFixture> {
    const time = { now: new Date("2026-11-21T12:00:00Z") };
    const tenant = new Tenant({ clock: () => time.now });
    tenant.vaults.putResourceGroup({ name: "rg", location: "westeurope", tags: {}, managedBy: undefined });
    const vault = tenant.vaults.putVault({
      resourceGroup: "rg",
      name: "kv-billing",
      location: "westeurope",
      settings: {
        tenantId: tenant.id,
        sku: { name: "standard" },
        enableRbacAuthorization: true,
        ...settings,
      },
    });
    grantRole(tenant, CALLER.objectId, CERTIFICATES_OFFICER, vault.id);
    const door = vaultRequestHandler(
      tenant,
      (authorization) => (authorization === "Bearer vault-token" ? CALLER : undefined),
      () => "198.51.100.10",
    );
    const holder: { fixture?: VaultFixture } = {};
    const server = createServer((request, response) => {
      void (async () => {
        const { pathname } = new URL(request.url ?? "/", "http://vault");
        holder.fixture?.requests.push(`${request.method ?? ""} ${pathname.replace("/kv-billing", "")}`);
        if ((await holder.fixture?.before(request, response)) !== true) door(request, response);
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const service = {
      cloud: "public",
      dnsSuffix: "vault.azure.net",
      scope: "https://vault.azure.net/.default",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const sleep = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
      holder.fixture?.waits.push(milliseconds);
      time.now = new Date(time.now.getTime() + milliseconds);
      // Real time for what the vault does in its own: signing a certificate.
      await new Promise((resolve) => setTimeout(resolve, 5));
      signal?.throwIfAborted();
    };
    const client = new VaultClient({
      service,
      sleep,
      random: () => 1,
      tokenSource: { getToken: () => Promise.resolve({ token: "vault-token", expiresOnTimestamp: 0 }) },
    });
    const options = {
      service: () => service,
      client: () => Promise.resolve(client),
      clock: () => time.now,
    };
    const provider = await startProviderServer({
      version: "1.2.3",
      handlers: new Map<string, ResourceHandler>([
        [VAULT_TYPE, new VaultCertificateHandler(options)],
        [SELF_RENEWING_TYPE, new SelfRenewingCertificateHandler(options)],
      ]),
      configure: () => undefined,
      log: {
        attach: () => undefined,
        close: () => undefined,
        warn: (_urn, message) => {
          holder.fixture?.warnings.push(message);
          return Promise.resolve();
        },
      },
    });
    const fixture = new VaultFixture(tenant, provider.port, time);
    holder.fixture = fixture;
    fixture.#servers = { vault: server, provider };
    return fixture;
  }

  /** Lets days pass. */
  advance(days: number): void {
    this.#time.now = new Date(this.#time.now.getTime() + days * 86_400_000);
  }

  get vault(): Vault {
    const vault = this.tenant.vaults.vault("kv-billing");
    if (!vault) throw new Error("the vault is gone");
    return vault;
  }

  /** Versions of the certificate, oldest first, with what tells them apart. */
  get versions(): { version: string; enabled: boolean; generation: string | undefined }[] {
    const certificate = this.tenant.vaults.certificates.get(this.vault, NAME);
    return (certificate?.versions ?? []).map(({ version, enabled, tags }) => ({
      version,
      enabled,
      generation: tags["certlock-generation"],
    }));
  }

  /** Checks and creates, as the engine does. */
  async make(
    inputs: PropertyMap = GENERATION_1,
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const checked = await this.provider.check(inputs);
    const { id, values } = await this.provider.create(checked.values);
    return { id, inputs: checked.values, outputs: values };
  }

  async close(): Promise<void> {
    this.provider.close();
    this.renewing.close();
    await this.#servers?.provider.close(0);
    this.#servers?.vault.closeAllConnections();
    await new Promise((resolve) => this.#servers?.vault.close(resolve));
  }
}

/** The text of a failed call. */
export async function failure(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    () => {
      throw new Error("expected a failure");
    },
    (reason: unknown) => reason,
  );
  return (error as { details?: string }).details ?? String(error);
}
