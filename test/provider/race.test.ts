import assert from "node:assert/strict";
import type { TenantAppManagementPolicy } from "../../graph";
import type { PropertyMap } from "../../provider/properties";
import { type Sandbox, startSandbox } from "../../sandbox";
import { ProviderProcess } from "./provider-process";

const PATH = "/v1.0/policies/defaultAppManagementPolicy";

describe("two pipelines that change one tenant's policy at the same time", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let pipelines: ProviderProcess[];

  beforeEach(async () => {
    sandbox = await startSandbox();
    const env = { PATH: String(process.env["PATH"]), ...sandbox.environment() };
    pipelines = await Promise.all([ProviderProcess.start(env), ProviderProcess.start(env)]);
  });
  afterEach(async () => {
    for (const one of pipelines) one.kill();
    await sandbox.close();
  });

  const policy = (): TenantAppManagementPolicy => {
    const { deployer } = sandbox.tenant;
    return sandbox.tenant.graph({ method: "GET", path: PATH, caller: deployer })
      .body as TenantAppManagementPolicy;
  };
  const types = (): string[] =>
    (policy().applicationRestrictions?.passwordCredentials ?? [])
      .map(({ restrictionType }) => restrictionType)
      .sort();
  const declaring = (restrictionType: string, more: Readonly<Record<string, string>> = {}): PropertyMap => ({
    isEnabled: true,
    applicationRestrictions: { passwordCredentials: [{ restrictionType, state: "enabled", ...more }] },
    onDelete: "restore",
  });

  it("both arrive, both change theirs, and both take it back", async () => {
    const before = policy();
    const wanted = ["passwordAddition", "symmetricKeyAddition"];
    const made = await Promise.all(
      pipelines.map(({ provider }, index) => provider.create(declaring(wanted[index] ?? ""))),
    );
    assert.deepEqual(types(), wanted);

    const since = { restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" };
    const changed = await Promise.all(
      pipelines.map(({ provider }, index) =>
        provider.update(made[index]?.values ?? {}, declaring(wanted[index] ?? "", since)),
      ),
    );
    const entries = policy().applicationRestrictions?.passwordCredentials ?? [];
    assert.deepEqual(
      entries.map((entry) => entry.restrictForAppsCreatedAfterDateTime),
      ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
    );

    await Promise.all(pipelines.map(({ provider }, index) => provider.delete(changed[index] ?? {})));
    assert.deepEqual(policy(), before);
    assert.deepEqual(
      pipelines.map((one) => one.errors()),
      ["", ""],
    );
  });
});
