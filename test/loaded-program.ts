/** The repository's own program, loaded as Pulumi's Automation API loads it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

const ROOT = join(__dirname, "..");
export type Exports = Readonly<Record<string, unknown>>;

/** Configuration of the stack dev, with some keys changed. */
function config(change: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const file = parse(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries({ ...file.config, ...change }).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** Loads the program anew: it registers while it is loaded. */
export function load(change?: Readonly<Record<string, unknown>>): Exports {
  pulumi.runtime.setAllConfig(config(change));
  for (const file of ["index.ts", "settings.ts"]) Reflect.deleteProperty(require.cache, join(ROOT, file));
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it once only
  return require(join(ROOT, "index.ts")) as Exports;
}
