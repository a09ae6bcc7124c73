/** What the configuration says of Conditional Access: networks by name, risk, and who shares a policy. */
import { checkShortName } from "../components/names";
import { parseNetwork } from "../components/networks";
import { nearestKey } from "../components/nearest-key";
import { describeGiven, describeKey, type Finding, type Problems } from "../components/problems";
import {
  ACCESS_MODES,
  type AccessMode,
  checkLockNetworks,
  checkRiskLevels,
  type RiskLevel,
} from "../components/workload-access-policy";
import { isAbsent, readChoice, readList, readObject, type Shape, textsOf } from "./structured-value";

export interface AccessSettings {
  /** Whether policies are enforced that say nothing else. Default "reportOnly". */
  readonly mode: AccessMode;
  /** One for all applications with the same networks, and one about risk. */
  readonly policies: readonly AccessPolicySettings[];
}

export interface AccessPolicySettings {
  readonly name: string;
  readonly mode: AccessMode;
  /** Names of the applications, at least one. */
  readonly applications: readonly string[];
  /** What the policy is about: where sign-ins come from, or how suspicious they are. */
  readonly condition:
    { readonly networks: readonly string[] } | { readonly riskLevels: readonly RiskLevel[] };
}

/** Ranges that have a name, so that applications can share them. */
export interface NamedNetworks {
  readonly ranges: readonly string[];
  readonly mode: AccessMode;
}

/** The part that stands by itself. */
export interface AccessRules {
  readonly mode: AccessMode;
  readonly networks: ReadonlyMap<string, NamedNetworks>;
  readonly risk: { readonly levels: readonly RiskLevel[]; readonly mode: AccessMode } | undefined;
}

/** What is known of an application before its policies are: where it may sign in from, and whether it can be reached. */
export interface AccessTarget {
  readonly name: string;
  readonly signInAudience: string;
  readonly networks: readonly string[];
  /** Name of its networks, where they have one. */
  readonly networksName?: string;
}

/** Name of the policy about risk, which all single-tenant applications share. */
export const RISK_POLICY = "applications-at-risk";

const ACCESS: Shape = { mode: "optional", networks: "optional", risk: "optional" };
const NETWORKS: Shape = { ranges: "required", mode: "optional" };
const RISK: Shape = { levels: "required", mode: "optional" };

export function readAccessRules(at: string, given: unknown, problems: Problems): AccessRules {
  const values = isAbsent(given) ? undefined : readObject(at, given, ACCESS, problems);
  const mode = readChoice(`${at}.mode`, values?.get("mode"), ACCESS_MODES, "reportOnly", problems);
  const networks = readNamedNetworks(`${at}.networks`, values?.get("networks"), mode, problems);
  return { mode, networks, risk: readRisk(`${at}.risk`, values?.get("risk"), mode, problems) };
}

/** The networks of an application: a list of its own, or those with this name. */
export function readNetworks(
  at: string,
  given: unknown,
  named: AccessRules["networks"],
  problems: Problems,
): Pick<AccessTarget, "networks" | "networksName"> | undefined {
  if (typeof given === "string") {
    const found = named.get(given);
    if (found !== undefined) return { networks: found.ranges, networksName: given };
    problems.add(at, noSuchNetworks(given, [...named.keys()]));
    return undefined;
  }
  const list = readList(at, given, problems);
  if (list === undefined) return undefined;
  checkLockNetworks(at, list, problems);
  return { networks: textsOf(list) };
}

/**
 * One policy for each set of networks: the service takes one call a second. Where the networks have no name, the policy
 * has that of the first application.
 */
export function policiesFor(
  at: string,
  { mode, networks, risk }: AccessRules,
  targets: readonly AccessTarget[],
  problems: Problems,
): readonly AccessPolicySettings[] {
  const policies = new Map<string, AccessPolicySettings>();
  const names = new Set(targets.map(({ name }) => name.toLowerCase()));
  for (const name of networks.keys()) {
    if (names.has(name.toLowerCase()) || name.toLowerCase() === RISK_POLICY)
      problems.add(`${at}.networks.${describeKey(name)}`, nameTaken(name));
  }
  for (const target of targets.filter((each) => each.networks.length > 0)) {
    const key = keyOf(target);
    const shared = policies.get(key);
    const named = target.networksName === undefined ? undefined : networks.get(target.networksName);
    policies.set(key, {
      name: target.networksName ?? target.name,
      mode: named?.mode ?? mode,
      condition: { networks: target.networks },
      ...shared,
      applications: [...(shared?.applications ?? []), target.name],
    });
  }
  const reachable = targets.filter(({ signInAudience }) => signInAudience === "AzureADMyOrg");
  if (risk !== undefined && reachable.length > 0) {
    policies.set(RISK_POLICY, {
      name: RISK_POLICY,
      mode: risk.mode,
      applications: reachable.map(({ name }) => name),
      condition: { riskLevels: risk.levels },
    });
  }
  return [...policies.values()];
}

/** The same for the same ranges, in whatever order and spelling. */
function keyOf({ networks, networksName }: AccessTarget): string {
  if (networksName !== undefined) return `name ${networksName}`;
  return `ranges ${networks
    .map((range) => parseNetwork(range)?.text ?? range)
    .sort()
    .join(" ")}`;
}

function readNamedNetworks(
  at: string,
  given: unknown,
  mode: AccessMode,
  problems: Problems,
): AccessRules["networks"] {
  const named = new Map<string, NamedNetworks>();
  if (isAbsent(given)) return named;
  // Any name is allowed, so the shape is made of those that are there.
  const names = typeof given === "object" && !Array.isArray(given) ? Object.keys(given as object).sort() : [];
  const values = readObject(at, given, Object.fromEntries(names.map((name) => [name, "required"])), problems);
  for (const name of values === undefined ? [] : names) {
    const place = `${at}.${describeKey(name)}`;
    problems.add(place, checkShortName(name));
    const inner = values?.get(name);
    const set = isAbsent(inner) ? undefined : readObject(place, inner, NETWORKS, problems);
    const ranges = readList(`${place}.ranges`, set?.get("ranges"), problems);
    if (ranges !== undefined) checkLockNetworks(`${place}.ranges`, ranges, problems);
    named.set(name, {
      ranges: textsOf(ranges),
      mode: readChoice(`${place}.mode`, set?.get("mode"), ACCESS_MODES, mode, problems),
    });
  }
  return named;
}

function readRisk(at: string, given: unknown, mode: AccessMode, problems: Problems): AccessRules["risk"] {
  if (isAbsent(given)) return undefined;
  const values = readObject(at, given, RISK, problems);
  const levels = readList(`${at}.levels`, values?.get("levels"), problems);
  if (levels !== undefined) checkRiskLevels(`${at}.levels`, levels, problems);
  return {
    levels: textsOf(levels) as readonly RiskLevel[],
    mode: readChoice(`${at}.mode`, values?.get("mode"), ACCESS_MODES, mode, problems),
  };
}

function noSuchNetworks(given: string, names: readonly string[]): Finding {
  const near = nearestKey(given, names);
  const known = names.map((name) => describeKey(name)).join(", ");
  return {
    code: "out-of-range",
    given: describeGiven(given),
    allowed: `a list of public ranges, or the name of networks in conditionalAccess.networks${known === "" ? ", which has none" : `: ${known}`}`,
    remedy: near === undefined ? "declare them in conditionalAccess.networks" : `did you mean "${near}"?`,
  };
}

function nameTaken(name: string): Finding {
  return {
    code: "duplicate",
    given: describeGiven(name),
    allowed: `a name that no application has, and not ${RISK_POLICY}: policies have these names too`,
    remedy: 'choose another, such as "partner-sites"',
  };
}
