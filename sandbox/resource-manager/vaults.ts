import { ArmError, invalidRequest, resourceGroupNotFound } from "../vault/arm-error";
import { resourceNotFound } from "../vault/resource-path";
import type { AccessPolicy, Vault } from "../vault/vault";
import type { NetworkAclsSettings, VaultSettings } from "../vault/vault-settings";
import {
  flagOf,
  list,
  nameOf,
  numberOf,
  objectOf,
  objectsOf,
  ok,
  tagsOf,
  textOf,
  textsOf,
  type ArmAnswer,
  type ArmCall,
  type ArmRoute,
  type Json,
} from "./call";
import { systemData } from "./system-data";

const SUBSCRIPTION = "/subscriptions/{subscription}";
const IN_SUBSCRIPTION = `${SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults`;
const IN_GROUP = `${SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults`;
const TYPE = "Microsoft.KeyVault/vaults";

/** Azure has a vault's DNS name ready some seconds after the call; clients are told to look again after one. */
const RETRY_AFTER = { "retry-after": "1" };

/**
 * Vaults at Azure Resource Manager.
 * https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults
 */
export const VAULT_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: IN_SUBSCRIPTION,
    action: `${TYPE}/read`,
    answer: (call) => list(call.tenant.vaults.all().map((vault) => vaultBody(call, vault))),
  },
  {
    method: "GET",
    path: IN_GROUP,
    action: `${TYPE}/read`,
    answer: (call) => {
      const group = nameOf(call, "group");
      if (!call.tenant.vaults.resourceGroup(group)) throw resourceGroupNotFound(group);
      const inGroup = call.tenant.vaults.all().filter(({ resourceGroup }) => sameText(resourceGroup, group));
      return list(inGroup.map((vault) => vaultBody(call, vault)));
    },
  },
  {
    method: "GET",
    path: `${IN_GROUP}/{vault}`,
    action: `${TYPE}/read`,
    answer: (call) => ok(vaultBody(call, findVault(call))),
  },
  { method: "PUT", path: `${IN_GROUP}/{vault}`, action: `${TYPE}/write`, answer: put },
  { method: "PATCH", path: `${IN_GROUP}/{vault}`, action: `${TYPE}/write`, answer: patch },
  {
    method: "DELETE",
    path: `${IN_GROUP}/{vault}`,
    action: `${TYPE}/delete`,
    answer: (call) => {
      const vault = vaultOf(call);
      if (!vault) return { status: 204 };
      call.tenant.vaults.deleteVault(vault.name);
      return { status: 200 };
    },
  },
  {
    method: "PUT",
    path: `${IN_GROUP}/{vault}/accessPolicies/{operation}`,
    action: `${TYPE}/accessPolicies/write`,
    answer: changePolicies,
  },
  {
    method: "POST",
    path: `${SUBSCRIPTION}/providers/Microsoft.KeyVault/checkNameAvailability`,
    action: "Microsoft.KeyVault/checkNameAvailability/read",
    answer: checkName,
  },
];

/** The vault a route names, in the resource group it names. */
export function vaultOf(call: ArmCall): Vault | undefined {
  const vault = call.tenant.vaults.vault(nameOf(call, "vault"));
  return vault && sameText(vault.resourceGroup, nameOf(call, "group")) ? vault : undefined;
}

/** @throws ArmError `ResourceGroupNotFound`, `ResourceNotFound` */
export function findVault(call: ArmCall): Vault {
  const vault = vaultOf(call);
  if (vault) return vault;
  const group = nameOf(call, "group");
  if (!call.tenant.vaults.resourceGroup(group)) throw resourceGroupNotFound(group);
  throw resourceNotFound(`${TYPE}/${nameOf(call, "vault")}`);
}

/** A vault as Azure answers it, at the address this cloud's clients reach it by. */
export function vaultBody({ tenant, addresses }: ArmCall, vault: Vault): object {
  return {
    id: vault.id,
    name: vault.name,
    type: TYPE,
    location: vault.location,
    tags: vault.tags,
    systemData: systemData(tenant, vault.createdAt, vault.modifiedAt),
    properties: {
      ...vault.properties,
      vaultUri: `https://${vault.name.toLowerCase()}.${addresses.vaultSuffix}/`,
    },
  };
}

function put(call: ArmCall): ArmAnswer {
  const isNew = vaultOf(call) === undefined;
  const properties = objectOf(call.body, "properties");
  if (properties === undefined) throw invalidRequest("The member 'properties' of the request is required.");
  const location = textOf(call.body, "location");
  if (location === undefined) {
    throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
  }
  const vault = write(call, location, tagsOf(call.body), {
    settings: vaultSettings(properties),
    createMode: textOf(properties, "createMode"),
  });
  const body = vaultBody(call, vault) as { properties: object };
  if (!isNew) return ok(body);
  return {
    status: 200,
    body: { ...body, properties: { ...body.properties, provisioningState: "RegisteringDns" } },
    headers: RETRY_AFTER,
  };
}

function patch(call: ArmCall): ArmAnswer {
  const vault = findVault(call);
  const changes = vaultSettings(objectOf(call.body, "properties") ?? {});
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const written = write(call, vault.location, tagsOf(call.body) ?? vault.tags, {
    settings: { ...vault.properties, ...given },
  });
  return ok(vaultBody(call, written));
}

function write(
  call: ArmCall,
  location: string,
  tags: Readonly<Record<string, string>> | undefined,
  { settings, createMode }: { settings: VaultSettings; createMode?: string | undefined },
): Vault {
  return call.tenant.vaults.putVault({
    resourceGroup: nameOf(call, "group"),
    name: vaultOf(call)?.name ?? nameOf(call, "vault"),
    location: location.toLowerCase().replaceAll(" ", ""),
    ...(tags !== undefined && { tags }),
    settings,
    createMode,
  });
}

/** https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy */
function changePolicies(call: ArmCall): ArmAnswer {
  const vault = findVault(call);
  const given = policiesOf(objectOf(call.body, "properties") ?? {}) ?? [];
  const others = vault.properties.accessPolicies.filter(
    ({ objectId }) => !given.some((policy) => sameText(policy.objectId, objectId)),
  );
  const operation = nameOf(call, "operation").toLowerCase();
  if (!["add", "replace", "remove"].includes(operation)) {
    throw invalidRequest(
      `The operation '${nameOf(call, "operation")}' is invalid; allowed are add, replace, remove.`,
    );
  }
  const accessPolicies =
    operation === "remove" ? others : operation === "replace" ? given : [...others, ...given];
  const written = write(call, vault.location, vault.tags, {
    settings: { ...vault.properties, accessPolicies },
  });
  return ok({
    id: `${vault.id}/accessPolicies/`,
    type: `${TYPE}/accessPolicies`,
    location: vault.location,
    properties: { accessPolicies: written.properties.accessPolicies },
  });
}

function checkName(call: ArmCall): ArmAnswer {
  const name = textOf(call.body, "name") ?? "";
  const { vaults } = call.tenant;
  if (vaults.vault(name) === undefined && vaults.deletedVault(name) === undefined)
    return ok({ nameAvailable: true });
  return ok({
    nameAvailable: false,
    reason: "AlreadyExists",
    message: `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after being placed in a recoverable state.`,
  });
}

function vaultSettings(properties: Json): VaultSettings {
  const sku = objectOf(properties, "sku");
  const acls = objectOf(properties, "networkAcls");
  return {
    tenantId: textOf(properties, "tenantId"),
    sku: sku && { family: textOf(sku, "family"), name: textOf(sku, "name") },
    accessPolicies: policiesOf(properties),
    enabledForDeployment: flagOf(properties, "enabledForDeployment"),
    enabledForDiskEncryption: flagOf(properties, "enabledForDiskEncryption"),
    enabledForTemplateDeployment: flagOf(properties, "enabledForTemplateDeployment"),
    enableRbacAuthorization: flagOf(properties, "enableRbacAuthorization"),
    enableSoftDelete: flagOf(properties, "enableSoftDelete"),
    softDeleteRetentionInDays: numberOf(properties, "softDeleteRetentionInDays"),
    enablePurgeProtection: flagOf(properties, "enablePurgeProtection"),
    networkAcls: acls && networkSettings(acls),
    publicNetworkAccess: textOf(properties, "publicNetworkAccess"),
  };
}

function networkSettings(acls: Json): NetworkAclsSettings {
  return {
    bypass: textOf(acls, "bypass"),
    defaultAction: textOf(acls, "defaultAction"),
    ipRules: objectsOf(acls, "ipRules")?.map((rule) => ({ value: textOf(rule, "value") ?? "" })),
    virtualNetworkRules: objectsOf(acls, "virtualNetworkRules")?.map((rule) => ({
      id: textOf(rule, "id") ?? "",
    })),
  };
}

function policiesOf(properties: Json): readonly AccessPolicy[] | undefined {
  return objectsOf(properties, "accessPolicies")?.map((policy) => {
    const permissions = objectOf(policy, "permissions") ?? {};
    return {
      objectId: textOf(policy, "objectId") ?? "",
      tenantId: textOf(policy, "tenantId") ?? "",
      permissions: Object.fromEntries(
        Object.keys(permissions).map((kind) => [kind, textsOf(permissions, kind)]),
      ),
    };
  });
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
