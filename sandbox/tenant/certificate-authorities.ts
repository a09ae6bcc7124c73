/** A certificate authority whose certificates a configuration trusts. */
export interface TrustedCertificateAuthority {
  readonly id: string;
  readonly isRootAuthority: boolean;
  /** Base64 of the DER form. */
  readonly certificate: string;
  readonly issuer: string;
  readonly issuerSubjectKeyIdentifier: string | null;
}

/** A chain of trust for the certificates of applications: `certificateBasedApplicationConfiguration` of Graph (beta). */
export interface CertificateAuthorityConfiguration {
  readonly id: string;
  readonly deletedDateTime: string | null;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly trustedCertificateAuthorities: readonly TrustedCertificateAuthority[];
}
