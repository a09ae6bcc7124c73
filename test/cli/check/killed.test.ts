/** `certlock check` that is ended from outside, at several moments: nothing goes on, nothing stays behind. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { engineFor } from "../../engine/engine";
import { PROGRAMS, start, TemporaryFolder } from "./certlock-process";

interface Moment {
  /** Whether it has come. */
  readonly isNow: (running: readonly string[], files: readonly string[]) => boolean;
}

const MOMENTS: Readonly<Record<string, Moment>> = {
  "its folder is there": { isNow: (_running, files) => files.length > 0 },
  "the program runs": { isNow: (running) => running.some((command) => command.includes("/cmd/run")) },
  "the engine runs": { isNow: (running) => running.some((command) => command.includes("pulumi preview")) },
  "the pack runs": { isNow: (running) => running.some((command) => command.includes("policies")) },
};

describe("a check that is ended from outside", function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  let started: ChildProcess | undefined;
  before(async function () {
    await engineFor(this);
  });
  beforeEach(() => {
    temporary = new TemporaryFolder();
  });
  afterEach(() => {
    // Where a moment never came, the check must not go on.
    started?.kill();
    temporary.remove();
  });

  for (const [signal, codes] of [
    ["SIGKILL", [null]],
    // An interruption that comes before anybody listens ends the process itself.
    ["SIGTERM", [143, null]],
    ["SIGINT", [130, null]],
  ] as const) {
    for (const [moment, { isNow }] of Object.entries(MOMENTS)) {
      it(`by ${signal}, when ${moment}`, async () => {
        const child = start(["check", join(PROGRAMS, "endless")], {
          environment: { TMPDIR: temporary.path },
        });
        started = child;
        const exit = once(child, "exit") as Promise<[number | null]>;
        await until(() => isNow(running(temporary.path), temporary.names));
        child.kill(signal);
        const [code] = await exit;
        assert.ok((codes as readonly (number | null)[]).includes(code), String(code));
        await until(() => running(temporary.path).length === 0);
        assert.deepEqual(temporary.names, []);
      });
    }
  }
});

/** Command lines of the processes that have to do with a folder: by their arguments, or the environment they were given. */
function running(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const isOurs =
          command.includes(folder) || readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
        return isOurs && command !== "" ? [command] : [];
      } catch {
        return [];
      }
    });
}

/** Looks again and again, until mocha has had enough. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 50));
}
