/** The stack of rotation-program.ts on a tenant whose clock is moved, and what an onlooker sees of it there. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { CertificateArgs } from "../../components";
import type { Engine } from "../../cli/engine/find";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { Deployment, POLICY_PATH } from "./deployment";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-11-21T02:00:00Z");

export interface Declared {
  readonly certificate: CertificateArgs;
  readonly displayName?: string;
}

/** A credential in Graph, or what lies in the vault. */
export interface Seen {
  readonly thumbprint: string;
  readonly publicKey: string;
  /** Days from now until it ends; negative afterwards. */
  readonly daysLeft: number;
}

export class RotatingStack {
  /** Days since the start. */
  day = 0;
  readonly #deployment: Deployment;
  #objectId: string | undefined;

  private constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  static async start(engine: Engine): Promise<RotatingStack> {
    // The clock asks the stack, which is made with it.
    const days: { now: () => number } = { now: () => 0 };
    const clock = (): Date => new Date(START + days.now() * DAY_MS);
    const stack = new RotatingStack(await Deployment.start(engine, { clock }));
    days.now = () => stack.day;
    return stack;
  }

  async run(declared: Declared): Promise<Outcome> {
    return (await this.#open(declared)).up();
  }

  async preview(declared: Declared): Promise<Outcome> {
    return (await this.#open(declared)).preview();
  }

  /** What Graph answers about the application, the oldest first. */
  async registered(): Promise<readonly Seen[]> {
    this.#objectId ??= String((await this.#outputs())["objectId"]?.value);
    const path = `/v1.0/applications/${this.#objectId}?$select=keyCredentials`;
    // Asked in process: a sign-in with a real clock would not fit the tenant's.
    const { tenant } = this.#deployment.sandbox;
    const { body } = tenant.graph({ method: "GET", path, caller: tenant.deployer });
    const { keyCredentials } = body as { keyCredentials: readonly { key: string; keyId: string }[] };
    assert.equal(new Set(keyCredentials.map(({ keyId }) => keyId)).size, keyCredentials.length);
    const certificates = keyCredentials.map(({ key }) => new X509Certificate(Buffer.from(key, "base64")));
    return certificates
      .toSorted((one, other) => Date.parse(one.validFrom) - Date.parse(other.validFrom))
      .map((one) => this.#see(one));
  }

  /** The certificate beside the key that the vault hands out now. */
  stored(): Seen {
    const pem = this.storedPem();
    assert.match(pem, /-----BEGIN PRIVATE KEY-----/);
    return this.#see(new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERTIFICATE-----"))));
  }

  /** All that the vault hands out now. */
  storedPem(): string {
    const { vaults } = this.#deployment.sandbox.tenant;
    const vault = vaults.vault("kv-billing-nightly");
    assert.ok(vault !== undefined, "no vault");
    return vaults.secrets.get(vault, "billing-nightly")?.versions.at(-1)?.value ?? "";
  }

  /** Numbers of the declared generations, as the stack's outputs tell them. */
  async generations(): Promise<readonly number[]> {
    const { value } = (await this.#outputs())["generations"] as { value: { generation: number }[] };
    return value.map(({ generation }) => generation);
  }

  /** Somebody limits certificates in the tenant, or lifts that again: new ones that live longer are refused. */
  limitCertificates(maxLifetime: string | undefined): void {
    const { tenant } = this.#deployment.sandbox;
    const restriction = {
      restrictionType: "asymmetricKeyLifetime",
      state: maxLifetime === undefined ? "disabled" : "enabled",
      maxLifetime: maxLifetime ?? "P180D",
      restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z",
    };
    const { status } = tenant.graph({
      method: "PATCH",
      path: POLICY_PATH,
      caller: tenant.deployer,
      body: { isEnabled: true, applicationRestrictions: { keyCredentials: [restriction] } },
    });
    assert.equal(status, 204);
  }

  /** Graph takes no certificate off an application, or does so again: everything else it answers as ever. */
  refuseRemovals(refuses: boolean): void {
    const { tenant } = this.#deployment.sandbox;
    if (!refuses) {
      // The method of the class is there again.
      Reflect.deleteProperty(tenant, "graph");
      return;
    }
    const answer = tenant.graph.bind(tenant);
    tenant.graph = (request) => {
      const given = (request.body as { readonly keyCredentials?: readonly unknown[] } | undefined)
        ?.keyCredentials;
      if (request.method !== "PATCH" || given === undefined) return answer(request);
      const path = `${request.path}?$select=keyCredentials`;
      const { body } = answer({ method: "GET", path, caller: request.caller });
      const { keyCredentials } = body as { readonly keyCredentials: readonly unknown[] };
      if (given.length >= keyCredentials.length) return answer(request);
      const error = { code: "ServiceUnavailable", message: "Removals are out of order." };
      return { status: 503, headers: {}, body: { error } };
    };
  }

  close(): Promise<void> {
    return this.#deployment.close();
  }

  #see(certificate: X509Certificate): Seen {
    return {
      thumbprint: certificate.fingerprint256,
      publicKey: certificate.publicKey.export({ type: "spki", format: "der" }).toString("hex"),
      daysLeft: (Date.parse(certificate.validTo) - START) / DAY_MS - this.day,
    };
  }

  #open({ certificate, displayName }: Declared): Promise<StackSession> {
    return this.#deployment.open({
      program: join(__dirname, "rotation-program.ts"),
      policyPacks: [],
      config: {
        "certlock-tenant:now": new Date(START + this.day * DAY_MS).toISOString(),
        "certlock-tenant:certificate": certificate,
        ...(displayName !== undefined && { "certlock-tenant:displayName": displayName }),
      },
    });
  }

  async #outputs() {
    return (await this.#open({ certificate: {} })).outputs();
  }
}
