import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Engine, engineAt } from "./find";
import { type Environment, releasePath } from "./places";
import { run } from "./process";
import { ENGINE_VERSION } from "./version";

const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

/**
 * Lets the official npm package `pulumi` download its release into PULUMI_HOME. Answers the engine, or the
 * reason why not (offline, a proxy that refuses, an unsupported platform).
 */
export async function downloadEngine(
  environment: Environment,
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<Engine | string> {
  let launcher: string;
  try {
    launcher = join(dirname(createRequire(__filename).resolve("pulumi/package.json")), "run.js");
  } catch {
    return 'The npm package "pulumi" is not installed.';
  }
  report(`Asking the npm package "pulumi" for release ${ENGINE_VERSION} (it downloads about 150 MB).`);
  const answer = await run(process.execPath, [launcher, "version"], {
    // PULUMI_VERSION would make the launcher fetch another release than the one certlock is tested with.
    environment: { ...environment, PULUMI_VERSION: ENGINE_VERSION, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.code === 0) {
    const engine = await engineAt(releasePath(environment), "npm package", environment);
    if (typeof engine === "object") return engine;
  }
  const reason = answer.stderr.trim().split("\n").at(-1) ?? "";
  return `The npm package "pulumi" could not download its release (${reason.slice(0, 200) || "no reason given"}).`;
}
