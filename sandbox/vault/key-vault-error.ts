/** A refusal of the Key Vault data plane, in the form its clients parse. */
export class KeyVaultError extends Error {
  override readonly name = "KeyVaultError";
  readonly status: number;
  readonly code: string;
  readonly innerCode: string | undefined;

  constructor(status: number, code: string, message: string, innerCode?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.innerCode = innerCode;
  }

  body(): { error: { code: string; message: string; innererror?: { code: string } } } {
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(this.innerCode !== undefined && { innererror: { code: this.innerCode } }),
      },
    };
  }
}

export function secretNotFound(name: string): KeyVaultError {
  return new KeyVaultError(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

export function certificateNotFound(name: string): KeyVaultError {
  return new KeyVaultError(
    404,
    "CertificateNotFound",
    `A certificate with (name/id) ${name} was not found in this key vault. If you recently deleted this certificate you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

/** The kind of object is written as Key Vault writes it: `Certificate`, `Secret`. */
export function deletedButRecoverable(kind: string, name: string): KeyVaultError {
  return new KeyVaultError(
    409,
    "Conflict",
    `${kind} ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the ${kind.toLowerCase()} can only be recovered or purged.`,
    "ObjectIsDeletedButRecoverable",
  );
}

export function managedByKeyVault(operation: string): KeyVaultError {
  return new KeyVaultError(
    403,
    "Forbidden",
    `Operation "${operation}" is not allowed as this object's lifetime is managed by Key Vault.`,
    "SecretManagedByKeyVault",
  );
}

export function purgeProtected(): KeyVaultError {
  return new KeyVaultError(
    403,
    "Forbidden",
    'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge it after the retention period has passed.',
    "PurgeProtectionEnabled",
  );
}

export function badParameter(message: string): KeyVaultError {
  return new KeyVaultError(400, "BadParameter", message);
}
