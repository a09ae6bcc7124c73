/**
 * Reads the output `rotation` of a `SecretFreeApplication` (components/rotation-output.ts writes it): the schedule its
 * certificates follow. It comes from a file, so nothing in it is believed.
 */
import { z } from "zod";
import { parseDay } from "../../components/calendar";
import { KEY_BITS, PERIOD_DAYS, VALIDITY_DAYS } from "../../components/rotation";
import type { Schedule, Term } from "../../components/rotation-schedule";

/** Version of the output this command understands. */
const VERSION = 1;
/** Nobody changes the numbers of a rotation more often. */
const MOST_TERMS = 1000;
const MOST_GENERATIONS = 1_000_000;

const generation = z.int().min(1).max(MOST_GENERATIONS);

const term = z
  .object({
    from: z.string().transform((given, context) => {
      const day = parseDay(given);
      if (day !== undefined) return day;
      context.addIssue({ code: "custom", message: "is no day" });
      return z.NEVER;
    }),
    first: generation,
    periodDays: z.int().min(PERIOD_DAYS.least).max(PERIOD_DAYS.most),
    validityDays: z.int().min(VALIDITY_DAYS.least).max(VALIDITY_DAYS.most),
    keyBits: z.literal(KEY_BITS),
    withdraws: z.boolean(),
  })
  .refine(({ periodDays, validityDays }) => validityDays > 2 * periodDays);

const output = z.object({
  version: z.literal(VERSION),
  key: z.enum(["tls", "vault", "external"]),
  terms: z.array(term).max(MOST_TERMS),
  pinned: generation.optional(),
});

export type ReadRotation =
  | { readonly key: "external" }
  | { readonly key: "tls" | "vault"; readonly schedule: Schedule }
  /** There is an output, and this version cannot read it. */
  | { readonly key: "unknown"; readonly why: string };

/** @returns undefined where there is no such output: an older certlock, or no certificate */
export function readRotationOutput(given: unknown): ReadRotation | undefined {
  if (given === undefined || given === null) return undefined;
  const version = z.object({ version: z.int() }).safeParse(given).data?.version;
  if (version !== undefined && version > VERSION)
    return { key: "unknown", why: `its schedule is written by a newer certlock (version ${version})` };
  const { data } = output.safeParse(given);
  if (data === undefined || !isInOrder(data.terms))
    return { key: "unknown", why: "its schedule is not of the form certlock writes" };
  if (data.key === "external") return { key: data.key };
  if (data.terms.length === 0) return { key: "unknown", why: "its schedule has no numbers" };
  const schedule = { terms: data.terms, ...(data.pinned !== undefined && { pinned: data.pinned }) };
  return { key: data.key, schedule };
}

/** Days never go back, and numbers grow. */
function isInOrder(terms: readonly Term[]): boolean {
  return terms.every((each, index) => {
    const before = terms[index - 1];
    return before === undefined || (each.from >= before.from && each.first > before.first);
  });
}
