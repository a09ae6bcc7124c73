/** Keeps account of what a check could not look at, in words for the report. */
import type { NotEvaluatedItem } from "../review/input";
import type { Configuration } from "./configuration";
import type { SeenByMonitor } from "./monitor";

const AT_PREVIEW = "at the preview in the pipeline";

const MISSING_SETTING =
  "The program requires it and it is not set here: the program was given an unknown value.";

type Notes = Map<string, NotEvaluatedItem>;

/** What the program has asked for that only a cloud could answer. Each thing is listed once, in order of its name. */
export class Unanswered implements SeenByMonitor {
  readonly #notes: Notes = new Map();
  /** Providers that the engine is going to look for. */
  readonly providers = new Set<string>();
  /** Where the program declares a resource, by URN. */
  readonly positions = new Map<string, readonly string[]>();

  get items(): readonly NotEvaluatedItem[] {
    const entries = [...this.#notes].sort(([one], [other]) => (one < other ? -1 : 1));
    return entries.map(([, item]) => item);
  }

  function(token: string): void {
    const name = token.split(":").at(-1) ?? token;
    this.#note(name, token, "The cloud was not asked: the program was given unknown values.");
  }

  read(type: string, name: string): void {
    this.#note(name, type, "An existing resource: it was not read, and its properties are unknown.");
  }

  stackReference(name: string): void {
    this.#note(name, "pulumi:pulumi:StackReference", "Outputs of another stack: they are unknown here.");
  }

  missingSetting(key: string): void {
    this.#note("stack configuration", key, MISSING_SETTING);
  }

  remoteComponent(type: string, name: string): void {
    this.#note(name, type, "A component that its provider makes: the resources in it are not seen.");
  }

  imported(type: string, name: string): void {
    this.#note(
      name,
      type,
      "Takes over an existing resource, which was not read: judged by what the program says.",
    );
  }

  provider(name: string): void {
    if (name !== "" && name !== "pulumi") this.providers.add(name);
  }

  declared(urn: string, positions: readonly string[]): void {
    this.positions.set(urn, positions);
  }

  #note(resource: string, property: string, why: string): void {
    this.#notes.set(`${resource} ${property}`, { resource, property, why, enforced: AT_PREVIEW });
  }
}

/** What of the stack's configuration could not be had. */
export function unknownConfiguration(configuration: Configuration): readonly NotEvaluatedItem[] {
  const values = configuration.unknownKeys.map((key) => ({
    resource: "stack configuration",
    property: key,
    why: "The value is encrypted and cannot be decrypted here: the program was given an unknown value.",
    enforced: AT_PREVIEW,
  }));
  const madeUp = configuration.madeUpKeys.map((key) => ({
    resource: "stack configuration",
    property: key,
    why: MISSING_SETTING,
    enforced: AT_PREVIEW,
  }));
  const environments = configuration.escEnvironments.map((name) => ({
    resource: "Pulumi ESC environment",
    property: name,
    why: "Environments are not opened: values from there are missing.",
    enforced: AT_PREVIEW,
  }));
  return [...values, ...madeUp, ...environments];
}
