/** The certificates of one identity in the order they take over from each other, and how long two are valid together. */
import type { Credential, CredentialFacts } from "./credentials";
import { by, inTurn } from "./order";

const DAY = 86_400_000;

/** Whole days, those that have passed are negative. */
export function daysUntil(moment: Date, now: Date): number {
  return Math.floor((moment.getTime() - now.getTime()) / DAY);
}

export function factsNow({ before, after }: Credential): CredentialFacts {
  return after ?? before ?? {};
}

/** Of one identity, the oldest first; what begins with the update begins now. */
export function inSuccession(credentials: readonly Credential[], now: Date): Credential[] {
  return [...credentials].sort(
    inTurn(
      by((credential) => credential.generation ?? -1),
      by((credential) => startOf(credential, now).getTime()),
      by(({ resource }) => resource.urn),
    ),
  );
}

/** When a certificate begins to be of use: one that is made by the update not before that. */
export function startOf(credential: Credential, now: Date): Date {
  return factsNow(credential).validFrom ?? now;
}

/**
 * Days a certificate is valid together with the one before it; negative for a gap, `undefined` when there is none before
 * it or it has no known end.
 */
export function overlapWithPrevious(
  credential: Credential,
  succession: readonly Credential[],
  now: Date,
): number | undefined {
  const previous = succession[succession.indexOf(credential) - 1];
  if (previous === undefined) return undefined;
  const until = (previous.before ?? previous.after)?.validUntil;
  // In one step the key that is in use becomes worthless, whatever its dates say.
  if (credential.fate === "replaced") return 0;
  return until && daysUntil(until, startOf(credential, now));
}

/**
 * Whether a certificate has another key than the one it takes over from: a renewal may keep a key that has leaked.
 * `undefined` where that cannot be told before the update.
 */
export function hasNewKey(credential: Credential, succession: readonly Credential[]): boolean | undefined {
  const previous = succession[succession.indexOf(credential) - 1];
  const old = credential.fate === "replaced" ? credential.before : previous && factsNow(previous);
  const { publicKey, keyMaker } = credential.after ?? {};
  if (old === undefined) return undefined;
  if (publicKey !== undefined && old.publicKey !== undefined) return publicKey !== old.publicKey;
  if (keyMaker === undefined) return undefined;
  if (keyMaker.makesNew) return true;
  return old.keyMaker === undefined ? undefined : old.keyMaker.urn !== keyMaker.urn;
}

/** Certificates and secrets of each identity. */
export function byIdentity(credentials: readonly Credential[]): Map<string, Credential[]> {
  const groups = new Map<string, Credential[]>();
  for (const credential of credentials) {
    const { key } = credential.identity;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [credential]);
    else group.push(credential);
  }
  return groups;
}
