import assert from "node:assert/strict";
import { Secret, type PropertyMap } from "../../../../sandbox/providers/property-values";
import { ProviderSession, type Deployed } from "../provider-session";

const ROLE = "azure-native:authorization:RoleAssignment";
const SECRET = "azure-native:keyvault:Secret";
const SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";

describe("azure-native deleting a vault secret", () => {
  let session: ProviderSession;
  let vault: Deployed;
  beforeEach(async () => {
    session = await ProviderSession.open({ clock: () => new Date("2026-03-01T12:00:00Z") });
    await session.create("azure-native:resources:ResourceGroup", {
      resourceGroupName: "identity",
      location: "westeurope",
    });
    vault = await session.create("azure-native:keyvault:Vault", {
      resourceGroupName: "identity",
      vaultName: "kv-billing",
      properties: {
        tenantId: session.tenant.id,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        networkAcls: { defaultAction: "Deny", bypass: "None", ipRules: [{ value: "198.51.100.0/24" }] },
      },
    });
  });
  afterEach(() => session.close());

  const secret = (value: string, attributes: PropertyMap = {}): PropertyMap => ({
    resourceGroupName: "identity",
    vaultName: "kv-billing",
    secretName: "billing",
    properties: { value: new Secret(value), attributes },
  });
  /** Lets the pipeline delete what is in the vault, which by itself it may not. */
  const letPipelineDelete = () =>
    session.create(ROLE, {
      scope: vault.id,
      principalId: session.tenant.servicePrincipalByAppId(session.tenant.deployer.appId)?.id ?? "",
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_OFFICER}`,
    });

  it("goes to the vault itself: not from outside the firewall, nor without a role in it", async () => {
    const stored = await session.create(SECRET, secret("the value"));
    await assert.rejects(
      session.delete(stored),
      /Status=403 Code="Forbidden" [^]*InnerError=\{"code":"ForbiddenByRbac"\}/,
    );
    await letPipelineDelete();
    session.tenant.vaults.pipelineAddress = "203.0.113.7";
    await assert.rejects(session.delete(stored), /InnerError=\{"code":"ForbiddenByFirewall"\}/);
    assert.ok(await session.refresh(stored));
    session.tenant.vaults.pipelineAddress = "198.51.100.7";
    await session.delete(stored);
    await session.delete(stored);
    assert.equal(await session.refresh(stored), undefined);
  });

  it("is undone when the secret is created again, with all its versions, unless the write is refused", async () => {
    await letPipelineDelete();
    const stored = await session.create(SECRET, secret("the value"));
    await session.delete(stored);
    await assert.rejects(
      session.create(SECRET, secret("again", { expires: 1_780_000_000_000 })),
      /'expires' of secret 'billing' must be whole seconds since 1970/,
    );
    assert.equal(await session.refresh(stored), undefined, "a refused write recovers nothing");
    await session.create(SECRET, secret("again"));
    assert.deepEqual(
      session.tenant.vaults
        .vault("kv-billing")
        ?.secrets.get("billing")
        ?.versions.map(({ value }) => value),
      ["the value", "again"],
    );
  });
});
