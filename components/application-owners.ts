/** Who answers for an application: people of an allow-list, at least two of them, or nobody where that is the rule. */
import * as azuread from "@pulumi/azuread";
import type * as pulumi from "@pulumi/pulumi";
import { checkGuid } from "./guid";
import { describeGiven, type Finding, type Problems } from "./problems";

/**
 * "shared": two owners or more, so that nobody is the only one (Zero Trust Assessment 21867). "none": no owner at all,
 * because an owner can add credentials (Maester MT.1077); the deploying principal owns what it created all the same.
 */
export type Ownership = "shared" | "none";

export const OWNERSHIPS: readonly Ownership[] = ["shared", "none"];

/** https://learn.microsoft.com/entra/fundamentals/zero-trust-protect-identities */
const FEWEST_OWNERS = 2;
/** https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions */
const MOST_OWNERS = 100;

/** What owners are held against. */
export interface OwnerRules {
  /** @default "shared" */
  readonly ownership?: Ownership;
  /** Object ids of those who may own applications here. @default - everybody */
  readonly allowedOwners?: readonly string[];
}

/** Owners as the settings check them too: as many as the rules want, each an object id, allowed, and none twice. */
export function checkOwners(
  at: string,
  owners: readonly unknown[],
  problems: Problems,
  { ownership = "shared", allowedOwners }: OwnerRules = {},
): void {
  problems.add(at, ownership === "none" ? checkNobody(owners) : checkEnough(owners));
  const allowed = allowedOwners && new Set(allowedOwners.map((id) => id.toLowerCase()));
  const seen = new Set<string>();
  owners.forEach((owner, index) => {
    const place = `${at}[${index}]`;
    const finding = checkGuid(owner, "object id of a user or service principal");
    const key = typeof owner === "string" ? owner.toLowerCase() : describeGiven(owner);
    problems.add(place, finding);
    if (seen.has(key)) problems.add(place, twice(owner));
    else if (finding === undefined && allowed?.has(key) === false) problems.add(place, notAllowed(owner));
    seen.add(key);
  });
}

/** One small resource each: what others write on the application stays as it is. */
export function createOwners(
  name: string,
  registration: azuread.ApplicationRegistration,
  owners: readonly string[],
  child: pulumi.CustomResourceOptions,
): void {
  for (const owner of owners) {
    new azuread.ApplicationOwner(
      `${name}-owner-${owner.toLowerCase()}`,
      { applicationId: registration.id, ownerObjectId: owner },
      child,
    );
  }
}

function checkNobody(owners: readonly unknown[]): Finding | undefined {
  if (owners.length === 0) return undefined;
  return {
    code: "choose-one",
    given: `${describeGiven(owners)} beside ownership "none"`,
    allowed: "no owners",
    remedy: 'remove the owners, or ownership "none"',
  };
}

function checkEnough(owners: readonly unknown[]): Finding | undefined {
  if (owners.length >= FEWEST_OWNERS && owners.length <= MOST_OWNERS) return undefined;
  const remedy =
    owners.length > MOST_OWNERS
      ? "name the people who answer for the application, not everybody who works on it"
      : 'name a second person who answers for the application, or none at all with ownership "none"';
  return {
    code: owners.length > MOST_OWNERS ? "too-many" : "missing",
    given: describeGiven(owners),
    allowed: `${FEWEST_OWNERS} to ${MOST_OWNERS} object ids of users or service principals`,
    remedy,
  };
}

function twice(owner: unknown): Finding {
  return {
    code: "duplicate",
    given: describeGiven(owner),
    allowed: "each owner once",
    remedy: "remove one of the two",
  };
}

function notAllowed(owner: unknown): Finding {
  return {
    code: "owner-not-allowed",
    given: describeGiven(owner),
    allowed: "those in allowedOwners",
    remedy: "choose one of them, or have this one added to allowedOwners by whoever answers for the list",
  };
}
