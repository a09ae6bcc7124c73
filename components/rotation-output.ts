/**
 * The output `rotation` of an application: its schedule, for whoever has to know what later runs will do and does not
 * run the program. `certlock rotation plan` reads it in an exported state and in the events of a preview.
 */
import { dateOf } from "./calendar";
import type { CertificatePlan } from "./certificate-args";
import type { KeyBits } from "./rotation";

/** Raised when a field goes or changes its meaning; one that comes changes nothing. */
export const ROTATION_OUTPUT_VERSION = 1;

/** Nothing of it is secret. */
export interface RotationOutput {
  readonly version: number;
  /** Where the keys are kept. Certificates of the kind "external" have no schedule: they are replaced by hand. */
  readonly key: "tls" | "vault" | "external";
  /** The numbers that hold one after the other; none for keys of the kind "external". */
  readonly terms: readonly {
    /** Day the first of its generations begins. */
    readonly from: string;
    /** Number of that generation. */
    readonly first: number;
    readonly periodDays: number;
    readonly validityDays: number;
    readonly keyBits: KeyBits;
    /** Whether the run of that day removes every older generation. */
    readonly withdraws: boolean;
  }[];
  /** The generation a program takes for the current one, where it names one. */
  readonly pinned?: number;
}

export function rotationOutputOf(plan: CertificatePlan | undefined): RotationOutput | undefined {
  if (plan === undefined) return undefined;
  if (plan.key === "external") return { version: ROTATION_OUTPUT_VERSION, key: plan.key, terms: [] };
  const { terms, pinned } = plan.schedule;
  return {
    version: ROTATION_OUTPUT_VERSION,
    key: plan.key,
    terms: terms.map(({ from, first, periodDays, validityDays, keyBits, withdraws }) => ({
      from: dateOf(from),
      first,
      periodDays,
      validityDays,
      keyBits,
      withdraws,
    })),
    ...(pinned !== undefined && { pinned }),
  };
}
