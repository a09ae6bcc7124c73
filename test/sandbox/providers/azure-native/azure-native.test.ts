import { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import assert from "node:assert/strict";
import { Secret, UNKNOWN, type PropertyMap } from "../../../../sandbox/providers/property-values";
import { ADA_USER_ID } from "../../../../sandbox/tenant/seed";
import { latestVersion } from "../../../../sandbox/vault/vault";
import {
  output,
  plain,
  ProviderSession,
  secretNames,
  unknownNames,
  type Deployed,
} from "../provider-session";

const GROUP = "azure-native:resources:ResourceGroup";
const VAULT = "azure-native:keyvault:Vault";
const SECRET = "azure-native:keyvault:Secret";
const ROLE = "azure-native:authorization:RoleAssignment";
const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";
const DAY_MS = 86_400_000;

describe("azure-native", () => {
  let now: Date;
  let session: ProviderSession;
  let group: Deployed;
  beforeEach(async () => {
    now = new Date("2026-03-01T12:00:00Z");
    session = await ProviderSession.open({ clock: () => now });
    group = await session.create(GROUP, { resourceGroupName: "identity", location: "westeurope" });
  });
  afterEach(() => session.close());

  const subscription = () => session.tenant.vaults.subscriptionId;
  const vault = (properties: PropertyMap = {}, more: PropertyMap = {}): PropertyMap => ({
    resourceGroupName: "identity",
    vaultName: "kv-billing",
    properties: {
      tenantId: session.tenant.id,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      networkAcls: { defaultAction: "Deny", bypass: "None", ipRules: [{ value: "198.51.100.0/24" }] },
      ...properties,
    },
    ...more,
  });
  const secret = (properties: PropertyMap = {}): PropertyMap => ({
    resourceGroupName: "identity",
    vaultName: "kv-billing",
    secretName: "billing",
    properties: {
      value: new Secret("the value"),
      contentType: "application/x-pem-file",
      attributes: { expires: 1_780_000_000 },
      ...properties,
    },
  });

  it("creates a resource group with Azure's id, and refuses one that exists", async () => {
    assert.equal(group.id, `/subscriptions/${subscription()}/resourceGroups/identity`);
    assert.deepEqual(plain(group), {
      azureApiVersion: "2024-11-01",
      location: "westeurope",
      name: "identity",
      properties: { provisioningState: "Succeeded" },
      tags: {},
      type: "Microsoft.Resources/resourceGroups",
    });
    await assert.rejects(session.create(GROUP, { resourceGroupName: "identity", location: "westeurope" }), {
      details: `cannot create already existing resource '${group.id}'`,
    });
    await assert.rejects(session.create(GROUP, { resourceGroupName: "nowhere" }), {
      details:
        'Status=400 Code="LocationRequired" Message="The location property is required for this definition."',
    });
  });

  it("makes the same name in preview and update, keeps it afterwards, and takes the configured location", async () => {
    await session.configure({ "azure-native:config:location": "northeurope" });
    const first = await session.check(GROUP, {}, { name: "identity" });
    const second = await session.check(GROUP, {}, { name: "identity" });
    assert.match(JSON.stringify(first.inputs["resourceGroupName"]), /^"identity[0-9a-f]{8}"$/);
    assert.deepEqual(second.inputs, first.inputs);
    assert.equal(first.inputs["location"], "northeurope");
    const kept = await session.check(GROUP, {}, { previous: { resourceGroupName: "older", location: "x" } });
    assert.equal(kept.inputs["resourceGroupName"], "older");
  });

  it("follows the stack's autonaming rules", async () => {
    const { Mode } = CheckRequest.AutonamingOptions;
    const named = async (mode: CheckRequest.AutonamingOptions.Mode) => {
      const autonaming = new CheckRequest.AutonamingOptions().setMode(mode).setProposedName("proposed");
      return (await session.check(GROUP, {}, { autonaming })).inputs["resourceGroupName"];
    };
    assert.deepEqual(
      [await named(Mode.PROPOSE), await named(Mode.ENFORCE), await named(Mode.DISABLE)],
      ["proposed", "proposed", undefined],
    );
  });

  it("creates a vault in its group's location with Azure's defaults, and sees no change afterwards", async () => {
    const created = await session.create(VAULT, vault());
    assert.equal(
      created.id,
      `/subscriptions/${subscription()}/resourceGroups/identity/providers/Microsoft.KeyVault/vaults/kv-billing`,
    );
    const outputs = plain(created);
    assert.equal(outputs["location"], "westeurope");
    assert.deepEqual(outputs["properties"], {
      tenantId: session.tenant.id,
      sku: { family: "A", name: "standard" },
      accessPolicies: [],
      enabledForDeployment: false,
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection: true,
      networkAcls: {
        bypass: "None",
        defaultAction: "Deny",
        ipRules: [{ value: "198.51.100.0/24" }],
        virtualNetworkRules: [],
      },
      publicNetworkAccess: "Enabled",
      provisioningState: "Succeeded",
      vaultUri: "https://kv-billing.vault.azure.net/",
    });
    assert.equal((await session.diff(created, vault())).changed, false);
    assert.deepEqual(await session.refresh(created), created);
  });

  it("serves every API version of a type as the same resource", async () => {
    const created = await session.create("azure-native:keyvault/v20230701:Vault", vault());
    const imported = await session.import("azure-native_keyvault_v20240401:keyvault:Vault", created.id);
    assert.deepEqual(plain(imported), plain(created));
  });

  it("knows in a preview what is declared of a vault, not what Azure adds", async () => {
    const outputs = await session.preview(VAULT, vault({ tenantId: UNKNOWN }));
    const properties = outputs["properties"] as PropertyMap;
    assert.deepEqual(
      [outputs["name"], properties["vaultUri"], properties["tenantId"], properties["enablePurgeProtection"]],
      ["kv-billing", UNKNOWN, UNKNOWN, true],
    );
    assert.equal(session.tenant.vaults.vault("kv-billing"), undefined);
  });

  it("never turns purge protection off", async () => {
    const created = await session.create(VAULT, vault());
    await assert.rejects(session.update(created, vault({ enablePurgeProtection: false })), {
      details:
        'Status=400 Code="BadRequest" Message="The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action."',
    });
    const without = await session.update(created, vault({ enablePurgeProtection: undefined }));
    assert.equal((plain(without)["properties"] as PropertyMap)["enablePurgeProtection"], true);
  });

  it("keeps the name of a deleted vault until it is recovered, secrets included, or its retention is over", async () => {
    const created = await session.create(VAULT, vault());
    await session.create(SECRET, secret());
    await session.delete(created);
    await session.delete(created);
    assert.equal(await session.refresh(created), undefined);
    await assert.rejects(session.create(VAULT, vault()), /Status=409 Code="ConflictError"/);

    const recovered = await session.create(VAULT, vault({ createMode: "recover" }));
    const stored = session.tenant.vaults.vault("kv-billing");
    assert.ok(stored);
    assert.deepEqual([...stored.secrets.keys()], ["billing"]);

    await session.delete(recovered);
    now = new Date(now.getTime() + 90 * DAY_MS - 1);
    await assert.rejects(session.create(VAULT, vault()), /ConflictError/);
    now = new Date(now.getTime() + 1);
    await session.create(VAULT, vault());
    assert.equal(session.tenant.vaults.vault("kv-billing")?.secrets.size, 0);
  });

  it("shows a firewall opened behind its back", async () => {
    const created = await session.create(VAULT, vault());
    const stored = session.tenant.vaults.vault("kv-billing");
    assert.ok(stored);
    session.tenant.vaults.putVault({
      ...stored,
      settings: { ...stored.properties, networkAcls: { bypass: "None", defaultAction: "Allow" } },
    });
    const refreshed = await session.refresh(created);
    assert.ok(refreshed);
    assert.deepEqual((await session.diff(refreshed, vault())).details, {
      "properties.networkAcls.defaultAction": "update",
      "properties.networkAcls.ipRules": "update",
    });
  });

  it("replaces a vault that moves, old one first where the name stays", async () => {
    const created = await session.create(VAULT, vault());
    const moved = await session.diff(created, vault({}, { location: "northeurope" }));
    assert.deepEqual([moved.replaces, moved.deleteBeforeReplace], [["location"], true]);
    const renamed = await session.diff(created, vault({}, { vaultName: "kv-other" }));
    assert.deepEqual([renamed.replaces, renamed.deleteBeforeReplace], [["vaultName"], false]);
  });

  it("reports what is missing and malformed in a vault at once", async () => {
    const { failures } = await session.check(VAULT, { vaultName: "no_good", properties: {} });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["resourceGroupName", "vaultName", "properties.sku", "properties.tenantId"],
    );
    await assert.rejects(
      session.create(
        VAULT,
        vault({ networkAcls: { defaultAction: "Deny", ipRules: [{ value: "10.0.0.0/8" }, { value: "x" }] } }),
      ),
      /'10\.0\.0\.0\/8' lies in a private network.* 'x' is neither/,
    );
    assert.equal(session.tenant.vaults.vault("kv-billing"), undefined);
  });

  it("writes a secret whose value never comes back, and a version with each update", async () => {
    await session.create(VAULT, vault());
    const created = await session.create(SECRET, secret());
    assert.ok(created.id.endsWith("/vaults/kv-billing/secrets/billing"));
    const properties = plain(created)["properties"] as Record<string, string>;
    assert.equal(JSON.stringify(plain(created)).includes("the value"), false);
    assert.equal(properties["secretUri"], "https://kv-billing.vault.azure.net/secrets/billing");
    assert.equal((await session.diff(created, secret())).changed, false);
    assert.deepEqual(await session.refresh(created), created);

    const change = secret({ value: new Secret("another value") });
    assert.deepEqual((await session.diff(created, change)).details, { "properties.value": "update" });
    const preview = await session.update(created, change, { preview: true });
    assert.equal((preview.outputs["properties"] as PropertyMap)["secretUriWithVersion"], UNKNOWN);
    const updated = await session.update(created, change);
    const stored = session.tenant.vaults.vault("kv-billing")?.secrets.get("billing");
    assert.deepEqual(
      stored?.versions.map(({ value }) => value),
      ["the value", "another value"],
    );
    assert.equal(
      (plain(updated)["properties"] as PropertyMap)["secretUriWithVersion"],
      `https://kv-billing.vault.azure.net/secrets/billing/${latestVersion(stored).version}`,
    );
  });

  it("keeps the secret's inputs secret, and its outputs free of the value, in a preview", async () => {
    const checked = await session.check(SECRET, secret({ value: new Secret(UNKNOWN) }));
    assert.deepEqual(secretNames(checked.inputs["properties"] as PropertyMap), ["value"]);
    const outputs = await session.preview(SECRET, secret({ value: new Secret(UNKNOWN) }));
    assert.equal("value" in (outputs["properties"] as PropertyMap), false);
    assert.deepEqual(unknownNames(outputs["properties"] as PropertyMap), [
      "secretUri",
      "secretUriWithVersion",
    ]);
  });

  it("refuses a secret without its vault, and one that exists", async () => {
    await assert.rejects(session.create(SECRET, secret()), /Code="ParentResourceNotFound"/);
    await session.create(VAULT, vault());
    await session.create(SECRET, secret());
    await assert.rejects(session.create(SECRET, secret()), /cannot create already existing resource/);
  });

  it("assigns a role under a made-up GUID, once", async () => {
    const created = await session.create(VAULT, vault());
    const declared = {
      scope: created.id,
      principalId: ADA_USER_ID,
      roleDefinitionId: `/subscriptions/${subscription()}/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_USER}`,
    };
    const role = await session.create(ROLE, declared);
    const name = output(role, "name");
    assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(role.id, `${created.id}/providers/Microsoft.Authorization/roleAssignments/${name}`);
    assert.equal(plain(role)["principalType"], "User");
    assert.equal((await session.diff(role, declared)).changed, false);
    assert.deepEqual(await session.refresh(role), role);

    const twin = { ...declared, roleAssignmentName: "0a0e0000-0000-4000-8000-00000000f001" };
    await assert.rejects(session.create(ROLE, twin), /Status=409 Code="RoleAssignmentExists"/);
    await session.delete(role);
    await session.delete(role);
    assert.equal(await session.refresh(role), undefined);
  });

  it("refuses a role for nobody, and at a scope that does not exist", async () => {
    const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_USER}`;
    const nobody = { scope: group.id, principalId: "0a0e0000-0000-4000-8000-00000000dead", roleDefinitionId };
    await assert.rejects(session.create(ROLE, nobody), /Code="PrincipalNotFound"/);
    const ada = { principalId: ADA_USER_ID, roleDefinitionId };
    await assert.rejects(
      session.create(ROLE, { ...ada, scope: `${group.id}/providers/Microsoft.KeyVault/vaults/none` }),
      /Code="ResourceNotFound"/,
    );
    await assert.rejects(
      session.create(ROLE, { ...ada, scope: `/subscriptions/${subscription()}/resourceGroups/none` }),
      /Code="ResourceGroupNotFound"/,
    );
    await assert.rejects(
      session.create(ROLE, { ...ada, scope: "/subscriptions/0a0e0000-0000-4000-8000-00000000dead" }),
      /Code="SubscriptionNotFound"/,
    );
  });

  it("deletes with a group its vaults, softly, and their role assignments", async () => {
    const created = await session.create(VAULT, vault());
    const role = await session.create(ROLE, {
      scope: created.id,
      principalId: ADA_USER_ID,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_USER}`,
    });
    await session.delete(group);
    assert.deepEqual(
      [await session.refresh(group), await session.refresh(created), await session.refresh(role)],
      [undefined, undefined, undefined],
    );
    await session.create(GROUP, { resourceGroupName: "identity", location: "westeurope" });
    await assert.rejects(session.create(VAULT, vault()), /ConflictError/);
  });

  it("imports group, vault, secret and role with the inputs they would be declared with", async () => {
    const created = await session.create(VAULT, vault());
    const stored = await session.create(SECRET, secret());
    assert.deepEqual((await session.import(GROUP, group.id))?.inputs, {
      resourceGroupName: "identity",
      location: "westeurope",
      tags: {},
    });
    const vaultInputs = (await session.import(VAULT, created.id))?.inputs;
    assert.equal(vaultInputs?.["vaultName"], "kv-billing");
    assert.equal("vaultUri" in (vaultInputs["properties"] as PropertyMap), false);
    assert.deepEqual((await session.import(SECRET, stored.id))?.inputs, {
      resourceGroupName: "identity",
      vaultName: "kv-billing",
      secretName: "billing",
      properties: {
        contentType: "application/x-pem-file",
        attributes: { enabled: true, expires: 1_780_000_000 },
      },
      tags: {},
    });
  });

  it("echoes a type it has no emulation for under an id in its resource group", async () => {
    const lock = await session.create("azure-native:authorization:ManagementLockAtResourceGroupLevel", {
      resourceGroupName: "identity",
      managementLockAtResourceGroupLevelName: "keep",
      level: "CanNotDelete",
    });
    assert.equal(
      lock.id,
      `${group.id}/providers/Sandbox.authorization/ManagementLockAtResourceGroupLevel/keep`,
    );
    assert.deepEqual(plain(lock), {
      resourceGroupName: "identity",
      managementLockAtResourceGroupLevelName: "keep",
      level: "CanNotDelete",
      name: "keep",
    });
  });

  it("answers getClientConfig", async () => {
    const { appId } = session.tenant.deployer;
    assert.deepEqual(await session.invoke("azure-native:authorization:getClientConfig"), {
      clientId: appId,
      objectId: session.tenant.servicePrincipalByAppId(appId)?.id,
      subscriptionId: subscription(),
      tenantId: session.tenant.id,
    });
  });
});
