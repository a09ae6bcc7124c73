/** What the configuration says of callers that sign in with a token of their own. */
import type { EntraCloud } from "../components/federation/cloud";
import {
  checkFederatedCredentials,
  type FederatedCredentials,
  type FederatedTrust,
} from "../components/federation/credentials";
import { nameBasedGuid } from "../components/guid";
import { nearestKey } from "../components/nearest-key";
import { describeGiven, type Finding, Problems } from "../components/problems";
import { isAbsent, REPORTED } from "./structured-value";

/** One caller as the component takes it, or a managed identity of the same stack by its name. */
export type CallerSettings = FederatedTrust | { readonly identity: string; readonly description?: string };

export interface FederationSettings {
  readonly kind: "federation";
  /** By a short name; a single caller has the name of its application. */
  readonly callers: Readonly<Record<string, CallerSettings>>;
}

/** What callers have to fit. */
export interface FederationSurroundings {
  readonly tenantId: string;
  readonly cloud: EntraCloud;
  /** Names of the managed identities of the stack. */
  readonly identities: readonly string[];
}

/** A single caller: `github`, or whatever else names one. */
export function readFederation(
  at: string,
  name: string,
  given: unknown,
  surroundings: FederationSurroundings,
  problems: Problems,
): FederationSettings {
  // A name that cannot be has been reported; the caller is read all the same.
  const caller = /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/.test(name) ? name : "caller";
  const found = new Problems();
  const callers = readCallers("", { [caller]: given }, surroundings, found);
  for (const { at: place, ...finding } of found.found)
    problems.add(at + place.replace(`["${caller}"]`, ""), finding);
  return { kind: "federation", callers };
}

/** Several callers, each under a name of its own. */
export function readFederations(
  at: string,
  given: unknown,
  surroundings: FederationSurroundings,
  problems: Problems,
): FederationSettings {
  const callers = readCallers(at, given, surroundings, problems);
  if (typeof given === "object" && given !== null && Object.keys(given).length === 0) {
    problems.add(at, {
      code: "missing",
      given: "an object without entries",
      allowed: "at least one caller by a short name",
      remedy: "name one, such as production: { github: { … } }",
    });
  }
  return { kind: "federation", callers };
}

function readCallers(
  at: string,
  given: unknown,
  { tenantId, cloud, identities }: FederationSurroundings,
  problems: Problems,
): Readonly<Record<string, CallerSettings>> {
  if (isAbsent(given) || given === REPORTED) return {};
  if (typeof given !== "object" || Array.isArray(given)) {
    // Says what is wanted instead.
    checkFederatedCredentials(at, given as FederatedCredentials, cloud, problems);
    return {};
  }
  const entries = Object.entries(given as object) as readonly (readonly [string, unknown])[];
  const credentials = entries.map(([name, trust]) => {
    const place = `${at}[${describeGiven(name)}]`;
    return [name, standIn(place, trust, tenantId, identities, problems)] as const;
  });
  checkFederatedCredentials(
    at,
    Object.fromEntries(credentials) as unknown as FederatedCredentials,
    cloud,
    problems,
  );
  return Object.fromEntries(entries) as Readonly<Record<string, CallerSettings>>;
}

/** The identity of a caller is known when it is made: until then an id that is its own stands for it. */
function standIn(
  place: string,
  trust: unknown,
  tenantId: string,
  identities: readonly string[],
  problems: Problems,
): unknown {
  if (typeof trust !== "object" || trust === null || !Object.hasOwn(trust, "identity")) return trust;
  const { identity, ...others } = trust as { readonly identity: unknown };
  problems.add(`${place}.identity`, checkIdentity(identity, identities));
  const principalId = nameBasedGuid("identity", String(identity));
  const managedIdentity = { tenantId: tenantId === "" ? principalId : tenantId, principalId };
  return { ...others, managedIdentity };
}

function checkIdentity(given: unknown, identities: readonly string[]): Finding | undefined {
  if (identities.some((name) => name === given)) return undefined;
  const near = typeof given === "string" ? nearestKey(given, identities) : undefined;
  return {
    code: "out-of-range",
    given: describeGiven(given),
    allowed:
      identities.length === 0
        ? "the name of a managed identity in identities, which has none"
        : `the name of one of identities: ${identities.join(", ")}`,
    remedy:
      near === undefined ? "declare it in identities, or use managedIdentity" : `did you mean "${near}"?`,
  };
}
