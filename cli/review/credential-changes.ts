/** What the update does to ways of signing in, with the words of rotation. */
import type { Credential, CredentialFacts } from "./credentials";
import { byIdentity, daysUntil, factsNow, hasNewKey, inSuccession, overlapWithPrevious } from "./generations";
import { portalOf } from "./identities";
import type { CredentialChange, Severity, Source } from "./report";
import { worst } from "./severity";
import type { PlannedResource } from "./resources";

/** Of certificates, as `certificate-rotation-overlap` has it by default, in days. */
export const MIN_OVERLAP_DAYS = 5;
/** https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration */
const MAX_LIFETIME_DAYS = 180;
const MIN_RSA_BITS = 2048;

export interface ChangeSurroundings {
  readonly now: Date;
  readonly environment: string;
  readonly secretsProvider: string | undefined;
  readonly sourceOf: (resource: PlannedResource) => Source | undefined;
  /** Whether the inputs hold what stays as it is: events do, a digest leaves it out. */
  readonly showsUnchanged: boolean;
  /** The worst a rule says about a resource. */
  readonly severityOn: (urn: string) => Severity | undefined;
}

type Change = CredentialChange["change"];

export function credentialChanges(
  credentials: readonly Credential[],
  surroundings: ChangeSurroundings,
): CredentialChange[] {
  return [...byIdentity(credentials).values()].flatMap((group) => {
    const certificates = inSuccession(
      group.filter(({ kind }) => kind === "certificate"),
      surroundings.now,
    );
    return group
      .filter(({ fate }) => fate !== "kept")
      .map((credential) => changeOf(credential, certificates, group, surroundings));
  });
}

function changeOf(
  credential: Credential,
  certificates: readonly Credential[],
  group: readonly Credential[],
  { now, environment, secretsProvider, sourceOf, showsUnchanged, severityOn }: ChangeSurroundings,
): CredentialChange {
  const { kind, identity, resource, generation } = credential;
  const change = wordFor(credential, certificates, showsUnchanged, now);
  const facts = change === "remove" || change === "rotate: retire old" ? credential.before : credential.after;
  const isKnown = showsUnchanged || change === "replace ⚠ gap";
  const overlapDays = isKnown ? overlapOf(credential, change, certificates, now) : undefined;
  const takesOver = change === "rotate: publish" || change === "replace ⚠ gap";
  const newKey = takesOver ? hasNewKey(credential, certificates) : undefined;
  const portal = portalOf(identity);
  const source = sourceOf(resource);
  const own = severityOf({ credential, change, facts, overlapDays, newKey, group });
  return {
    severity: worst(own, severityOn(resource.urn)),
    identity: identity.name,
    environment,
    change,
    kind,
    ...(identity.appId !== undefined && { appId: identity.appId }),
    ...(portal !== undefined && { portal }),
    ...(facts?.key !== undefined && { key: facts.key }),
    ...(facts?.thumbprint !== undefined && { thumbprint: facts.thumbprint }),
    ...(facts?.validFrom && { validFrom: facts.validFrom.toISOString() }),
    ...(facts?.validUntil && { validUntil: facts.validUntil.toISOString() }),
    ...(facts?.lifetimeDays !== undefined && { lifetimeDays: facts.lifetimeDays }),
    ...(overlapDays !== undefined && { overlapDays }),
    ...(newKey !== undefined && { newKey }),
    ...(generation !== undefined && { generation }),
    ...(kind === "certificate" && { privateKey: placeOfKey(credential, facts, secretsProvider) }),
    ...(facts?.issuer !== undefined && { issuer: facts.issuer }),
    ...(facts?.subject !== undefined && { subject: facts.subject }),
    urn: resource.urn,
    ...(source && { source }),
  };
}

function wordFor(
  credential: Credential,
  certificates: readonly Credential[],
  showsUnchanged: boolean,
  now: Date,
): Change {
  const { kind, fate } = credential;
  if (kind !== "certificate") {
    if (fate === "added") return "add";
    return fate === "removed" ? "remove" : "change";
  }
  if (fate === "replaced") return "replace ⚠ gap";
  if (fate === "changed") return "change";
  const others = certificates.filter((other) => other !== credential);
  const stays = others.some((other) => other.fate === "kept" && isValid(other, now));
  if (fate === "removed") {
    return others.some((other) => other.fate !== "removed") ? "rotate: retire old" : "remove";
  }
  if (stays) return "rotate: publish";
  if (others.every(({ before }) => before === undefined)) return "add";
  // One that stays may be there and not be told of.
  return showsUnchanged ? "replace ⚠ gap" : "rotate: publish";
}

function isValid(credential: Credential, now: Date): boolean {
  const { validUntil } = factsNow(credential);
  return validUntil === undefined || validUntil > now;
}

function overlapOf(
  credential: Credential,
  change: Change,
  certificates: readonly Credential[],
  now: Date,
): number | undefined {
  if (change === "replace ⚠ gap") return 0;
  if (change === "rotate: publish") return overlapWithPrevious(credential, certificates, now);
  if (change !== "rotate: retire old") return undefined;
  const next = certificates[certificates.indexOf(credential) + 1];
  const start = next && factsNow(next).validFrom;
  const end = credential.before?.validUntil;
  // It ends with this update, if it has not ended by itself.
  return start && end && daysUntil(end < now ? end : now, start);
}

interface Judged {
  readonly credential: Credential;
  readonly change: Change;
  readonly facts: CredentialFacts | undefined;
  readonly overlapDays: number | undefined;
  readonly newKey: boolean | undefined;
  readonly group: readonly Credential[];
}

function severityOf({ credential, change, facts, overlapDays, newKey, group }: Judged): Severity {
  const { kind, identity } = credential;
  if (change === "remove") {
    const left = group.some(({ fate }) => fate !== "removed");
    return left || kind === "secret" || identity.resource?.operation === "delete" ? "low" : "medium";
  }
  if (kind === "secret") return change === "add" ? "critical" : "high";
  if (kind === "federated") return identity.resource?.operation === "create" ? "low" : "medium";
  if (change === "replace ⚠ gap" || (facts?.lifetimeDays ?? 0) > MAX_LIFETIME_DAYS) return "high";
  if (change === "rotate: publish" && (overlapDays ?? MIN_OVERLAP_DAYS) < MIN_OVERLAP_DAYS)
    return (overlapDays ?? 0) <= 0 ? "high" : "medium";
  return isWeak(facts?.key) || newKey === false ? "medium" : "low";
}

function isWeak(key: string | undefined): boolean {
  if (key === undefined) return false;
  const bits = /^RSA-(\d+)$/.exec(key)?.[1];
  return bits === undefined || Number(bits) < MIN_RSA_BITS;
}

function placeOfKey(
  credential: Credential,
  facts: CredentialFacts | undefined,
  secretsProvider: string | undefined,
): string {
  const vaults = credential.stored.join(", ");
  if (facts?.keyPlace === "vault") return `vault only · ${vaults}`;
  if (facts?.keyPlace === "external") return vaults === "" ? "external" : `external · ${vaults}`;
  const state = `state, encrypted${secretsProvider === undefined ? "" : ` by ${secretsProvider}`}`;
  return vaults === "" ? state : `${state} · ${vaults}`;
}
