/** The certificates of one application, one after the other. */
import { sourcesOf } from "./belonging";
import { readCertificate } from "./certificate";
import { millisecondsPerDay } from "./lifetime";
import { privateKey } from "./resource-types";
import { StackResource } from "./stack";

export interface Dated {
  readonly credential: StackResource;
  /** Milliseconds of the era, as `Date` counts. */
  readonly from: number;
  readonly until: number;
}

/** Certificates that begin before their predecessor has ended, but not by enough days, and those that come later. */
export function gaps(
  certificates: readonly Dated[],
  now: number,
  days: number,
): readonly { readonly next: StackResource; readonly previous: StackResource }[] {
  const found: { next: StackResource; previous: StackResource }[] = [];
  // What has ended is history: nobody could mend it any more.
  const current = certificates
    .filter(({ until }) => until > now)
    .sort((one, other) => one.from - other.from || one.until - other.until);
  let [last] = current;
  for (const next of current) {
    if (!last || next.until <= last.until) continue;
    if (last.until - next.from < days * millisecondsPerDay)
      found.push({ next: next.credential, previous: last.credential });
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
  const made = [...sourcesOf(credential, "value")].filter((source) => source.is(privateKey));
  const keys = made.length === 1 ? made.map(({ urn }) => urn) : [];
  if (reading.kind !== "certificate") return keys;
  return [...keys, reading.certificate.publicKey.export({ type: "spki", format: "der" }).toString("hex")];
}
