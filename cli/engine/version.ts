/**
 * The oldest Pulumi engine certlock works with, and the one it fetches or builds: executable policy packs
 * began with this release. It equals the versions of the npm package `pulumi` in package.json and of the Go
 * module in cli/engine/go.mod (a test compares them).
 */
export const ENGINE_VERSION = "3.255.0";

/** Reads "v3.255.0", "3.260.1-alpha.3" and the like; `undefined` when it is no version. */
export function parseVersion(text: string): readonly [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim());
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** True when `text` is a version of {@link ENGINE_VERSION} or newer. */
export function isSupportedVersion(text: string): boolean {
  const given = parseVersion(text);
  const wanted = parseVersion(ENGINE_VERSION);
  if (given === undefined || wanted === undefined) return false;
  for (const [index, part] of wanted.entries()) {
    const other = given[index] ?? 0;
    if (other !== part) return other > part;
  }
  return true;
}
