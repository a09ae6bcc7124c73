import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/index";
import type { Engine } from "../../cli/engine/find";
import { openStack, type OpenStackOptions, type StackSession } from "../../tools/stack/stack";
import { fetchTrusting } from "../../tools/tenant/fetch";
import { callerOf, type TenantCaller } from "../../tools/tenant/graph";

export const ROOT = resolve(__dirname, "../..");
export const PACK = join(ROOT, "policies", "certlock-policies");
export const POLICY_PATH = "/v1.0/policies/defaultAppManagementPolicy";
/** Planted where a careless component would let it through. */
export const PASSPHRASE = "canary-passphrase-9f2c";

/** The tenant of Pulumi.dev.yaml, so that the stack's own configuration fits unchanged. */
export const TENANT_ID = "7e0a0000-0000-4000-8000-000000000001";

/** A sandbox tenant and a private folder for one suite. */
export class Deployment {
  readonly engine: Engine;
  readonly folder = mkdtempSync(join(tmpdir(), "certlock-test-"));
  readonly sandbox: Sandbox;

  private constructor(engine: Engine, sandbox: Sandbox) {
    this.engine = engine;
    this.sandbox = sandbox;
  }

  static async start(engine: Engine, options: SandboxOptions = {}): Promise<Deployment> {
    return new Deployment(engine, await startSandbox({ tenantId: TENANT_ID, ...options }));
  }

  get caller(): TenantCaller {
    return callerOf(this.sandbox, fetchTrusting(this.sandbox.caCertificatePem));
  }

  open(options: Partial<OpenStackOptions> = {}): Promise<StackSession> {
    return openStack({
      engine: this.engine,
      project: ROOT,
      folder: join(this.folder, "stack"),
      passphrase: PASSPHRASE,
      environment: this.sandbox.environment(),
      policyPacks: [PACK],
      ...options,
    });
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
