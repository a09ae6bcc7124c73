import { ArmError } from "./arm-error";
import { flag, object, text } from "./certificate-policy";
import {
  badParameter,
  deletedButRecoverable,
  KeyVaultError,
  managedByKeyVault,
  purgeProtected,
  secretNotFound,
} from "./key-vault-error";
import { notEmulated, ok, page, permit, type PlaneAnswer, type PlaneRequest, seconds, tags } from "./plane";
import {
  deletedSecretBundle,
  deletedSecretItem,
  secretBundle,
  secretItem,
  versionItem,
} from "./secret-bundle";
import { type DeletedSecret, latestVersion, type SecretVersion, type VaultSecret } from "./vault";

/** Reading, writing and deleting secrets. https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups */
export function answerSecrets(request: PlaneRequest): PlaneAnswer {
  const [, name, version, ...rest] = request.segments;
  if (rest.length > 0) throw notEmulated(request);
  if (name === undefined) {
    if (request.method !== "GET") throw notEmulated(request);
    permit(request, "secrets/readMetadata/action");
    const { vault } = request;
    return page(
      [...vault.secrets.values()].map((secret) => secretItem(vault, secret, latestVersion(secret))),
      request,
    );
  }
  switch (request.method) {
    case "GET":
      return version === "versions" ? listVersions(request, name) : get(request, name, version);
    case "PUT":
      if (version !== undefined) throw notEmulated(request);
      return set(request, name);
    case "PATCH":
      return update(request, name, version);
    case "DELETE":
      if (version !== undefined) throw notEmulated(request);
      return remove(request, name);
    default:
      throw notEmulated(request);
  }
}

/** Secrets that are deleted and can come back. */
export function answerDeletedSecrets(request: PlaneRequest): PlaneAnswer {
  const { tenant, vault, method } = request;
  const [, name, verb, ...rest] = request.segments;
  if (name === undefined) {
    permit(request, "secrets/readMetadata/action");
    const deleted = [...vault.deletedSecrets.values()].filter(({ secret }) =>
      tenant.vaults.secrets.isDeleted(vault, secret.name),
    );
    return page(
      deleted.map((each) => deletedSecretItem(vault, each)),
      request,
    );
  }
  const asked = [method, verb, ...rest].join(" ").trim();
  const at = `secrets/${name}`;
  if (asked === "GET") {
    permit(request, "secrets/readMetadata/action", at);
    return ok(deletedSecretBundle(vault, findDeleted(request, name)));
  }
  if (asked === "POST recover") {
    permit(request, "secrets/recover/action", at);
    const { secret } = findDeleted(request, name);
    if (secret.managed === true) throw managedByKeyVault("recover");
    tenant.vaults.secrets.recover(vault, name);
    return ok(withoutValue(secretBundle(vault, secret, latestVersion(secret))));
  }
  if (asked === "DELETE") {
    permit(request, "secrets/purge/action", at);
    findDeleted(request, name);
    if (vault.properties.enablePurgeProtection) throw purgeProtected();
    vault.deletedSecrets.delete(name.toLowerCase());
    return { status: 204 };
  }
  throw notEmulated(request);
}

function listVersions(request: PlaneRequest, name: string): PlaneAnswer {
  permit(request, "secrets/readMetadata/action", `secrets/${name}`);
  const secret = find(request, name);
  return page(
    secret.versions.map((each) => versionItem(request.vault, secret, each)),
    request,
  );
}

function get(request: PlaneRequest, name: string, version: string | undefined): PlaneAnswer {
  permit(request, "secrets/getSecret/action", `secrets/${name}`);
  const secret = find(request, name);
  const wanted = findVersion(secret, version);
  if (!wanted.attributes.enabled) {
    throw new KeyVaultError(
      403,
      "Forbidden",
      "Operation get is not allowed on a disabled secret.",
      "SecretDisabled",
    );
  }
  // A secret outside its dates is still readable, for tests and recovery:
  // https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#date-time-controlled-operations
  return ok(secretBundle(request.vault, secret, wanted));
}

function set(request: PlaneRequest, name: string): PlaneAnswer {
  permit(request, "secrets/setSecret/action", `secrets/${name}`);
  const { tenant, vault, body } = request;
  if (tenant.vaults.secrets.get(vault, name)?.managed === true) throw managedByKeyVault("set");
  if (tenant.vaults.secrets.isDeleted(vault, name)) throw deletedButRecoverable("Secret", name);
  const value = text(body["value"]);
  if (value === undefined) throw badParameter("Property value has invalid value");
  const secret = inWordsOfTheVault(() =>
    tenant.vaults.secrets.put(vault, {
      name,
      value,
      contentType: text(body["contentType"]),
      attributes: attributesOf(body),
      tags: tags(body["tags"]),
    }),
  );
  return ok(secretBundle(vault, secret, latestVersion(secret)));
}

function update(request: PlaneRequest, name: string, version: string | undefined): PlaneAnswer {
  permit(request, "secrets/update/action", `secrets/${name}`);
  const { tenant, vault, body } = request;
  const secret = find(request, name);
  if (secret.managed === true) throw managedByKeyVault("update");
  const wanted = findVersion(secret, version);
  const change = { ...attributesOf(body), contentType: text(body["contentType"]), tags: tags(body["tags"]) };
  const after = inWordsOfTheVault(() => tenant.vaults.secrets.update(vault, name, wanted.version, change));
  return ok(withoutValue(secretBundle(vault, find(request, name), after ?? wanted)));
}

function remove(request: PlaneRequest, name: string): PlaneAnswer {
  permit(request, "secrets/delete", `secrets/${name}`);
  if (find(request, name).managed === true) throw managedByKeyVault("delete");
  const deleted = request.tenant.vaults.secrets.delete(request.vault, name);
  if (deleted === undefined) throw secretNotFound(name);
  return ok(deletedSecretBundle(request.vault, deleted));
}

function attributesOf(body: PlaneRequest["body"]) {
  const attributes = object(body["attributes"]);
  const enabled = flag(attributes["enabled"]);
  const expires = seconds(attributes, "exp");
  const notBefore = seconds(attributes, "nbf");
  return {
    ...(enabled !== undefined && { enabled }),
    ...(expires !== undefined && { expires }),
    ...(notBefore !== undefined && { notBefore }),
  };
}

function find({ tenant, vault }: PlaneRequest, name: string): VaultSecret {
  const secret = tenant.vaults.secrets.get(vault, name);
  if (!secret) throw secretNotFound(name);
  return secret;
}

function findVersion(secret: VaultSecret, version: string | undefined): SecretVersion {
  if (version === undefined || version === "") return latestVersion(secret);
  const found = secret.versions.find((each) => each.version === version.toLowerCase());
  if (!found) throw secretNotFound(`${secret.name}/${version}`);
  return found;
}

function findDeleted({ tenant, vault }: PlaneRequest, name: string): DeletedSecret {
  const deleted = tenant.vaults.secrets.isDeleted(vault, name)
    ? vault.deletedSecrets.get(name.toLowerCase())
    : undefined;
  if (deleted !== undefined) return deleted;
  throw new KeyVaultError(404, "SecretNotFound", `Deleted Secret not found: ${name}`);
}

function withoutValue(bundle: object): object {
  return Object.fromEntries(Object.entries(bundle).filter(([name]) => name !== "value"));
}

/** The store refuses in the words of Azure Resource Manager; the data plane has its own envelope. */
function inWordsOfTheVault<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    throw new KeyVaultError(error.status, "BadParameter", error.message);
  }
}
