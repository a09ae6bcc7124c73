/** Every way @azure/identity and MSAL sign an application in, in processes of their own that are told nothing but an environment. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startSandbox, type Sandbox } from "../../../sandbox";
import { call } from "../tenant-fixture";
import { grantRole } from "../vault/vault-doors";
import { clientEnvironment, gitHubJob, KEY_VAULT_ADMINISTRATOR, runClient } from "./client-process";

const ROOT = resolve(__dirname, "../../..");
const GRAPH = "https://graph.microsoft.com/.default";
const PIPELINE = { organization: "contoso", project: "billing", serviceConnection: "azure" };
const POD = { issuer: "https://oidc.example.com/cluster/", subject: "system:serviceaccount:billing:nightly" };

describe("sandbox: Microsoft's clients for Node", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let folder: string;
  let job: Record<string, string>;
  let applicationPath: string;

  before(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), "certlock-node-"));
    const { tenant } = sandbox;
    job = gitHubJob(sandbox, { repository: "contoso/billing", environment: "production" });
    applicationPath = `/applications/${tenant.applicationByAppId(job["JOB_CLIENT_ID"] ?? "")?.id ?? ""}`;
    const trusted = {
      pod: POD,
      pipeline: { issuer: "https://vstoken.dev.azure.com/contoso", subject: "sc://contoso/billing/azure" },
    };
    for (const [name, credential] of Object.entries(trusted)) {
      const body = { name, ...credential, audiences: ["api://AzureADTokenExchange"] };
      assert.equal(call(tenant, "POST", `${applicationPath}/federatedIdentityCredentials`, body).status, 201);
    }
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };

  /** Runs a program of CommonJS whose last expression is a promise; what it resolves to comes back. */
  async function node(expression: string, more: Record<string, string> = {}): Promise<unknown> {
    const program = `
const identity = require(${JSON.stringify(join(ROOT, "node_modules/@azure/identity"))});
const { SecretClient } = require(${JSON.stringify(join(ROOT, "node_modules/@azure/keyvault-secrets"))});
const { CertificateClient } = require(${JSON.stringify(join(ROOT, "node_modules/@azure/keyvault-certificates"))});
const claims = ({ token }) => {
  const { appid, oid, tid } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return { appid, oid, tid };
};
const env = process.env;
(async () => ${expression})().then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error) => { process.stderr.write(String(error.stack)); process.exitCode = 1; },
);`;
    const printed = await runClient(process.execPath, ["-e", program], clientEnvironment(sandbox, more));
    return JSON.parse(printed) as unknown;
  }

  const identityOf = (appId: string) => ({
    appid: appId,
    oid: sandbox.tenant.servicePrincipalByAppId(appId)?.id,
    tid: sandbox.tenant.id,
  });
  const lastSignIn = () => {
    const { clientCredentialType, status } = sandbox.tenant.signIns.at(-1) ?? {};
    return [clientCredentialType, status?.errorCode];
  };

  for (const [host, more] of [
    ["the address it is told", () => ({ AZURE_AUTHORITY_HOST: sandbox.loginUrl })],
    ["the public name it has built in", () => ({})],
  ] as const) {
    it(`EnvironmentCredential signs in with a certificate at ${host}`, async () => {
      const { tenantId, clientId } = sandbox.deployer;
      const { ARM_CLIENT_CERTIFICATE_PATH: pem = "" } = sandbox.environment();
      const found = await node(`claims(await new identity.EnvironmentCredential().getToken("${GRAPH}"))`, {
        AZURE_TENANT_ID: tenantId,
        AZURE_CLIENT_ID: clientId,
        AZURE_CLIENT_CERTIFICATE_PATH: pem,
        ...more(),
      });
      assert.deepEqual(found, identityOf(clientId));
      assert.deepEqual(lastSignIn(), ["certificate", 0]);
    });
  }

  it("ClientCertificateCredential sends its chain along when it is told to, and signs in all the same", async () => {
    const found = await node(
      `claims(await new identity.ClientCertificateCredential(env.ARM_TENANT_ID, env.ARM_CLIENT_ID,
        env.ARM_CLIENT_CERTIFICATE_PATH, { sendCertificateChain: true }).getToken("${GRAPH}"))`,
    );
    assert.deepEqual(found, identityOf(sandbox.deployer.clientId));
  });

  it("WorkloadIdentityCredential signs a pod in with the token its cluster put into a file", async () => {
    const found = await node(`claims(await new identity.WorkloadIdentityCredential().getToken("${GRAPH}"))`, {
      AZURE_TENANT_ID: sandbox.tenant.id,
      AZURE_CLIENT_ID: job["JOB_CLIENT_ID"] ?? "",
      AZURE_FEDERATED_TOKEN_FILE: file("token", sandbox.issuers.issue(POD)),
    });
    assert.deepEqual(found, identityOf(job["JOB_CLIENT_ID"] ?? ""));
    assert.deepEqual(lastSignIn(), ["federatedIdentityCredential", 0]);
  });

  it("WorkloadIdentityCredential is refused with the number for a subject nobody trusts", async () => {
    const token = sandbox.issuers.issue({ ...POD, subject: "system:serviceaccount:billing:other" });
    const found = await node(
      `await new identity.WorkloadIdentityCredential().getToken("${GRAPH}").catch((error) => error.message)`,
      {
        AZURE_TENANT_ID: sandbox.tenant.id,
        AZURE_CLIENT_ID: job["JOB_CLIENT_ID"] ?? "",
        AZURE_FEDERATED_TOKEN_FILE: file("other-token", token),
      },
    );
    assert.match(String(found), /AADSTS700213: .*system:serviceaccount:billing:other/);
    assert.deepEqual(lastSignIn(), ["clientAssertion", 700213]);
  });

  it("ClientAssertionCredential signs a job of GitHub Actions in", async () => {
    const found = await node(
      `claims(await new identity.ClientAssertionCredential(env.ARM_TENANT_ID, env.JOB_CLIENT_ID, async () => {
        const response = await fetch(env.ACTIONS_ID_TOKEN_REQUEST_URL + "&audience=api://AzureADTokenExchange", {
          headers: { authorization: "bearer " + env.ACTIONS_ID_TOKEN_REQUEST_TOKEN },
        });
        return (await response.json()).value;
      }).getToken("${GRAPH}"))`,
      job,
    );
    assert.deepEqual(found, identityOf(job["JOB_CLIENT_ID"] ?? ""));
  });

  it("AzurePipelinesCredential signs a task in by its service connection", async () => {
    const found = await node(
      `claims(await new identity.AzurePipelinesCredential(env.ARM_TENANT_ID, env.JOB_CLIENT_ID, "connection",
        env.SYSTEM_ACCESSTOKEN).getToken("${GRAPH}"))`,
      { ...job, ...sandbox.issuers.azurePipelines(PIPELINE) },
    );
    assert.deepEqual(found, identityOf(job["JOB_CLIENT_ID"] ?? ""));
  });

  it("ManagedIdentityCredential gets the token of an identity that is assigned to the app it runs in", async () => {
    const { tenant } = sandbox;
    const name = "id-app";
    const id = `${tenant.vaults.resourceGroupId("rg-identities")}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    const assigned = tenant.managedIdentities.put({ id, name, location: "westeurope", tags: {} });
    const found = await node(
      `claims(await new identity.ManagedIdentityCredential({ clientId: env.IDENTITY }).getToken("${GRAPH}"))`,
      {
        IDENTITY: assigned.clientId,
        IDENTITY_ENDPOINT: `${sandbox.loginUrl}/msi/token`,
        IDENTITY_HEADER: tenant.identityHeader,
      },
    );
    assert.deepEqual(found, { appid: assigned.clientId, oid: assigned.principalId, tid: tenant.id });
  });

  it("ClientSecretCredential signs in while the tenant allows a secret, and is told why not when it is wrong", async () => {
    const { secretText } = call(sandbox.tenant, "POST", `${applicationPath}/addPassword`, {}).body as {
      secretText: string;
    };
    const attempt = (secret: string) =>
      node(
        `new identity.ClientSecretCredential(env.ARM_TENANT_ID, env.JOB_CLIENT_ID, env.SECRET).getToken("${GRAPH}")
          .then(claims, (error) => error.message)`,
        { ...job, SECRET: secret },
      );
    assert.deepEqual(await attempt(secretText), identityOf(job["JOB_CLIENT_ID"] ?? ""));
    assert.match(String(await attempt("wrong")), /AADSTS7000215/);
    assert.deepEqual(lastSignIn(), ["clientSecret", 7000215]);
  });

  it("@azure/keyvault-secrets and -certificates trust a vault's challenge, by its public name and by its own", async () => {
    const { tenant } = sandbox;
    const principal = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
    grantRole(tenant, principal, KEY_VAULT_ADMINISTRATOR, `/subscriptions/${tenant.vaults.subscriptionId}`);
    const settings = { tenantId: tenant.id, sku: { name: "standard" }, enableRbacAuthorization: true };
    tenant.vaults.putVault({
      resourceGroup: "rg-identities",
      name: "kv-node",
      location: "westeurope",
      settings,
    });
    for (const address of ["https://kv-node.vault.azure.net", `https://kv-node.${sandbox.vaultSuffix}`]) {
      const found = await node(
        `(async () => {
          const credential = new identity.ClientCertificateCredential(env.ARM_TENANT_ID, env.ARM_CLIENT_ID,
            env.ARM_CLIENT_CERTIFICATE_PATH, env.AUTHORITY ? { authorityHost: env.AUTHORITY } : {});
          const secrets = new SecretClient(env.VAULT, credential);
          await secrets.setSecret("plain", "one");
          const poller = await new CertificateClient(env.VAULT, credential)
            .beginCreateCertificate("made", { issuerName: "Self", subject: "CN=made" }, { intervalInMs: 5 });
          const names = [];
          for await (const { name } of secrets.listPropertiesOfSecrets()) names.push(name);
          return { value: (await secrets.getSecret("plain")).value, made: (await poller.pollUntilDone()).properties.id, names };
        })()`,
        { VAULT: address, ...(!address.endsWith(".net") && { AUTHORITY: sandbox.loginUrl }) },
      );
      const { made, ...rest } = found as { made: string; value: string; names: string[] };
      assert.deepEqual(rest, { value: "one", names: ["plain", "made"] });
      assert.equal(made.slice(0, made.lastIndexOf("/")), `${address}/certificates/made`);
    }
  });
});
