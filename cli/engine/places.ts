import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { ENGINE_VERSION } from "./version";

/** The variables of the environment that say where an engine may lie. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const EXECUTABLE = process.platform === "win32" ? "pulumi.exe" : "pulumi";
const LANGUAGE_HOST = process.platform === "win32" ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";

/** Folders of PATH, without `node_modules/.bin`: the `pulumi` there is npm's launcher, which would download. */
export function pathFolders(environment: Environment): string[] {
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.endsWith(join("node_modules", ".bin")))
    .filter((folder) => !folder.includes(`${sep}node-gyp-bin`));
}

/** Where the Pulumi installer, the npm launcher and the Automation API put release `ENGINE_VERSION`. */
export function releasePath(environment: Environment): string {
  const home = environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  return join(home, "versions", ENGINE_VERSION, "bin", EXECUTABLE);
}

/**
 * Where an engine built here is kept for the next run. Not under PULUMI_HOME: a build from Go modules has no
 * Node language host, and the official launcher must not take it for a full release.
 */
export function builtPath(environment: Environment): string {
  const cache = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(cache, "certlock", "engine", ENGINE_VERSION, "bin", EXECUTABLE);
}

/** True for an executable, non-empty file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const { size } = statSync(file);
    return size > 0 && statSync(file).isFile();
  } catch {
    return false;
  }
}

/** True when the engine can start Node programs and TypeScript packs by itself. */
export function hasNodeLanguageHost(command: string, environment: Environment): boolean {
  return [dirname(command), ...pathFolders(environment)].some((folder) =>
    isExecutable(join(folder, LANGUAGE_HOST)),
  );
}
