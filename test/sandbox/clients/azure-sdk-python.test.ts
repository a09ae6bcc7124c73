/** Microsoft's clients for Python, from their packages, in a process of their own: azure_sdk.py beside this file. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startSandbox, type Sandbox } from "../../../sandbox";
import { grantRole } from "../vault/vault-doors";
import { clientEnvironment, gitHubJob, KEY_VAULT_ADMINISTRATOR, runClient } from "./client-process";
import { pythonOrSkip } from "./provision";

interface Report {
  readonly vault: { readonly uri: string; readonly id: string; readonly listed: readonly string[] };
  readonly own: unknown;
  readonly public: unknown;
  readonly certificate: { readonly name: string; readonly thumbprint: string };
  readonly refused: unknown;
  readonly graph: unknown;
  readonly publicGraph: unknown;
}

describe("sandbox: Microsoft's clients for Python", function () {
  this.timeout(180_000);
  let python: string;
  let sandbox: Sandbox;
  let report: Report;
  let jobAppId: string;

  before(async function () {
    sandbox = await startSandbox();
    python = await pythonOrSkip(this, "azure-sdk.requirements.txt");
    const { tenant } = sandbox;
    const deployer = tenant.servicePrincipalByAppId(tenant.deployer.appId);
    grantRole(
      tenant,
      deployer?.id ?? "",
      KEY_VAULT_ADMINISTRATOR,
      `/subscriptions/${tenant.vaults.subscriptionId}`,
    );
    const job = gitHubJob(sandbox, { repository: "contoso/billing", environment: "production" });
    jobAppId = job["JOB_CLIENT_ID"] ?? "";
    const printed = await runClient(
      python,
      [join(__dirname, "azure_sdk.py")],
      clientEnvironment(sandbox, job),
    );
    report = JSON.parse(printed) as Report;
  });
  after(() => sandbox.close());

  it("azure-mgmt-keyvault makes a vault in the cloud it discovered, and learns its address from it", () => {
    const { tenant, vaultSuffix } = sandbox;
    const vault = tenant.vaults.vault("kv-python");
    assert.deepEqual(report.vault, {
      uri: `https://kv-python.${vaultSuffix}/`,
      id: vault?.id,
      listed: ["kv-python"],
    });
    assert.equal(vault?.properties.enableRbacAuthorization, true);
  });

  it("azure-keyvault-secrets trusts the challenge of a vault by its own name and by its public one", () => {
    const common = { value: "one", missing: "SecretNotFound", names: ["plain"] };
    assert.deepEqual(report.own, { ...common, id: `https://kv-python.${sandbox.vaultSuffix}/secrets/plain` });
    assert.deepEqual(report.public, { ...common, id: "https://kv-python.vault.azure.net/secrets/plain" });
  });

  it("azure-keyvault-certificates makes a certificate whose key is born in the vault", () => {
    const certificate = sandbox.tenant.vaults.vault("kv-python")?.certificates.get("python");
    assert.equal(certificate?.versions.length, 1);
    assert.equal(report.certificate.name, "python");
    assert.match(report.certificate.thumbprint, /^[0-9A-F]{40}$/);
  });

  it("azure-identity signs a job in with the token of its issuer, and the vault refuses what it was not granted", () => {
    assert.deepEqual(report.refused, [403, "Forbidden", "ForbiddenByRbac"]);
    const [signIn, ...more] = sandbox.tenant.signIns.filter(({ appId }) => appId === jobAppId);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [signIn?.clientCredentialType, signIn?.status.errorCode, signIn?.resourceDisplayName],
      ["federatedIdentityCredential", 0, "Azure Key Vault"],
    );
  });

  it("msgraph-sdk makes, reads, lists and deletes an application, here and under the public name", () => {
    const expected = {
      appId: true,
      names: ["certlock-deployer", "job of contoso/billing", "made-in-python"],
    };
    assert.deepEqual([report.graph, report.publicGraph], [expected, expected]);
    assert.equal(sandbox.tenant.deletedItems.size, 2);
  });
});
