/** The certificates of one application, one after the other. */
import { sourcesOf } from "./belonging";
import { readCertificate } from "./certificate";
import { issuedFor, keyOf } from "./issued";
import { millisecondsPerDay } from "./lifetime";
import { Property } from "./property";
import { privateKey } from "./resource-types";
import { StackResource } from "./stack";
import { validityOf } from "./validity";

export interface Dated {
  readonly credential: StackResource;
  /** Milliseconds of the era, as `Date` counts; undefined where no start is stated. */
  readonly from: number | undefined;
  readonly until: number;
}

export interface Generations {
  /** Those whose dates are known, or will be those of a certificate that this update issues; the last to end comes last. */
  readonly dated: readonly Dated[];
  readonly undecided: readonly { readonly credential: StackResource; readonly property: Property }[];
}

export function readGenerations(credentials: readonly StackResource[], now: number): Generations {
  const read = credentials.map((credential) => ({ credential, ...validityOf(credential, now) }));
  const dated = read.filter((each) => each.kind === "known");
  return {
    dated: dated.sort((one, other) => one.until - other.until),
    undecided: read.filter((each) => each.kind === "undecided"),
  };
}

/** Valid for this many days, or for half of its life if that is less: a certificate for a week never has two left. */
export function isLasting({ from, until }: Dated, now: number, days: number): boolean {
  const half = from === undefined ? Infinity : (until - from) / 2;
  return until >= now + Math.min(days * millisecondsPerDay, half);
}

export interface Gap {
  readonly next: StackResource;
  readonly previous: StackResource;
  /** The successor has begun, so that it is too late to let it begin earlier. */
  readonly isPast: boolean;
}

/** Certificates that begin before their predecessor has ended, but not by enough days, and those that come later. */
export function gaps(certificates: readonly Dated[], now: number, days: number): readonly Gap[] {
  const found: Gap[] = [];
  // What has ended is history: nobody could mend it any more.
  const current = certificates
    .filter(({ until }) => until > now)
    .map((each) => ({ ...each, from: each.from ?? now }))
    .sort((one, other) => one.from - other.from || one.until - other.until);
  let [last] = current;
  for (const next of current) {
    if (!last || next.until <= last.until) continue;
    if (last.until - next.from < days * millisecondsPerDay)
      found.push({ next: next.credential, previous: last.credential, isPast: next.from <= now });
    last = next;
  }
  return found;
}

/** Credentials with a key that an earlier one of the list has already. */
export function sharedKeys(
  credentials: readonly StackResource[],
): readonly { readonly credential: StackResource; readonly first: StackResource }[] {
  const seen = new Map<string, StackResource>();
  return credentials.flatMap((credential) => {
    const keys = keysOf(credential);
    const first = keys.map((key) => seen.get(key)).find((found) => found !== undefined);
    if (first !== undefined) return [{ credential, first }];
    for (const key of keys) seen.set(key, credential);
    return [];
  });
}

/** By its bytes where the certificate is known, and where the stack makes the key also by the resource it comes from. */
function keysOf(credential: StackResource): readonly string[] {
  const reading = readCertificate(credential.properties);
  const certificate = issuedFor(credential);
  const key = certificate && keyOf(certificate);
  const made = key ? [key] : [...sourcesOf(credential, "value")].filter((source) => source.is(privateKey));
  const keys = made.length === 1 ? made.map(({ urn }) => urn) : [];
  if (reading.kind !== "certificate") return keys;
  return [...keys, reading.certificate.publicKey.export({ type: "spki", format: "der" }).toString("hex")];
}
