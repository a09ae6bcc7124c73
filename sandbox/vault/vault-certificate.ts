import type { KeyObject } from "node:crypto";
import type { CertificatePolicy } from "./certificate-policy";
import type { Tags } from "./vault";

/** One version of a certificate; while it is being made it has no certificate yet. */
export interface CertificateVersion {
  /** 32 hexadecimal digits, the same as of its key and its secret. */
  readonly version: string;
  readonly certificateDer: Buffer | undefined;
  readonly contentType: string;
  readonly enabled: boolean;
  /** Seconds since 1970, as the two below. */
  readonly notBefore: number;
  readonly expires: number;
  readonly created: number;
  readonly updated: number;
  readonly tags: Tags;
}

export type OperationStatus = "inProgress" | "completed" | "cancelled" | "failed";

/** The making of the newest version, also after it has ended. */
export interface CertificateOperation {
  /** 32 hexadecimal digits. */
  readonly requestId: string;
  readonly version: string;
  readonly issuerName: string;
  /** PKCS#10, DER. */
  readonly csr: Buffer;
  readonly status: OperationStatus;
  readonly cancellationRequested: boolean;
  readonly error: IssuerRefusal | undefined;
  /** Gone once the operation has ended. */
  readonly privateKey: KeyObject | undefined;
}

export interface IssuerRefusal {
  readonly code: string;
  readonly message: string;
}

export interface VaultCertificate {
  readonly name: string;
  readonly policy: CertificatePolicy;
  /** Oldest first, never empty. */
  readonly versions: readonly [CertificateVersion, ...CertificateVersion[]];
  readonly operation: CertificateOperation | undefined;
}

export function newestVersion({ versions }: VaultCertificate): CertificateVersion {
  return versions[versions.length - 1] ?? versions[0];
}
