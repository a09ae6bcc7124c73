/** The process `pulumi-resource-certlock`: started by the engine, prints its port, ends with the engine. */
import { fstatSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import { GraphClient } from "../graph";
import { tokenSourceFromEnvironment } from "./credential";
import { engineAddress, EngineLog } from "./engine-log";
import { describeError } from "./errors";
import type { ResourceHandler } from "./resource-handler";
import { startProviderServer } from "./server";
import { type Environment, readCloud, refuseClientSecret } from "./settings";
import { TenantAppManagementPolicyHandler } from "./tenant-app-management-policy";

/** How long answers may take after the request to stop, in milliseconds; the engine kills after 5 seconds. */
const GRACE_MS = 2_000;

/** Serves until the engine goes away or the process is asked to stop; resolves with the exit code. */
export async function main(): Promise<number> {
  const { version } = createRequire(__filename)("certlock/package.json") as { version: string };
  const { env } = process;
  const handlers = createHandlers(env);
  const log = new EngineLog((line) => process.stderr.write(`${line}\n`));
  log.attach(engineAddress(process.argv.slice(2)) ?? "");
  const server = await startProviderServer({
    version,
    handlers,
    configure: () => {
      refuseClientSecret(env);
      readCloud(env);
    },
    log,
  });
  const stopped = stopRequested();
  // Nobody reads our output once the engine is gone; a broken pipe must not look like a crash.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  process.stdout.write(`${server.port}\n`);
  await stopped;
  server.cancel();
  await server.close(GRACE_MS);
  log.close();
  return 0;
}

/** Runs {@link main} and ends the process with its result. */
export function run(): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`pulumi-resource-certlock: ${describeError(error)}\n`);
      process.exit(1);
    },
  );
}

/** The handlers of all resource types over one lazily made Graph client. */
function createHandlers(env: Environment): ReadonlyMap<string, ResourceHandler> {
  let client: Promise<GraphClient> | undefined;
  const connect = async (): Promise<GraphClient> => {
    const cloud = readCloud(env);
    return new GraphClient({ cloud, tokenSource: await tokenSourceFromEnvironment(env, cloud) });
  };
  return new Map([
    [
      "certlock:index:TenantAppManagementPolicy",
      new TenantAppManagementPolicyHandler({
        client: () => (client ??= connect()),
        sleep: async (milliseconds, signal) => {
          await wait(milliseconds, undefined, { signal });
        },
      }),
    ],
  ]);
}

/**
 * Resolves when this process should end. The engine asks with SIGINT and holds the other end of our standard
 * input, which closes even when the engine is killed; without that watch a killed engine would leave us behind.
 */
function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
    if (isPipe(0)) {
      process.stdin.on("end", stop).on("close", stop).on("error", stop).resume();
    }
  });
}

function isPipe(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    // Closed before we started: nobody to watch.
    return false;
  }
}
