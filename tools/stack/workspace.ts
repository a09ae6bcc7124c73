import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import type { Engine } from "../../cli/engine/find";
import { EXECUTABLE } from "../../cli/engine/places";

/**
 * Copies a project's Pulumi.yaml and Pulumi.<stack>.yaml into a folder of their own, so that what the engine
 * writes there (the encryption salt of a new stack) never touches the repository. Paths of plugins become
 * absolute. Configuration of the stack can be changed on the way.
 */
export async function copyProject(
  project: string,
  stackName: string,
  target: string,
  config: Readonly<Record<string, unknown>>,
): Promise<string> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  const settings = parse(await readFile(join(project, "Pulumi.yaml"), "utf8")) as ProjectFile;
  for (const provider of settings.plugins?.providers ?? []) {
    if (!isAbsolute(provider.path)) provider.path = resolve(project, provider.path);
  }
  delete settings.main;
  await writeFile(join(target, "Pulumi.yaml"), stringify(settings));

  const stack = await readStackFile(join(project, `Pulumi.${stackName}.yaml`));
  const merged = Object.entries({ ...stack.config, ...config });
  stack.config = Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  // A salt written by an earlier run belongs to another passphrase.
  delete stack.encryptionsalt;
  // The engine's YAML takes a plain moment for a date and hands it on in another spelling.
  const text = stringify(stack, { defaultStringType: "QUOTE_DOUBLE" });
  await writeFile(join(target, `Pulumi.${stackName}.yaml`), text, { mode: 0o600 });
  return settings.name;
}

/** A folder that holds nothing but the engine under the name the Automation API looks for. */
export async function engineRoot(engine: Engine, target: string): Promise<string> {
  await mkdir(join(target, "bin"), { recursive: true, mode: 0o700 });
  try {
    await symlink(engine.command, join(target, "bin", EXECUTABLE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return target;
}

interface ProjectFile {
  name: string;
  main?: string;
  plugins?: { providers?: { name: string; path: string }[] };
}

interface StackFile {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
}

async function readStackFile(path: string): Promise<StackFile> {
  try {
    return (parse(await readFile(path, "utf8")) as StackFile | null) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
