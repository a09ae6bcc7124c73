/**
 * Cleans up after a check that was killed and can do so no more itself: a shell that waits for the end of its standard
 * input, which comes with the end of this process, however it ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { HAS_GROUPS } from "./process-group";

/** Where packs write down their process, within the folder: the engine gives each a group of its own. */
export const PACK_PROCESS = "process";

/** First argument: the private folder. A line is a group to end; "done" says that nothing is left to do. */
const SCRIPT = `
groups=
while read -r line; do
  [ "$line" = done ] && exit 0
  groups="$groups -$line"
done
for file in "$1"/pack-*/${PACK_PROCESS}; do
  [ -f "$file" ] && groups="$groups -$(cat "$file")"
done
for group in $groups; do kill -KILL "$group"; done
# A process that is ended in the middle of a call may still make a file.
for turn in 1 2 3; do
  rm -rf -- "$1"
  sleep 1
done
rm -rf -- "$1"
`;

export class Guardian {
  readonly #shell: ChildProcess | undefined;

  /** On Windows there is none: what a killed check leaves in the folder is removed by the next one. */
  constructor(folder: string) {
    if (!HAS_GROUPS) return;
    // In a session of its own, so that what ends this process does not end it as well.
    this.#shell = spawn("/bin/sh", ["-c", SCRIPT, "certlock-check", folder], {
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: {},
      detached: true,
    });
    // Without a shell nobody watches, and the check is as good as with one.
    this.#shell.on("error", () => undefined);
    this.#shell.stdin?.on("error", () => undefined);
    this.#shell.unref();
  }

  /** @param child started with `detached`: it has a group of its own */
  readonly watch = (child: ChildProcess): void => {
    if (child.pid !== undefined) this.#shell?.stdin?.write(`${child.pid}\n`);
  };

  /** Everything is gone already. */
  dismiss(): void {
    this.#shell?.stdin?.end("done\n");
  }
}
