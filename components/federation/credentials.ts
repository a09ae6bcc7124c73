/** All federated credentials of one application or managed identity, seen together. */
import * as pulumi from "@pulumi/pulumi";
import { checkNames, isOptions, readEntries, wrongType } from "../given-options";
import { ArgumentError, describeGiven, type Finding, Problems } from "../problems";
import { checkClaim, checkLength, CLAIM_CHARACTERS, type Claims, isKnown } from "./claims";
import { type EntraCloud, tokenExchangeAudience } from "./cloud";
import { checkSource, claimsOf, FEDERATION_KINDS, type FederationSource, whenKnown } from "./sources";

/** Trust in one caller, whose token is exchanged for one of Entra. */
export type FederatedTrust = FederationSource & {
  /** What may use this credential, at most 600 characters. @default - the caller in words */
  readonly description?: string;
  /**
   * What the token is issued for, if the caller asks for another than usual.
   * @default - "api://AzureADTokenExchange" or that of the national cloud; for Pulumi Cloud what its tokens carry
   */
  readonly audience?: string;
};

/** By name: 3 to 120 letters, digits, hyphens and underscores. A new name makes a new credential. */
export type FederatedCredentials = Readonly<Record<string, FederatedTrust>>;

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
export const MOST_FEDERATED_CREDENTIALS = 20;

/** A credential as Entra and Azure take it. */
export interface FederatedCredentialFields {
  readonly issuer: pulumi.Input<string>;
  readonly subject: pulumi.Input<string>;
  readonly audience: string;
  readonly description: pulumi.Input<string>;
}

/**
 * The fields of a credential; only for what passed the check. Claims that were not known then are checked as soon as
 * they are, so that a wrong one stops the update instead of a sign-in.
 */
export function fieldsOf(trust: FederatedTrust, cloud: EntraCloud, owner: Owner): FederatedCredentialFields {
  const { caller, issuer, subject, audience } = claimsOf(trust, cloud);
  const isKnownNow = isKnown(issuer) && isKnown(subject);
  // Two alike that are known have been refused before.
  if (isKnownNow) owner.taken.set(keyOf(issuer, subject), owner.at);
  const later = isKnownNow ? undefined : claimsLater(trust, cloud, owner);
  return {
    issuer:
      later === undefined || isKnown(issuer) ? issuer : later.apply((known) => pulumi.output(known.issuer)),
    subject:
      later === undefined || isKnown(subject)
        ? subject
        : later.apply((known) => pulumi.output(known.subject)),
    audience: trust.audience ?? audience ?? tokenExchangeAudience(cloud),
    description:
      trust.description ??
      (isKnown(subject)
        ? shorten(`${caller}: ${subject}`)
        : pulumi.output(subject).apply((known) => shorten(`${caller}: ${known}`))),
  };
}

/** Whose arguments are refused when a value turns out wrong: component, its name, and the place in its arguments. */
export interface Owner {
  readonly component: string;
  readonly name: string;
  readonly at: string;
  /** One for all credentials of an application: claims that are known, and the place of the credential that has them. */
  readonly taken: Map<string, string>;
}

const TRUST_OPTIONS = ["issuer", "subject", "description", "audience"] as const;

/**
 * Adds what is wrong with one credential; `place` is put in front of the names of its options, `others` are names that
 * stand beside them and are read elsewhere.
 */
export function checkTrust(
  place: string,
  trust: FederatedTrust,
  cloud: EntraCloud,
  problems: Problems,
  others: readonly string[] = [],
): void {
  checkNames(place, trust, [...FEDERATION_KINDS, ...TRUST_OPTIONS, ...others], problems);
  if (trust.description !== undefined) problems.add(`${place}description`, checkLength(trust.description));
  if (trust.audience !== undefined) problems.add(`${place}audience`, checkClaim(trust.audience));
  const before = problems.found.length;
  checkSource(place, trust, cloud, problems);
  if (problems.found.length > before) return;
  const { subject } = claimsOf(trust, cloud);
  if (isKnown(subject)) problems.add(`${place}subject`, checkClaim(subject));
}

/**
 * Adds what is wrong with the credentials of one application or identity, each alone and all together, and answers with
 * those that can be read at all.
 */
export function checkFederatedCredentials(
  at: string,
  credentials: FederatedCredentials,
  cloud: EntraCloud,
  problems: Problems,
): FederatedCredentials {
  const given = readEntries(at, credentials, problems) ?? [];
  const names = given.map(([name]) => name);
  const readable: Record<string, FederatedTrust> = {};
  if (names.length > MOST_FEDERATED_CREDENTIALS) problems.add(at, tooMany(names.length));
  const seenNames = new Set<string>();
  const seenClaims = new Map<string, string>();
  for (const [name, trust] of given) {
    const place = placeOf(at, name);
    problems.add(place, checkCredentialName(name));
    if (seenNames.has(name.toLowerCase())) problems.add(place, sameName(name));
    seenNames.add(name.toLowerCase());
    if (!isOptions(trust)) {
      problems.add(place, wrongType(trust, "an object that names the caller, such as { github: { … } }"));
      continue;
    }
    readable[name] = trust;
    const before = problems.found.length;
    checkTrust(`${place}.`, trust, cloud, problems);
    if (problems.found.length > before) continue;
    const { issuer, subject } = claimsOf(trust, cloud);
    if (!isKnown(issuer) || !isKnown(subject)) continue;
    const first = seenClaims.get(keyOf(issuer, subject));
    if (first === undefined) seenClaims.set(keyOf(issuer, subject), name);
    else problems.add(place, sameClaims(describeGiven(first)));
  }
  return readable;
}

/** Where a credential stands in the arguments. */
export function placeOf(at: string, name: string): string {
  return `${at}[${describeGiven(name)}]`;
}

/** Same source as the limit. */
export function checkCredentialName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "3 to 120 letters, digits, hyphens and underscores, starting with a letter or digit",
    remedy: "choose a short name for the caller; it cannot be changed later",
  };
}

/** The claims as soon as what they are made of is known, and has passed the very checks it passes when known at once. */
function claimsLater(trust: FederatedTrust, cloud: EntraCloud, owner: Owner): pulumi.Output<Claims> {
  return whenKnown(trust).apply((source) => {
    const problems = new Problems();
    checkTrust(owner.at, source, cloud, problems);
    const claims = problems.found.length === 0 ? claimsOf(source, cloud) : undefined;
    if (claims !== undefined) problems.add(owner.at.replace(/\.$/, ""), checkTaken(claims, owner));
    if (claims !== undefined && problems.found.length === 0) return claims;
    throw new ArgumentError(owner.component, owner.name, problems.found, "later");
  });
}

/** They become known in any order: the one that comes second is at fault. */
function checkTaken({ issuer, subject }: Claims, { at, taken }: Owner): Finding | undefined {
  if (!isKnown(issuer) || !isKnown(subject)) return undefined;
  const other = taken.get(keyOf(issuer, subject)) ?? at;
  taken.set(keyOf(issuer, subject), other);
  return other === at ? undefined : sameClaims(other.replace(/\.$/, ""));
}

function keyOf(issuer: string, subject: string): string {
  return `${issuer}\n${subject}`;
}

function shorten(description: string): string {
  // No half of a surrogate pair at the end.
  return description.slice(0, CLAIM_CHARACTERS).replace(/[\uD800-\uDBFF]$/, "");
}

function tooMany(length: number): Finding {
  return {
    code: "too-many",
    given: `${length} credentials`,
    allowed: `at most ${MOST_FEDERATED_CREDENTIALS} on one application or managed identity`,
    remedy: "give each workload an application of its own instead of sharing one",
  };
}

function sameName(name: string): Finding {
  return {
    code: "duplicate",
    given: describeGiven(name),
    allowed: "each name once; upper and lower case are the same",
    remedy: "rename one of the two",
  };
}

function sameClaims(first: string): Finding {
  return {
    code: "duplicate",
    given: `the issuer and subject of ${first}`,
    allowed: "each issuer and subject once",
    remedy: "remove one of the two",
  };
}
