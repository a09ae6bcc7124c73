/**
 * Reading properties of resources as the engine writes them down: a value can be absent, unknown before the update, or
 * secret. Only a known one is ever read.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go (unknown values)
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go (secrets)
 */

export type Values = Readonly<Record<string, unknown>>;
export type State = "absent" | "unknown" | "secret" | "known";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** What the engine puts in place of a secret where it prints state. */
const MASK = "[secret]";

/** Bool, number, string, list, asset, archive, object. */
const UNKNOWN: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function stateOf(value: unknown): State {
  if (value === undefined || value === null) return "absent";
  if (UNKNOWN.has(value)) return "unknown";
  if (value === MASK || isSecret(value)) return "secret";
  return "known";
}

/** The value at a path, secret and unknown ones as they are; nothing below them. */
export function at(values: Values | undefined, ...path: readonly string[]): unknown {
  let found: unknown = values;
  for (const step of path) {
    if (!isRecord(found) || isSecret(found)) return undefined;
    // Own members only: what is called "constructor" must not find one.
    found = Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/** The text at a path, where it is one, known and no secret. */
export function textAt(values: Values | undefined, ...path: readonly string[]): string | undefined {
  const found = at(values, ...path);
  return typeof found === "string" && stateOf(found) === "known" && found !== "" ? found : undefined;
}

export function numberAt(values: Values | undefined, ...path: readonly string[]): number | undefined {
  const found = at(values, ...path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

export function flagAt(values: Values | undefined, ...path: readonly string[]): boolean | undefined {
  const found = at(values, ...path);
  return typeof found === "boolean" ? found : undefined;
}

/** The known texts in a list; what is not known in it is left out. */
export function textsAt(values: Values | undefined, ...path: readonly string[]): readonly string[] {
  return listAt(values, ...path).filter(
    (entry): entry is string => typeof entry === "string" && stateOf(entry) === "known",
  );
}

export function listAt(values: Values | undefined, ...path: readonly string[]): readonly unknown[] {
  const found = at(values, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function recordsAt(values: Values | undefined, ...path: readonly string[]): readonly Values[] {
  return listAt(values, ...path).filter((entry): entry is Values => isRecord(entry) && !isSecret(entry));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && value[SIGNATURE] === SECRET;
}

/**
 * Every text that is marked as secret anywhere in a value, which an engine with `--show-secrets` prints. Without they
 * are masked and nothing is found.
 */
export function secretTexts(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const entry of value) secretTexts(entry, found);
  else if (isRecord(value)) {
    if (isSecret(value)) textsWithin(plain(value["plaintext"] ?? value["value"]), found);
    for (const entry of Object.values(value)) secretTexts(entry, found);
  }
  return found;
}

/** The plain text of a secret is JSON in a string. */
function plain(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Every text in a value whatever it is. */
export function textsWithin(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === "string") found.add(value);
  else if (Array.isArray(value)) for (const entry of value) textsWithin(entry, found);
  else if (isRecord(value)) for (const entry of Object.values(value)) textsWithin(entry, found);
  return found;
}
