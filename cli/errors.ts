/** What the command line refuses, with codes that stay. */

/** The command was given something it cannot work with. The message says what to do; exit code 1. */
export class UsageError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "UsageError";
    this.code = code;
  }
}

/** The check cannot be made on this machine. The message says what is missing; exit code 3. */
export class IncompleteError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "IncompleteError";
    this.code = code;
  }
}
