/** What can be said about a certificate credential, its defaults and its limits, for components and settings alike. */
import { CERTIFICATE_DAYS, checkDays } from "./lifetime";
import { checkOneOf, describeGiven, type Finding, type Problems } from "./problems";

/** Sizes of an RSA key. Entra signs applications in with RSA only; below 2048 bits it is unsafe. */
export const KEY_BITS = [2048, 3072, 4096] as const;

export type KeyBits = (typeof KEY_BITS)[number];

/**
 * One certificate with a key of its own. Changing any of this issues both anew, registers and publishes them, and
 * only then removes the old ones.
 *
 * When the validity ends, the application cannot sign in any more, and the next run, whatever it was meant for, issues
 * the certificate again for the same key. Do not wait for it: raise `generation` some days before.
 */
export interface CertificateArgs {
  /**
   * Lifetime in days, 1 to 365; keep it below the limit of the tenant policy, which Entra compares strictly.
   * @default 90
   */
  readonly validityDays?: number;
  /**
   * Size of the RSA key in bits: 2048, 3072 or 4096.
   * @default 3072
   */
  readonly keyBits?: KeyBits;
  /**
   * Number of the key, from 1. Raising it by one is how a key is rotated.
   * @default 1
   */
  readonly generation?: number;
}

export const CERTIFICATE_DEFAULTS = {
  validityDays: CERTIFICATE_DAYS.default,
  keyBits: 3072,
  generation: 1,
} as const satisfies Required<CertificateArgs>;

/** The same with every default filled in; what is there may still be wrong. */
export function withCertificateDefaults(args: CertificateArgs): Required<CertificateArgs> {
  const { validityDays, keyBits, generation } = CERTIFICATE_DEFAULTS;
  return {
    validityDays: args.validityDays ?? validityDays,
    keyBits: args.keyBits ?? keyBits,
    generation: args.generation ?? generation,
  };
}

export function checkCertificate(
  at: string,
  certificate: Required<CertificateArgs>,
  problems: Problems,
): void {
  problems.add(`${at}.validityDays`, checkDays(certificate.validityDays, CERTIFICATE_DAYS));
  problems.add(`${at}.keyBits`, checkOneOf(certificate.keyBits, KEY_BITS));
  problems.add(`${at}.generation`, checkGeneration(certificate.generation));
}

export function checkGeneration(given: unknown): Finding | undefined {
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= 1) return undefined;
  return {
    code: "out-of-range",
    given: describeGiven(given),
    allowed: "a whole number from 1",
    remedy: "start with 1 and raise it by one for a new key",
  };
}
