/** Makes a stolen key worthless elsewhere: applications sign in from their own networks or not at all. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { checkGuid } from "./guid";
import { checkText } from "./names";
import { checkNetworks, NAMED_LOCATION_RANGES, parseNetwork } from "./networks";
import { checkOneOf, describeGiven, Problems, refuseArguments } from "./problems";

/** How Conditional Access treats a sign-in from elsewhere: note it, or refuse it (AADSTS53003). */
export type AccessMode = "reportOnly" | "enforced";

export const ACCESS_MODES: readonly AccessMode[] = ["reportOnly", "enforced"];

/** https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy#properties */
const DISPLAY_NAME_CHARACTERS = 256;

export interface WorkloadAccessPolicyArgs {
  /**
   * Object ids of the service principals, from 1: `servicePrincipalObjectId` of a `SecretFreeApplication`, never
   * the client id or the object id of the registration. Single-tenant applications of this tenant only; managed
   * identities and multi-tenant applications are out of reach of Conditional Access. Put applications with the
   * same networks into one policy: the service takes one such call a second.
   */
  readonly servicePrincipalObjectIds: readonly pulumi.Input<string>[];
  /** Public ranges the applications may sign in from, IPv4 or IPv6, prefix /8 or longer, 1 to 2000 of them. */
  readonly networks: readonly string[];
  /**
   * "reportOnly" notes in the sign-in log what would be refused; "enforced" refuses it. Look at the log of a week
   * before enforcing: a forgotten egress address stops the workload.
   * @default "reportOnly"
   */
  readonly mode?: AccessMode;
  /** Name in the admin center, 1 to 256 characters. @default - the name of the component */
  readonly displayName?: string;
}

/**
 * Blocks sign-ins of the given applications from everywhere but the given networks.
 *
 * ```ts
 * new WorkloadAccessPolicy("partner-daemon", {
 *   servicePrincipalObjectIds: [partner.servicePrincipalObjectId],
 *   networks: ["198.51.100.0/24", "203.0.113.0/24"],
 * });
 * ```
 *
 * After the sign-in log showed nothing unexpected:
 *
 * ```ts
 * mode: "enforced",
 * ```
 *
 * Creates `<name>-location` (a named location, not trusted: trust would loosen policies for people) and
 * `<name>-policy`. Needs Workload Identities Premium, one licence for each application.
 * https://learn.microsoft.com/entra/identity/conditional-access/workload-identity
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class WorkloadAccessPolicy extends pulumi.ComponentResource {
  /** Object id of the policy. */
  readonly policyObjectId: pulumi.Output<string>;
  /** Object id of the named location. */
  readonly locationObjectId: pulumi.Output<string>;

  constructor(name: string, args: WorkloadAccessPolicyArgs, opts: pulumi.ComponentResourceOptions = {}) {
    checkArguments(name, args);
    super("certlock:components:WorkloadAccessPolicy", name, {}, opts);
    const child = { parent: this };

    const location = createLocation(name, args, child);
    const policy = createPolicy(name, location, args, child);

    this.policyObjectId = policy.objectId;
    this.locationObjectId = location.objectId;
    this.registerOutputs({ policyObjectId: this.policyObjectId, locationObjectId: this.locationObjectId });
  }
}

function createLocation(
  name: string,
  args: WorkloadAccessPolicyArgs,
  child: pulumi.CustomResourceOptions,
): azuread.NamedLocation {
  return new azuread.NamedLocation(
    `${name}-location`,
    {
      displayName: args.displayName ?? name,
      ip: { ipRanges: args.networks.map((range) => parseNetwork(range)?.text ?? range), trusted: false },
    },
    child,
  );
}

function createPolicy(
  name: string,
  location: azuread.NamedLocation,
  args: WorkloadAccessPolicyArgs,
  child: pulumi.CustomResourceOptions,
): azuread.ConditionalAccessPolicy {
  return new azuread.ConditionalAccessPolicy(
    `${name}-policy`,
    {
      displayName: args.displayName ?? name,
      state: args.mode === "enforced" ? "enabled" : "enabledForReportingButNotEnforced",
      conditions: {
        applications: { includedApplications: ["All"] },
        clientApplications: { includedServicePrincipals: [...args.servicePrincipalObjectIds] },
        clientAppTypes: ["all"],
        // objectId and not id: the id of a named location is a path, which Conditional Access does not know.
        locations: { includedLocations: ["All"], excludedLocations: [location.objectId] },
        // A policy for workloads must still say that it means no person.
        users: { includedUsers: ["None"] },
      },
      // Block is the only control the service offers for workloads.
      grantControls: { operator: "OR", builtInControls: ["block"] },
    },
    child,
  );
}

function checkArguments(name: string, args: WorkloadAccessPolicyArgs): void {
  const problems = new Problems();
  checkPrincipals(args.servicePrincipalObjectIds, problems);
  checkLockNetworks("networks", args.networks, problems);
  problems.add("mode", checkOneOf(args.mode ?? "reportOnly", ACCESS_MODES));
  problems.add(
    "displayName",
    checkText(args.displayName ?? name, DISPLAY_NAME_CHARACTERS, "name the policy"),
  );
  refuseArguments("WorkloadAccessPolicy", name, problems);
}

/** The networks of a lock, as the settings check them too: an empty list would lock everybody out. */
export function checkLockNetworks(at: string, networks: readonly unknown[], problems: Problems): void {
  if (networks.length === 0) {
    problems.add(at, {
      code: "missing",
      given: describeGiven(networks),
      allowed: "at least one public range: with none, every sign-in would be refused",
      remedy: "name the egress of the workload, or leave the lock out",
    });
  }
  checkNetworks(at, networks, problems, { most: NAMED_LOCATION_RANGES });
}

function checkPrincipals(principals: readonly pulumi.Input<string>[], problems: Problems): void {
  if (principals.length === 0) {
    problems.add("servicePrincipalObjectIds", {
      code: "missing",
      given: describeGiven(principals),
      allowed: "at least one object id of a service principal",
      remedy: "pass servicePrincipalObjectId of a SecretFreeApplication",
    });
  }
  const seen = new Set<string>();
  principals.forEach((principal, index) => {
    if (typeof principal !== "string") return;
    const at = `servicePrincipalObjectIds[${index}]`;
    problems.add(at, checkGuid(principal, "object id of a service principal"));
    if (seen.has(principal.toLowerCase())) {
      problems.add(at, {
        code: "duplicate",
        given: describeGiven(principal),
        allowed: "each service principal once",
        remedy: "remove one of the two",
      });
    }
    seen.add(principal.toLowerCase());
  });
}
