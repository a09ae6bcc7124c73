/** Files of this package that are no code: queries and runbooks, which people read and other services run. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Text of a file of this package, wherever it is installed.
 *
 * @param path from the root of the package, such as "components/monitoring/queries/secret-added.kql"
 */
export function readPackageFile(path: string): string {
  const root = dirname(createRequire(__filename).resolve("certlock/package.json"));
  return readFileSync(join(root, path), "utf8");
}

/** Version of this package, and of the provider it brings along. Read when a resource is made, not on import. */
export function packageVersion(): string {
  return (createRequire(__filename)("certlock/package.json") as { version: string }).version;
}
