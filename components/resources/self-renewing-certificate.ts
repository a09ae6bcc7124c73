/** A certificate that Key Vault makes anew by itself as a Pulumi resource, served by `pulumi-resource-certlock`. */
import * as pulumi from "@pulumi/pulumi";
import { packageVersion } from "../package-file";
import type { VaultCertificateContentType } from "./vault-certificate";

/** When the vault makes the next version: so many days before the end, or after so much of the life. */
export type CertificateRenewal =
  | {
      /** 1 to 27 times {@link SelfRenewingCertificateArgs.validityMonths}. */
      readonly daysBeforeExpiry: pulumi.Input<number>;
    }
  | {
      /** 1 to 99. */
      readonly lifetimePercentage: pulumi.Input<number>;
    };

export interface SelfRenewingCertificateArgs {
  /**
   * Address of the vault, such as `https://kv-billing.vault.azure.net/`. Only vaults of the cloud in ARM_ENVIRONMENT
   * are accepted, because a token is sent there. Changing it makes another certificate.
   */
  readonly vaultUri: pulumi.Input<string>;
  /**
   * Name of the certificate in the vault, 1 to 127 letters, digits and hyphens. Neither a certificate nor a secret may
   * have it already. Changing it makes another certificate.
   */
  readonly certificateName: pulumi.Input<string>;
  /**
   * Distinguished name as Windows writes it, at most 500 characters: {@link commonNameSubject} writes it. Changing it
   * makes a new version at once.
   */
  readonly subject: pulumi.Input<string>;
  /**
   * Size of the RSA keys in bits: 2048, 3072 or 4096. Changing it makes a new version at once.
   * @default 3072
   */
  readonly keyBits?: pulumi.Input<number> | undefined;
  /**
   * Lifetime of each version in months, 1 to 12. Changing it concerns the versions to come.
   * @default 5 (150 to 153 days: less than the 180 days tenants commonly allow)
   * @see https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate#x509certificateproperties
   */
  readonly validityMonths?: pulumi.Input<number> | undefined;
  /**
   * When the vault makes the next version. Changing it concerns the version that is there too. A warning tells where it
   * leaves clients fewer than 31 days for the change.
   * @default { lifetimePercentage: 40 } (with five months a new key every 60 or 61 days, and 89 days for the change)
   * @see https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate#trigger
   */
  readonly renewal?: pulumi.Input<CertificateRenewal> | undefined;
  /**
   * Who issues the certificates: `Self`, or the name of an issuer set up in the vault. Changing it makes a new version
   * at once.
   * @default "Self"
   */
  readonly issuerName?: pulumi.Input<string> | undefined;
  /**
   * Form in which the secret holds key and certificate. Changing it makes a new version at once.
   * @default "application/x-pem-file"
   */
  readonly contentType?: pulumi.Input<VaultCertificateContentType> | undefined;
  /**
   * Tags of the newest version, at most 12, readable by everybody who may list the vault. Changed in place.
   * @default - none beside certlock's own, which start with `certlock-`
   */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
}

/**
 * A certificate that Key Vault renews by itself, each time with a new RSA key that never leaves it but to readers of the
 * secret. For {@link RotationRunbook}, which registers what the vault has made; no stack has to run for that.
 *
 * ```ts
 * const certificate = new SelfRenewingCertificate("ledger", {
 *   vaultUri: vault.grantIssue("ledger", { pipeline: { principalId } }),
 *   certificateName: "ledger",
 *   subject: "CN=ledger",
 * });
 * new RotationRunbook("rotation", {
 *   identities: { ledger: { application, vault, certificateName: certificate.certificateName } },
 *   ...
 * });
 * ```
 *
 * A version the vault has made is no difference to any program. What the outputs say of the newest version is as old as
 * the last update or refresh, so nothing is to be made from them: a stack that registers certificates itself takes
 * {@link VaultCertificate}.
 *
 * Deleting disables all versions and soft-deletes the certificate. Nothing is purged. Import with the id of the
 * certificate: `https://<vault>.vault.azure.net/certificates/<name>`.
 *
 * The deploying identity needs the Azure role Key Vault Certificates Officer on the certificate and a network path to the
 * vault. Credentials come from the environment, as for {@link TenantAppManagementPolicy}.
 *
 * @see https://learn.microsoft.com/azure/key-vault/certificates/overview-renew-certificate
 */
export class SelfRenewingCertificate extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = "certlock:index:SelfRenewingCertificate";

  /** Reads a certificate without managing it. The id is that of the certificate in Key Vault, without version. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): SelfRenewingCertificate {
    return new SelfRenewingCertificate(name, undefined, { ...opts, id });
  }

  /** Whether the object is a resource of this type, also when it comes from another copy of this package. */
  static override isInstance(value: unknown): value is SelfRenewingCertificate {
    const type = (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType;
    return type === SelfRenewingCertificate.__pulumiType;
  }

  declare readonly vaultUri: pulumi.Output<string>;
  declare readonly certificateName: pulumi.Output<string>;
  declare readonly subject: pulumi.Output<string>;
  declare readonly keyBits: pulumi.Output<number>;
  declare readonly validityMonths: pulumi.Output<number>;
  declare readonly renewal: pulumi.Output<{
    readonly daysBeforeExpiry?: number;
    readonly lifetimePercentage?: number;
  }>;
  declare readonly issuerName: pulumi.Output<string>;
  declare readonly contentType: pulumi.Output<VaultCertificateContentType>;
  declare readonly tags: pulumi.Output<Readonly<Record<string, string>> | undefined>;
  /** Address of the certificate without version; also the id. */
  declare readonly certificateUri: pulumi.Output<string>;
  /** Address of the newest version's secret: what readers are given. */
  declare readonly secretUri: pulumi.Output<string>;
  /** The newest version, 32 hexadecimal digits, as it was when the stack last looked; so are the five below. */
  declare readonly version: pulumi.Output<string>;
  /** SHA-1 over the DER form, 40 upper-case hexadecimal digits. */
  declare readonly thumbprintSha1: pulumi.Output<string>;
  /** SHA-256 over the DER form, 64 upper-case hexadecimal digits. */
  declare readonly thumbprintSha256: pulumi.Output<string>;
  /** Start of validity: RFC 3339, UTC, whole seconds. Key Vault sets it ten minutes back. */
  declare readonly validFrom: pulumi.Output<string>;
  /** End of validity: RFC 3339, UTC, whole seconds. */
  declare readonly validUntil: pulumi.Output<string>;
  /** When the vault makes the next version: RFC 3339, UTC, whole seconds. Empty where somebody has ended that. */
  declare readonly renewalDue: pulumi.Output<string>;
  /** Whether the vault renews. Where somebody has ended that, the next update begins it again. */
  declare readonly autoRenew: pulumi.Output<boolean>;
  /** Whether new versions would have the old key. The next update ends that. */
  declare readonly reusesKey: pulumi.Output<boolean>;
  /** Random mark on the certificate that says which resource manages it. */
  declare readonly claim: pulumi.Output<string>;

  constructor(name: string, args: SelfRenewingCertificateArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal For {@link get}, which has no arguments. */
  constructor(name: string, args: undefined, opts: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: SelfRenewingCertificateArgs | undefined,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    super(
      SelfRenewingCertificate.__pulumiType,
      name,
      // Defaults are the provider's business. Outputs have to be named to exist.
      {
        vaultUri: args?.vaultUri,
        certificateName: args?.certificateName,
        subject: args?.subject,
        keyBits: args?.keyBits,
        validityMonths: args?.validityMonths,
        renewal: args?.renewal,
        issuerName: args?.issuerName,
        contentType: args?.contentType,
        tags: args?.tags,
        certificateUri: undefined,
        secretUri: undefined,
        version: undefined,
        thumbprintSha1: undefined,
        thumbprintSha256: undefined,
        validFrom: undefined,
        validUntil: undefined,
        renewalDue: undefined,
        autoRenew: undefined,
        reusesKey: undefined,
        claim: undefined,
      },
      // The engine picks the provider by this version; it is the one this package brings along.
      pulumi.mergeOptions({ version: packageVersion() }, opts),
    );
  }
}
