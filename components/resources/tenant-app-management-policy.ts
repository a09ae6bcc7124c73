/** The tenant's default app management policy as a Pulumi resource, served by `pulumi-resource-certlock`. */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

/** `enabled` enforces the restriction; `disabled` means the same as having no such restriction. */
export type RestrictionState = "enabled" | "disabled";

/**
 * What a password restriction forbids or bounds.
 *
 * - `passwordAddition`: no new client secret, neither added later nor sent when an application is created.
 * - `customPasswordAddition`: no client secret whose value the caller chooses.
 * - `passwordLifetime`: new client secrets must be shorter than `maxLifetime`.
 * - `symmetricKeyAddition`: no new symmetric key, which is a password by another name.
 * - `symmetricKeyLifetime`: new symmetric keys must be shorter than `maxLifetime`.
 *
 * @see https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration
 */
export type PasswordRestrictionType =
  | "passwordAddition"
  | "passwordLifetime"
  | "symmetricKeyAddition"
  | "symmetricKeyLifetime"
  | "customPasswordAddition";

/**
 * What a certificate restriction bounds: `asymmetricKeyLifetime`, new certificates must be shorter than
 * `maxLifetime`.
 *
 * @see https://learn.microsoft.com/graph/api/resources/keycredentialconfiguration
 */
export type KeyRestrictionType = "asymmetricKeyLifetime";

/** One restriction of client secrets or symmetric keys. */
export interface PasswordRestrictionArgs {
  /** What is restricted; each type at most once per list. */
  readonly restrictionType: pulumi.Input<PasswordRestrictionType>;
  /** Whether it is enforced. */
  readonly state: pulumi.Input<RestrictionState>;
  /**
   * Bound of the lifetime as ISO 8601 duration of days, hours, minutes and seconds, such as `P30D`. Required for
   * an enabled `…Lifetime` restriction, refused for the `…Addition` ones. Entra is reported to compare
   * strictly: under `P30D` a secret of exactly 30 days is refused.
   */
  readonly maxLifetime?: pulumi.Input<string> | undefined;
  /**
   * Only applications created after this moment (RFC 3339, such as `2026-01-31T00:00:00Z`) are restricted; a
   * service principal without creation date counts as created on 2019-01-01. `0001-01-01T00:00:00Z` means all.
   * @default - all applications, however old
   */
  readonly restrictForAppsCreatedAfterDateTime?: pulumi.Input<string> | undefined;
}

/** One restriction of certificates. */
export interface KeyRestrictionArgs {
  /** What is restricted; each type at most once per list. */
  readonly restrictionType: pulumi.Input<KeyRestrictionType>;
  /** Whether it is enforced. */
  readonly state: pulumi.Input<RestrictionState>;
  /**
   * Bound of the lifetime as ISO 8601 duration of days, hours, minutes and seconds, such as `P180D`; required
   * when enabled. Entra is reported to compare strictly: under `P180D` a certificate of exactly 180 days is
   * refused. Certificates that exist already are not touched.
   */
  readonly maxLifetime?: pulumi.Input<string> | undefined;
  /**
   * Only applications created after this moment (RFC 3339) are restricted. `0001-01-01T00:00:00Z` means all.
   * @default - all applications, however old
   */
  readonly restrictForAppsCreatedAfterDateTime?: pulumi.Input<string> | undefined;
}

/** Restrictions of one kind of object: applications, or service principals. */
export interface CredentialRestrictionsArgs {
  /**
   * Restrictions of client secrets and symmetric keys.
   * @default - none declared; those in the tenant stay
   */
  readonly passwordCredentials?: pulumi.Input<pulumi.Input<PasswordRestrictionArgs>[]> | undefined;
  /**
   * Restrictions of certificates.
   * @default - none declared; those in the tenant stay
   */
  readonly keyCredentials?: pulumi.Input<pulumi.Input<KeyRestrictionArgs>[]> | undefined;
}

export interface TenantAppManagementPolicyArgs {
  /**
   * Main switch of the tenant's policy. False suspends every restriction in it, also those set by others.
   * @default true
   */
  readonly isEnabled?: pulumi.Input<boolean> | undefined;
  /**
   * What applications may get.
   * @default - nothing declared; the tenant's restrictions stay
   */
  readonly applicationRestrictions?: pulumi.Input<CredentialRestrictionsArgs> | undefined;
  /**
   * What may be added to service principals directly. Declare the same as for applications: otherwise the admin
   * centre refuses to edit the policy.
   * @default - nothing declared; the tenant's restrictions stay
   */
  readonly servicePrincipalRestrictions?: pulumi.Input<CredentialRestrictionsArgs> | undefined;
  /**
   * What deleting the resource does. `restore` takes every declared entry back to what it was before, except
   * those that somebody changed since; `keep` leaves the tenant as it is.
   * @default "restore"
   */
  readonly onDelete?: pulumi.Input<"restore" | "keep"> | undefined;
}

/** A restriction as the tenant has it. */
export interface Restriction {
  readonly restrictionType: PasswordRestrictionType | KeyRestrictionType;
  readonly state: RestrictionState;
  readonly maxLifetime?: string;
  readonly restrictForAppsCreatedAfterDateTime?: string;
}

/** The declared restrictions of one kind of object as the tenant has them. */
export interface CredentialRestrictions {
  readonly passwordCredentials?: readonly Restriction[];
  readonly keyCredentials?: readonly Restriction[];
}

/** Who a restriction does not bind: `excludeActors` of Graph. */
export interface ExemptActors {
  readonly scope: string;
  readonly restrictionType: string;
  /** Ids of the custom security attributes, `<set>_<attribute>`. */
  readonly attributes: readonly string[];
}

/**
 * The tenant's default app management policy, which decides what credentials applications may get.
 *
 * ```ts
 * new TenantAppManagementPolicy("no-secrets", {
 *   applicationRestrictions: {
 *     passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
 *   },
 * });
 * ```
 *
 * The policy exists once in every tenant. Creating this resource reads it, puts the declared restrictions in
 * place and leaves all others, whoever set them. Declare it once: two stacks that declare the same restriction
 * fight over it. Import it with the id `defaultAppManagementPolicy`.
 *
 * Needs the application permission Policy.ReadWrite.ApplicationConfiguration. Credentials come from the
 * environment: ARM_TENANT_ID and ARM_CLIENT_ID with ARM_CLIENT_CERTIFICATE_PATH (PEM) or ARM_USE_OIDC=true,
 * else Azure CLI. A client secret is refused.
 *
 * @see https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy
 */
export class TenantAppManagementPolicy extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = "certlock:index:TenantAppManagementPolicy";

  /** Reads the policy without managing it. The id is `defaultAppManagementPolicy`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): TenantAppManagementPolicy {
    return new TenantAppManagementPolicy(name, {}, { ...opts, id });
  }

  /** Whether the object is a resource of this type, also when it comes from another copy of this package. */
  static override isInstance(value: unknown): value is TenantAppManagementPolicy {
    const type = (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType;
    return type === TenantAppManagementPolicy.__pulumiType;
  }

  /** Whether the policy as a whole is in force. */
  declare readonly isEnabled: pulumi.Output<boolean>;
  /** The declared restrictions of applications. */
  declare readonly applicationRestrictions: pulumi.Output<CredentialRestrictions | undefined>;
  /** The declared restrictions of service principals. */
  declare readonly servicePrincipalRestrictions: pulumi.Output<CredentialRestrictions | undefined>;
  /** What deleting the resource does. */
  declare readonly onDelete: pulumi.Output<"restore" | "keep">;
  /** The tenant's policy before this resource first wrote each entry, as JSON text. */
  declare readonly previous: pulumi.Output<string>;
  /** What this resource wrote last, as JSON text; a refresh does not change it. */
  declare readonly applied: pulumi.Output<string>;
  /** Callers the declared restrictions do not bind, by custom security attribute; kept as others set them. */
  declare readonly exemptActors: pulumi.Output<readonly ExemptActors[]>;

  constructor(
    name: string,
    args: TenantAppManagementPolicyArgs = {},
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const { isEnabled, applicationRestrictions, servicePrincipalRestrictions, onDelete } = args;
    super(
      TenantAppManagementPolicy.__pulumiType,
      name,
      // Defaults are the provider's business. Outputs have to be named to exist.
      {
        isEnabled,
        applicationRestrictions,
        servicePrincipalRestrictions,
        onDelete,
        previous: undefined,
        applied: undefined,
        exemptActors: undefined,
      },
      // The engine picks the provider by this version; it is the one this package brings along.
      pulumi.mergeOptions({ version: packageVersion() }, opts),
    );
  }
}

/** Read when a resource is made, not on import. */
function packageVersion(): string {
  return (createRequire(__filename)("certlock/package.json") as { version: string }).version;
}
