/** Reads the variables of a run and remembers all that is wrong with them, so that one message says everything. */
import { apiRoot } from "./endpoint";
import { PostConfigurationError } from "./errors";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a text file; rejects when there is none. */
export type ReadFile = (path: string) => Promise<string>;

/** One pass over the variables of a run. Every reader answers a harmless value after noting a problem. */
export class Variables {
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The value, or undefined when it is absent, empty or an Azure Pipelines macro that was not expanded. */
  optional(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === undefined || value === "" || /^\$\([^)]*\)$/.test(value) ? undefined : value;
  }

  required(name: string, pattern: RegExp, wanted: string): string {
    const value = this.optional(name);
    if (value === undefined) this.problems.push(`${name} is not set: ${wanted}.`);
    else if (value.length > 500 || !pattern.test(value)) {
      this.problems.push(`${name} must be ${wanted}; given ${JSON.stringify(value.slice(0, 80))}.`);
    } else return value;
    return "";
  }

  /** The first of the named variables that is set. Its value is never shown. */
  token(names: readonly string[], how: string): string {
    const name = names.find((candidate) => this.optional(candidate) !== undefined);
    const value = name === undefined ? undefined : this.optional(name);
    if (value === undefined) this.problems.push(`No token: set ${names.join(" or ")}. ${how}`);
    else if (!/^[\x21-\x7e]{1,8192}$/.test(value)) {
      this.problems.push(
        `${String(name)} does not look like a token: it has characters that no header may hold.`,
      );
    } else return value;
    return "";
  }

  root(name: string, fallback?: string): URL {
    const value = this.optional(name) ?? fallback;
    const root = value === undefined ? `${name} is not set: the address of the API.` : apiRoot(name, value);
    if (typeof root !== "string") return root;
    this.problems.push(root);
    return new URL("https://invalid.invalid/");
  }

  /** @throws PostConfigurationError naming every problem noted so far. */
  assertComplete(host: string): void {
    if (this.problems.length === 0) return;
    throw new PostConfigurationError(
      `Cannot post to ${host}: ${this.problems.join(" ")} docs/pipelines.md has a working set-up for each host.`,
    );
  }
}

export const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
export const NUMBER = /^[1-9]\d{0,17}$/;
