import {
  type DeletedSecret,
  deletionDates,
  latestVersion,
  recoveryLevel,
  type SecretVersion,
  type Vault,
  type VaultSecret,
} from "./vault";

/** A secret version as `GET /secrets/{name}` answers it. */
export function secretBundle(vault: Vault, secret: VaultSecret, version: SecretVersion): object {
  return { value: version.value, ...listItem(vault, secret, version, `/${version.version}`) };
}

/** A secret as the list of secrets names it: no value, no version. */
export function secretItem(vault: Vault, secret: VaultSecret, version: SecretVersion): object {
  return listItem(vault, secret, version, "");
}

/** A version as the list of versions names it: no value. */
export function versionItem(vault: Vault, secret: VaultSecret, version: SecretVersion): object {
  return listItem(vault, secret, version, `/${version.version}`);
}

export function deletedSecretBundle(vault: Vault, deleted: DeletedSecret): object {
  const { secret } = deleted;
  return { ...deletion(vault, deleted), ...versionItem(vault, secret, latestVersion(secret)) };
}

export function deletedSecretItem(vault: Vault, deleted: DeletedSecret): object {
  return { ...deletion(vault, deleted), ...secretItem(vault, deleted.secret, latestVersion(deleted.secret)) };
}

function deletion(vault: Vault, deleted: DeletedSecret): object {
  return {
    recoveryId: `${vault.properties.vaultUri}deletedsecrets/${deleted.secret.name}`,
    ...deletionDates(deleted),
  };
}

function listItem(vault: Vault, secret: VaultSecret, version: SecretVersion, suffix: string): object {
  const { enabled, notBefore, expires } = version.attributes;
  return {
    ...(version.contentType !== undefined && { contentType: version.contentType }),
    id: `${vault.properties.vaultUri}secrets/${secret.name}${suffix}`,
    attributes: {
      enabled,
      ...(notBefore !== undefined && { nbf: notBefore }),
      ...(expires !== undefined && { exp: expires }),
      created: version.created,
      updated: version.updated,
      recoveryLevel: recoveryLevel(vault.properties),
      recoverableDays: vault.properties.softDeleteRetentionInDays,
    },
    tags: version.tags,
    ...(secret.managed === true && {
      managed: true,
      ...(suffix !== "" && { kid: `${vault.properties.vaultUri}keys/${secret.name}${suffix}` }),
    }),
  };
}
