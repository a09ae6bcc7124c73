import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
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

export async function createPrivateFiles(prefix: string): Promise<PrivateFiles> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
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
