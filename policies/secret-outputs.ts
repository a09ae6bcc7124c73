/** Client secrets among the outputs of a program or a component. */
import { leavesOf } from "./flow";
import { Property } from "./property";
import { readingsOf } from "./secret-encoding";
import { findSecrets } from "./secret-surface";
import { StackResource } from "./stack";

const holding = "which holds a client secret";
const named = "by its name a client secret";

/** Words at the end of a name that say something about a secret instead of giving it. */
const about = /(?:ids?|names?|ur[il]|expir\w{0,10}|date|thumbprint|version|path)$/i;

export interface OutputSecrets {
  /** Where one stands, and how that is known. */
  readonly held: ReadonlyMap<string, string>;
  readonly undecided: readonly Property[];
  /** There is more than is looked at. */
  readonly isTooLarge: boolean;
}

/**
 * @param secrets values of client secrets that the stack creates, as far as they are known
 * @param isCreated whether the stack creates any, known or not
 */
export function secretsInOutputs(
  owner: StackResource,
  secrets: readonly string[],
  isCreated: boolean,
): OutputSecrets {
  const held = new Map<string, string>();
  const undecided: Property[] = [];
  const tell = (path: string, problem: string): void => {
    if (!held.has(path)) held.set(path, problem);
  };
  for (const leaf of leavesOf(owner.properties)) {
    const isHeld = readingsOf(leaf.text ?? "").some((text) =>
      secrets.some((secret) => text.includes(secret)),
    );
    if (isHeld) tell(leaf.path, holding);
    if (!isCreated || !leaf.isUndecided || owner.isComponent) continue;
    if (/secret|passw|pwd|credential/i.test(leaf.path) && !about.test(leaf.path)) tell(leaf.path, named);
    else undecided.push(leaf);
  }
  // What comes from the configuration, another stack or a function shows like anywhere else.
  const surfaces = findSecrets(owner, "input", "settings", "template", "text", "script", "size");
  let isTooLarge = false;
  for (const { surface, path } of surfaces) {
    if (surface === "size") isTooLarge = true;
    else tell(path, surface === "text" || surface === "script" ? holding : named);
  }
  return { held, undecided, isTooLarge };
}
