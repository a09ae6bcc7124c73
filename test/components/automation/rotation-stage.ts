/** A tenant with an application and a certificate that lives in a vault, and the runbook as a process beside it. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Sandbox, SandboxOptions } from "../../../sandbox";
import { MICROSOFT_GRAPH } from "../../../sandbox/tenant/microsoft-services";
import type { Vault } from "../../../sandbox/vault/vault";
import type { CertificateVersion } from "../../../sandbox/vault/vault-certificate";
import { RunningSandbox } from "../../sandbox/sandbox-client";
import {
  call,
  createApplication,
  createServicePrincipal,
  DAY,
  type TestObjects,
} from "../../sandbox/tenant-fixture";
import { grantRole } from "../../sandbox/vault/vault-doors";
import { StagedIdentity } from "./staged-identity";
import { Wire } from "./wire";

export const RUNBOOK = resolve(__dirname, "../../../components/automation/rotate_certificates.py");
export const KEY_VAULT_READER = "21090545-7ca7-4776-b22c-e363652d74d2";
export const KEY_VAULT_CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424";
const RUN_AT = join(__dirname, "run_at.py");
const TIMEOUT_MS = 60_000;

/** The line about one identity. */
export interface Line {
  readonly identity: string;
  readonly outcome: "ok" | "attention" | "failed";
  readonly step: string;
  readonly findings: readonly string[];
  readonly newest: { readonly version: string; readonly keyId: string; readonly thumbprint: string } | null;
  readonly verified: string;
  readonly registered: readonly string[];
  readonly removed: readonly Retired[];
  readonly kept: readonly Retired[];
  readonly others: number;
  readonly dryRun: boolean;
  readonly refusal: { readonly status: number; readonly code: string | null } | null;
  readonly next: string;
}

interface Retired {
  readonly keyId: string;
  readonly thumbprint: string;
  readonly notAfter: string;
  readonly why: string;
  readonly lastSeen: string | null;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly lines: readonly Line[];
  readonly totals: Readonly<Record<string, unknown>>;
  /** Seconds the runbook believes to have slept. */
  readonly slept: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Ran>;
}

export interface Roles {
  readonly graph?: readonly string[];
  readonly signs?: boolean;
  readonly owns?: boolean;
}

export class RotationStage {
  readonly running: RunningSandbox;
  readonly wire: Wire;
  readonly vault: Vault;
  readonly machine: TestObjects;
  readonly #folder: string;
  readonly #python: string;
  #count = 0;

  static async open(python: string, options: SandboxOptions = {}): Promise<RotationStage> {
    const running = await RunningSandbox.start(options);
    const { tenant } = running.sandbox;
    const group = "rg-billing";
    tenant.vaults.putResourceGroup({ name: group, location: "westeurope", tags: {}, managedBy: undefined });
    const vault = tenant.vaults.putVault({
      resourceGroup: group,
      name: "kv-billing",
      location: "westeurope",
      settings: { tenantId: tenant.id, sku: { name: "standard" }, enableRbacAuthorization: true },
    });
    const identity = tenant.managedIdentities.put({
      id: `${tenant.vaults.resourceGroupId(group)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-rotation`,
      name: "id-rotation",
      location: "westeurope",
      tags: {},
    });
    const wire = await Wire.open(running.sandbox, identity.clientId);
    return new RotationStage(python, running, wire, vault, {
      id: identity.principalId,
      appId: identity.clientId,
    });
  }

  private constructor(
    python: string,
    running: RunningSandbox,
    wire: Wire,
    vault: Vault,
    machine: TestObjects,
  ) {
    this.running = running;
    this.wire = wire;
    this.vault = vault;
    this.machine = machine;
    this.#python = python;
    this.#folder = mkdtempSync(join(tmpdir(), "certlock-runbook-"));
    writeFileSync(join(this.#folder, "ca.pem"), wire.caCertificatePem);
  }

  get sandbox(): Sandbox {
    return this.running.sandbox;
  }

  /** Grants the Graph permissions the managed identity works with. */
  grantGraph(roles: readonly string[]): void {
    const { tenant } = this.sandbox;
    const grantor = {
      appId: tenant.deployer.appId,
      roles: ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"],
    };
    const resourceId = tenant.servicePrincipalByAppId(MICROSOFT_GRAPH.appId)?.id;
    for (const role of roles) {
      const appRoleId = MICROSOFT_GRAPH.appRoles.find(({ value }) => value === role)?.id;
      const path = `/servicePrincipals/${this.machine.id}/appRoleAssignments`;
      const { status } = call(
        tenant,
        "POST",
        path,
        { principalId: this.machine.id, resourceId, appRoleId },
        grantor,
      );
      assert.equal(status, 201, role);
    }
  }

  /** A new identity: application, principal, and the name its certificate will have in the vault. */
  identity({ signs = true, owns = true }: Roles = {}): StagedIdentity {
    this.#count += 1;
    const name = `billing-${this.#count}`;
    const { tenant } = this.sandbox;
    const application = createApplication(tenant, name);
    const principal = createServicePrincipal(tenant, application.appId);
    if (owns) {
      const reference = {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${this.machine.id}`,
      };
      assert.equal(
        call(tenant, "POST", `/applications/${application.id}/owners/$ref`, reference).status,
        204,
      );
    }
    grantRole(tenant, this.machine.id, KEY_VAULT_READER, `${this.vault.id}/certificates/${name}`);
    if (signs) grantRole(tenant, this.machine.id, KEY_VAULT_CRYPTO_USER, `${this.vault.id}/keys/${name}`);
    return new StagedIdentity(this, name, application, principal);
  }

  settings(identities: readonly StagedIdentity[], more: object = {}): object {
    return {
      tenantId: this.sandbox.tenant.id,
      identities: identities.map(({ name, application }) => ({
        name,
        clientId: application.appId,
        applicationObjectId: application.id,
        vaultUri: `https://${this.vault.name}.vault.azure.net/`,
        certificateName: name,
      })),
      ...more,
    };
  }

  /** The environment of a job in the cloud. */
  environment(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      SSL_CERT_FILE: join(this.#folder, "ca.pem"),
      HTTPS_PROXY: this.wire.proxyUrl,
      IDENTITY_ENDPOINT: `${this.wire.identityUrl}/msi/token`,
      IDENTITY_HEADER: this.sandbox.tenant.identityHeader,
      RUNBOOK_NOW: this.running.now.toISOString().replace("Z", "+00:00"),
    };
  }

  /** Starts the runbook at the tenant's time; with an empty RUNBOOK_NOW the file alone, at the machine's. */
  start(settings: object, flags: readonly string[] = [], environment: Record<string, string> = {}): Running {
    const parameter = Buffer.from(JSON.stringify(settings)).toString("base64url");
    const program = environment["RUNBOOK_NOW"] === "" ? [RUNBOOK] : [RUN_AT, RUNBOOK];
    const args = ["-B", "-W", "error", "-X", "dev", ...program, parameter, ...flags];
    const child = spawn(this.#python, args, {
      env: { ...this.environment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
    });
    return { child, done: finished(child) };
  }

  async run(
    settings: object,
    flags: readonly string[] = [],
    environment: Record<string, string> = {},
  ): Promise<Ran> {
    const ran = await this.start(settings, flags, environment).done;
    this.assertNothingSecret(ran);
    return ran;
  }

  /** Nothing that went over the wire as a secret, and no private key, stands in what a run printed. */
  assertNothingSecret({ stdout, stderr }: Ran): void {
    const printed = stdout + stderr;
    assert.ok(this.wire.secrets.size > 0);
    for (const secret of this.wire.secrets) assert.ok(!printed.includes(secret), "a secret was printed");
    for (const { versions } of this.vault.secrets.values()) {
      for (const { value } of versions) {
        const lines = value.split("\n").filter((line) => line.length > 20);
        for (const line of lines) assert.ok(!printed.includes(line), "a line of a private key was printed");
      }
    }
  }

  /**
   * An identity on day 130 of its life: version 1 is expired, 2 has been superseded for 40 days and is not used, 3 is not
   * superseded yet by anything registered, 4 is new in the vault and not registered.
   */
  async history(
    roles: Roles = {},
  ): Promise<{ identity: StagedIdentity; versions: readonly CertificateVersion[] }> {
    const identity = this.identity(roles);
    const versions: CertificateVersion[] = [];
    for (const wait of [45, 45, 40]) {
      const version = await identity.renew();
      versions.push(version);
      identity.register(version);
      assert.equal(await identity.signIn(version), 200);
      this.running.advance(wait * DAY);
    }
    versions.push(await identity.renew());
    return { identity, versions };
  }

  async close(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.wire.close();
    await this.running.close();
  }
}

function finished(child: ChildProcess): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      const printed = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as object);
      resolve({
        code: code ?? -1,
        stdout,
        stderr,
        lines: printed.slice(0, -1) as Line[],
        totals: (printed.at(-1) ?? {}) as Record<string, unknown>,
        slept: Number(/^slept ([\d.]+)$/m.exec(stderr)?.[1] ?? NaN),
      });
    });
  });
}
