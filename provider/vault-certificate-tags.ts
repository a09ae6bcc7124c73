/** What we write on a version in Key Vault, so that a later run knows whose it is. */
import { createHash } from "node:crypto";
import type { CertificateRequest } from "./vault-certificate-request";
import { isObject } from "./vault-client";

/** Tags with this start are ours; programs may not use it. */
export const OWN_TAGS_PREFIX = "certlock-";

const GENERATION = "certlock-generation";
/** Digest of what was asked for: two versions with the same one are of the same making. */
const REQUEST = "certlock-request";
/**
 * Random, new in every create. The state remembers it, and a resource touches only a version that bears its own: one
 * that another create has taken over since is no longer this one's to disable.
 */
const CLAIM = "certlock-claim";

export interface Marks {
  readonly generation: number | undefined;
  readonly request: string | undefined;
  readonly claim: string | undefined;
}

export type Tags = Readonly<Record<string, string>>;

/** The tags to write: those declared, and ours. */
export function tagsToWrite(request: CertificateRequest, claim: string): Tags {
  return {
    ...request.tags,
    [GENERATION]: String(request.generation),
    [REQUEST]: requestDigest(request),
    ...(claim === "" ? {} : { [CLAIM]: claim }),
  };
}

/** Tells requests apart by everything that makes a key or a certificate different. */
export function requestDigest(request: Omit<CertificateRequest, "tags">): string {
  const { subject, keyBits, validityMonths, issuerName, contentType } = request;
  return digestOf([subject, keyBits, validityMonths, issuerName, contentType]);
}

export function digestOf(parts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** The tags of a certificate that the vault renews: no generation, for the vault counts none. */
export function renewalTags(others: Tags, request: string, claim: string): Tags {
  return { ...others, [REQUEST]: request, ...(claim === "" ? {} : { [CLAIM]: claim }) };
}

/** Whether a version was made for a SelfRenewingCertificate. */
export function isSelfRenewing({ claim, generation }: Marks): boolean {
  return claim !== undefined && generation === undefined;
}

/** The tags of an answer, split into ours and those of others. */
export function readTags(value: unknown): {
  readonly marks: Marks;
  readonly others: Tags;
  readonly all: Tags;
} {
  const all = isObject(value) ? textsOf(value) : {};
  const generation = all[GENERATION];
  return {
    marks: {
      generation: generation !== undefined && /^\d{1,15}$/.test(generation) ? Number(generation) : undefined,
      request: all[REQUEST],
      claim: all[CLAIM],
    },
    others: Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith(OWN_TAGS_PREFIX))),
    all,
  };
}

function textsOf(map: Readonly<Record<string, unknown>>): Tags {
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
