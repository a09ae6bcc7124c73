/** Keys that are born in a vault, on the real engine: made, rotated, looked at, imported and retired. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { fetchTrusting } from "../../tools/tenant/fetch";
import { signIn } from "../../tools/tenant/sign-in";
import { Deployment } from "./deployment";
import { engineFor } from "./engine";

describe("a certificate whose key is born in a vault, on the real engine", function () {
  this.timeout(180_000);
  let deployment: Deployment;
  const said: string[] = [];
  /** Every private key that ever was in the vault. */
  const keys = new Set<string>();

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("is made with the vault and registered, and signs the application in", async () => {
    const preview = heard(await (await open([1])).preview());
    assert.equal(preview.changes["create"], 7);
    assert.deepEqual(versions(), []);
    heard(await (await open([1])).up());
    assert.deepEqual(versions(), ["1 enabled"]);
    await canSignIn();
  });

  it("stays while nothing changes", async () => {
    assert.deepEqual(heard(await (await open([1])).preview()).changes, {});
    heard(await (await open([1])).refresh());
    assert.deepEqual(heard(await (await open([1])).preview()).changes, {});
  });

  it("gets a successor beside it, and is retired when the next one comes", async () => {
    assert.deepEqual(heard(await (await open([1, 2])).preview()).changes, { create: 2 });
    heard(await (await open([1, 2])).up());
    assert.deepEqual(versions(), ["1 enabled", "2 enabled"]);
    await canSignIn();
    assert.deepEqual(heard(await (await open([2, 3])).up()).changes, { create: 2, delete: 2 });
    assert.deepEqual(versions(), ["1 disabled", "2 enabled", "3 enabled"]);
    await canSignIn();
  });

  it("takes tags in place", async () => {
    assert.deepEqual(heard(await (await open([2, 3], "treasury")).up()).changes, { update: 2 });
    assert.deepEqual(heard(await (await open([2, 3], "finance")).up()).changes, { update: 2 });
    assert.deepEqual(versions(), ["1 disabled", "2 enabled", "3 enabled"]);
  });

  it("is imported into another stack as it stands", async () => {
    const id = String(((await (await open([2, 3])).outputs())["ids"]?.value as string[]).at(-1));
    const imported = await deployment.open({
      folder: join(deployment.folder, "importing"),
      program: join(__dirname, "vault-certificate-import-program.ts"),
      policyPacks: [],
      config: { "certlock-tenant:imported": { id, generation: 3, subject: 'CN="Billing, nightly"' } },
    });
    assert.deepEqual(heard(await imported.up()).changes, { create: 1, import: 1 });
    assert.deepEqual(heard(await imported.preview()).changes, {});
    said.push(JSON.stringify(await imported.exportState()));
    heard(await imported.destroy());
    assert.deepEqual(versions(), ["1 disabled", "2 enabled", "3 enabled"]);
  });

  it("is made again when somebody disables what everybody reads", async () => {
    const { vault, certificates } = store();
    const certificate = certificates.find(vault, "billing");
    const newest = certificate.versions[2] ?? assert.fail();
    certificates.update(vault, certificate, newest, { enabled: false });
    heard(await (await open([2, 3])).refresh());
    heard(await (await open([2, 3])).up());
    assert.deepEqual(versions(), ["1 disabled", "2 enabled", "3 disabled", "3 enabled"]);
    await canSignIn();
  });

  it("leaves no private key in state, outputs or output", async () => {
    said.push(JSON.stringify(await (await open([2, 3])).exportState()));
    assert.equal(keys.size, 4);
    const everything = said.join("\n");
    assert.match(everything, /BEGIN CERTIFICATE/);
    assert.doesNotMatch(everything, /PRIVATE KEY/);
    for (const key of keys) {
      for (const line of lines(key)) assert.ok(!everything.includes(line));
    }
  });

  it("goes with the stack, softly: disabled, deleted and not purged", async () => {
    const { vault, certificates } = store();
    heard(await (await open([2, 3])).destroy());
    const deleted = certificates.deleted(vault, "billing");
    assert.deepEqual(
      deleted?.certificate.versions.map(({ enabled }) => enabled),
      [false, false, false, false],
    );
  });

  function open(generations: readonly number[], owner?: string): Promise<StackSession> {
    const { tenant } = deployment.sandbox;
    const settings = {
      generations,
      owner,
      tenantId: tenant.id,
      deployer: tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id,
    };
    return deployment.open({
      program: join(__dirname, "vault-certificate-program.ts"),
      policyPacks: [],
      config: { "certlock-tenant:vaultCertificate": settings },
    });
  }

  function heard(outcome: Outcome): Outcome {
    said.push(JSON.stringify(outcome), outcome.output);
    assert.ok(outcome.ok, outcome.output);
    for (const { value } of secrets()) keys.add(value);
    return outcome;
  }

  function store() {
    const { vaults } = deployment.sandbox.tenant;
    const vault = vaults.vault("kv-born") ?? assert.fail("no vault");
    return { vault, certificates: vaults.certificates };
  }

  /** Versions of the secret, none before there is a vault. */
  function secrets() {
    const { vaults } = deployment.sandbox.tenant;
    const vault = vaults.vault("kv-born");
    return vault === undefined ? [] : (vaults.secrets.get(vault, "billing")?.versions ?? []);
  }

  function versions(): string[] {
    const { vaults } = deployment.sandbox.tenant;
    const vault = vaults.vault("kv-born");
    if (vault === undefined) return [];
    return (vaults.certificates.get(vault, "billing")?.versions ?? []).map(
      ({ tags, enabled }) => `${tags["certlock-generation"] ?? ""} ${enabled ? "enabled" : "disabled"}`,
    );
  }

  /** With what the versionless secret holds now, as a workload would. */
  async function canSignIn(): Promise<void> {
    const { loginUrl, tenant, caCertificatePem } = deployment.sandbox;
    const outputs = await (await open([])).outputs();
    assert.equal(outputs["secretUri"]?.value, "https://kv-born.vault.azure.net/secrets/billing");
    const token = await signIn({
      loginUrl,
      tenantId: tenant.id,
      clientId: String(outputs["clientId"]?.value),
      pem: secrets().at(-1)?.value ?? "",
      scope: "https://graph.microsoft.com/.default",
      fetch: fetchTrusting(caCertificatePem),
    });
    assert.match(token, /^eyJ/);
  }
});

/** Lines of the key alone: the first ones repeat the public modulus. */
function lines(pem: string): string[] {
  const body = /-----BEGIN PRIVATE KEY-----\s+([\s\S]+?)\s+-----END/.exec(pem)?.[1] ?? assert.fail();
  return body.split("\n").slice(8, -1);
}
