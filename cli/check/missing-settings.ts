/** Settings that a program of another language than Node's required and did not get, read from its complaint. */
import type { Configuration } from "./configuration";

/** Which the SDKs of every language have in common. */
const COMPLAINT = /missing required configuration variable '([\w.-]+(?::[\w.-]+)*)'/gi;

interface Ended {
  readonly stack: { readonly project: string };
  readonly events: string;
  readonly preview: { readonly ok: boolean };
  readonly output: string;
}

/**
 * @returns full keys of settings that the stack may have elsewhere: it has no file here, or imports an environment
 */
export function missingSettings(outcome: Ended, { mayBeIncomplete, values }: Configuration): string[] {
  if (outcome.preview.ok || !mayBeIncomplete) return [];
  const said = [...`${outcome.events}\n${outcome.output}`.matchAll(COMPLAINT)];
  const keys = said.map(([, key = ""]) => (key.includes(":") ? key : `${outcome.stack.project}:${key}`));
  return [...new Set(keys)].filter((key) => !Object.hasOwn(values, key));
}
