/** Keys that are born in a vault, edited while they are in use: on the real engine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { StackSession } from "../../tools/stack/stack";
import { Deployment } from "./deployment";
import { engineFor } from "./engine";
import type { VaultBorn } from "./vault-born-program";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-11-21T02:00:00Z");
const EPOCH = "2026-11-21";

describe("an application whose keys are born in a vault, on the real engine", function () {
  this.timeout(180_000);
  let deployment: Deployment;
  let day = 0;
  const plain = { keyBits: 2048, rotation: { epoch: EPOCH } } as const;
  const edited = {
    keyBits: 3072,
    pfx: true,
    rotation: { epoch: EPOCH, periodDays: 60, validityDays: 150 },
  } as const;

  before(async function () {
    // The provider signs in with the system's clock, so the tenant has that too: only the schedule moves.
    deployment = await Deployment.start(await engineFor(this));
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("keeps what is in use as it was made when its numbers and its form are edited", async () => {
    await up(plain);
    day = 60;
    await up(plain);
    assert.deepEqual(versions(), ["1 PEM enabled", "2 PEM enabled"]);
    assert.deepEqual(await up(edited), {});
    assert.deepEqual(versions(), ["1 PEM enabled", "2 PEM enabled"]);
    assert.equal(await contentType(), "application/x-pem-file");
  });

  it("makes the next one as it is asked for now", async () => {
    day = 120;
    assert.deepEqual(await up(edited), { create: 2, delete: 2 });
    assert.deepEqual(versions(), ["1 PEM disabled", "2 PEM enabled", "3 PKCS#12 enabled"]);
    assert.equal(await contentType(), "application/x-pkcs12");
  });

  it("has a new key at once, and no older one, on the very day a turn began", async () => {
    const changes = [{ from: "2027-03-21", withdraw: true }];
    assert.deepEqual(await up({ ...edited, rotation: { ...edited.rotation, changes } }), {
      create: 2,
      delete: 4,
    });
    assert.deepEqual(versions(), [
      "1 PEM disabled",
      "2 PEM disabled",
      "3 PKCS#12 disabled",
      "4 PKCS#12 enabled",
    ]);
  });

  /** Runs, and tells what was changed. */
  async function up(certificate: VaultBorn["certificate"]): Promise<Readonly<Record<string, number>>> {
    const outcome = await (await open(certificate)).up();
    assert.ok(outcome.ok, outcome.output);
    return outcome.changes;
  }

  async function contentType(): Promise<unknown> {
    return (await (await open(plain)).outputs())["contentType"]?.value;
  }

  function open(certificate: VaultBorn["certificate"]): Promise<StackSession> {
    const { tenant } = deployment.sandbox;
    const vaultBorn: VaultBorn = {
      tenantId: tenant.id,
      deployer: tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? assert.fail("no deployer"),
      now: new Date(START + day * DAY_MS).toISOString(),
      certificate,
    };
    return deployment.open({
      program: join(__dirname, "vault-born-program.ts"),
      policyPacks: [],
      config: { "certlock-tenant:vaultBorn": vaultBorn },
    });
  }

  /** Versions of the secret by generation, the oldest first. */
  function versions(): string[] {
    const { vaults } = deployment.sandbox.tenant;
    const vault = vaults.vault("kv-born") ?? assert.fail("no vault");
    const { versions: made } = vaults.certificates.find(vault, "billing");
    const secrets = vaults.secrets.get(vault, "billing")?.versions ?? [];
    return made.map(({ enabled, tags }, index) => {
      const form = secrets[index]?.value.includes("-----BEGIN") === true ? "PEM" : "PKCS#12";
      return `${tags["certlock-generation"] ?? ""} ${form} ${enabled ? "enabled" : "disabled"}`;
    });
  }
});
