/** Policy packs as the engine can start them without a language host: executables. */
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { UsageError } from "../errors";
import { PACK_PROCESS } from "./guardian";

/**
 * @param packs executables, which are taken as they are, and folders of TypeScript and JavaScript packs
 * @returns paths of executables
 * @throws UsageError for what is no pack, all at once
 */
export async function packLaunchers(packs: readonly string[], folder: string): Promise<string[]> {
  const problems: string[] = [];
  const launchers: string[] = [];
  for (const [index, pack] of packs.map((path) => resolve(path)).entries()) {
    if (!existsSync(pack)) problems.push(`There is no policy pack ${pack}.`);
    else if (!statSync(pack).isDirectory()) launchers.push(pack);
    else {
      const runner = runnerOf(pack);
      if (runner === undefined)
        problems.push(
          `${pack} is no policy pack that can be started: it needs PulumiPolicy.yaml, a package.json, and @pulumi/pulumi installed for it.`,
        );
      else launchers.push(await launcher(pack, runner, join(folder, `pack-${index}`)));
    }
  }
  if (problems.length > 0) throw new UsageError("POLICY_PACK_INVALID", problems.join("\n"));
  return launchers;
}

function runnerOf(pack: string): string | undefined {
  const isPack = ["PulumiPolicy.yaml", "package.json"].every((name) => existsSync(join(pack, name)));
  if (!isPack) return undefined;
  try {
    return createRequire(join(pack, "index.js")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    return undefined;
  }
}

/** The pack's name is that of its folder; the SDK reads its version in the working directory. */
async function launcher(pack: string, runner: string, folder: string): Promise<string> {
  await mkdir(folder, { mode: 0o700 });
  const path = join(folder, basename(pack));
  const words = [process.execPath, runner, pack, join(folder, PACK_PROCESS)];
  const [node, script, root, own] = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  await writeFile(
    path,
    `#!/bin/sh\necho $$ >${own ?? ""}\ncd ${root ?? ""} || exit 1\nexec ${node ?? ""} ${script ?? ""} "$1" ${root ?? ""}\n`,
  );
  await chmod(path, 0o700);
  return path;
}
