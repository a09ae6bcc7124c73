/** This repository's pack, compiled: built when its sources are newer, started once for all tests that share it. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Pack, startPack } from "./pack";
import { ResourceInput } from "./wire";

export const repository = resolve(__dirname, "../../..");
export const packDirectory = join(repository, "policies");

let running: Promise<Pack> | undefined;

/** The pack without configuration or environment. Tests that set either start one of their own. */
export function compiledPack(): Promise<Pack> {
  buildPack();
  running ??= startPack({ directory: packDirectory }).then(withStack);
  return running;
}

/** The engine registers the stack before anything else. */
export const stackResource: ResourceInput = {
  type: "pulumi:pulumi:Stack",
  name: "certlock-tenant-dev",
  props: {},
};

async function withStack(pack: Pack): Promise<Pack> {
  await pack.analyze(stackResource);
  return pack;
}

/** Compiles `policies/` unless what is compiled is newer than every source: a test never judges yesterday's rules. */
export function buildPack(): void {
  const sources = ["", "rules"].flatMap((folder) => filesOf(join(packDirectory, folder), ".ts"));
  sources.push(join(packDirectory, "tsconfig.json"));
  // One for each source: what is left of a source that is gone stays old however often this compiles.
  const compiled = sources
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(packDirectory, "dist", relative(packDirectory, file).replace(/ts$/, "js")));
  const newestSource = Math.max(...sources.map(modified));
  const oldestCompiled = compiled.every(existsSync) ? Math.min(...compiled.map(modified)) : 0;
  if (oldestCompiled < newestSource) {
    execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", packDirectory], {
      stdio: "inherit",
    });
  }
}

function filesOf(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .map((file) => join(folder, file));
}

function modified(file: string): number {
  return statSync(file).mtimeMs;
}

/** Ends the shared pack, if it runs; the next test that asks for it starts another. */
export async function stopCompiledPack(): Promise<void> {
  const pack = running;
  running = undefined;
  await (await pack)?.stop();
}
