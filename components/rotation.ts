/** When a certificate gives way to the next one: the numbers people choose, their limits and defaults. */

/** Sizes of an RSA key. Entra signs applications in with RSA only; below 2048 bits it is unsafe. */
export const KEY_BITS = [2048, 3072, 4096] as const;
export type KeyBits = (typeof KEY_BITS)[number];

/**
 * Days a client has to change over to the next certificate at the least. Whoever reads a vault through App Service
 * sees a new version within a day; three more for a long weekend and one in reserve.
 * https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-rotation
 */
export const CHANGEOVER_DAYS = 5;

/**
 * Validity of a certificate in days. 125 is below 180, the most CIS Microsoft 365 7.0.0 (5.1.5.6) and the Zero Trust
 * Assessment (21773) accept, and leaves twice 60 days and the changeover. 365 is the longest validity that all
 * documents on key credentials agree on. https://learn.microsoft.com/graph/applications-how-to-add-certificate
 */
export const VALIDITY_DAYS = { least: 2 * CHANGEOVER_DAYS + 1, most: 365, default: 125 } as const;

/** Days between two certificates: at most so many that twice as many fit into a validity. */
export const PERIOD_DAYS = { least: CHANGEOVER_DAYS, most: 182, default: 60 } as const;

/** The day generations are counted from where none is given. Never changed: that would renumber every certificate. */
export const DEFAULT_EPOCH = "2026-01-01";

/** Numbers that hold from one day on. What is left out stays as it was before. */
export interface RotationChange {
  /**
   * Day of the change in UTC, such as "2027-03-01": later than the change before it, or on its very day to withdraw,
   * and later than the day it is added on, or that day itself to withdraw. The numbers hold for the generations that
   * begin on this day or after it, so that no turn is cut short and no certificate is replaced.
   */
  readonly from: string;
  /** Days between two certificates, 5 to 182. */
  readonly periodDays?: number;
  /** Validity of the certificates in days, 11 to 365, more than twice the period. */
  readonly validityDays?: number;
  /** Size of the RSA keys in bits: 2048, 3072 or 4096. */
  readonly keyBits?: KeyBits;
  /**
   * Whether all certificates before this day are withdrawn, because a key may be known to others: a new generation
   * begins on this very day, with a number above all that may have been made on it, and the run that makes it removes
   * every older one. Clients have to read the vault again before they can sign in.
   * @default false
   */
  readonly withdraw?: boolean;
}

/**
 * When certificates follow each other. Generations are numbered from 1, and which of them exist is computed from these
 * numbers and the day of the run alone: generation g begins every `periodDays` from `epoch` on, and is registered
 * together with its predecessor, until g+2 takes its place. Each has a key of its own.
 *
 * `epoch` and the numbers must not be edited once certificates exist: that renumbers or replaces all of them at once.
 * Add a change instead.
 */
export interface RotationArgs {
  /**
   * Day the first generation begins, such as "2026-11-21", not after the day of the run. On the day of the first
   * deployment it is the best choice: then there is one certificate to begin with. With an earlier one the generation
   * before is made too, though nobody has ever used it, because what is planned depends on no memory.
   * @default "2026-01-01"
   */
  readonly epoch?: string;
  /**
   * Days between two certificates, 5 to 182. A run is needed at least as often; run daily or weekly.
   * @default - as many as fit twice into `validityDays` with 5 days to spare: 60 where neither is given
   */
  readonly periodDays?: number;
  /**
   * Validity of a certificate in days, 11 to 365, more than twice the period. Keep it below the limit of the tenant
   * policy, which Entra compares strictly.
   * @default - twice `periodDays` and 5 days: 125 where neither is given
   */
  readonly validityDays?: number;
  /**
   * Takes this generation for the current one, to go through a generation that missed runs left out. It is refused
   * once the certificate before it may have ended: take the pin out then.
   * @default - the one the day of the run lies in
   */
  readonly generation?: number;
  /**
   * Later numbers, in the order of their days. A change must not be added once its day has come, but for one that
   * withdraws, nor be edited or removed then.
   * @default - none
   */
  readonly changes?: readonly RotationChange[];
}
