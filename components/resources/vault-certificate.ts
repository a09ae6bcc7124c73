/** One version of a certificate in Key Vault as a Pulumi resource, served by `pulumi-resource-certlock`: its key is never in state. */
import * as pulumi from "@pulumi/pulumi";
import { packageVersion } from "../package-file";

/** What the secret of a certificate holds: PEM of key and chain, or a PKCS#12 file in base64 without password. */
export type VaultCertificateContentType = "application/x-pem-file" | "application/x-pkcs12";

export interface VaultCertificateArgs {
  /**
   * Address of the vault, such as `https://kv-billing.vault.azure.net/`. Only vaults of the cloud in ARM_ENVIRONMENT
   * are accepted, because a token is sent there. Changing it makes the certificate anew.
   */
  readonly vaultUri: pulumi.Input<string>;
  /**
   * Name of the certificate in the vault, 1 to 127 letters, digits and hyphens. All generations share it; key and
   * secret of that name come with it, so no secret may have it already. Changing it makes the certificate anew.
   */
  readonly certificateName: pulumi.Input<string>;
  /**
   * Number of the generation, a whole number from 0. Raising it makes a new version with a new key and disables the old
   * one afterwards. It must be above that of every enabled version, because everybody reads the newest version.
   */
  readonly generation: pulumi.Input<number>;
  /**
   * Distinguished name of the certificate as Windows writes it, at most 500 characters: `CN=billing-nightly`, or with
   * quotes `CN="Billing, nightly"` ({@link commonNameSubject} writes both). Changing it makes a new version.
   */
  readonly subject: pulumi.Input<string>;
  /**
   * Size of the RSA key in bits: 2048, 3072 or 4096. Changing it makes a new version.
   * @default 3072
   */
  readonly keyBits?: pulumi.Input<number> | undefined;
  /**
   * Lifetime in months, 1 to 12: Key Vault's policies know no days, {@link daysOfMonths} says how many they can be.
   * Changing it makes a new version.
   * @default 5 (150 to 153 days: more than two rotation periods of 60 days, less than the 180 days tenants commonly allow)
   * @see https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate#x509certificateproperties
   */
  readonly validityMonths?: pulumi.Input<number> | undefined;
  /**
   * Who issues the certificate: `Self`, or the name of an issuer set up in the vault. Changing it makes a new version.
   * @default "Self"
   */
  readonly issuerName?: pulumi.Input<string> | undefined;
  /**
   * Form in which the secret holds key and certificate. Changing it makes a new version.
   * @default "application/x-pem-file"
   */
  readonly contentType?: pulumi.Input<VaultCertificateContentType> | undefined;
  /**
   * Tags of the version, at most 12, readable by everybody who may list the vault. Changed in place.
   * @default - none beside certlock's own, which start with `certlock-`
   */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
}

/**
 * One version of a certificate whose RSA key is born in Key Vault. Nothing secret comes out of it: neither program nor
 * state nor the deploying identity ever sees the key.
 *
 * ```ts
 * const certificate = new VaultCertificate("billing-g1", {
 *   vaultUri: vault.properties.vaultUri,
 *   certificateName: "billing-nightly",
 *   generation: 1,
 *   subject: "CN=billing-nightly",
 * });
 * new azuread.ApplicationCertificate("billing-g1", {
 *   applicationId,
 *   type: "AsymmetricX509Cert",
 *   value: certificate.certificatePem,
 *   startDate: certificate.validFrom,
 *   endDate: certificate.validUntil,
 * });
 * ```
 *
 * Where several generations are declared, let each depend on the one before it, so that the newest version is that of
 * the highest generation: it is what `secretUri` gives to readers, from the moment it is made. Until the directory knows
 * its certificate, sign-ins with it fail; readers keep the key they have and try again.
 *
 * Deleting disables the version; when no enabled version is left, the certificate is soft-deleted. Nothing is purged.
 * Import with the id of a version: `https://<vault>.vault.azure.net/certificates/<name>/<version>`.
 *
 * The deploying identity needs the Azure role Key Vault Certificates Officer on the vault and a network path to it; the
 * workload needs Key Vault Secrets User on the secret alone. Credentials come from the environment, as for
 * {@link TenantAppManagementPolicy}.
 *
 * @see https://learn.microsoft.com/azure/key-vault/certificates/about-certificates
 */
export class VaultCertificate extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = "certlock:index:VaultCertificate";

  /** Reads a version without managing it. The id is that of the version in Key Vault. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): VaultCertificate {
    return new VaultCertificate(name, undefined, { ...opts, id });
  }

  /** Whether the object is a resource of this type, also when it comes from another copy of this package. */
  static override isInstance(value: unknown): value is VaultCertificate {
    const type = (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType;
    return type === VaultCertificate.__pulumiType;
  }

  declare readonly vaultUri: pulumi.Output<string>;
  declare readonly certificateName: pulumi.Output<string>;
  declare readonly generation: pulumi.Output<number>;
  declare readonly subject: pulumi.Output<string>;
  declare readonly keyBits: pulumi.Output<number>;
  declare readonly validityMonths: pulumi.Output<number>;
  declare readonly issuerName: pulumi.Output<string>;
  declare readonly contentType: pulumi.Output<VaultCertificateContentType>;
  declare readonly tags: pulumi.Output<Readonly<Record<string, string>> | undefined>;
  /** The certificate, one PEM block; public. */
  declare readonly certificatePem: pulumi.Output<string>;
  /** SHA-1 over the DER form, 40 upper-case hexadecimal digits. */
  declare readonly thumbprintSha1: pulumi.Output<string>;
  /** SHA-256 over the DER form, 64 upper-case hexadecimal digits. */
  declare readonly thumbprintSha256: pulumi.Output<string>;
  /** Start of validity: RFC 3339, UTC, whole seconds. Key Vault sets it ten minutes back. */
  declare readonly validFrom: pulumi.Output<string>;
  /** End of validity: RFC 3339, UTC, whole seconds. */
  declare readonly validUntil: pulumi.Output<string>;
  /** The version in Key Vault, 32 hexadecimal digits. */
  declare readonly version: pulumi.Output<string>;
  /** Address of this version's secret. A reader that keeps it never sees the next key. */
  declare readonly secretId: pulumi.Output<string>;
  /** Address of the newest version's secret: what readers are given. */
  declare readonly secretUri: pulumi.Output<string>;
  /** Whether the vault would renew the certificate by itself, with a key nobody registered. The next update ends that. */
  declare readonly autoRenew: pulumi.Output<boolean>;
  /** Random mark on the version that says which resource manages it. */
  declare readonly claim: pulumi.Output<string>;

  constructor(name: string, args: VaultCertificateArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal For {@link get}, which has no arguments. */
  constructor(name: string, args: undefined, opts: pulumi.CustomResourceOptions);
  constructor(name: string, args: VaultCertificateArgs | undefined, opts: pulumi.CustomResourceOptions = {}) {
    super(
      VaultCertificate.__pulumiType,
      name,
      // Defaults are the provider's business. Outputs have to be named to exist.
      {
        vaultUri: args?.vaultUri,
        certificateName: args?.certificateName,
        generation: args?.generation,
        subject: args?.subject,
        keyBits: args?.keyBits,
        validityMonths: args?.validityMonths,
        issuerName: args?.issuerName,
        contentType: args?.contentType,
        tags: args?.tags,
        certificatePem: undefined,
        thumbprintSha1: undefined,
        thumbprintSha256: undefined,
        validFrom: undefined,
        validUntil: undefined,
        version: undefined,
        secretId: undefined,
        secretUri: undefined,
        autoRenew: undefined,
        claim: undefined,
      },
      // The engine picks the provider by this version; it is the one this package brings along.
      pulumi.mergeOptions({ version: packageVersion() }, opts),
    );
  }
}

/** The subject with this common name, quoted where Key Vault would take a character for the start of something else. */
export function commonNameSubject(commonName: string): string {
  const plain = /^[^\s",+=<>#;][^",+=<>;]*$/.test(commonName) && !commonName.endsWith(" ");
  return plain ? `CN=${commonName}` : `CN="${commonName.replaceAll('"', '""')}"`;
}

/**
 * How many days so many consecutive months of the calendar have, at least and at most: 5 months are 150 to 153 days.
 * Rotation counts with the least, the limit of a tenant policy with the most.
 */
export function daysOfMonths(months: number): { readonly least: number; readonly most: number } {
  const spans: number[] = [];
  // Four years from a March to a March hold every order of month lengths, the leap day included.
  for (let start = 0; start < 48; start++) {
    spans.push((Date.UTC(2024, start + months, 1) - Date.UTC(2024, start, 1)) / 86_400_000);
  }
  return { least: Math.min(...spans), most: Math.max(...spans) };
}
