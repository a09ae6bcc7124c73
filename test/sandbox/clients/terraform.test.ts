/**
 * The Terraform provider for Entra, unmodified, through its whole life. It comes from Terraform's own registry and not from a package
 * registry, so this runs on request: CERTLOCK_TERRAFORM=required, with `terraform` on PATH.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pfxOf } from "../../../components/pfx";
import { startSandbox, type Sandbox } from "../../../sandbox";
import { run, type Finished } from "../../../cli/engine/process";
import { DAY, makeCertificate, restrictTenant } from "../tenant-fixture";
import { clientEnvironment } from "./client-process";

describe("sandbox: the Terraform provider for Entra", function () {
  this.timeout(600_000);
  let sandbox: Sandbox;
  let folder: string;
  let end: string;

  before(async function () {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), "certlock-terraform-"));
    if (process.env["CERTLOCK_TERRAFORM"] !== "required") {
      process.stderr.write(
        "\n*** NO TERRAFORM: its provider is not tried (CERTLOCK_TERRAFORM=required). ***\n",
      );
      this.skip();
    }
    cpSync(join(__dirname, "terraform"), folder, { recursive: true });
    const dates = [-1, 60].map((days) => new Date(Date.now() + days * DAY).toISOString());
    end = (dates[1] ?? "").replace(/\.\d+Z$/, "Z");
    const certificate = await makeCertificate(...dates);
    writeFileSync(join(folder, "cert.pem"), certificate.certificatePem);
    const pfx = Buffer.from(await pfxOf(sandbox.deployer), "base64");
    writeFileSync(join(folder, "deployer.pfx"), pfx, { mode: 0o600 });
    // With a provider of one's own (`dev_overrides`) there is nothing to install, and init says so by failing.
    if (process.env["TF_CLI_CONFIG_FILE"] === undefined) {
      const { code, stderr } = await run("terraform", ["init", "-no-color"], {
        cwd: folder,
        environment: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
      });
      assert.equal(code, 0, stderr);
    }
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** By the cloud's description and the CA, as the provider's documentation has it; no tunnel is needed. */
  function terraform(...args: string[]): Promise<Finished> {
    const environment = clientEnvironment(sandbox, {
      HTTPS_PROXY: "",
      https_proxy: "",
      ARM_METADATA_HOSTNAME: new URL(sandbox.resourceManagerUrl).host,
      ARM_CLIENT_CERTIFICATE_PATH: join(folder, "deployer.pfx"),
      TF_VAR_certificate_end: end,
      CHECKPOINT_DISABLE: "1",
      ...(process.env["TF_CLI_CONFIG_FILE"] && { TF_CLI_CONFIG_FILE: process.env["TF_CLI_CONFIG_FILE"] }),
    });
    return run("terraform", [...args, "-no-color"], { cwd: folder, environment, timeoutMs: 500_000 });
  }

  it("makes what is declared and finds no difference afterwards", async () => {
    const applied = await terraform("apply", "-auto-approve");
    assert.match(applied.stdout, /Resources: 6 added, 0 changed, 0 destroyed/, applied.stderr);
    const { tenant } = sandbox;
    const [, made] = [...tenant.applications.values()];
    assert.deepEqual(
      [
        made?.properties["displayName"],
        made?.keyCredentials.length,
        made?.federatedIdentityCredentials.length,
      ],
      ["made-by-terraform", 1, 1],
    );
    assert.deepEqual([tenant.namedLocations.size, tenant.conditionalAccessPolicies.size], [1, 1]);
    const plan = await terraform("plan", "-detailed-exitcode");
    assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  });

  it("is refused a client secret once the tenant's policy says so", async () => {
    restrictTenant(sandbox.tenant, [{ restrictionType: "passwordAddition", state: "enabled" }]);
    const { code, stderr } = await terraform("apply", "-auto-approve", "-var", "with_secret=true");
    assert.equal(code, 1);
    assert.match(
      stderr.replace(/\s+/g, " "),
      /CredentialTypeNotAllowedAsPerAppPolicy|not allowed as per assigned policy/,
    );
  });

  it("takes all of it away again", async () => {
    const { stdout, stderr } = await terraform("destroy", "-auto-approve");
    assert.match(stdout, /Destroy complete! Resources: 6 destroyed/, stderr);
    const { tenant } = sandbox;
    const left = [tenant.applications, tenant.namedLocations, tenant.conditionalAccessPolicies];
    assert.deepEqual(
      left.map(({ size }) => size),
      [1, 0, 0],
    );
  });
});
