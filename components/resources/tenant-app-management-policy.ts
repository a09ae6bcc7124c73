/** The tenant's default app management policy as a Pulumi resource, served by `pulumi-resource-certlock`. */
import * as pulumi from "@pulumi/pulumi";
import { packageVersion } from "../package-file";
import type {
  ApplicationRestrictionsArgs,
  CredentialRestrictions,
  CredentialRestrictionsArgs,
} from "./app-management-restrictions";

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
  readonly applicationRestrictions?: pulumi.Input<ApplicationRestrictionsArgs> | undefined;
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
