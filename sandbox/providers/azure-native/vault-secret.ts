import type { Tenant } from "../../tenant/tenant";
import { authorize } from "../../vault/access";
import { ArmError } from "../../vault/arm-error";
import { KeyVaultError } from "../../vault/key-vault-error";
import { latestVersion, type Vault, type VaultSecret } from "../../vault/vault";
import { child, flag, number, text } from "../property-readers";
import { isMap, UNKNOWN, type PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { alreadyExists, armParts, calling, previewProperties, sameId, stringMap } from "./arm";
import { withName } from "./autoname";

/**
 * azure-native.keyvault.Secret: written through Azure Resource Manager, which never gives the value back. Every write adds
 * a version. Deleting is soft; creating again recovers the name first, as recent versions of
 * the provider do (https://github.com/pulumi/pulumi-azure-native/pull/4759).
 */
export function vaultSecretKind(tenant: Tenant): ResourceKind {
  const { vaults: store } = tenant;
  const locate = (id: string): { vault: Vault; secret: VaultSecret } | undefined => {
    const parts = armParts(id);
    const vault = store.vault(parts["vaults"] ?? "");
    const secret = vault && store.secrets.get(vault, parts["secrets"] ?? "");
    return secret && sameId(secretId(vault, secret), id) ? { vault, secret } : undefined;
  };
  const write = (vault: Vault, inputs: PropertyMap): ResourceState => {
    const properties = child(inputs, "properties") ?? {};
    const attributes = child(properties, "attributes");
    const expires = attributes && number(attributes, "expires");
    const notBefore = attributes && number(attributes, "notBefore");
    const secret = store.secrets.put(vault, {
      name: text(inputs, "secretName") ?? "",
      value: text(properties, "value") ?? "",
      contentType: text(properties, "contentType"),
      attributes: {
        enabled: (attributes && flag(attributes, "enabled")) ?? true,
        ...(expires !== undefined && { expires }),
        ...(notBefore !== undefined && { notBefore }),
      },
      tags: stringMap(child(inputs, "tags")),
    });
    return { id: secretId(vault, secret), outputs: outputs(vault, secret) };
  };
  return {
    schema: "open",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      vaultName: { type: "text", required: true, forceNew: true },
      secretName: { type: "text", forceNew: true, problem: nameProblem },
      properties: { type: "object", required: true },
      tags: { type: "map" },
    },
    computed: [],
    secrets: [],
    complete: (inputs, request) => withName(inputs, "secretName", "copy", request),
    deleteFirst: (state, inputs) => text(state, "name") === text(inputs, "secretName"),
    preview: (inputs) => ({
      azureApiVersion: UNKNOWN,
      location: UNKNOWN,
      name: inputs["secretName"],
      // A new version gets a new address, also in an update.
      properties: withoutValue(previewProperties(inputs, undefined, ["secretUri", "secretUriWithVersion"])),
      tags: inputs["tags"] ?? UNKNOWN,
      type: UNKNOWN,
    }),
    create: (inputs) =>
      calling(() => {
        const vault = parentVault(tenant, inputs);
        const name = text(inputs, "secretName") ?? "";
        const existing = store.secrets.get(vault, name);
        if (existing) throw alreadyExists(secretId(vault, existing));
        if (!store.secrets.isDeleted(vault, name)) return write(vault, inputs);
        store.secrets.recover(vault, name);
        try {
          return write(vault, inputs);
        } catch (error) {
          store.secrets.delete(vault, name);
          throw error;
        }
      }),
    read: (id) => {
      const found = locate(id);
      return (
        found && { id: secretId(found.vault, found.secret), outputs: outputs(found.vault, found.secret) }
      );
    },
    importInputs: ({ id, outputs: state }) => ({
      resourceGroupName: armParts(id)["resourcegroups"],
      vaultName: armParts(id)["vaults"],
      secretName: state["name"],
      properties: importedProperties(child(state, "properties") ?? {}),
      tags: state["tags"],
    }),
    update: (_id, inputs) => calling(() => write(parentVault(tenant, inputs), inputs).outputs),
    // Azure Resource Manager deletes no secret ("DisallowedResourceOperation"): the provider asks the vault itself, as
    // the pipeline and from where it runs. https://github.com/Azure/terraform-provider-azapi/issues/879
    delete: (id) => {
      const found = locate(id);
      if (!found) return;
      asPipeline(tenant, found.vault, id);
      store.secrets.delete(found.vault, found.secret.name);
    },
  };
}

function asPipeline(tenant: Tenant, vault: Vault, resourceId: string): void {
  const { appId } = tenant.deployer;
  const objectId = tenant.servicePrincipalByAppId(appId)?.id ?? "";
  const token = { appId, objectId, roles: [], audience: "https://vault.azure.net" };
  const caller = { token, clientAddress: tenant.vaults.pipelineAddress };
  try {
    authorize(tenant, vault, caller, "secrets/delete", resourceId);
  } catch (error) {
    if (!(error instanceof KeyVaultError)) throw error;
    const { status, code, message, innerCode } = error;
    const inner = innerCode === undefined ? "" : ` InnerError={"code":"${innerCode}"}`;
    throw new Error(`Status=${status} Code="${code}" Message="${message}"${inner}`, { cause: error });
  }
}

function parentVault({ vaults: store }: Tenant, inputs: PropertyMap): Vault {
  const id = store.vaultId(text(inputs, "resourceGroupName") ?? "", text(inputs, "vaultName") ?? "");
  const vault = store.vault(text(inputs, "vaultName") ?? "");
  if (vault && sameId(vault.id, id)) return vault;
  throw new ArmError(
    404,
    "ParentResourceNotFound",
    `Failed to perform 'write' on resource(s) of type 'vaults/secrets', because the parent resource '${id}' could not be found.`,
  );
}

function secretId(vault: Vault, secret: VaultSecret): string {
  return `${vault.id}/secrets/${secret.name}`;
}

function outputs(vault: Vault, secret: VaultSecret): PropertyMap {
  const latest = latestVersion(secret);
  const secretUri = `${vault.properties.vaultUri}secrets/${secret.name}`;
  return {
    azureApiVersion: "2024-11-01",
    location: vault.location,
    name: secret.name,
    properties: {
      attributes: { ...latest.attributes, created: latest.created, updated: latest.updated },
      ...(latest.contentType !== undefined && { contentType: latest.contentType }),
      secretUri,
      secretUriWithVersion: `${secretUri}/${latest.version}`,
    },
    tags: latest.tags,
    type: "Microsoft.KeyVault/vaults/secrets",
  };
}

function withoutValue(properties: PropertyMap[string]): PropertyMap[string] {
  if (!isMap(properties)) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name !== "value"));
}

function importedProperties(properties: PropertyMap): PropertyMap {
  const { enabled, expires, notBefore } = child(properties, "attributes") ?? {};
  return { contentType: properties["contentType"], attributes: { enabled, expires, notBefore } };
}

function nameProblem(value: string | number): string | undefined {
  return /^[a-zA-Z0-9-]{1,127}$/.test(String(value))
    ? undefined
    : `'secretName' does not match expression '^[a-zA-Z0-9-]{1,127}$': "${value}"`;
}
