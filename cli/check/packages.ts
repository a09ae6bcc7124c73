/** Which providers a program may want: those of the SDKs that are installed for it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Provider's name → folder of its SDK. */
export type InstalledPackages = ReadonlyMap<string, string>;

/** Pulumi's own packages that are no provider's SDK. */
const NO_PROVIDERS = new Set(["pulumi", "policy", "esc-sdk"]);

/** The provider of dynamic resources, whose code is the program's; no package of its own. */
const DYNAMIC = "pulumi-nodejs";

/** What node_modules holds, from the program's folder upwards; the nearest one counts, as for Node. */
export function installedPackages(programFolder: string): InstalledPackages {
  const found = new Map<string, string>();
  for (let folder = programFolder; ; folder = dirname(folder)) {
    for (const path of packageFolders(join(folder, "node_modules"))) {
      const name = providerOf(path);
      if (name !== undefined && !found.has(name)) found.set(name, path);
    }
    if (dirname(folder) === folder) break;
  }
  return found;
}

/** Names to attach: all that are installed or declared, and what every program can use. */
export function attachable(installed: InstalledPackages, declared: readonly string[]): string[] {
  const names = new Set(["azuread", "azure-native", "tls", "certlock", DYNAMIC, ...installed.keys()]);
  for (const name of declared) names.add(name);
  return [...names].filter(isProviderName).sort();
}

/** Whether the engine's list of attached providers can hold the name. */
export function isProviderName(name: string): boolean {
  return /^[a-zA-Z0-9][\w.-]*$/.test(name);
}

function packageFolders(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => {
      const path = join(modules, name);
      return name.startsWith("@") ? readdirSync(path).map((inner) => join(path, inner)) : [path];
    });
}

/** The provider a package is the SDK of; undefined for every other package. */
function providerOf(folder: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, "package.json"), "utf8");
  } catch {
    return undefined;
  }
  // Most packages have nothing to do with Pulumi and need not be parsed.
  if (!text.includes('"pulumi"')) return undefined;
  try {
    const manifest = JSON.parse(text) as { name?: unknown; pulumi?: { resource?: unknown; name?: unknown } };
    if (typeof manifest.pulumi !== "object") return undefined;
    const { resource, name } = manifest.pulumi;
    if (typeof name === "string" && name !== "") return name;
    if (resource !== true || typeof manifest.name !== "string") return undefined;
    const own = manifest.name.replace(/^@[^/]+\//, "").replace(/^pulumi-/, "");
    return NO_PROVIDERS.has(own) ? undefined : own;
  } catch {
    return undefined;
  }
}
