/** What is wrong with an option or a configuration key, said so that the reader can put it right at once. */
import { RunError } from "@pulumi/pulumi";

/** Stable names of problems: scripts and documentation refer to them, so they are never renamed. */
export type ProblemCode =
  | "audience-not-lockable"
  | "certificate-outlives-policy"
  | "choose-one"
  | "duplicate"
  | "entra-issuer"
  | "identity-not-on-worker"
  | "invalid-certificate"
  | "invalid-date"
  | "invalid-id"
  | "invalid-name"
  | "invalid-text"
  | "invalid-url"
  | "missing"
  | "network-family"
  | "network-host-bits"
  | "network-malformed"
  | "network-not-public"
  | "network-too-wide"
  | "not-structured"
  | "out-of-range"
  | "own-principal"
  | "owner-not-allowed"
  | "private-key"
  | "reason-missing"
  | "rotation-gap"
  | "secret-in-url"
  | "too-long"
  | "too-many"
  | "two-writers"
  | "unknown-key"
  | "vault-unreachable"
  | "wildcard"
  | "wrong-type";

/** A verdict on one value, without the place it was found at. */
export interface Finding {
  readonly code: ProblemCode;
  /** The value received, clipped and escaped; absent when nothing was given or it must not be shown. */
  readonly given?: string;
  /** What would be accepted, limits included. */
  readonly allowed: string;
  /** The next move. */
  readonly remedy: string;
}

/** A finding and its place, for example `applications[2].networks[0]`. */
export interface Problem extends Finding {
  readonly at: string;
}

/** Collects problems while arguments are walked, so that all of them are reported together. */
export class Problems {
  readonly #found: Problem[] = [];

  add(at: string, finding: Finding | undefined): void {
    if (finding !== undefined) this.#found.push({ at, ...finding });
  }

  get found(): readonly Problem[] {
    return [...this.#found];
  }
}

/**
 * Base of the errors that list problems. Extends Pulumi's RunError, which the engine prints as its message
 * alone: a stack trace helps nobody to correct a configuration file.
 */
export abstract class ProblemsError extends RunError {
  /** Stable name of the situation. */
  abstract readonly code: string;
  /** Every problem, in the order of reading. */
  readonly problems: readonly Problem[];

  protected constructor(headline: string, problems: readonly Problem[]) {
    super(
      [headline, ...problems.slice(0, PRINTED_PROBLEMS).map(printProblem), ...rest(problems)].join("\n\n"),
    );
    this.problems = problems;
  }
}

/** Thrown by a component's constructor before it registers anything, or once a value of another resource is known. */
export class ArgumentError extends ProblemsError {
  readonly code = "CERTLOCK_ARGUMENTS";
  override readonly name = "ArgumentError";

  constructor(
    component: string,
    name: string,
    problems: readonly Problem[],
    when: "before" | "later" = "before",
  ) {
    super(
      `CERTLOCK_ARGUMENTS: ${component} ${describeGiven(name)} has ${count(problems)} in its arguments; ` +
        (when === "before" ? "it was not registered." : "what depends on them was not registered."),
      problems,
    );
  }
}

/** Throws an {@link ArgumentError} when anything was found. */
export function refuseArguments(component: string, name: string, problems: Problems): void {
  if (problems.found.length > 0) throw new ArgumentError(component, name, problems.found);
}

/** A value out of a short list, or a finding that prints the list. */
export function checkOneOf(given: unknown, allowed: readonly (string | number)[]): Finding | undefined {
  if (allowed.some((one) => one === given)) return undefined;
  return {
    code: "out-of-range",
    given: describeGiven(given),
    allowed: `one of ${allowed.join(", ")}`,
    remedy: "choose one of these, spelt like this",
  };
}

/** "1 problem", "3 problems". */
export function count(problems: readonly Problem[]): string {
  return problems.length === 1 ? "1 problem" : `${problems.length} problems`;
}

/** A value as it may stand in a message: short, on one line, escaped, and never something like a secret. */
export function describeGiven(value: unknown): string {
  if (typeof value === "string") return looksLikeSecret(value) ? HIDDEN : `"${printable(value)}"`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of length ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A configuration key as it may stand in a path; keys are shown where values are not. */
export function describeKey(key: string): string {
  if (looksLikeSecret(key)) return HIDDEN;
  return /^[\w-]{1,60}$/.test(key) ? key : `"${printable(key)}"`;
}

/** Longest piece of a received string that is repeated in a message, in characters. */
const PRINTED_CHARACTERS = 60;

/** Problems printed in full; the error object always carries all of them. */
const PRINTED_PROBLEMS = 50;

const HIDDEN = "(not shown: it looks like a secret)";

/** Characters that would move the cursor, hide or reorder text in a terminal or a pull request. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}"\\]/gu;

function printable(text: string): string {
  // A pair of surrogates cut in two is escaped below like any other character nobody can read.
  const clipped = text.slice(0, PRINTED_CHARACTERS);
  const escaped = clipped.replaceAll(UNPRINTABLE, (character) =>
    character === '"' || character === "\\"
      ? `\\${character}`
      : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return clipped.length < text.length ? `${escaped}…` : escaped;
}

/** Shapes of what people paste by mistake. Hiding too much costs a detail, showing too much costs a rotation. */
const SECRET_SHAPES = [
  /-----BEGIN/, // PEM
  /[0-9]Q~/, // Entra client secret
  /eyJ[\w-]{8,}/, // JSON web token
  /MI[I-L][A-Za-z0-9+/]{16}/, // base64 of DER: PFX, PKCS#8
  /(?:AccountKey|SharedAccessKey|password|secret|sig)=/i, // connection strings, signed URLs
];

/** From this length on, an unbroken run mixing cases and digits is more likely a token than a name. */
const TOKEN_CHARACTERS = 20;

function looksLikeSecret(text: string): boolean {
  const inspected = text.slice(0, 4096);
  if (SECRET_SHAPES.some((shape) => shape.test(inspected))) return true;
  return inspected
    .split(/[\s:.,;]/)
    .some(
      (run) => run.length >= TOKEN_CHARACTERS && /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run),
    );
}

function printProblem(problem: Problem): string {
  return [
    `  ${problem.at} [${problem.code}]`,
    ...(problem.given === undefined ? [] : [`    given:   ${problem.given}`]),
    `    allowed: ${problem.allowed}`,
    `    remedy:  ${problem.remedy}`,
  ].join("\n");
}

function rest(problems: readonly Problem[]): string[] {
  const more = problems.length - PRINTED_PROBLEMS;
  return more > 0 ? [`  … and ${more} more: correct these first.`] : [];
}
