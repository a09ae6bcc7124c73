import { RunningSandbox, type HttpAnswer } from "../sandbox-client";
import {
  createApplication,
  createServicePrincipal,
  DAY,
  makeCertificate,
  type TestCertificate,
} from "../tenant-fixture";
import { grantRole } from "../vault/vault-doors";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

export const ARM_SCOPE = "https://management.azure.com/.default";

/** Azure Resource Manager of a running sandbox, called as the pipeline or as somebody else. */
export class ArmClient {
  readonly running: RunningSandbox;
  /** Path of the subscription. */
  readonly subscription: string;
  /** The pipeline's. */
  readonly token: string;
  readonly #certificate: TestCertificate;

  static async start(): Promise<ArmClient> {
    const running = await RunningSandbox.start();
    const dates = [-1, 90].map((days) => new Date(running.now.getTime() + days * DAY).toISOString());
    return new ArmClient(running, await running.deployerToken(ARM_SCOPE), await makeCertificate(...dates));
  }

  private constructor(running: RunningSandbox, token: string, certificate: TestCertificate) {
    this.running = running;
    this.token = token;
    this.#certificate = certificate;
    this.subscription = `/subscriptions/${running.sandbox.tenant.vaults.subscriptionId}`;
  }

  vaultPath(name: string, group = "rg-identities"): string {
    return `${this.subscription}/resourceGroups/${group}/providers/Microsoft.KeyVault/vaults/${name}`;
  }

  call(method: string, path: string, body?: object, bearer = this.token): Promise<HttpAnswer> {
    const query = `${path.includes("?") ? "&" : "?"}api-version=2023-07-01`;
    return this.running.request(`${this.running.sandbox.resourceManagerUrl}${path}${query}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  properties(more: object = {}): object {
    const { id } = this.running.sandbox.tenant;
    return { tenantId: id, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true, ...more };
  }

  putVault(path: string, more: object = {}): Promise<HttpAnswer> {
    return this.call("PUT", path, { location: "West Europe", properties: this.properties(more) });
  }

  /** Somebody else, with a role at a scope or none. */
  async somebody(role?: string, scope = this.subscription): Promise<{ bearer: string; objectId: string }> {
    const { tenant } = this.running.sandbox;
    const { appId } = createApplication(tenant, "somebody", {
      keyCredentials: [this.#certificate.keyCredential],
    });
    const { id } = createServicePrincipal(tenant, appId);
    if (role !== undefined) grantRole(tenant, id, role, scope);
    const form = { ...this.running.assertion(appId, this.#certificate), scope: ARM_SCOPE };
    const { body } = await this.running.token(form);
    return { bearer: body.access_token as string, objectId: id };
  }
}

/** Status and code: what a client decides on. */
export function armVerdict({ status, body }: HttpAnswer): string {
  const { error } = (body ?? {}) as { error?: { code: string } };
  return error === undefined ? String(status) : `${status} ${error.code}`;
}
