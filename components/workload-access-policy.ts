/** Makes a stolen key worthless elsewhere: applications sign in from their own networks, or while unsuspected. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { type OptionNames, readItems, readOptions } from "./given-options";
import { checkGuid } from "./guid";
import { checkText } from "./names";
import { checkNetworks, NAMED_LOCATION_RANGES, parseNetwork } from "./networks";
import {
  ArgumentError,
  checkOneOf,
  describeGiven,
  type Finding,
  Problems,
  refuseArguments,
} from "./problems";

/** How Conditional Access treats a sign-in from elsewhere: note it, or refuse it (AADSTS53003). */
export type AccessMode = "reportOnly" | "enforced";

export const ACCESS_MODES: readonly AccessMode[] = ["reportOnly", "enforced"];

/** https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy#properties */
const DISPLAY_NAME_CHARACTERS = 256;

/** How sure Entra ID Protection is that a service principal is compromised. */
export type RiskLevel = "high" | "medium" | "low";

export const RISK_LEVELS: readonly RiskLevel[] = ["high", "medium", "low"];

interface CommonArgs {
  /**
   * Object ids of the service principals, from 1: `servicePrincipalObjectId` of a `SecretFreeApplication`, never
   * the client id or the object id of the registration. Single-tenant applications of this tenant only; managed
   * identities and multi-tenant applications are out of reach of Conditional Access. The principal that deploys is
   * refused: it could not come back to mend a mistake. Put applications with the same networks into one policy: the
   * service takes one such call a second.
   * https://learn.microsoft.com/graph/throttling-limits#conditional-access-service-limits
   */
  readonly servicePrincipalObjectIds: readonly pulumi.Input<string>[];
  /**
   * "reportOnly" notes in the sign-in log what would be refused; "enforced" refuses it. Look at the log of a week
   * before enforcing: a forgotten egress address stops the workload.
   * @default "reportOnly"
   */
  readonly mode?: AccessMode;
  /** Name in the admin center, 1 to 256 characters. @default - the name of the component */
  readonly displayName?: string;
}

/** Refuses sign-ins from elsewhere. */
export interface NetworkAccessArgs extends CommonArgs {
  /** Public ranges the applications may sign in from, IPv4 or IPv6, prefix /8 or longer, 1 to 2000 of them. */
  readonly networks: readonly string[];
  readonly riskLevels?: undefined;
}

/** Refuses sign-ins from anywhere while the service principal is under suspicion. */
export interface RiskAccessArgs extends CommonArgs {
  /**
   * Levels at which sign-ins are refused, from 1; levels that are not named let them pass.
   * https://learn.microsoft.com/entra/id-protection/concept-workload-identity-risk
   */
  readonly riskLevels: readonly RiskLevel[];
  readonly networks?: undefined;
}

export type WorkloadAccessPolicyArgs = NetworkAccessArgs | RiskAccessArgs;

/**
 * Blocks sign-ins of the given applications from everywhere but the given networks, or while they are at risk.
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
 * A second policy, for what Entra ID Protection finds out:
 *
 * ```ts
 * new WorkloadAccessPolicy("partner-daemon-risk", {
 *   servicePrincipalObjectIds: [partner.servicePrincipalObjectId],
 *   riskLevels: ["high", "medium"],
 * });
 * ```
 *
 * Creates `<name>-policy` and, with networks, `<name>-location` (a named location, not trusted: trust would loosen
 * policies for people). Needs Workload Identities Premium, one licence for each application.
 * https://learn.microsoft.com/entra/identity/conditional-access/workload-identity
 *
 * @throws ArgumentError listing every bad argument, before anything is registered; a target that turns out
 * later to be none, to stand there twice or to be the deploying principal stops the policy
 */
export class WorkloadAccessPolicy extends pulumi.ComponentResource {
  /** Object id of the policy. */
  readonly policyObjectId: pulumi.Output<string>;
  /** Object id of the named location; a policy about risk has none. */
  readonly locationObjectId: pulumi.Output<string> | undefined;

  constructor(name: string, args: WorkloadAccessPolicyArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const declared = readArguments(name, args);
    super("certlock:components:WorkloadAccessPolicy", name, {}, opts);
    const child = { parent: this };

    const location = createLocation(name, declared, child);
    const policy = createPolicy(name, location, declared, child);

    this.policyObjectId = policy.objectId;
    this.locationObjectId = location?.objectId;
    this.registerOutputs({ policyObjectId: this.policyObjectId, locationObjectId: this.locationObjectId });
  }
}

function createLocation(
  name: string,
  args: WorkloadAccessPolicyArgs,
  child: pulumi.CustomResourceOptions,
): azuread.NamedLocation | undefined {
  if (args.networks === undefined) return undefined;
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
  location: azuread.NamedLocation | undefined,
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
        clientApplications: { includedServicePrincipals: exceptDeployer(name, args, child) },
        clientAppTypes: ["all"],
        ...(args.riskLevels && { servicePrincipalRiskLevels: [...args.riskLevels] }),
        ...(location && {
          // objectId and not id: the id of a named location is a path, which Conditional Access does not know.
          locations: { includedLocations: ["All"], excludedLocations: [location.objectId] },
        }),
        // A policy for workloads must still say that it means no person.
        users: { includedUsers: ["None"] },
      },
      // Block is the only control the service offers for workloads.
      grantControls: { operator: "OR", builtInControls: ["block"] },
    },
    child,
  );
}

/**
 * The targets, each refused by itself, so that one whose id is not known yet does not hide the others in a preview. What
 * comes from another resource is checked here for the first time.
 */
function exceptDeployer(
  name: string,
  { servicePrincipalObjectIds }: WorkloadAccessPolicyArgs,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string>[] {
  const deployer = azuread.getClientConfigOutput(child).objectId;
  const places = new Map<string, number>();
  return servicePrincipalObjectIds.map((principal, index) =>
    pulumi.all([principal, deployer]).apply(([objectId, own]) => {
      const refuse = (at: number, finding: Finding): never => {
        const problem = { at: `servicePrincipalObjectIds[${at}]`, ...finding };
        throw new ArgumentError("WorkloadAccessPolicy", name, [problem], "later");
      };
      const finding = checkTarget(objectId);
      if (finding !== undefined) return refuse(index, finding);
      const key = objectId.toLowerCase();
      if (key === own.toLowerCase()) return refuse(index, ownPrincipal(objectId));
      // They become known in any order: of two alike the second in the list is at fault.
      const other = places.get(key);
      if (other !== undefined) return refuse(Math.max(index, other), twice(objectId));
      places.set(key, index);
      return objectId;
    }),
  );
}

function checkTarget(given: unknown): Finding | undefined {
  return checkGuid(given, "object id of a service principal");
}

function ownPrincipal(objectId: string): Finding {
  return {
    code: "own-principal",
    given: describeGiven(objectId),
    allowed: "any service principal but the one that deploys: locked out, it could not mend the policy",
    remedy: "remove it; a lock for the pipeline belongs into a stack that somebody else deploys",
  };
}

function twice(objectId: string): Finding {
  return {
    code: "duplicate",
    given: describeGiven(objectId),
    allowed: "each service principal once",
    remedy: "remove one of the two",
  };
}

const OPTIONS: OptionNames<WorkloadAccessPolicyArgs> = {
  servicePrincipalObjectIds: "checked",
  mode: "optional",
  displayName: "optional",
  networks: "optional",
  riskLevels: "optional",
};

function readArguments(name: string, given: WorkloadAccessPolicyArgs): WorkloadAccessPolicyArgs {
  const problems = new Problems();
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) throw new ArgumentError("WorkloadAccessPolicy", name, problems.found);
  checkPrincipals(args.servicePrincipalObjectIds, problems);
  checkCondition(args, problems);
  problems.add("mode", checkOneOf(args.mode ?? "reportOnly", ACCESS_MODES));
  problems.add(
    "displayName",
    checkText(args.displayName ?? name, DISPLAY_NAME_CHARACTERS, "name the policy"),
  );
  refuseArguments("WorkloadAccessPolicy", name, problems);
  return args;
}

/** Takes more than the type allows: configuration and JavaScript may hold both, or neither. */
function checkCondition(
  given: {
    readonly networks?: readonly unknown[] | undefined;
    readonly riskLevels?: readonly unknown[] | undefined;
  },
  problems: Problems,
): void {
  const read = (at: "networks" | "riskLevels") =>
    given[at] === undefined ? undefined : readItems(at, given[at], problems);
  const networks = read("networks");
  const riskLevels = read("riskLevels");
  // What is no list has been reported.
  if (networks !== given.networks || riskLevels !== given.riskLevels) return;
  if (networks !== undefined && riskLevels !== undefined) {
    problems.add("riskLevels", {
      code: "choose-one",
      given: describeGiven(riskLevels),
      allowed: "networks or riskLevels: together they would refuse only what is both outside and at risk",
      remedy: "declare a policy for each",
    });
  } else if (riskLevels === undefined) checkLockNetworks("networks", networks ?? [], problems);
  else checkRiskLevels("riskLevels", riskLevels, problems);
}

/** The levels of a policy about risk, as the settings check them too. */
export function checkRiskLevels(at: string, levels: readonly unknown[], problems: Problems): void {
  if (levels.length === 0) {
    problems.add(at, {
      code: "missing",
      given: describeGiven(levels),
      allowed: `at least one of ${RISK_LEVELS.join(", ")}`,
      remedy: 'start with ["high"]',
    });
  }
  levels.forEach((level, index) => {
    problems.add(`${at}[${index}]`, checkOneOf(level, RISK_LEVELS));
    if (levels.indexOf(level) === index) return;
    problems.add(`${at}[${index}]`, {
      code: "duplicate",
      given: describeGiven(level),
      allowed: "each level once",
      remedy: "remove one of the two",
    });
  });
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

function checkPrincipals(given: readonly pulumi.Input<string>[] | undefined, problems: Problems): void {
  const principals = readItems("servicePrincipalObjectIds", given ?? [], problems);
  if (principals === undefined) return;
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
    if (!isKnown(principal)) return;
    const at = `servicePrincipalObjectIds[${index}]`;
    const finding = checkTarget(principal);
    problems.add(at, finding);
    if (finding !== undefined) return;
    if (seen.has(principal.toLowerCase())) problems.add(at, twice(principal));
    seen.add(principal.toLowerCase());
  });
}
