import { ArmError, invalidRequest } from "../vault/arm-error";
import { latestVersion, type Vault, type VaultSecret } from "../vault/vault";
import {
  flagOf,
  list,
  nameOf,
  numberOf,
  objectOf,
  ok,
  tagsOf,
  textOf,
  type ArmAnswer,
  type ArmCall,
  type ArmRoute,
} from "./call";
import { findVault } from "./vaults";

const SECRETS =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/secrets";
const TYPE = "Microsoft.KeyVault/vaults/secrets";

/**
 * Secrets through Azure Resource Manager, which takes a value and never gives one back, and deletes none.
 * https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets
 */
export const SECRET_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: SECRETS,
    action: `${TYPE}/read`,
    answer: (call) => {
      const vault = findVault(call);
      return list([...vault.secrets.values()].map((secret) => secretBody(call, vault, secret)));
    },
  },
  {
    method: "GET",
    path: `${SECRETS}/{secret}`,
    action: `${TYPE}/read`,
    answer: (call) => {
      const vault = findVault(call);
      return ok(secretBody(call, vault, findSecret(call, vault)));
    },
  },
  { method: "PUT", path: `${SECRETS}/{secret}`, action: `${TYPE}/write`, answer: put },
  { method: "PATCH", path: `${SECRETS}/{secret}`, action: `${TYPE}/write`, answer: patch },
];

function put(call: ArmCall): ArmAnswer {
  const vault = findVault(call);
  const properties = objectOf(call.body, "properties") ?? {};
  const value = textOf(properties, "value");
  if (value === undefined) throw invalidRequest("The property 'value' of the secret is required.");
  const isNew = call.tenant.vaults.secrets.get(vault, nameOf(call, "secret")) === undefined;
  const secret = call.tenant.vaults.secrets.put(vault, {
    name: nameOf(call, "secret"),
    value,
    contentType: textOf(properties, "contentType"),
    attributes: attributesOf(call),
    tags: tagsOf(call.body),
  });
  return { status: isNew ? 201 : 200, body: secretBody(call, vault, secret) };
}

function patch(call: ArmCall): ArmAnswer {
  const vault = findVault(call);
  const before = findSecret(call, vault);
  const properties = objectOf(call.body, "properties") ?? {};
  const { secrets } = call.tenant.vaults;
  const value = textOf(properties, "value");
  const contentType = textOf(properties, "contentType");
  const given = attributesOf(call);
  const latest = latestVersion(before);
  if (value === undefined) {
    secrets.update(vault, before.name, latest.version, { ...given, contentType, tags: tagsOf(call.body) });
  } else {
    secrets.put(vault, {
      name: before.name,
      value,
      contentType: contentType ?? latest.contentType,
      attributes: { ...latest.attributes, ...given },
      tags: tagsOf(call.body) ?? latest.tags,
    });
  }
  return ok(secretBody(call, vault, findSecret(call, vault)));
}

function attributesOf({ body }: ArmCall): { enabled?: boolean; expires?: number; notBefore?: number } {
  const attributes = objectOf(objectOf(body, "properties") ?? {}, "attributes") ?? {};
  const enabled = flagOf(attributes, "enabled");
  const expires = numberOf(attributes, "exp");
  const notBefore = numberOf(attributes, "nbf");
  return {
    ...(enabled !== undefined && { enabled }),
    ...(expires !== undefined && { expires }),
    ...(notBefore !== undefined && { notBefore }),
  };
}

function findSecret(call: ArmCall, vault: Vault): VaultSecret {
  const name = nameOf(call, "secret");
  const secret = call.tenant.vaults.secrets.get(vault, name);
  if (secret) return secret;
  throw new ArmError(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${name} was not found in this key vault.`,
  );
}

function secretBody({ addresses }: ArmCall, vault: Vault, secret: VaultSecret): object {
  const latest = latestVersion(secret);
  const { enabled, expires, notBefore } = latest.attributes;
  const secretUri = `https://${vault.name.toLowerCase()}.${addresses.vaultSuffix}/secrets/${secret.name}`;
  return {
    id: `${vault.id}/secrets/${secret.name}`,
    name: secret.name,
    type: TYPE,
    location: vault.location,
    tags: latest.tags,
    properties: {
      ...(latest.contentType !== undefined && { contentType: latest.contentType }),
      attributes: {
        enabled,
        ...(notBefore !== undefined && { nbf: notBefore }),
        ...(expires !== undefined && { exp: expires }),
        created: latest.created,
        updated: latest.updated,
      },
      secretUri,
      secretUriWithVersion: `${secretUri}/${latest.version}`,
    },
  };
}
