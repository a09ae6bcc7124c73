import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../../sandbox";
import type { TenantAppManagementPolicy } from "../../graph";
import { ListeningEngine } from "./listening-engine";
import { text } from "./provider-client";
import { ID, NO_SECRETS } from "./provider-fixture";
import { ProviderProcess } from "./provider-process";

describe("the provider's process in the sandbox tenant", () => {
  let sandbox: Sandbox;
  let running: ProviderProcess | undefined;

  beforeEach(async () => {
    sandbox = await startSandbox();
  });

  afterEach(async () => {
    running?.kill();
    await sandbox.close();
  });

  function policy(): TenantAppManagementPolicy {
    const { deployer } = sandbox.tenant;
    const path = "/v1.0/policies/defaultAppManagementPolicy";
    return sandbox.tenant.graph({ method: "GET", path, caller: deployer }).body as TenantAppManagementPolicy;
  }

  it("signs in with a certificate, changes the policy, sees drift and brings the policy back", async () => {
    const before = policy();
    const engine = await ListeningEngine.start();
    const env = { PATH: String(process.env["PATH"]), ...sandbox.environment() };
    running = await ProviderProcess.start(env, engine.address);
    const { provider } = running;
    await provider.configure();
    const { id, values } = await provider.create(NO_SECRETS);
    assert.equal(id, ID);
    assert.equal(policy().isEnabled, true);
    assert.deepEqual(
      policy().applicationRestrictions?.keyCredentials?.map(({ restrictionType, state, maxLifetime }) => [
        restrictionType,
        state,
        maxLifetime,
      ]),
      [["asymmetricKeyLifetime", "enabled", "P180D"]],
    );
    assert.deepEqual((await provider.read(ID, values, NO_SECRETS)).inputs, NO_SECRETS);

    sandbox.tenant.graph({
      method: "PATCH",
      path: "/v1.0/policies/defaultAppManagementPolicy",
      body: { isEnabled: false },
      caller: sandbox.tenant.deployer,
    });
    assert.equal((await provider.read(ID, values, NO_SECRETS)).inputs["isEnabled"], false);
    await provider.update(values, NO_SECRETS);

    await provider.delete(values);
    assert.deepEqual(policy(), before);
    assert.ok(!text(values["previous"]).includes("BEGIN"));
    engine.close();
    assert.equal(running.errors(), "");
    assert.equal(engine.logged.length, 1);
    assert.match(
      engine.logged[0]?.message ?? "",
      /being switched on.*uriAdditionWithoutUniqueTenantIdentifier/,
    );
  });

  it("passes on what Entra says when the tenant does not know the application", async () => {
    const env = { ...sandbox.environment(), ARM_CLIENT_ID: "00000000-0000-4000-8000-000000000000" };
    running = await ProviderProcess.start({ PATH: String(process.env["PATH"]), ...env });
    const error: unknown = await running.provider.create(NO_SECRETS).catch((reason: unknown) => reason);
    assert.match((error as { details: string }).details, /^GRAPH_SIGN_IN_FAILED: .*AADSTS700016/);
  });
});
