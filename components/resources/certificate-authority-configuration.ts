/** Trusted certificate authorities for the certificates of applications, served by `pulumi-resource-certlock`. Beta. */
import * as pulumi from "@pulumi/pulumi";
import { packageVersion } from "../package-file";

/** One authority whose certificates are accepted. */
export interface TrustedCertificateAuthorityArgs {
  /** The authority's certificate, one PEM block; public. A private key is refused. */
  readonly certificate: pulumi.Input<string>;
  /**
   * Whether it ends the chain. Exactly one authority of a configuration does.
   * @default - whether the certificate is issued by itself
   */
  readonly isRootAuthority?: pulumi.Input<boolean> | undefined;
}

export interface CertificateAuthorityConfigurationArgs {
  /** Name in the tenant, 1 to 256 characters. Changed in place. */
  readonly displayName: pulumi.Input<string>;
  /**
   * What it is for, at most 900 characters. Changed in place.
   * @default - none
   */
  readonly description?: pulumi.Input<string> | undefined;
  /**
   * One root and its intermediates, 1 to 10. Intermediates come and go in place; another root makes the configuration
   * anew, and what refers to it follows before the old one goes.
   * @see https://learn.microsoft.com/graph/api/certificatebasedapplicationconfiguration-post-trustedcertificateauthorities?view=graph-rest-beta
   */
  readonly trustedCertificateAuthorities: pulumi.Input<pulumi.Input<TrustedCertificateAuthorityArgs>[]>;
}

/** An authority as the tenant has it. */
export interface TrustedCertificateAuthority {
  readonly certificate: string;
  readonly isRootAuthority: boolean;
}

/**
 * A chain of trust that an app management policy names: new certificates of applications must be issued under it.
 *
 * ```ts
 * const corporate = new CertificateAuthorityConfiguration("corporate", {
 *   displayName: "Corporate PKI",
 *   trustedCertificateAuthorities: [{ certificate: rootPem }, { certificate: issuingPem }],
 * });
 * new TenantAppManagementPolicy("tenant", {
 *   applicationRestrictions: {
 *     keyCredentials: [
 *       {
 *         restrictionType: "trustedCertificateAuthority",
 *         state: "enabled",
 *         certificateBasedApplicationConfigurationIds: [corporate.id],
 *       },
 *     ],
 *   },
 * });
 * ```
 *
 * Graph offers this in its beta version alone, which Microsoft may change without notice. A tenant holds 100 of them,
 * deleted ones included. One that a policy names is not deleted. Import it with its id.
 *
 * Needs AppCertTrustConfiguration.ReadWrite.All, which the permissions reference lists for signed-in people only; see
 * `docs/resources/certificate-authority-configuration.md`.
 *
 * @see https://learn.microsoft.com/graph/api/resources/certificatebasedapplicationconfiguration?view=graph-rest-beta
 */
export class CertificateAuthorityConfiguration extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = "certlock:index:CertificateAuthorityConfiguration";

  /** Reads a configuration without managing it. The id is that of the configuration in Entra. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): CertificateAuthorityConfiguration {
    return new CertificateAuthorityConfiguration(name, undefined, { ...opts, id });
  }

  /** Whether the object is a resource of this type, also when it comes from another copy of this package. */
  static override isInstance(value: unknown): value is CertificateAuthorityConfiguration {
    const type = (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType;
    return type === CertificateAuthorityConfiguration.__pulumiType;
  }

  declare readonly displayName: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly trustedCertificateAuthorities: pulumi.Output<readonly TrustedCertificateAuthority[]>;

  constructor(name: string, args: CertificateAuthorityConfigurationArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal For {@link get}, which has no arguments. */
  constructor(name: string, args: undefined, opts: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: CertificateAuthorityConfigurationArgs | undefined,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    super(
      CertificateAuthorityConfiguration.__pulumiType,
      name,
      // Defaults are the provider's business.
      {
        displayName: args?.displayName,
        description: args?.description,
        trustedCertificateAuthorities: args?.trustedCertificateAuthorities,
      },
      // The engine picks the provider by this version; it is the one this package brings along.
      pulumi.mergeOptions({ version: packageVersion() }, opts),
    );
  }
}
