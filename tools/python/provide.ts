import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type Environment, isExecutable, pathFolders } from "../../cli/engine/places";
import { run } from "../../cli/engine/process";

/** There is no `python3` on PATH. */
export class PythonMissingError extends Error {
  readonly code = "PYTHON_MISSING";

  constructor() {
    super('No "python3" was found on PATH: install Python 3.10 or newer, with its modules venv and pip.');
    this.name = "PythonMissingError";
  }
}

/** Python is there, but an environment with the packages could not be made; the message has the tool's own words. */
export class PythonPackagesError extends Error {
  readonly code = "PYTHON_PACKAGES_FAILED";

  constructor(command: string, said: string) {
    super(`"${command}" failed, so the packages are not there: ${said}`);
    this.name = "PythonPackagesError";
  }
}

export interface PythonOptions {
  readonly environment: Environment;
  /** A requirements file with a hash of every package. */
  readonly requirements: string;
  /** Milliseconds for one command, of which there are two. @default 240 000 */
  readonly timeoutMs?: number;
}

/**
 * Path of a Python that has the packages of a requirements file. Made once, in the user's cache, under a name derived
 * from the file and the interpreter: a changed file or a newer Python is another environment.
 *
 * @throws PythonMissingError, PythonPackagesError
 */
export async function providePython(options: PythonOptions): Promise<string> {
  const { environment, requirements, timeoutMs = 240_000 } = options;
  const python = pathFolders(environment)
    .map((folder) => join(folder, "python3"))
    .find(isExecutable);
  if (python === undefined) throw new PythonMissingError();
  const finish = async (command: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(command, args, { environment, timeoutMs });
    if (code !== 0)
      throw new PythonPackagesError([command, ...args].join(" "), (stderr || stdout).trim().slice(-2000));
    return stdout;
  };

  const version = await finish(python, "-c", "import sys; print(sys.version, sys.executable)");
  const digest = createHash("sha256")
    .update(version)
    .update(await readFile(requirements))
    .digest("hex");
  const cache = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const place = join(cache, "certlock", "python", digest.slice(0, 16));
  const executable = join(place, "bin", "python");
  if (isExecutable(executable)) return executable;

  // Made beside its place and moved there whole: what was interrupted is never taken for finished.
  const making = `${place}.${process.pid}`;
  try {
    await mkdir(dirname(place), { recursive: true });
    await finish(python, "-m", "venv", "--clear", making);
    const install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", requirements];
    await finish(join(making, "bin", "python"), ...install);
    await rename(making, place).catch((error: unknown) => {
      // Another run was faster, and what it made is the same.
      if (!isExecutable(executable)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return executable;
}
