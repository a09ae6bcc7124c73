/** The process `pulumi-resource-certlock`: started by the engine, prints its port, ends with the engine. */
import { fstatSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import { GraphClient, type TokenSource } from "../graph";
import { AppManagementPolicyHandler } from "./app-management-policy";
import { CertificateAuthorityHandler } from "./certificate-authority";
import { tokenSourceFromEnvironment } from "./credential";
import { engineAddress, EngineLog } from "./engine-log";
import { describeError } from "./errors";
import type { ResourceHandler } from "./resource-handler";
import { SelfRenewingCertificateHandler } from "./self-renewing-certificate";
import { startProviderServer } from "./server";
import { type Environment, readCloud, readVaultService, refuseClientSecret } from "./settings";
import { TenantAppManagementPolicyHandler } from "./tenant-app-management-policy";
import { VaultCertificateHandler } from "./vault-certificate";
import { VaultClient } from "./vault-client";

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
      readVaultService(env);
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

/** The handlers of all resource types, with one sign-in and each client made when it is first needed. */
function createHandlers(env: Environment): ReadonlyMap<string, ResourceHandler> {
  let tokens: Promise<TokenSource> | undefined;
  let graph: Promise<GraphClient> | undefined;
  let vault: Promise<VaultClient> | undefined;
  const tokenSource = (): Promise<TokenSource> =>
    (tokens ??= tokenSourceFromEnvironment(env, readCloud(env)));
  const connectGraph = async (): Promise<GraphClient> =>
    new GraphClient({ cloud: readCloud(env), tokenSource: await tokenSource() });
  const connectVault = async (): Promise<VaultClient> =>
    new VaultClient({ service: readVaultService(env), tokenSource: await tokenSource(), sleep });
  const client = (): Promise<GraphClient> => (graph ??= connectGraph());
  const vaultOptions = {
    service: () => readVaultService(env),
    client: () => (vault ??= connectVault()),
  };
  return new Map<string, ResourceHandler>([
    ["certlock:index:AppManagementPolicy", new AppManagementPolicyHandler({ client, sleep })],
    ["certlock:index:CertificateAuthorityConfiguration", new CertificateAuthorityHandler({ client })],
    ["certlock:index:SelfRenewingCertificate", new SelfRenewingCertificateHandler(vaultOptions)],
    ["certlock:index:TenantAppManagementPolicy", new TenantAppManagementPolicyHandler({ client, sleep })],
    ["certlock:index:VaultCertificate", new VaultCertificateHandler(vaultOptions)],
  ]);
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
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
