import type { ChildProcess } from "node:child_process";

/** Whether children get a group of their own, so that what they start can be ended with them. */
export const HAS_GROUPS = process.platform !== "win32";

/** Ends a child that was started with `detached`, and all that it has started: an endless loop hears nothing gentler. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}
