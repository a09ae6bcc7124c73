/** The real outside world for `postReview`. */
import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { PostDeps } from "./post";

/** GitHub's event payloads end well below this. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/**
 * Files, clock, network and randomness of this machine.
 *
 * @param log one line for people: standard error.
 * @param command one line for the host's log reader: standard output, unless that holds the report.
 */
export function systemDeps(log: (line: string) => void, command: (line: string) => void): PostDeps {
  return {
    fetch,
    sleep: async (milliseconds, signal) => {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
    random: Math.random,
    clock: () => new Date(),
    log,
    command,
    appendFile: (path, text) => appendFile(path, text),
    writeFile: (path, text) => writeFile(path, text, { mode: 0o600 }),
    sizeOf,
    readFile: async (path) => {
      if ((await sizeOf(path)) > MAX_EVENT_BYTES) throw new RangeError("The file is too large.");
      return readFile(path, "utf8");
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
