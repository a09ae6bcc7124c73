/** An application that rotates without a pipeline: the real engine deploys it, the real runbook does what it was told. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { newestVersion } from "../../sandbox/vault/vault-certificate";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { RUNBOOK } from "../components/automation/rotation-stage";
import { runbookPython } from "../components/automation/runbook-python";
import { Wire } from "../components/automation/wire";
import { grantToDeployer } from "../sandbox/providers/azuread/grant-to-deployer";
import { Deployment, TENANT_ID } from "./deployment";
import { engineFor } from "./engine";
import type { ScheduledRotation } from "./scheduled-rotation-program";

const run = promisify(execFile);
const DAY_MS = 86_400_000;

describe("a rotation that Azure runs by itself, on the real engine", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  let python: string;
  const start = new Date();

  before(async function () {
    python = await runbookPython(this);
    deployment = await Deployment.start(await engineFor(this), { clientAddress: "198.51.100.10" });
    grantToDeployer(deployment.sandbox.tenant, "AppRoleAssignment.ReadWrite.All");
  });
  after(() => deployment.close());

  // The tests of this suite are one story: each goes on where the last one ended.

  it("comes up whole, with nothing the guard would stop, and nothing it would say about automation", async () => {
    const { findings, packs } = ok(await (await open()).up());
    assert.equal(packs.length, 1);
    assert.deepEqual(
      findings.filter(({ rule, level }) => level === "mandatory" || rule.startsWith("automation-")),
      [],
    );
    const { automation } = deployment.sandbox.tenant;
    const [link] = automation.jobSchedules.below(accountId());
    assert.deepEqual([link?.runbook, link?.schedule], ["rotation", "rotation-daily-0517"]);
    const [schedule] = automation.schedules.below(accountId());
    const ahead = Date.parse(schedule?.startTime ?? "") - start.getTime();
    assert.ok(ahead >= 55 * 60_000 && ahead <= DAY_MS + 3_600_000, schedule?.startTime);
    const file = createHash("sha256").update(readFileSync(RUNBOOK)).digest("hex");
    assert.equal(automation.runbooks.below(accountId())[0]?.contentHash?.value.toLowerCase(), file);
  });

  it("is left alone by later runs, whatever the day, also after a refresh", async () => {
    for (const days of [0, 1, 40, 400]) {
      assert.deepEqual(ok(await (await open({}, days)).preview()).changes, {}, `${days} days later`);
    }
    assert.deepEqual(ok(await (await open()).refresh()).changes, {});
    assert.deepEqual(ok(await (await open({}, 3)).preview()).changes, {});
  });

  it("rotates: the runbook takes the settings as they were deployed, and the vault's certificate is registered", async () => {
    const { policy, versions } = certificate();
    assert.equal(policy.lifetime_actions[0]?.action.action_type, "AutoRenew");
    assert.equal(versions.length, 1, "the stack had the vault make the first");
    const first = await runJob();
    assert.equal(first.code, 0, first.output);
    assert.deepEqual(await registered(), ders());
    const again = await runJob();
    assert.equal(again.code, 0, again.output);
    assert.equal((await registered()).length, 1, "twice is once");
  });

  it("keeps what the runbook registered: the stack has nothing to say about it", async () => {
    assert.deepEqual(ok(await (await open()).refresh()).changes, {});
    assert.deepEqual(ok(await (await open()).up()).changes, {});
    assert.equal((await registered()).length, 1);
  });

  it("says nothing when the vault has renewed the certificate, and the runbook registers the new one", async () => {
    const { tenant } = deployment.sandbox;
    const before = (await (await open()).exportState()) as object;
    const vault = tenant.vaults.vault("kv-scheduled") ?? assert.fail("no vault");
    // The provider signs in with the system's clock, so only the vault's calendar is ahead.
    await tenant.vaults.renewals.run(tenant, vault, new Date(Date.now() + 59 * DAY_MS));
    assert.equal(certificate().versions.length, 1);
    await tenant.vaults.renewals.run(tenant, vault, new Date(Date.now() + 61.5 * DAY_MS));
    assert.equal(certificate().versions.length, 2, "the vault made another by itself");
    assert.deepEqual(ok(await (await open({}, 61)).preview()).changes, {});
    const job = await runJob();
    assert.equal(job.code, 0, job.output);
    assert.deepEqual([...(await registered())].sort(), ders().sort(), "both, for the changeover");
    assert.deepEqual(ok(await (await open({}, 61)).preview()).changes, {});
    // A refresh takes over what the vault has made, and that is no difference either.
    ok(await (await open({}, 61)).refresh());
    const after = JSON.stringify(await (await open({}, 61)).exportState());
    assert.ok(after.includes(newestVersion(certificate()).version));
    assert.ok(!JSON.stringify(before).includes(newestVersion(certificate()).version));
    assert.deepEqual(ok(await (await open({}, 61)).up()).changes, {});
    assert.doesNotMatch(after, /PRIVATE KEY/);
  });

  it("tells that somebody has ended the renewal, and begins it again", async () => {
    const { vaults } = deployment.sandbox.tenant;
    const vault = vaults.vault("kv-scheduled") ?? assert.fail("no vault");
    vaults.certificates.updatePolicy(vault, certificate(), {
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
    });
    ok(await (await open({}, 61)).refresh());
    assert.deepEqual(ok(await (await open({}, 61)).up()).changes, { update: 1 });
    assert.equal(certificate().policy.lifetime_actions[0]?.action.action_type, "AutoRenew");
    assert.equal(certificate().versions.length, 2);
  });

  it("makes the job anew, and nothing else, where the settings change", async () => {
    const { changes } = ok(await (await open({ seenWithinDays: 45 })).up());
    assert.deepEqual(changes, { replace: 1 });
    const [link] = deployment.sandbox.tenant.automation.jobSchedules.below(accountId());
    const told = (link?.kept["parameters"] as Record<string, string>)["[PARAMETER 1]"] ?? "";
    const { seenWithinDays } = JSON.parse(Buffer.from(told, "base64url").toString()) as {
      seenWithinDays: number;
    };
    assert.equal(seenWithinDays, 45);
  });

  it("has a job again in the run that changes the runbook, though Azure unlinks it", async () => {
    const contentUri = "https://example.com/v2/rotate_certificates.py";
    const { changes } = ok(await (await open({ seenWithinDays: 45, contentUri })).up());
    assert.deepEqual(changes, { update: 1, replace: 1 });
    assert.equal(deployment.sandbox.tenant.automation.jobSchedules.below(accountId()).length, 1);
  });

  it("has another schedule, with a start ahead, where the time changes", async () => {
    const contentUri = "https://example.com/v2/rotate_certificates.py";
    ok(await (await open({ seenWithinDays: 45, contentUri, at: "06:30" })).up());
    const { automation } = deployment.sandbox.tenant;
    assert.deepEqual(
      automation.schedules.below(accountId()).map(({ name }) => name),
      ["rotation-daily-0630"],
    );
    assert.deepEqual(
      automation.jobSchedules.below(accountId()).map(({ schedule }) => schedule),
      ["rotation-daily-0630"],
    );
  });

  it("mends what somebody took away by hand", async () => {
    const { automation } = deployment.sandbox.tenant;
    const [link] = automation.jobSchedules.below(accountId());
    automation.jobSchedules.delete(link?.id ?? "");
    const given = {
      seenWithinDays: 45,
      contentUri: "https://example.com/v2/rotate_certificates.py",
      at: "06:30",
    };
    ok(await (await open(given)).refresh());
    assert.deepEqual(ok(await (await open(given)).up()).changes, { create: 1 });
  });

  it("goes, and leaves nothing behind", async () => {
    ok(await (await open()).destroy());
    const { tenant } = deployment.sandbox;
    assert.equal(tenant.automation.accounts.get(accountId()), undefined);
    assert.equal(tenant.managedIdentities.get(accountId()), undefined);
    const vault = tenant.vaults.vault("kv-scheduled");
    assert.ok(vault === undefined || tenant.vaults.certificates.get(vault, "billing") === undefined);
  });

  function accountId(): string {
    const { vaults } = deployment.sandbox.tenant;
    return `${vaults.resourceGroupId("rg-identities")}/providers/Microsoft.Automation/automationAccounts/rotation`;
  }

  function open(change: Partial<ScheduledRotation> = {}, days = 0): Promise<StackSession> {
    const { tenant } = deployment.sandbox;
    const scheduledRotation: ScheduledRotation = {
      tenantId: TENANT_ID,
      subscriptionId: tenant.vaults.subscriptionId,
      now: new Date(start.getTime() + days * DAY_MS).toISOString(),
      at: "05:17",
      seenWithinDays: 30,
      contentUri: "https://example.com/v1/rotate_certificates.py",
      deployer: tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? assert.fail("no deployer"),
      ...change,
    };
    return deployment.open({
      program: join(__dirname, "scheduled-rotation-program.ts"),
      config: { "certlock-tenant:scheduledRotation": scheduledRotation },
    });
  }

  function certificate() {
    const { vaults } = deployment.sandbox.tenant;
    return vaults.certificates.find(vaults.vault("kv-scheduled") ?? assert.fail("no vault"), "billing");
  }

  function ders(): string[] {
    return certificate().versions.map(({ certificateDer }) => certificateDer?.toString("base64") ?? "");
  }

  /** Runs the runbook with the parameter of the deployed job, as the identity of the deployed account. */
  async function runJob(): Promise<{ code: number; output: string }> {
    const { sandbox } = deployment;
    const { automation, managedIdentities, identityHeader } = sandbox.tenant;
    const [link] = automation.jobSchedules.below(accountId());
    const [parameter = ""] = Object.values(link?.kept["parameters"] as Record<string, string>);
    const identity = managedIdentities.get(accountId()) ?? assert.fail("the account has no identity");
    const wire = await Wire.open(sandbox, identity.clientId);
    const authorities = join(deployment.folder, "ca.pem");
    await writeFile(authorities, wire.caCertificatePem);
    try {
      const { stdout } = await run(python, ["-I", RUNBOOK, parameter], {
        env: {
          PATH: process.env["PATH"] ?? "",
          SSL_CERT_FILE: authorities,
          HTTPS_PROXY: wire.proxyUrl,
          IDENTITY_ENDPOINT: `${wire.identityUrl}/msi/token`,
          IDENTITY_HEADER: identityHeader,
        },
      });
      return { code: 0, output: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    } finally {
      await wire.close();
    }
  }

  async function registered(): Promise<readonly string[]> {
    const objectId = String((await (await open()).outputs())["objectId"]?.value);
    const { keyCredentials } =
      deployment.sandbox.tenant.applications.get(objectId) ?? assert.fail("no application");
    return keyCredentials.map(({ key }) => key);
  }
});

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}
