import assert from "node:assert/strict";
import {
  CALLER,
  CERTIFICATES_OFFICER,
  refusal,
  SECRETS_OFFICER,
  SECRETS_USER,
  VaultDoor,
} from "./vault-doors";

const NOW = new Date("2026-03-01T12:00:00Z");
const PATH = "/kv-billing/secrets/billing?api-version=7.5";
const LIST = "/kv-billing/secrets?api-version=7.5";

describe("access to a vault", () => {
  let door: VaultDoor | undefined;
  afterEach(async () => {
    await door?.close();
    door = undefined;
  });

  const open = async (settings = {}): Promise<VaultDoor> => {
    door = await VaultDoor.open(() => NOW, settings);
    for (const name of ["billing", "other"]) {
      door.tenant.vaults.secrets.put(door.vault, { name, value: "value" });
    }
    return door;
  };

  for (const [title, address, expected] of [
    ["the first address of the range", "203.0.113.0", 200],
    ["the last address of the range", "203.0.113.127", 200],
    ["the address after the range", "203.0.113.128", 403],
    ["the single address", "198.51.100.10", 200],
    ["the single address in IPv6 clothes", "::ffff:198.51.100.10", 200],
    ["a neighbour of the single address", "198.51.100.11", 403],
    ["an IPv6 address", "2001:db8::1", 403],
  ] as const) {
    it(`${expected === 200 ? "lets through" : "keeps out"} ${title}`, async () => {
      const opened = await open({
        networkAcls: {
          defaultAction: "Deny",
          ipRules: [{ value: "203.0.113.0/25" }, { value: "198.51.100.10" }],
        },
      });
      opened.grant(SECRETS_USER);
      const answer = await opened.get(PATH, { "x-sandbox-client-address": address });
      assert.equal(answer.status, expected);
      if (expected === 403) {
        assert.deepEqual(refusal(answer), [403, "Forbidden", "ForbiddenByFirewall"]);
        const { message } = answer.body["error"] as { message: string };
        assert.ok(message.includes(`Client address: ${address}\r\n`));
        assert.ok(message.includes(`appid=${CALLER.appId};oid=${CALLER.objectId}`));
      }
    });
  }

  it("lets private addresses through a private endpoint and nobody else, with the public door shut", async () => {
    const opened = await open({ publicNetworkAccess: "Disabled", networkAcls: { defaultAction: "Deny" } });
    opened.grant(SECRETS_USER);
    const from = async (address: string): Promise<number> =>
      (await opened.get(PATH, { "x-sandbox-client-address": address })).status;
    assert.deepEqual([await from("10.1.2.3"), await from("198.51.100.10")], [403, 403]);
    const group = opened.tenant.vaults.resourceGroupId("rg");
    const id = `${group}/providers/Microsoft.Network/privateEndpoints/kv-billing-endpoint`;
    opened.tenant.vaults.privateEndpoints.put({
      id,
      name: "kv-billing-endpoint",
      location: "westeurope",
      tags: {},
      subnetId: `${group}/providers/Microsoft.Network/virtualNetworks/hub/subnets/jobs`,
      connections: [{ name: "kv-billing", resourceId: opened.vault.id, groupIds: ["vault"] }],
    });
    assert.deepEqual([await from("10.1.2.3"), await from("198.51.100.10")], [200, 403]);
    opened.tenant.vaults.privateEndpoints.delete(id);
    assert.equal(await from("10.1.2.3"), 403);
  });

  it("lets everyone through while nothing denies, and no one when public access is off", async () => {
    const ip = { "x-sandbox-client-address": "192.0.2.1" };
    const allowing = await open({ networkAcls: { defaultAction: "Allow" } });
    allowing.grant(SECRETS_USER);
    assert.equal((await allowing.get(PATH, ip)).status, 200);
    await allowing.close();
    const closed = await open({ publicNetworkAccess: "Disabled" });
    closed.grant(SECRETS_USER);
    assert.deepEqual(refusal(await closed.get(PATH, ip)), [403, "Forbidden", "ForbiddenByConnection"]);
  });

  it("asks the network before the role, and the role before the secret", async () => {
    const opened = await open({ networkAcls: { defaultAction: "Deny" } });
    assert.deepEqual(refusal(await opened.get(PATH)), [403, "Forbidden", "ForbiddenByFirewall"]);
    await opened.close();
    const reachable = await open();
    const missing = await reachable.get("/kv-billing/secrets/never?api-version=7.5");
    assert.deepEqual(refusal(missing), [403, "Forbidden", "ForbiddenByRbac"]);
  });

  for (const [title, roleId, read, list] of [
    ["Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483", 200, 200],
    ["Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", 200, 200],
    ["Key Vault Secrets User", SECRETS_USER, 200, 200],
    ["Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", 200, 200],
    ["Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2", 403, 200],
    ["Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", 403, 403],
  ] as const) {
    it(`lets the role ${title} ${read === 200 ? "read" : "not read"} and ${list === 200 ? "list" : "not list"}`, async () => {
      const opened = await open();
      opened.grant(roleId);
      assert.deepEqual([(await opened.get(PATH)).status, (await opened.get(LIST)).status], [read, list]);
    });
  }

  for (const [title, scopeOf, billing, other] of [
    ["one secret", (id: string) => `${id}/secrets/billing`, 200, 403],
    ["the vault", (id: string) => id, 200, 200],
    ["the resource group", (id: string) => id.split("/providers/")[0] ?? "", 200, 200],
    ["the subscription", (id: string) => id.split("/resourceGroups/")[0] ?? "", 200, 200],
    ["a secret whose name begins alike", (id: string) => `${id}/secrets/bill`, 403, 403],
  ] as const) {
    it(`takes a role at the scope of ${title}`, async () => {
      const opened = await open();
      opened.grant(SECRETS_USER, scopeOf(opened.vault.id));
      const statuses = await Promise.all(
        ["billing", "other"].map(
          async (name) => (await opened.get(`/kv-billing/secrets/${name}?api-version=7.5`)).status,
        ),
      );
      assert.deepEqual(statuses, [billing, other]);
    });
  }

  for (const [title, roleId, read, change] of [
    ["Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483", 200, 400],
    ["Key Vault Certificates Officer", CERTIFICATES_OFFICER, 200, 400],
    ["Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", 200, 403],
    ["Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2", 200, 403],
    ["Key Vault Secrets Officer", SECRETS_OFFICER, 403, 403],
    ["Key Vault Secrets User", SECRETS_USER, 403, 403],
  ] as const) {
    it(`lets the role ${title} ${read === 200 ? "see" : "not see"} certificates and ${change === 403 ? "not make" : "make"} any`, async () => {
      const opened = await open();
      opened.grant(roleId);
      const list = await opened.get("/kv-billing/certificates?api-version=7.5");
      // Without a policy: whoever may ask is told that there is none.
      const create = await opened.get("/kv-billing/certificates/a/create?api-version=7.5", {}, "POST");
      assert.deepEqual([list.status, create.status], [read, change]);
    });
  }

  it("follows access policies where roles are off", async () => {
    const policy = (secrets: string[]) => ({
      enableRbacAuthorization: false,
      accessPolicies: [{ objectId: CALLER.objectId, tenantId: "t", permissions: { secrets } }],
    });
    const reading = await open(policy(["Get"]));
    assert.equal((await reading.get(PATH)).status, 200);
    assert.deepEqual(refusal(await reading.get(LIST)), [403, "Forbidden", "ForbiddenByPolicy"]);
    await reading.close();
    const making = await open({
      enableRbacAuthorization: false,
      accessPolicies: [
        { objectId: CALLER.objectId, tenantId: "t", permissions: { certificates: ["Get", "create"] } },
      ],
    });
    const create = "/kv-billing/certificates/a/create?api-version=7.5";
    assert.equal((await making.get(create, {}, "POST")).status, 400);
    assert.deepEqual(refusal(await making.get("/kv-billing/certificates/a?api-version=7.5", {}, "DELETE")), [
      403,
      "Forbidden",
      "ForbiddenByPolicy",
    ]);
    await making.close();
    const everything = await open(policy(["all"]));
    assert.deepEqual([(await everything.get(PATH)).status, (await everything.get(LIST)).status], [200, 200]);
  });
});
