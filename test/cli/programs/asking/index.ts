import * as azuread from "@pulumi/azuread";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";

/** A component that its provider makes. */
class Landscape extends pulumi.ComponentResource {
  declare readonly address: pulumi.Output<string>;
  constructor(name: string) {
    super("contoso:index:Landscape", name, { address: undefined, size: 3 }, {}, true);
  }
}

/** A resource whose package is installed nowhere. */
class Thing extends pulumi.CustomResource {
  constructor(name: string, properties: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
    super("fabrikam:index/thing:Thing", name, { ...properties, made: undefined }, options);
  }
}

/** A resource whose provider is written in the program. */
class Written extends pulumi.dynamic.Resource {
  constructor(name: string, properties: pulumi.Inputs) {
    const create = () => Promise.reject(new Error("a check runs nobody's provider"));
    super({ create }, name, properties);
  }
}

export = async () => {
  const me = await azuread.getClientConfig({});
  const graph = azuread.getServicePrincipalOutput({ clientId: "00000003-0000-0000-c000-000000000000" });
  const vault = await keyvault.getVault({ resourceGroupName: "rg", vaultName: "kv" });
  const [network] = vault.properties.networkAcls?.ipRules ?? [];
  if (me.tenantId.split("-").length !== 5) throw new Error("a tenant id is a GUID");
  if (network?.value.length === 0) throw new Error("a network has an address");

  const other = new pulumi.StackReference("contoso/network/prod");
  const existing = azuread.Application.get("existing", "/applications/1");
  const landscape = new Landscape("landscape");
  const provider = new azuread.Provider("other-tenant", { tenantId: me.tenantId });
  new azuread.AppRoleAssignment(
    "reads-users",
    {
      appRoleId: graph.appRoleIds.apply((ids) => ids["User.Read.All"] ?? ""),
      principalObjectId: existing.objectId,
      resourceObjectId: graph.objectId,
    },
    { provider },
  );
  new Thing("thing", { subnet: other.requireOutput("subnetId"), tags: vault.tags, at: landscape.address });
  new Thing("taken-over", { size: 1 }, { import: "thing-1" });
  new Written("written", { owner: me.objectId });
  return { subnet: other.getOutput("subnetId") };
};
