/** The command line of Azure, from its package: each command a process of its own, as in a pipeline. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox, type Sandbox } from "../../../sandbox";
import { run, type Finished } from "../../../cli/engine/process";
import { call, createApplication, restrictTenant } from "../tenant-fixture";
import { clientEnvironment, gitHubJob, KEY_VAULT_ADMINISTRATOR } from "./client-process";
import { pythonOrSkip } from "./provision";

describe("sandbox: the command line of Azure", function () {
  this.timeout(180_000);
  let python: string;
  let sandbox: Sandbox;
  let folder: string;

  before(async function () {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), "certlock-azure-cli-"));
    python = await pythonOrSkip(this, "azure-cli.requirements.txt");
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One command; `cloud` names the folder of settings it works in. */
  const finish = (cloud: string, ...args: string[]): Promise<Finished> =>
    run(python, ["-m", "azure.cli", ...args, "--only-show-errors", "--output", "json"], {
      environment: clientEnvironment(sandbox, {
        AZURE_CONFIG_DIR: join(folder, cloud),
        AZURE_CORE_COLLECT_TELEMETRY: "false",
        AZURE_CORE_NO_COLOR: "true",
        AZURE_EXTENSION_DIR: join(folder, "extensions"),
      }),
      timeoutMs: 90_000,
    });
  const az = async (cloud: string, ...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await finish(cloud, ...args);
    assert.equal(code, 0, `az ${args.join(" ")}: ${stderr}`);
    return stdout.trim() === "" ? undefined : JSON.parse(stdout);
  };
  const signIn = async (cloud: string): Promise<unknown> => {
    const { tenantId, clientId } = sandbox.deployer;
    const { ARM_CLIENT_CERTIFICATE_PATH: pem = "" } = sandbox.environment();
    const [account] = (await az(
      cloud,
      ...["login", "--service-principal", "--username", clientId, "--certificate", pem, "--tenant", tenantId],
    )) as object[];
    return account;
  };

  describe("in the cloud it discovered", () => {
    before(async () => {
      await az(
        "own",
        "cloud",
        "register",
        "--name",
        "Sandbox",
        "--endpoint-resource-manager",
        sandbox.resourceManagerUrl,
      );
      await az("own", "cloud", "set", "--name", "Sandbox");
      const account = (await signIn("own")) as { id: string; tenantId: string };
      assert.deepEqual(
        [account.id, account.tenantId],
        [sandbox.tenant.vaults.subscriptionId, sandbox.tenant.id],
      );
    });

    it("makes a vault, gives itself a role there, and writes, reads, deletes and recovers a secret", async () => {
      const made = (await az(
        "own",
        ...[
          "keyvault",
          "create",
          "--resource-group",
          "rg-identities",
          "--name",
          "kv-cli",
          "--location",
          "westeurope",
        ],
      )) as { id: string; properties: { vaultUri: string; provisioningState: string } };
      assert.equal(made.properties.vaultUri, `https://kv-cli.${sandbox.vaultSuffix}/`);
      assert.equal(made.properties.provisioningState, "Succeeded");

      const secret = ["--vault-name", "kv-cli", "--name", "one"];
      const before = await finish("own", "keyvault", "secret", "set", ...secret, "--value", "hello");
      assert.match(before.stderr, /ForbiddenByRbac/);
      const { tenant } = sandbox;
      const principal = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
      await az(
        "own",
        ...["role", "assignment", "create", "--role", "Key Vault Administrator", "--scope", made.id],
        ...["--assignee-object-id", principal, "--assignee-principal-type", "ServicePrincipal"],
      );
      assert.deepEqual(
        tenant.vaults.roleAssignments.rolesAt(principal, made.id).includes(KEY_VAULT_ADMINISTRATOR),
        true,
      );

      await az("own", "keyvault", "secret", "set", ...secret, "--value", "hello");
      const shown = (await az("own", "keyvault", "secret", "show", ...secret)) as { value: string };
      assert.equal(shown.value, "hello");
      await az("own", "keyvault", "secret", "delete", ...secret);
      assert.match((await finish("own", "keyvault", "secret", "show", ...secret)).stderr, /SecretNotFound/);
      await az("own", "keyvault", "secret", "recover", ...secret);
      assert.deepEqual([...(tenant.vaults.vault("kv-cli")?.secrets.keys() ?? [])], ["one"]);
    });

    it("deletes a vault softly, finds it among the deleted, and purges it", async () => {
      const { vaults } = sandbox.tenant;
      assert.ok(vaults.vault("kv-cli"));
      await az("own", "keyvault", "delete", "--name", "kv-cli");
      const deleted = (await az("own", "keyvault", "list-deleted")) as { name: string }[];
      assert.deepEqual(
        deleted.map(({ name }) => name),
        ["kv-cli"],
      );
      await az("own", "keyvault", "purge", "--name", "kv-cli");
      assert.deepEqual([vaults.vault("kv-cli"), vaults.deletedVaults()], [undefined, []]);
    });
  });

  describe("by the public cloud's names, which it has built in", () => {
    before(() => signIn("public"));

    it("makes an application with a federated credential, and its job signs in by it", async () => {
      const { tenant } = sandbox;
      const made = (await az("public", "ad", "app", "create", "--display-name", "made-by-cli")) as {
        id: string;
      };
      const credential = {
        name: "main",
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:contoso/billing:environment:production",
        audiences: ["api://AzureADTokenExchange"],
      };
      const parameters = ["--id", made.id, "--parameters", JSON.stringify(credential)];
      await az("public", "ad", "app", "federated-credential", "create", ...parameters);
      const [stored] = tenant.applications.get(made.id)?.federatedIdentityCredentials ?? [];
      assert.deepEqual([stored?.name, stored?.subject], [credential.name, credential.subject]);

      const job = gitHubJob(sandbox, { repository: "contoso/archive", environment: "production" });
      const token =
        sandbox.issuers.exchange(job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "", "api://AzureADTokenExchange") ??
        "";
      await az(
        "job",
        ...["login", "--service-principal", "--username", job["JOB_CLIENT_ID"] ?? "", "--tenant", tenant.id],
        ...["--federated-token", token, "--allow-no-subscriptions"],
      );
      assert.equal(tenant.signIns.at(-1)?.clientCredentialType, "federatedIdentityCredential");
    });

    it("is refused the client secret it would make, once the tenant's policy says so", async () => {
      const { tenant } = sandbox;
      const { id, appId } = createApplication(tenant, "reset-me");
      const reset = () => finish("public", "ad", "app", "credential", "reset", "--id", appId, "--append");
      const before = await reset();
      assert.equal(before.code, 0, before.stderr);
      restrictTenant(tenant, [{ restrictionType: "passwordAddition", state: "enabled" }]);
      const after = await reset();
      assert.match(after.stderr, /CredentialTypeNotAllowedAsPerAppPolicy|not allowed/);
      assert.notEqual(after.code, 0);
      const { passwordCredentials } = call(tenant, "GET", `/applications/${id}`).body as {
        passwordCredentials: object[];
      };
      assert.equal(passwordCredentials.length, 1);
    });
  });
});
