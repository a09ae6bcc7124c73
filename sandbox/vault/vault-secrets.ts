import type { KeyObject } from "node:crypto";
import type { RandomBytes } from "../tenant/identifiers";
import { ArmError, invalidRequest } from "./arm-error";
import type { DeletedSecret, SecretAttributes, SecretVersion, Tags, Vault, VaultSecret } from "./vault";

export interface SecretWrite {
  readonly name: string;
  readonly value: string;
  readonly contentType?: string | undefined;
  readonly attributes?: Partial<SecretAttributes> | undefined;
  readonly tags?: Tags | undefined;
}

/** What can be changed of a version; what is left out stays. */
export interface SecretChange {
  readonly enabled?: boolean | undefined;
  readonly notBefore?: number | undefined;
  readonly expires?: number | undefined;
  readonly contentType?: string | undefined;
  readonly tags?: Tags | undefined;
}

// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const SECRET_NAME = /^[0-9a-z-]{1,127}$/i;
const MAX_VALUE_BYTES = 25_600;
const MAX_CONTENT_TYPE_LENGTH = 255;
/** The year 10000 in seconds: anything beyond was meant as milliseconds. */
const MAX_EPOCH_SECONDS = 253_402_300_800;
const DAY_MS = 86_400_000;

/** The secrets of the vaults: versions are added, never changed; a deleted name stays taken until purged. */
export class VaultSecrets {
  readonly #clock: () => Date;
  readonly #random: RandomBytes;
  /** Keys of certificates by version, for those that are to be used again. */
  readonly #keys = new Map<string, KeyObject>();

  constructor(clock: () => Date, random: RandomBytes) {
    this.#clock = clock;
    this.#random = random;
  }

  get(vault: Vault, name: string): VaultSecret | undefined {
    return vault.secrets.get(name.toLowerCase());
  }

  /** Whether the name is held by a deleted secret. */
  isDeleted(vault: Vault, name: string): boolean {
    const deleted = vault.deletedSecrets.get(name.toLowerCase());
    if (deleted && deleted.purgedAt <= this.#clock()) vault.deletedSecrets.delete(name.toLowerCase());
    return vault.deletedSecrets.has(name.toLowerCase());
  }

  /**
   * Writes a new version.
   *
   * @throws ArmError `Conflict` while the name is soft-deleted, `BadRequest` for a name, value, content type or date
   * Key Vault does not take.
   */
  put(vault: Vault, write: SecretWrite): VaultSecret {
    this.#check(write);
    if (this.isDeleted(vault, write.name)) {
      throw new ArmError(
        409,
        "Conflict",
        `Secret ${write.name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
      );
    }
    const version = this.#version(write, Buffer.from(this.#random(16)).toString("hex"));
    const before = this.get(vault, write.name);
    if (before?.managed === true) {
      throw new ArmError(
        403,
        "Forbidden",
        'Operation "set" is not allowed as this object\'s lifetime is managed by Key Vault.',
      );
    }
    const secret: VaultSecret = {
      name: before?.name ?? write.name,
      versions: before ? [...before.versions, version] : [version],
    };
    vault.secrets.set(write.name.toLowerCase(), secret);
    return secret;
  }

  /** Adds the version that belongs to a version of a certificate, under its id. */
  putManaged(vault: Vault, write: SecretWrite, version: string, key: KeyObject | undefined): void {
    this.#check(write);
    const made = this.#version(write, version);
    if (key !== undefined) this.#keys.set(made.version, key);
    const before = this.get(vault, write.name);
    vault.secrets.set(write.name.toLowerCase(), {
      name: before?.name ?? write.name,
      managed: true,
      versions: before ? [...before.versions, made] : [made],
    });
  }

  /** The private key of a certificate's version, where it may leave the vault. */
  keyOf(vault: Vault, name: string, version: string): KeyObject | undefined {
    const there = this.get(vault, name)?.versions.some((each) => each.version === version) ?? false;
    return there ? this.#keys.get(version) : undefined;
  }

  /** Changes attributes, content type or tags of a version; undefined when there is none. */
  update(vault: Vault, name: string, version: string, change: SecretChange): SecretVersion | undefined {
    const secret = this.get(vault, name);
    const before = secret?.versions.find((each) => each.version === version);
    if (secret === undefined || before === undefined) return undefined;
    const { contentType, enabled, notBefore, expires, tags } = change;
    const after: SecretVersion = {
      ...before,
      contentType: contentType ?? before.contentType,
      attributes: {
        ...before.attributes,
        ...(enabled !== undefined && { enabled }),
        ...(notBefore !== undefined && { notBefore }),
        ...(expires !== undefined && { expires }),
      },
      tags: tags ?? before.tags,
      updated: Math.floor(this.#clock().getTime() / 1000),
    };
    this.#check({ name, ...after });
    const swap = (each: SecretVersion): SecretVersion => (each === before ? after : each);
    const [first, ...rest] = secret.versions;
    vault.secrets.set(name.toLowerCase(), { ...secret, versions: [swap(first), ...rest.map(swap)] });
    return after;
  }

  delete(vault: Vault, name: string): DeletedSecret | undefined {
    const secret = this.get(vault, name);
    if (!secret) return undefined;
    const deletedAt = this.#clock();
    const retention = vault.properties.softDeleteRetentionInDays * DAY_MS;
    const deleted = { secret, deletedAt, purgedAt: new Date(deletedAt.getTime() + retention) };
    vault.secrets.delete(name.toLowerCase());
    vault.deletedSecrets.set(name.toLowerCase(), deleted);
    return deleted;
  }

  /** Brings a soft-deleted secret back with all its versions. */
  recover(vault: Vault, name: string): void {
    const deleted = vault.deletedSecrets.get(name.toLowerCase());
    if (!deleted) return;
    vault.deletedSecrets.delete(name.toLowerCase());
    vault.secrets.set(name.toLowerCase(), deleted.secret);
  }

  #version(write: SecretWrite, version: string): SecretVersion {
    const now = Math.floor(this.#clock().getTime() / 1000);
    return {
      version,
      value: write.value,
      contentType: write.contentType,
      attributes: { ...write.attributes, enabled: write.attributes?.enabled ?? true },
      tags: write.tags ?? {},
      created: now,
      updated: now,
    };
  }

  #check({ name, value, contentType, attributes }: SecretWrite): void {
    if (!SECRET_NAME.test(name)) {
      throw invalidRequest(
        `The secret name '${name}' is invalid: 1 to 127 letters, digits and hyphens are allowed.`,
      );
    }
    const bytes = Buffer.byteLength(value);
    if (bytes > MAX_VALUE_BYTES) {
      throw invalidRequest(
        `The value of secret '${name}' has ${bytes} bytes; at most ${MAX_VALUE_BYTES} are allowed.`,
      );
    }
    if (contentType !== undefined && contentType.length > MAX_CONTENT_TYPE_LENGTH) {
      throw invalidRequest(
        `The contentType of secret '${name}' has ${contentType.length} characters; at most ${MAX_CONTENT_TYPE_LENGTH} are allowed.`,
      );
    }
    for (const [property, seconds] of [
      ["expires", attributes?.expires],
      ["notBefore", attributes?.notBefore],
    ] as const) {
      if (seconds === undefined) continue;
      if (!Number.isInteger(seconds) || seconds < 0 || seconds >= MAX_EPOCH_SECONDS) {
        throw invalidRequest(
          `The attribute '${property}' of secret '${name}' must be whole seconds since 1970; given ${seconds}.`,
        );
      }
    }
  }
}
