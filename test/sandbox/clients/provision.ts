import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Context } from "mocha";
import { isExecutable, pathFolders } from "../../../cli/engine/places";
import { run } from "../../../cli/engine/process";
import { providePython, PythonMissingError } from "../../../tools/python/provide";

/** A Python with the packages of a requirements file beside this one; without Python the suite is skipped, loudly. */
export async function pythonOrSkip(context: Context, requirements: string): Promise<string> {
  context.timeout(900_000);
  try {
    return await providePython({
      environment: process.env,
      requirements: join(__dirname, requirements),
      timeoutMs: 800_000,
    });
  } catch (error) {
    if (!(error instanceof PythonMissingError) || process.env["CERTLOCK_PYTHON"] === "required") throw error;
    process.stderr.write(`\n*** NO PYTHON: ${requirements} is skipped. ${error.message} ***\n`);
    return context.skip();
  }
}

/**
 * The program of the Go module in a folder beside this file, built once a content of the module in the user's cache;
 * without Go the suite is skipped, loudly.
 */
export async function goProgramOrSkip(context: Context, folder: string): Promise<string> {
  context.timeout(900_000);
  const go = pathFolders(process.env)
    .map((place) => join(place, "go"))
    .find(isExecutable);
  if (go === undefined) {
    if (process.env["CERTLOCK_GO"] === "required") throw new Error('No "go" was found on PATH.');
    process.stderr.write(`\n*** NO GO: the clients of ${folder}/ are skipped. ***\n`);
    return context.skip();
  }
  const source = join(__dirname, folder);
  const digest = createHash("sha256");
  for (const name of (await readdir(source)).sort())
    digest.update(name).update(await readFile(join(source, name)));
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const place = join(cache, "certlock", "go", `${folder}-${digest.digest("hex").slice(0, 16)}`);
  const program = join(place, "clients");
  if (isExecutable(program)) return program;

  // Made beside its place and moved there whole: what was interrupted is never taken for finished.
  const making = `${place}.${process.pid}`;
  await mkdir(making, { recursive: true });
  try {
    const build = ["build", "-trimpath", "-mod=readonly", "-o", join(making, "clients"), "."];
    const { code, stderr } = await run(go, build, {
      cwd: source,
      environment: process.env,
      timeoutMs: 800_000,
    });
    if (code !== 0) throw new Error(`go ${build.join(" ")} failed: ${stderr.trim().slice(-2000)}`);
    await rename(making, place).catch((error: unknown) => {
      // Another run was faster, and what it made is the same.
      if (!isExecutable(program)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return program;
}
