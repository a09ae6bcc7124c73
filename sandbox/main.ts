import { readFile } from "node:fs/promises";
import { readArguments, type SandboxArguments } from "./arguments";
import { environmentText, FORMATS } from "./environment-text";
import { startSandbox } from "./sandbox";
import { SandboxError } from "./sandbox-error";
import { parseSeed, type Seed } from "./seed/seed";

const USAGE = `certlock sandbox: an Entra tenant in memory, for tests and demonstrations. Not a security boundary.

  --login-port N  --graph-port N  --vault-port N  --arm-port N  --issuer-port N  --tunnel-port N  --providers-port N
                        ports of the doors on 127.0.0.1 (default: free ones)
  --tenant-id GUID      directory id (default: a random one)
  --client-address IP   where requests come from unless they say otherwise (default: 198.51.100.10)
  --seed FILE           what the tenant is filled with, as JSON (docs/sandbox.md); same file, same objects
  --format FORMAT       how the environment is printed: ${FORMATS.join(", ")} (default: sh)
  --stop-on-stdin-end   also stop when standard input ends, as it does when the process that started it is gone
  --help                this text

Prints the environment to export, then a line "# ready" (json: one line of JSON, once ready). Stops on SIGINT, SIGTERM
or SIGHUP.
`;

/** What the command reads and writes; `process` fits. */
export interface SandboxCommandIo {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  once(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";
const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs `certlock sandbox ARGS`: starts a tenant, prints what to export and stays until it is told to stop.
 * @returns the exit code: 0 stopped as asked, 1 with the reason on `io.stderr`. Never throws for what a user did.
 */
export async function sandboxCommand(
  args: readonly string[],
  io: SandboxCommandIo = process,
): Promise<number> {
  try {
    const command = readArguments(args);
    if (command) await run(command, io);
    else io.stdout.write(USAGE);
    return 0;
  } catch (error) {
    io.stderr.write(`${describe(error)}\n`);
    return 1;
  }
}

async function run(
  { options, seedFile, format, stopOnStdinEnd }: SandboxArguments,
  io: SandboxCommandIo,
): Promise<void> {
  const stop = stopRequest(io, stopOnStdinEnd);
  try {
    const seed = seedFile === undefined ? undefined : await readSeed(seedFile);
    const sandbox = await startSandbox({ ...options, ...(seed && { seed }) });
    try {
      io.stdout.write(environmentText(sandbox, format));
      await stop.requested;
    } finally {
      await sandbox.close();
    }
  } finally {
    stop.ignore();
  }
}

async function readSeed(path: string): Promise<Seed> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new SandboxError("SANDBOX_SEED_INVALID", `"--seed" names a file that cannot be read (${code}).`, {
      cause: error,
    });
  }
  return parseSeed(text);
}

/** Listens for what ends the sandbox from before it starts: a signal during the start must not leave files behind. */
function stopRequest(
  io: SandboxCommandIo,
  stopOnStdinEnd: boolean,
): { requested: Promise<void>; ignore: () => void } {
  let request: () => void = () => undefined;
  const requested = new Promise<void>((resolve) => (request = resolve));
  for (const signal of STOP_SIGNALS) io.once(signal, request);
  if (stopOnStdinEnd) {
    io.stdin.once("end", request);
    io.stdin.once("close", request);
    io.stdin.resume();
  }
  return {
    requested,
    ignore: () => {
      for (const signal of STOP_SIGNALS) io.off(signal, request);
      if (stopOnStdinEnd) io.stdin.pause();
    },
  };
}

function describe(error: unknown): string {
  if (error instanceof SandboxError) return `${error.code}: ${error.message}`;
  return error instanceof Error && "code" in error ? error.message : String(error);
}

if (require.main === module) {
  void sandboxCommand(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
