/** Clients written in Go, built from their modules: the program in go/ beside this file, in a process of its own. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pfxOf } from "../../../components/pfx";
import { startSandbox, type Sandbox } from "../../../sandbox";
import { call } from "../tenant-fixture";
import { grantRole } from "../vault/vault-doors";
import { clientEnvironment, gitHubJob, KEY_VAULT_ADMINISTRATOR, runClient } from "./client-process";
import { goProgramOrSkip } from "./provision";

interface Identity {
  readonly appId: string;
  readonly objectId: string;
  readonly tenantId: string;
}

interface Report {
  readonly hashicorp: {
    readonly cloud: string;
    readonly vaultSuffix: string;
    readonly certificate: Identity;
    readonly gitHub: Identity;
    readonly pipeline: Identity;
    readonly graph: unknown;
  };
  readonly microsoft: unknown;
}

describe("sandbox: clients written in Go", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let folder: string;
  let jobAppId: string;
  let report: Report;

  before(async function () {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), "certlock-go-"));
    const program = await goProgramOrSkip(this, "go");
    const { tenant, deployer, issuers } = sandbox;
    const principal = tenant.servicePrincipalByAppId(tenant.deployer.appId);
    grantRole(
      tenant,
      principal?.id ?? "",
      KEY_VAULT_ADMINISTRATOR,
      `/subscriptions/${tenant.vaults.subscriptionId}`,
    );
    const job = gitHubJob(sandbox, { repository: "contoso/billing", environment: "production" });
    jobAppId = job["JOB_CLIENT_ID"] ?? "";
    const application = tenant.applicationByAppId(jobAppId);
    const trusted: [string, string, string][] = [
      ["pipeline", "https://vstoken.dev.azure.com/contoso", "sc://contoso/billing/azure"],
      ["pod", "https://oidc.example.com/cluster/", "system:serviceaccount:billing:nightly"],
    ];
    for (const [name, issuer, subject] of trusted) {
      const audiences = ["api://AzureADTokenExchange"];
      const path = `/applications/${application?.id ?? ""}/federatedIdentityCredentials`;
      assert.equal(call(tenant, "POST", path, { name, issuer, subject, audiences }).status, 201);
    }
    const pod = {
      issuer: "https://oidc.example.com/cluster/",
      subject: "system:serviceaccount:billing:nightly",
    };
    const file = (name: string, content: string | Buffer): string => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const environment = clientEnvironment(sandbox, {
      ...job,
      ...issuers.azurePipelines({ organization: "contoso", project: "billing", serviceConnection: "azure" }),
      AZURE_FEDERATED_TOKEN_FILE: file("token", issuers.issue(pod)),
      PFX: file("deployer.pfx", Buffer.from(await pfxOf(deployer), "base64")),
    });
    report = JSON.parse(await runClient(program, [], environment)) as Report;
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("go-azure-sdk, which the Terraform providers are built on, finds the cloud and signs in in three ways", () => {
    const { hashicorp } = report;
    const identity = (appId: string): Identity => ({
      appId,
      objectId: sandbox.tenant.servicePrincipalByAppId(appId)?.id ?? "",
      tenantId: sandbox.tenant.id,
    });
    assert.deepEqual([hashicorp.cloud, hashicorp.vaultSuffix], ["CertlockSandbox", sandbox.vaultSuffix]);
    assert.deepEqual(hashicorp.certificate, identity(sandbox.deployer.clientId));
    assert.deepEqual(hashicorp.gitHub, identity(jobAppId));
    assert.deepEqual(hashicorp.pipeline, identity(jobAppId));
  });

  it("go-azure-sdk makes, renames, lists and deletes an application with its Graph client", () => {
    const listed = ["certlock-deployer", "job of contoso/billing", "renamed-in-go"];
    assert.deepEqual(report.hashicorp.graph, { same: true, name: "renamed-in-go", listed });
  });

  it("azidentity, armkeyvault and azsecrets make a vault and use it by both its names", () => {
    assert.deepEqual(report.microsoft, {
      uri: `https://kv-go.${sandbox.vaultSuffix}/`,
      listed: ["kv-go"],
      own: { value: "one", versions: 1 },
      public: { value: "one", versions: 2 },
      refused: [403, "Forbidden"],
    });
    const pod = sandbox.tenant.signIns
      .filter(({ resourceDisplayName }) => resourceDisplayName === "Azure Key Vault")
      .at(-1);
    assert.deepEqual([pod?.appId, pod?.clientCredentialType], [jobAppId, "federatedIdentityCredential"]);
  });
});
