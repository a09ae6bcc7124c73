/** A custom app management policy as a Pulumi resource, served by `pulumi-resource-certlock`: an exemption that ends. */
import * as pulumi from "@pulumi/pulumi";
import { packageVersion } from "../package-file";
import type {
  CredentialRestrictions,
  CredentialRestrictionsArgs,
  IdentifierUriRestrictionsArgs,
} from "./app-management-restrictions";

/** Restrictions of a custom policy. The two lists stand here directly, unlike in the tenant's own policy. */
export interface CustomRestrictionsArgs extends CredentialRestrictionsArgs {
  /** Identifier URIs stand one level down here. */
  readonly applicationRestrictions?:
    | pulumi.Input<{ readonly identifierUris?: pulumi.Input<IdentifierUriRestrictionsArgs> | undefined }>
    | undefined;
}

export interface AppManagementPolicyArgs {
  /** Name in the tenant, 1 to 256 characters. Changed in place, as everything else is. */
  readonly displayName: pulumi.Input<string>;
  /** The reason, 1 to 700 characters: what hinders a certificate, and the ticket. Auditors read it in the tenant. */
  readonly description: pulumi.Input<string>;
  /**
   * Who answers for it, one line of at most 100 characters; becomes part of the description in the tenant.
   * @default - none; required where a restriction is lifted
   */
  readonly owner?: pulumi.Input<string> | undefined;
  /** @default true */
  readonly isEnabled?: pulumi.Input<boolean> | undefined;
  /**
   * What is lifted (`disabled`) or bounded otherwise than for the rest of the tenant (`enabled`). Whatever the tenant
   * enforces beside that is written into the policy as well, so that it stays in force.
   */
  readonly restrictions: pulumi.Input<CustomRestrictionsArgs>;
  /**
   * Object ids (not client ids) of the applications and service principals it is for. Each may have one custom policy.
   * @default - none
   */
  readonly appliesTo?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * When it ends (RFC 3339, such as `2027-01-31T00:00:00Z`), at most 365 days ahead. The first deployment after that
   * switches it off and withdraws it from its objects; Entra itself knows no end.
   * @default - none; required where a restriction is lifted
   */
  readonly expires?: pulumi.Input<string> | undefined;
}

/**
 * A policy for single applications or service principals, which overrules the tenant's own restriction by restriction.
 *
 * ```ts
 * new AppManagementPolicy("legacy", {
 *   displayName: "Exemption of legacy-ledger",
 *   description: "The vendor cannot use certificates before June. Ticket FIN-7.",
 *   owner: "Finance platform team",
 *   restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }] },
 *   appliesTo: [application.objectId],
 *   expires: "2027-01-31T00:00:00Z",
 * });
 * ```
 *
 * An object that has another custom policy is refused with that policy's name before anything is written. Deleting
 * withdraws the policy from its objects and deletes it. Import it with its id.
 *
 * Needs the application permissions Policy.ReadWrite.ApplicationConfiguration and Application.Read.All. Credentials come
 * from the environment, as for {@link TenantAppManagementPolicy}.
 *
 * @see https://learn.microsoft.com/graph/api/resources/appmanagementpolicy
 */
export class AppManagementPolicy extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType = "certlock:index:AppManagementPolicy";

  /** Reads a policy without managing it. The id is that of the policy in Entra. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): AppManagementPolicy {
    return new AppManagementPolicy(name, undefined, { ...opts, id });
  }

  /** Whether the object is a resource of this type, also when it comes from another copy of this package. */
  static override isInstance(value: unknown): value is AppManagementPolicy {
    const type = (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType;
    return type === AppManagementPolicy.__pulumiType;
  }

  declare readonly displayName: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string>;
  declare readonly owner: pulumi.Output<string | undefined>;
  /** False once it has ended. */
  declare readonly isEnabled: pulumi.Output<boolean>;
  /** The declared restrictions as they are in the tenant. */
  declare readonly restrictions: pulumi.Output<CredentialRestrictions>;
  /** What it is assigned to; empty once it has ended. */
  declare readonly appliesTo: pulumi.Output<readonly string[]>;
  declare readonly expires: pulumi.Output<string | undefined>;
  /** The description in the tenant: reason, owner, end, and a mark by which an interrupted run is taken up. */
  declare readonly fullDescription: pulumi.Output<string>;
  /** Restrictions written beside the declared ones because the tenant enforces them: part and type. */
  declare readonly copied: pulumi.Output<readonly string[]>;
  /** Restrictions that a refresh found other than they were written; the next update mends them. */
  declare readonly strays: pulumi.Output<readonly string[]>;

  constructor(name: string, args: AppManagementPolicyArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal For {@link get}, which has no arguments. */
  constructor(name: string, args: undefined, opts: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: AppManagementPolicyArgs | undefined,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    super(
      AppManagementPolicy.__pulumiType,
      name,
      // Defaults are the provider's business. Outputs have to be named to exist.
      {
        displayName: args?.displayName,
        description: args?.description,
        owner: args?.owner,
        isEnabled: args?.isEnabled,
        restrictions: args?.restrictions,
        appliesTo: args?.appliesTo,
        expires: args?.expires,
        fullDescription: undefined,
        copied: undefined,
        strays: undefined,
      },
      // The engine picks the provider by this version; it is the one this package brings along.
      pulumi.mergeOptions({ version: packageVersion() }, opts),
    );
  }
}
