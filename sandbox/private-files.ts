import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory only its owner can enter, for files other processes must be pointed at. */
export interface PrivateFiles {
  readonly directory: string;
  /** Writes a file only its owner can read; returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Removes the directory and all in it. */
  remove(): Promise<void>;
}

/**
 * Makes `<prefix><process id>-…` among the temporary files. Directories of the same prefix whose process was killed
 * are removed first: nobody else would.
 */
export async function createPrivateFiles(prefix: string): Promise<PrivateFiles> {
  await removeOrphans(prefix);
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  // mkdtemp makes it 0700 already, but a later umask-minded reader should not have to know.
  await chmod(directory, 0o700);
  return {
    directory,
    write: async (name, text) => {
      const path = join(directory, name);
      await writeFile(path, text, { mode: 0o600, flag: "wx" });
      return path;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function removeOrphans(prefix: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // Another user's, on a shared machine, is not ours to remove; in a race somebody else was quicker.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether a process exists, whoever it belongs to. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
