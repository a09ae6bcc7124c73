import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { TenantAppManagementPolicy } from "../../../components/resources/tenant-app-management-policy";

describe("TenantAppManagementPolicy in a program", () => {
  const registered: MockResourceArgs[] = [];

  beforeEach(async () => {
    registered.length = 0;
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        registered.push(args);
        const state: unknown = { ...(args.inputs as object), isEnabled: true, previous: "{}", applied: "{}" };
        return { id: "defaultAppManagementPolicy", state: state as Record<string, unknown> };
      },
      call: () => ({}),
    });
  });

  const settled = async <T>(output: pulumi.Output<T>): Promise<T> =>
    new Promise((resolve) => {
      output.apply(resolve);
    });

  it("registers what was given under its token and gives the outputs of the provider", async () => {
    const policy = new TenantAppManagementPolicy("policy", {
      applicationRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
      },
    });
    assert.equal(await settled(policy.id), "defaultAppManagementPolicy");
    assert.equal(await settled(policy.isEnabled), true);
    assert.equal(await settled(policy.previous), "{}");
    const [args] = registered;
    assert.equal(args?.type, "certlock:index:TenantAppManagementPolicy");
    assert.deepEqual(args.inputs, {
      applicationRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
      },
    });
    assert.ok(TenantAppManagementPolicy.isInstance(policy));
    assert.ok(!TenantAppManagementPolicy.isInstance(undefined));
  });

  it("reads the policy without managing it", async () => {
    const policy = TenantAppManagementPolicy.get("policy", "defaultAppManagementPolicy");
    assert.equal(await settled(policy.id), "defaultAppManagementPolicy");
    assert.deepEqual(registered[0]?.inputs, {});
  });

  it("asks for the provider of this package's version", () => {
    const { version } = JSON.parse(
      readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8"),
    ) as { version: string };
    const policy = new TenantAppManagementPolicy("policy");
    assert.equal((policy as unknown as { __version?: string }).__version, version);
  });
});
