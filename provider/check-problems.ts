/** What the checks of all resources share: problems with property paths, and values quoted safely. */
import { nearest } from "./nearest";
import { isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import { quoted, shownName } from "./quote";
import type { CheckProblem } from "./resource-handler";

/** Collects problems, and quotes what was given unless it is or looks like a secret. */
export class Problems {
  readonly list: CheckProblem[] = [];
  readonly #secretKeys: ReadonlySet<string>;

  constructor(secretKeys: ReadonlySet<string>) {
    this.#secretKeys = secretKeys;
  }

  add(property: string, reason: string): void {
    this.list.push({ property, reason });
  }

  given(property: string, value: PropertyValue): string {
    if (typeof value !== "string") return `given: ${kindOf(value)}`;
    const top = property.split(/[.[]/, 1)[0] ?? property;
    if (this.#secretKeys.has(top)) return "given: a secret value";
    return `given: ${quoted(value)}`;
  }
}

/** A text that must be one of a few words. Unknown values of a preview are taken to be right. */
export function checkWord(
  value: PropertyValue | undefined,
  allowed: readonly string[],
  path: string,
  problems: Problems,
): void {
  if (value === UNKNOWN) return;
  const list = allowed.map((word) => `"${word}"`).join(", ");
  if (value === undefined || value === null) problems.add(path, `is required; allowed: ${list}`);
  else if (typeof value !== "string")
    problems.add(path, `must be one of ${list}; ${problems.given(path, value)}`);
  else if (!allowed.includes(value)) {
    const meant = nearest(value, allowed);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    problems.add(path, `must be one of ${list}; ${problems.given(path, value)}${hint}`);
  }
}

/** Refuses properties nobody knows, with the one probably meant. */
export function checkKeys(
  map: PropertyMap,
  allowed: readonly string[],
  path: string,
  problems: Problems,
): void {
  for (const key of Object.keys(map)) {
    // The engine adds keys of its own that start with two underscores.
    if (allowed.includes(key) || key.startsWith("__")) continue;
    const meant = nearest(key, allowed);
    const remedy = meant === undefined ? `allowed: ${allowed.join(", ")}` : `did you mean "${meant}"?`;
    const name = shownName(key);
    problems.add(path === "" ? name : `${path}.${name}`, `is not a known property; ${remedy}`);
  }
}

function kindOf(value: PropertyValue): string {
  if (value === null) return "nothing";
  if (isList(value)) return "a list";
  return isMap(value) ? "an object" : `a ${typeof value}`;
}
