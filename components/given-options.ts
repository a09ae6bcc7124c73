/** Reading options whatever they are: programs in JavaScript, and values out of files, know no types. */
import * as pulumi from "@pulumi/pulumi";
import { nearestKey } from "./nearest-key";
import { describeGiven, describeKey, type Finding, type Problems } from "./problems";

type NamesOf<T> = T extends unknown ? keyof T : never;

/**
 * Every option of T, and what is said where it has no value: "required" is reported here; "checked" has no default
 * either, but what reads it says so in better words.
 */
export type OptionNames<T> = Readonly<Record<NamesOf<T>, "checked" | "optional" | "required">>;

/**
 * The options without those that have no value, so that every default holds for them. Reports what is no object, names
 * that nobody reads, and null; answers with undefined where there is no object at all.
 */
export function readOptions<T extends object>(
  at: string,
  given: T,
  names: OptionNames<T>,
  problems: Problems,
): T | undefined {
  const options: unknown = given;
  if (!isOptions(options)) {
    problems.add(
      at === "" ? "arguments" : at,
      wrongType(options, `an object with ${Object.keys(names).join(", ")}`),
    );
    return undefined;
  }
  const inFront = at === "" ? "" : `${at}.`;
  const read: Record<string, unknown> = {};
  for (const [name, presence] of Object.entries(names)) {
    const value = options[name];
    if (value !== undefined && value !== null) read[name] = value;
    else if (presence === "required") problems.add(inFront + name, MISSING);
    else if (value === null && presence === "optional") problems.add(inFront + name, EMPTY);
  }
  checkNames(inFront, options, Object.keys(names), problems);
  return read as T;
}

/** Adds the names that nobody reads; `place` is put in front of them. */
export function checkNames(place: string, given: object, known: readonly string[], problems: Problems): void {
  // A resource that fits may be handed over as it is, with all else it has.
  if (!isPlain(given)) return;
  for (const name of Object.keys(given).sort()) {
    if (!known.includes(name)) problems.add(place + describeKey(name), unknownName(name, known));
  }
}

/** The items of a list, which may be absent; undefined, and a problem, where it is something else. */
export function readItems<T>(
  at: string,
  given: readonly T[] | undefined,
  problems: Problems,
): readonly T[] | undefined {
  if (given === undefined) return [];
  if (Array.isArray(given)) return given as readonly T[];
  problems.add(at, wrongType(given, "a list"));
  return undefined;
}

/** The entries of an object whose names are free; undefined, and a problem, where it is something else. */
export function readEntries<T>(
  at: string,
  given: Readonly<Record<string, T>>,
  problems: Problems,
): readonly (readonly [string, T])[] | undefined {
  if (isOptions(given)) return Object.entries(given);
  problems.add(at, wrongType(given, "an object with one entry for each"));
  return undefined;
}

/** An object with options in it: no list, and nothing that is known only later. */
export function isOptions(given: unknown): given is Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return false;
  return !pulumi.Output.isInstance(given) && !(given instanceof Promise);
}

export function wrongType(given: unknown, allowed: string): Finding {
  return {
    code: "wrong-type",
    given: pulumi.Output.isInstance(given) ? "an output, known too late" : describeGiven(given),
    allowed,
    remedy: "correct it, or leave it out",
  };
}

function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === Object.prototype || prototype === null;
}

const MISSING: Finding = {
  code: "missing",
  allowed: "a value: this option has no default",
  remedy: "add it",
};

/** For what is null: neither a value nor nothing. */
export const EMPTY: Finding = {
  code: "missing",
  allowed: "a value, or no such option at all",
  remedy: "give it a value, or leave it out to have its default",
};

/** The value is never shown: whoever misspells a name may have put a secret there. */
function unknownName(name: string, known: readonly string[]): Finding {
  const near = nearestKey(name, known);
  return {
    code: "unknown-key",
    allowed: `the options ${known.join(", ")}`,
    remedy: near === undefined ? "remove it" : `did you mean "${near}"?`,
  };
}
