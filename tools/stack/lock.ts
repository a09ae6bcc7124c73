import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/**
 * Whether a file backend is locked by nobody but engines of this machine that are dead: what a killed run leaves
 * behind, and what `pulumi cancel` may clear without asking.
 */
export async function isLockedByTheDead(stateFolder: string): Promise<boolean> {
  const locks = await lockFiles(stateFolder);
  const owners = await Promise.all(
    locks.map(async (path) => JSON.parse(await readFile(path, "utf8")) as LockOwner),
  );
  return owners.length > 0 && owners.every((owner) => owner.hostname === hostname() && !isAlive(owner.pid));
}

/** The lock files of a file backend; empty when no engine works on a stack of it. */
export async function lockFiles(stateFolder: string): Promise<string[]> {
  const folder = join(stateFolder, ".pulumi", "locks");
  try {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Whether a process exists on this machine, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
}
