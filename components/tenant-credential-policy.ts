/**
 * Refuses new client secrets in the whole tenant, in whatever tool they are asked for. Left out are only those whom
 * the tenant exempts: applications under a policy of their own, and callers a restriction excludes.
 */
import * as pulumi from "@pulumi/pulumi";
import { type OptionNames, readOptions } from "./given-options";
import { checkDays, daysToIso, POLICY_LIMIT_DAYS } from "./lifetime";
import { ArgumentError, checkOneOf, Problems, refuseArguments } from "./problems";
import { TenantAppManagementPolicy } from "./resources/tenant-app-management-policy";

export interface TenantCredentialPolicyArgs {
  /**
   * Limit for the lifetime of certificates in days, 2 to 366. Entra compares strictly: under a limit of 180 a
   * certificate of 179 days is accepted and one of 180 refused. Existing certificates live on.
   * @default 180
   */
  readonly certificateMaxLifetimeDays?: number;
  /**
   * What happens to the tenant's policy when this component is destroyed: "restore" puts back what was found at
   * creation, "keep" leaves the tenant protected.
   * @default "restore"
   */
  readonly onDelete?: "restore" | "keep";
}

/**
 * The date that means "all applications, however old". Stated and not left out, because compliance tools look
 * for it: https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
 */
const ALL_APPLICATIONS = "0001-01-01T00:00:00Z";

/** Every way to add a shared secret: by the service, by the caller, as a symmetric key. */
const SECRET_ADDITIONS = ["passwordAddition", "customPasswordAddition", "symmetricKeyAddition"] as const;

/**
 * The default app management policy of the tenant: no new passwords, no new symmetric keys, certificates of
 * bounded lifetime, on applications and service principals alike.
 *
 * ```ts
 * new TenantCredentialPolicy("tenant-credentials");
 * ```
 *
 * Longer certificates, and protection that survives the stack:
 *
 * ```ts
 * new TenantCredentialPolicy("tenant-credentials", { certificateMaxLifetimeDays: 366, onDelete: "keep" });
 * ```
 *
 * Creates `<name>-policy`. A tenant has one such policy, so declare this component once in one stack. Secrets
 * and certificates that exist already keep working: the policy judges additions only. Restrictions of other
 * kinds, set by others or by Microsoft, stay as they are. Both scopes are declared alike, which keeps the
 * policy editable in the admin center.
 *
 * The policy is switched on as a whole. Where it was off, restrictions that others had left in it, without effect
 * until then, take effect together with these; look at what the tenant holds before the first deployment:
 * `az rest --url https://graph.microsoft.com/v1.0/policies/defaultAppManagementPolicy`. Exemptions stay
 * exemptions: an application with a custom app management policy follows that one, and callers named in a
 * restriction's `excludeActors` are not restricted.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class TenantCredentialPolicy extends pulumi.ComponentResource {
  /** Id of the policy. */
  readonly policyId: pulumi.Output<string>;

  constructor(
    name: string,
    given: TenantCredentialPolicyArgs = {},
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const args = readArguments(name, given);
    super("certlock:components:TenantCredentialPolicy", name, {}, opts);

    const days = args.certificateMaxLifetimeDays ?? POLICY_LIMIT_DAYS.default;
    const policy = new TenantAppManagementPolicy(
      `${name}-policy`,
      {
        isEnabled: true,
        applicationRestrictions: restrictions(days),
        servicePrincipalRestrictions: restrictions(days),
        onDelete: args.onDelete ?? "restore",
      },
      { parent: this },
    );

    this.policyId = policy.id;
    this.registerOutputs({ policyId: this.policyId });
  }
}

function restrictions(days: number) {
  return {
    passwordCredentials: SECRET_ADDITIONS.map((restrictionType) => ({
      restrictionType,
      state: "enabled" as const,
      restrictForAppsCreatedAfterDateTime: ALL_APPLICATIONS,
    })),
    keyCredentials: [
      {
        restrictionType: "asymmetricKeyLifetime" as const,
        state: "enabled" as const,
        maxLifetime: daysToIso(days),
        restrictForAppsCreatedAfterDateTime: ALL_APPLICATIONS,
      },
    ],
  };
}

const COMPONENT = "TenantCredentialPolicy";

const OPTIONS: OptionNames<TenantCredentialPolicyArgs> = {
  certificateMaxLifetimeDays: "optional",
  onDelete: "optional",
};

function readArguments(name: string, given: TenantCredentialPolicyArgs): TenantCredentialPolicyArgs {
  const problems = new Problems();
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) throw new ArgumentError(COMPONENT, name, problems.found);
  problems.add(
    "certificateMaxLifetimeDays",
    checkDays(args.certificateMaxLifetimeDays ?? POLICY_LIMIT_DAYS.default, POLICY_LIMIT_DAYS),
  );
  problems.add("onDelete", checkOneOf(args.onDelete ?? "restore", ["restore", "keep"]));
  refuseArguments(COMPONENT, name, problems);
  return args;
}
