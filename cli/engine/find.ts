import { join } from "node:path";
import {
  builtPath,
  type Environment,
  EXECUTABLE,
  hasNodeLanguageHost,
  isExecutable,
  pathFolders,
  releasePath,
} from "./places";
import { run } from "./process";
import { ENGINE_VERSION, isSupportedVersion } from "./version";

/** A Pulumi command line that is ready to run. */
export interface Engine {
  /** Absolute path of the executable. */
  readonly command: string;
  readonly version: string;
  readonly source: "PATH" | "PULUMI_HOME" | "npm package" | "Go modules";
  /** Whether it can run Node programs and directory packs by itself; without, both run over gRPC. */
  readonly hasNodeLanguageHost: boolean;
}

export interface Search {
  readonly engine?: Engine;
  /** What was found and passed over, one sentence each. */
  readonly passedOver: readonly string[];
}

const VERSION_TIMEOUT_MS = 30_000;

/** Asks an executable for its version; `undefined` when it is none or does not answer. */
export async function engineAt(
  command: string,
  source: Engine["source"],
  environment: Environment,
): Promise<Engine | string | undefined> {
  if (!isExecutable(command)) return undefined;
  const answer = await run(command, ["version"], {
    environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  const version = answer.stdout.trim();
  if (answer.code !== 0) return `${command} (${source}) does not answer "pulumi version".`;
  if (!isSupportedVersion(version))
    return `${command} (${source}) is ${version}, older than ${ENGINE_VERSION}.`;
  return { command, version, source, hasNodeLanguageHost: hasNodeLanguageHost(command, environment) };
}

/** Looks at everything already on this machine: PATH, PULUMI_HOME, an engine built earlier. Fetches nothing. */
export async function findEngine(environment: Environment): Promise<Search> {
  const places: (readonly [string, Engine["source"]])[] = [
    ...pathFolders(environment).map((folder) => [join(folder, EXECUTABLE), "PATH"] as const),
    [releasePath(environment), "PULUMI_HOME"],
    [builtPath(environment), "Go modules"],
  ];
  const passedOver: string[] = [];
  for (const [command, source] of places) {
    const found = await engineAt(command, source, environment);
    if (typeof found === "object") return { engine: found, passedOver };
    if (typeof found === "string") passedOver.push(found);
  }
  return { passedOver };
}
