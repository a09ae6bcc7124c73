/** Files of this package beside its code, wherever it is installed. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** @param path from the root of the package */
export function packageFile(path: string): string {
  return join(dirname(createRequire(__filename).resolve("certlock/package.json")), path);
}

export function packageVersion(): string {
  return (createRequire(__filename)("certlock/package.json") as { version: string }).version;
}
