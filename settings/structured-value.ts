/**
 * Reading values of unknown shape. Every reader reports what is wrong and then answers with something empty of
 * the right type, so that reading goes on and all problems are found; the caller throws the result away.
 */
import { nearestKey } from "../components/nearest-key";
import {
  describeGiven,
  describeKey,
  type Finding,
  type Problem,
  type Problems,
} from "../components/problems";

/** Namespace of the program's configuration: the name of the Pulumi project. */
export const NAMESPACE = "certlock-tenant";

/** Stands for a value that could not be read and was reported: nothing more is said about it. */
export const REPORTED = Symbol("reported");

/** Keys of an object, and whether each must be there. */
export type Shape = Readonly<Record<string, "required" | "optional">>;

/** Values by key; holds own properties only, whatever the keys are called. */
export type Values = ReadonlyMap<string, unknown>;

/** Reads an object: reports unknown keys, each with the nearest known one, and missing ones. Undefined if it is none. */
export function readObject(at: string, given: unknown, shape: Shape, problems: Problems): Values | undefined {
  if (given === REPORTED) return undefined;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    problems.add(at, {
      code: "wrong-type",
      given: describeGiven(given),
      allowed: `an object with the keys ${Object.keys(shape).join(", ")}`,
      remedy: `write it as a structured value in Pulumi.<stack>.yaml, or with ${setCommand(at)}`,
    });
    return undefined;
  }
  return readKeys(at, new Map(Object.entries(given)), shape, problems);
}

/** The same for values that are already taken apart. */
export function readKeys(at: string, given: Values, shape: Shape, problems: Problems): Values {
  for (const [key, presence] of Object.entries(shape)) {
    const path = join(at, key);
    if (presence === "required" && isAbsent(given.get(key))) problems.add(path, missing(path));
    // `networks:` with all its items commented out must not quietly mean "no lock".
    if (presence === "optional" && given.get(key) === null) problems.add(path, EMPTY);
  }
  for (const key of [...given.keys()].sort()) {
    if (!Object.hasOwn(shape, key))
      problems.add(join(at, describeKey(key)), unknownKey(key, Object.keys(shape)));
  }
  return given;
}

/** Reads a list; `at[0]` and so on are the places of its items. Undefined where there is none. */
export function readList(at: string, given: unknown, problems: Problems): readonly unknown[] | undefined {
  if (isAbsent(given) || given === REPORTED) return undefined;
  if (Array.isArray(given)) return given as readonly unknown[];
  problems.add(at, {
    code: "wrong-type",
    given: describeGiven(given),
    allowed: "a list",
    remedy: `write the items below each other in Pulumi.<stack>.yaml, or use ${setCommand(`${at}[0]`)}`,
  });
  return undefined;
}

/** The texts among items whose types were checked, and reported, before. */
export function textsOf(items: readonly unknown[] | undefined): readonly string[] {
  return (items ?? []).filter((item) => typeof item === "string");
}

/** Reads a text and applies a check to it. Absent values are the business of {@link readObject}. */
export function readText(
  at: string,
  given: unknown,
  problems: Problems,
  check: (text: string) => Finding | undefined = () => undefined,
): string {
  if (isAbsent(given) || given === REPORTED) return "";
  if (typeof given === "string") {
    problems.add(at, check(given));
    return given;
  }
  problems.add(at, {
    code: "wrong-type",
    given: describeGiven(given),
    allowed: "a text",
    remedy: "put it in quotes, so that YAML does not read it as something else",
  });
  return "";
}

/** Reads a number; `check` lets those of type `T` pass and nothing else. */
export function readNumber<T extends number>(
  at: string,
  given: unknown,
  fallback: T,
  check: (given: unknown) => Finding | undefined,
  problems: Problems,
): T {
  if (isAbsent(given) || given === REPORTED) return fallback;
  problems.add(at, check(given));
  return typeof given === "number" ? (given as T) : fallback;
}

/** Reads true or false; `fallback` where nothing was given. */
export function readFlag(at: string, given: unknown, fallback: boolean, problems: Problems): boolean {
  if (isAbsent(given) || given === REPORTED) return fallback;
  if (typeof given === "boolean") return given;
  problems.add(at, {
    code: "wrong-type",
    given: describeGiven(given),
    allowed: "true or false",
    remedy: "write it without quotes",
  });
  return fallback;
}

/** Reads one of a few words; `fallback` where nothing was given. */
export function readChoice<T extends string>(
  at: string,
  given: unknown,
  allowed: readonly T[],
  fallback: T,
  problems: Problems,
): T {
  if (isAbsent(given) || given === REPORTED) return fallback;
  const chosen = allowed.find((one) => one === given);
  if (chosen !== undefined) return chosen;
  const near = typeof given === "string" ? nearestKey(given, allowed) : undefined;
  problems.add(at, {
    code: "out-of-range",
    given: describeGiven(given),
    allowed: `one of ${allowed.join(", ")}`,
    remedy: near === undefined ? `choose one of these; the default is ${fallback}` : `write "${near}"`,
  });
  return fallback;
}

/** Pulumi hands structured values over as JSON, in any order of keys; answers with {@link REPORTED} where it is none. */
export function parseStructured(at: string, given: string, problems: Problems): unknown {
  try {
    return inOrder(JSON.parse(given));
  } catch {
    // The parser's own message repeats the text, which may be anything.
    problems.add(at, {
      code: "not-structured",
      given: describeGiven(given),
      allowed: "a structured value: YAML in Pulumi.<stack>.yaml, or JSON",
      remedy: `write it into Pulumi.<stack>.yaml, or use ${setCommand(`${at}…`)}`,
    });
    return REPORTED;
  }
}

/** With all keys in the order of their text, so that neither problems nor what is declared depend on how they stood. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
}

/** Nothing was given: the key is absent, or stands in the file without a value. */
export function isAbsent(given: unknown): boolean {
  return given === undefined || given === null;
}

/** What is given under known keys, without what has no value. */
export function known(values: Values | undefined, shape: Shape): Record<string, unknown> {
  const keys = Object.keys(shape).filter((key) => !isAbsent(values?.get(key)));
  return Object.fromEntries(keys.map((key) => [key, values?.get(key)]));
}

/** Adds what a component's own check found, at the place in the configuration its arguments come from. */
export function addBelow(at: string, found: readonly Problem[], problems: Problems): void {
  for (const { at: inside, ...finding } of found)
    problems.add(inside === "" ? at : `${at}.${inside}`, finding);
}

const EMPTY: Finding = {
  code: "missing",
  allowed: "a value, or no such key at all",
  remedy: "write the value, or remove the key to have its default",
};

function missing(path: string): Finding {
  return {
    code: "missing",
    allowed: "a value: this key has no default",
    remedy: `add it to Pulumi.<stack>.yaml, or use ${setCommand(path)}`,
  };
}

/** The value is never shown: whoever misspells a key may have put a secret there. */
function unknownKey(key: string, known: readonly string[]): Finding {
  const near = nearestKey(key, known);
  return {
    code: "unknown-key",
    allowed: `the keys ${known.join(", ")}`,
    remedy: near === undefined ? "remove it" : `did you mean "${near}"?`,
  };
}

function setCommand(path: string): string {
  return /[.[…]/.test(path)
    ? `\`pulumi config set --path '${NAMESPACE}:${path}' <value>\``
    : `\`pulumi config set ${NAMESPACE}:${path} <value>\``;
}

function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
