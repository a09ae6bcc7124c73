/** Level `remediate`: what is mended, and that nothing else is touched. */
import assert from "node:assert/strict";
import { rules } from "../../policies/catalogue";
import { compiledPack } from "./harness/compiled-pack";
import { Properties, ResourceInput, unknown } from "./harness/wire";
import { application, change, classicVault, tlsPrivateKey, vault } from "./samples";

/** How a secret travels, by the SDK's own mark. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("level remediate", () => {
  async function mended(rule: string, resource: ResourceInput): Promise<Properties | undefined> {
    const pack = await compiledPack();
    await pack.configure({ [rule]: { enforcementLevel: "remediate" } });
    const properties = await pack.remediate(resource);
    if (properties !== undefined) {
      const { findings } = await pack.analyze({ ...resource, props: properties });
      assert.deepEqual(
        findings.filter((finding) => finding.rule === rule),
        [],
        "what has been mended passes",
      );
    }
    return properties;
  }

  const protection = "properties.enablePurgeProtection";

  it("is there for settings only, never for a rule about secrets", () => {
    const able = rules.filter(({ canRemediate }) => canRemediate);
    for (const { id, tags } of able) assert.ok(!tags.includes("client-secret"), id);
    assert.deepEqual(
      able.map(({ id }) => id),
      [
        "application-single-tenant",
        "vault-network-deny",
        "vault-purge-protection",
        "vault-rbac-authorization",
      ],
    );
  });

  for (const value of [false, undefined, null]) {
    it(`turns purge protection on where it is ${String(value)}, and changes nothing else`, async () => {
      assert.deepEqual(await mended("vault-purge-protection", change(vault, protection, value)), vault.props);
    });
  }

  it("knows the classic provider", async () => {
    const open = change(classicVault, "purgeProtectionEnabled", undefined);
    assert.deepEqual(await mended("vault-purge-protection", open), classicVault.props);
  });

  it("leaves alone what is right, what is not known yet, and what is something else", async () => {
    assert.equal(await mended("vault-purge-protection", vault), undefined);
    assert.equal(
      await mended("vault-purge-protection", change(vault, protection, unknown.boolean)),
      undefined,
    );
    assert.equal(await mended("vault-purge-protection", tlsPrivateKey), undefined);
  });

  it("does nothing at another level", async () => {
    const pack = await compiledPack();
    await pack.configure({ "vault-purge-protection": { enforcementLevel: "mandatory" } });
    assert.equal(await pack.remediate(change(vault, protection, false)), undefined);
  });

  it("keeps secrets secret and unknown values unknown", async () => {
    const open = [
      ["vaultName", secret("kv-billing-prod")],
      ["properties.tenantId", secret("11111111-1111-1111-1111-111111111111")],
      ["properties.sku", unknown.object],
      [protection, false],
    ].reduce((resource, [path, value]) => change(resource, path as string, value), vault);
    const properties = await mended("vault-purge-protection", open);
    assert.deepEqual(properties, change(open, protection, true).props);
  });

  it("gives a vault roles, and an application its own tenant", async () => {
    const rights = "properties.enableRbacAuthorization";
    assert.deepEqual(await mended("vault-rbac-authorization", change(vault, rights, false)), vault.props);
    const open = change(application, "signInAudience", "AzureADMultipleOrgs");
    assert.deepEqual(await mended("application-single-tenant", open), application.props);
    assert.equal(
      await mended("application-single-tenant", change(application, "signInAudience", undefined)),
      undefined,
    );
  });

  it("leaves what an option accepts", async () => {
    const pack = await compiledPack();
    const options = { allowOrganizations: true };
    await pack.configure({ "application-single-tenant": { enforcementLevel: "remediate", options } });
    const forOrganizations = change(application, "signInAudience", "AzureADMultipleOrgs");
    assert.equal(await pack.remediate(forOrganizations), undefined);
    const forAnyone = change(application, "signInAudience", "AzureADandPersonalMicrosoftAccount");
    assert.deepEqual(await pack.remediate(forAnyone), application.props);
  });

  it("closes the firewall of a vault, and makes one where there is none", async () => {
    const open = change(vault, "properties.networkAcls.defaultAction", "Allow");
    assert.deepEqual(await mended("vault-network-deny", open), vault.props);
    const without = change(vault, "properties.networkAcls", undefined);
    const expected = change(vault, "properties.networkAcls", { defaultAction: "Deny" });
    assert.deepEqual(await mended("vault-network-deny", without), expected.props);
    const empty = change(vault, "properties.networkAcls", null);
    assert.deepEqual(await mended("vault-network-deny", empty), expected.props);
  });

  it("leaves to a Terraform module what it declares", async () => {
    const inModule = { ...classicVault, type: "identities:tf:azurerm_key_vault" };
    const open = change(inModule, "networkAcls.defaultAction", "Allow");
    const pack = await compiledPack();
    await pack.configure({ "vault-network-deny": { enforcementLevel: "remediate" } });
    assert.equal(await pack.remediate(open), undefined);
  });

  it("leaves a vault without public access as it is", async () => {
    const hidden = change(
      change(vault, "properties.networkAcls", undefined),
      "properties.publicNetworkAccess",
      "Disabled",
    );
    assert.equal(await mended("vault-network-deny", hidden), undefined);
  });
});
