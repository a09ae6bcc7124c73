import type { Tenant } from "../../tenant/tenant";
import { resourceGroupNotFound } from "../../vault/arm-error";
import type { Vault } from "../../vault/vault";
import type { NetworkAclsSettings, VaultSettings } from "../../vault/vault-settings";
import { child, children, flag, number, text, texts } from "../property-readers";
import { UNKNOWN, type PropertyMap, type PropertyValue } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import {
  alreadyExists,
  armParts,
  calling,
  missingProperties,
  previewProperties,
  sameId,
  stringMap,
  systemData,
  withLocation,
  type PackageSettings,
} from "./arm";
import { withName } from "./autoname";

/** What Azure adds to the declared properties. */
const ADDED = ["hsmPoolResourceId", "privateEndpointConnections", "provisioningState", "vaultUri"];
const NAME_PATTERN = /^[a-zA-Z0-9-]{3,24}$/;

/** azure-native.keyvault.Vault */
export function vaultKind(tenant: Tenant, settings: PackageSettings): ResourceKind {
  const { vaults: store } = tenant;
  const write = (inputs: PropertyMap): ResourceState =>
    calling(() => {
      const resourceGroup = text(inputs, "resourceGroupName") ?? "";
      const location = text(inputs, "location") ?? store.resourceGroup(resourceGroup)?.location;
      if (location === undefined) throw resourceGroupNotFound(resourceGroup);
      const properties = child(inputs, "properties") ?? {};
      const vault = store.putVault({
        resourceGroup,
        name: text(inputs, "vaultName") ?? "",
        location,
        tags: stringMap(child(inputs, "tags")),
        settings: vaultSettings(properties),
        createMode: text(properties, "createMode"),
      });
      return { id: vault.id, outputs: outputs(tenant, vault) };
    });
  return {
    schema: "open",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      vaultName: { type: "text", forceNew: true, problem: nameProblem },
      location: { type: "text", forceNew: true },
      properties: { type: "object", required: true },
      tags: { type: "map" },
    },
    computed: [],
    secrets: [],
    complete: (inputs, request) => withLocation(withName(inputs, "vaultName", "random", request), settings),
    check: (inputs) => missingProperties(inputs, ["sku", "tenantId"]),
    deleteFirst: (state, inputs) => text(state, "name") === text(inputs, "vaultName"),
    preview: (inputs, state) => ({
      azureApiVersion: UNKNOWN,
      location: inputs["location"] ?? UNKNOWN,
      name: inputs["vaultName"],
      properties: previewProperties(inputs, state, ADDED),
      systemData: UNKNOWN,
      ...(inputs["tags"] !== undefined && { tags: inputs["tags"] }),
      type: UNKNOWN,
    }),
    create: (inputs) => {
      const name = text(inputs, "vaultName") ?? "";
      const id = store.vaultId(text(inputs, "resourceGroupName") ?? "", name);
      const existing = store.vault(name);
      if (existing && sameId(existing.id, id)) throw alreadyExists(existing.id);
      return write(inputs);
    },
    read: (id) => {
      const vault = store.vault(armParts(id)["vaults"] ?? "");
      return vault && sameId(vault.id, id) ? { id: vault.id, outputs: outputs(tenant, vault) } : undefined;
    },
    importInputs: ({ id, outputs: state }) => ({
      resourceGroupName: armParts(id)["resourcegroups"],
      vaultName: state["name"],
      location: state["location"],
      properties: withoutAdded(child(state, "properties") ?? {}),
      tags: state["tags"],
    }),
    update: (_id, inputs) => write(inputs).outputs,
    delete: (id) => {
      const vault = store.vault(armParts(id)["vaults"] ?? "");
      if (vault && sameId(vault.id, id)) store.deleteVault(vault.name);
    },
  };
}

function outputs(tenant: Tenant, vault: Vault): PropertyMap {
  return {
    azureApiVersion: "2024-11-01",
    location: vault.location,
    name: vault.name,
    properties: { ...vault.properties, ...connections(tenant, vault) } as unknown as PropertyMap,
    systemData: systemData(tenant, vault.createdAt, vault.modifiedAt),
    tags: vault.tags,
    type: "Microsoft.KeyVault/vaults",
  };
}

/** The private endpoints a vault knows of; without one Azure answers no such property. */
function connections({ vaults: { privateEndpoints } }: Tenant, vault: Vault): PropertyMap {
  const leading = privateEndpoints.leadingTo(vault.id);
  if (leading.length === 0) return {};
  return {
    privateEndpointConnections: leading.map(({ id, name }) => ({
      id: `${vault.id}/privateEndpointConnections/${name}`,
      privateEndpoint: { id },
      privateLinkServiceConnectionState: { status: "Approved", actionsRequired: "None" },
      provisioningState: "Succeeded",
    })),
  };
}

function vaultSettings(properties: PropertyMap): VaultSettings {
  const sku = child(properties, "sku");
  const networkAcls = child(properties, "networkAcls");
  return {
    tenantId: text(properties, "tenantId"),
    sku: sku && { family: text(sku, "family"), name: text(sku, "name") },
    accessPolicies: children(properties, "accessPolicies").map((policy) => ({
      objectId: text(policy, "objectId") ?? "",
      tenantId: text(policy, "tenantId") ?? "",
      permissions: permissions(child(policy, "permissions") ?? {}),
    })),
    enabledForDeployment: flag(properties, "enabledForDeployment"),
    enabledForDiskEncryption: flag(properties, "enabledForDiskEncryption"),
    enabledForTemplateDeployment: flag(properties, "enabledForTemplateDeployment"),
    enableRbacAuthorization: flag(properties, "enableRbacAuthorization"),
    enableSoftDelete: flag(properties, "enableSoftDelete"),
    softDeleteRetentionInDays: number(properties, "softDeleteRetentionInDays"),
    enablePurgeProtection: flag(properties, "enablePurgeProtection"),
    networkAcls: networkAcls && networkSettings(networkAcls),
    publicNetworkAccess: text(properties, "publicNetworkAccess"),
  };
}

function networkSettings(acls: PropertyMap): NetworkAclsSettings {
  return {
    bypass: text(acls, "bypass"),
    defaultAction: text(acls, "defaultAction"),
    ipRules: children(acls, "ipRules").map((rule) => ({ value: text(rule, "value") ?? "" })),
    virtualNetworkRules: children(acls, "virtualNetworkRules").map((rule) => ({
      id: text(rule, "id") ?? "",
    })),
  };
}

function permissions(given: PropertyMap): Record<string, readonly string[]> {
  return Object.fromEntries(Object.keys(given).map((name) => [name, texts(given, name) ?? []]));
}

function withoutAdded(properties: PropertyMap): PropertyValue {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !ADDED.includes(name)));
}

function nameProblem(value: string | number): string | undefined {
  return NAME_PATTERN.test(String(value))
    ? undefined
    : `'vaultName' does not match expression '${NAME_PATTERN.source}': "${value}"`;
}
