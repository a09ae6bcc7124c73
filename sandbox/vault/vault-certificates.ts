import type { KeyObject } from "node:crypto";
import type { RandomBytes } from "../tenant/identifiers";
import {
  issueCertificate,
  makeKey,
  makeRequest,
  makeSigner,
  type Signer,
  toPem,
  validity,
} from "./certificate-issuing";
import { completePolicy, type CertificatePolicy, object } from "./certificate-policy";
import {
  badParameter,
  certificateNotFound,
  deletedButRecoverable,
  KeyVaultError,
  purgeProtected,
} from "./key-vault-error";
import { writePkcs12 } from "./pkcs12";
import type { DeletedCertificate, Tags, Vault } from "./vault";
import {
  type CertificateOperation,
  type CertificateVersion,
  type IssuerRefusal,
  newestVersion,
  type VaultCertificate,
} from "./vault-certificate";
import type { VaultSecrets } from "./vault-secrets";

/** What an issuer does with a request: issues it, keeps the caller waiting, or refuses. */
export type IssuerDecision = "issue" | "wait" | IssuerRefusal;

export interface CertificateWrite {
  readonly policy: unknown;
  readonly enabled: boolean | undefined;
  readonly tags: Tags;
}

export interface CertificateImport extends CertificateWrite {
  readonly key: KeyObject;
  /** Subject and form of what is imported, for a policy that names none. */
  readonly subject: string;
  readonly contentType: string;
  /** DER, the key's own certificate first. */
  readonly chain: readonly [Buffer, ...Buffer[]];
  readonly dates: { readonly notBefore: number; readonly expires: number };
}

const CERTIFICATE_NAME = /^[0-9a-z-]{1,127}$/i;
const DAY_MS = 86_400_000;

/**
 * The certificates of the vaults. Making one takes a pending operation; when it ends well, the version gets its
 * certificate, and a secret of the same name and version that holds the key.
 */
export class VaultCertificates {
  /** Seconds that an answer about a pending operation asks to wait. Key Vault says 10; the sandbox is quicker. */
  retryAfterSeconds = 1;
  /** Private keys by version, exportable or not: what the vault itself signs with. */
  readonly keys = new Map<string, KeyObject>();
  /** Decides about requests, for tests: by default issuers issue at once, and `Unknown` waits for a merge. */
  decide: (vault: Vault, name: string, issuerName: string) => IssuerDecision = (vault, _name, issuer) => {
    const known = issuer.toLowerCase();
    if (known === "unknown") return "wait";
    if (known === "self" || vault.issuers.has(known)) return "issue";
    return {
      code: "Certificate issuer error",
      message: `The issuer '${issuer}' is not set up in this vault.`,
    };
  };

  readonly #clock: () => Date;
  readonly #random: RandomBytes;
  readonly #secrets: VaultSecrets;
  readonly #signers = new Map<string, Promise<Signer>>();

  constructor(clock: () => Date, random: RandomBytes, secrets: VaultSecrets) {
    this.#clock = clock;
    this.#random = random;
    this.#secrets = secrets;
  }

  get(vault: Vault, name: string): VaultCertificate | undefined {
    return vault.certificates.get(name.toLowerCase());
  }

  /** @throws KeyVaultError `CertificateNotFound` */
  find(vault: Vault, name: string): VaultCertificate {
    const certificate = this.get(vault, name);
    if (certificate === undefined) throw certificateNotFound(name);
    return certificate;
  }

  /**
   * Starts making a version; resolves when the operation stands, before the certificate exists.
   *
   * @throws KeyVaultError `Conflict` while an operation is in progress or the name is soft-deleted, `BadParameter`.
   */
  async create(vault: Vault, name: string, write: CertificateWrite): Promise<VaultCertificate> {
    this.#checkWritable(vault, name);
    const before = this.get(vault, name);
    const policy = completePolicy(write.policy, this.#now(), before?.policy);
    const key = this.#keyToReuse(vault, before, policy) ?? (await makeKey(policy));
    const csr = await makeRequest(policy, key);
    // While the key was made somebody else may have begun.
    this.#checkWritable(vault, name);
    const version: CertificateVersion = {
      version: this.#id(),
      certificateDer: undefined,
      contentType: policy.secret_props.contentType,
      enabled: false,
      ...validity(policy, this.#clock()),
      created: this.#now(),
      updated: this.#now(),
      tags: write.tags,
    };
    const operation: CertificateOperation = {
      requestId: this.#id(),
      version: version.version,
      issuerName: policy.issuer.name,
      csr,
      status: "inProgress",
      cancellationRequested: false,
      error: undefined,
      privateKey: key,
    };
    const current = this.get(vault, name);
    const certificate: VaultCertificate = {
      name: current?.name ?? name,
      policy,
      versions: appended(current, version),
      operation,
    };
    this.#put(vault, certificate);
    const decision = this.decide(vault, name, policy.issuer.name);
    if (decision !== "wait") {
      const enabled = write.enabled ?? true;
      // In its own time, as the service does: whoever asked looks at the operation.
      setImmediate(() => void this.settle(vault, name, decision, enabled));
    }
    return certificate;
  }

  /** Ends a pending operation the way its issuer decides. */
  async settle(
    vault: Vault,
    name: string,
    decision: Exclude<IssuerDecision, "wait">,
    enabled = true,
  ): Promise<void> {
    const certificate = this.get(vault, name);
    const operation = certificate?.operation;
    if (certificate === undefined || operation?.status !== "inProgress" || operation.privateKey === undefined)
      return;
    const { policy, versions } = certificate;
    const pending = versions.find(({ version }) => version === operation.version);
    if (pending === undefined) return;
    if (decision !== "issue") {
      this.#end(vault, certificate, { ...operation, status: "failed", error: decision });
      return;
    }
    const self = policy.issuer.name.toLowerCase() === "self";
    const signer = self ? undefined : await this.#signer(policy.issuer.name);
    const der = await issueCertificate(policy, operation.privateKey, pending, signer);
    const chain = signer === undefined ? [der] : [der, signer.certificateDer];
    const now = this.get(vault, name);
    // Cancelled, removed or deleted meanwhile.
    if (now?.operation?.requestId !== operation.requestId || now.operation.status !== "inProgress") return;
    const made = { ...pending, certificateDer: der, enabled };
    this.keys.set(made.version, operation.privateKey);
    await this.#storeSecret(
      vault,
      now,
      made,
      policy.key_props.exportable ? operation.privateKey : undefined,
      chain,
    );
    this.#put(vault, {
      ...now,
      versions: replaced(now.versions, made),
      operation: { ...operation, status: "completed", privateKey: undefined },
    });
  }

  /** Adds a version that was made elsewhere. The vault does not renew it by itself. */
  async import(
    vault: Vault,
    name: string,
    { key, subject, contentType, chain, dates, ...write }: CertificateImport,
  ): Promise<VaultCertificate> {
    this.#checkWritable(vault, name);
    const before = this.get(vault, name);
    const asked = object(write.policy);
    const given = {
      issuer: { name: "Unknown" },
      ...asked,
      secret_props: { contentType, ...object(asked["secret_props"]) },
      x509_props: { subject, ...object(asked["x509_props"]) },
    };
    const policy = completePolicy(given, this.#now(), before?.policy);
    const made: CertificateVersion = {
      version: this.#id(),
      certificateDer: chain[0],
      contentType: policy.secret_props.contentType,
      enabled: write.enabled ?? true,
      ...dates,
      created: this.#now(),
      updated: this.#now(),
      tags: write.tags,
    };
    const certificate: VaultCertificate = {
      name: before?.name ?? name,
      policy,
      versions: appended(before, made),
      operation: undefined,
    };
    await this.#storeSecret(vault, certificate, made, policy.key_props.exportable ? key : undefined, chain);
    this.keys.set(made.version, key);
    this.#put(vault, certificate);
    return certificate;
  }

  /** Changes a version and the secret that goes with it. */
  update(
    vault: Vault,
    certificate: VaultCertificate,
    before: CertificateVersion,
    change: { readonly enabled?: boolean | undefined; readonly tags?: Tags | undefined },
  ): CertificateVersion {
    const after: CertificateVersion = {
      ...before,
      enabled: change.enabled ?? before.enabled,
      tags: change.tags ?? before.tags,
      updated: this.#now(),
    };
    this.#put(vault, { ...certificate, versions: replaced(certificate.versions, after) });
    this.#secrets.update(vault, certificate.name, before.version, change);
    return after;
  }

  updatePolicy(vault: Vault, certificate: VaultCertificate, given: unknown): CertificatePolicy {
    const policy = completePolicy(given, this.#now(), certificate.policy);
    this.#put(vault, { ...certificate, policy });
    return policy;
  }

  /** @throws KeyVaultError `BadParameter` when nothing is in progress. */
  cancel(vault: Vault, certificate: VaultCertificate, operation: CertificateOperation): CertificateOperation {
    if (operation.status !== "inProgress") throw badParameter("The pending certificate is not in progress.");
    const answer = { ...operation, cancellationRequested: true };
    this.#end(vault, certificate, { ...answer, status: "cancelled" });
    return answer;
  }

  /** Removes the operation, and the version that was to come of it. */
  deleteOperation(vault: Vault, certificate: VaultCertificate): void {
    this.#end(vault, certificate, undefined);
  }

  /** Deletes a certificate softly, with its secret. */
  delete(vault: Vault, certificate: VaultCertificate): DeletedCertificate {
    const now = this.#clock();
    const deleted: DeletedCertificate = {
      certificate,
      deletedAt: now,
      purgedAt: new Date(now.getTime() + vault.properties.softDeleteRetentionInDays * DAY_MS),
    };
    vault.certificates.delete(certificate.name.toLowerCase());
    vault.deletedCertificates.set(certificate.name.toLowerCase(), deleted);
    this.#secrets.delete(vault, certificate.name);
    return deleted;
  }

  deleted(vault: Vault, name: string): DeletedCertificate | undefined {
    const deleted = vault.deletedCertificates.get(name.toLowerCase());
    if (deleted === undefined || deleted.purgedAt > this.#clock()) return deleted;
    vault.deletedCertificates.delete(name.toLowerCase());
    return undefined;
  }

  recover(vault: Vault, { certificate }: DeletedCertificate): VaultCertificate {
    vault.deletedCertificates.delete(certificate.name.toLowerCase());
    this.#put(vault, certificate);
    this.#secrets.recover(vault, certificate.name);
    return certificate;
  }

  /** @throws KeyVaultError `Forbidden` where purge protection is on. */
  purge(vault: Vault, { certificate }: DeletedCertificate): void {
    if (vault.properties.enablePurgeProtection) throw purgeProtected();
    vault.deletedCertificates.delete(certificate.name.toLowerCase());
    vault.deletedSecrets.delete(certificate.name.toLowerCase());
  }

  #put(vault: Vault, certificate: VaultCertificate): void {
    vault.certificates.set(certificate.name.toLowerCase(), certificate);
  }

  /** Ends an operation without a certificate: the version that waited for it is gone. */
  #end(vault: Vault, certificate: VaultCertificate, operation: CertificateOperation | undefined): void {
    const unfinished = certificate.operation?.version;
    const [first, ...rest] = certificate.versions.filter(
      ({ version, certificateDer }) => version !== unfinished || certificateDer !== undefined,
    );
    const ended = operation && { ...operation, privateKey: undefined };
    if (first !== undefined)
      this.#put(vault, { ...certificate, versions: [first, ...rest], operation: ended });
    else if (ended === undefined) vault.certificates.delete(certificate.name.toLowerCase());
    else this.#put(vault, { ...certificate, operation: ended });
  }

  #checkWritable(vault: Vault, name: string): void {
    if (!CERTIFICATE_NAME.test(name)) {
      throw badParameter(`The request URI contains an invalid name: ${name}`);
    }
    if (this.deleted(vault, name) !== undefined) throw deletedButRecoverable("Certificate", name);
    const secret = this.#secrets.get(vault, name);
    if (this.#secrets.isDeleted(vault, name)) throw deletedButRecoverable("Secret", name);
    if (secret !== undefined && secret.managed !== true) {
      throw new KeyVaultError(
        409,
        "Conflict",
        `A secret with the name ${name} exists already and is not managed by a certificate.`,
      );
    }
    if (this.get(vault, name)?.operation?.status === "inProgress") {
      throw new KeyVaultError(
        409,
        "Forbidden",
        "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
      );
    }
  }

  #keyToReuse(
    vault: Vault,
    before: VaultCertificate | undefined,
    policy: CertificatePolicy,
  ): KeyObject | undefined {
    if (before === undefined || !policy.key_props.reuse_key) return undefined;
    return this.#secrets.keyOf(vault, before.name, newestVersion(before).version);
  }

  async #storeSecret(
    vault: Vault,
    { name }: VaultCertificate,
    made: CertificateVersion,
    key: KeyObject | undefined,
    chain: readonly Buffer[],
  ): Promise<void> {
    const pem = made.contentType === "application/x-pem-file";
    const value = pem
      ? (key?.export({ type: "pkcs8", format: "pem" }).toString() ?? "") + chain.map(toPem).join("")
      : (await writePkcs12({ key, chain })).toString("base64");
    const { version, contentType, enabled, notBefore, expires, tags } = made;
    this.#secrets.putManaged(
      vault,
      { name, value, contentType, attributes: { enabled, notBefore, expires }, tags },
      version,
      key,
    );
  }

  async #signer(issuerName: string): Promise<Signer> {
    const name = issuerName.toLowerCase();
    const signer = this.#signers.get(name) ?? makeSigner(issuerName, this.#clock());
    this.#signers.set(name, signer);
    return signer;
  }

  #now(): number {
    return Math.floor(this.#clock().getTime() / 1000);
  }

  #id(): string {
    return Buffer.from(this.#random(16)).toString("hex");
  }
}

/** The versions with one more; those of operations that came to nothing are gone. */
function appended(
  before: VaultCertificate | undefined,
  version: CertificateVersion,
): readonly [CertificateVersion, ...CertificateVersion[]] {
  const [first, ...rest] = (before?.versions ?? []).filter(
    ({ certificateDer }) => certificateDer !== undefined,
  );
  return first === undefined ? [version] : [first, ...rest, version];
}

function replaced(
  [first, ...rest]: readonly [CertificateVersion, ...CertificateVersion[]],
  after: CertificateVersion,
): readonly [CertificateVersion, ...CertificateVersion[]] {
  const swap = (each: CertificateVersion): CertificateVersion =>
    each.version === after.version ? after : each;
  return [swap(first), ...rest.map(swap)];
}
