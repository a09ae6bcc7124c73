/** The process `certlock`: arguments, environment, signals and streams meet the commands here and nowhere else. */
import { runProgram } from "./program";

/** As a shell has it: 128 and the number of the signal. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs the command line and leaves its exit code; whatever it has opened is closed by then. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  let interrupted: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Who asks twice does not want to wait for the cleaning.
      if (interrupted !== undefined) process.exit(INTERRUPTED[signal]);
      interrupted = INTERRUPTED[signal];
      interrupt.abort();
    });
  }
  for (const stream of [process.stdout, process.stderr]) stream.on("error", outputFailed);
  const code = await runProgram(process.argv.slice(2), {
    environment: process.env,
    workingFolder: process.cwd(),
    now: () => new Date(),
    input: standardInput,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "",
    ...(process.stdout.isTTY && { width: process.stdout.columns }),
    signal: interrupt.signal,
    exit: () => undefined,
  });
  process.exitCode = interrupted ?? code;
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Whoever read the output is gone (`| head`): nobody waits for the rest. A full disk is another matter. */
function outputFailed({ code }: NodeJS.ErrnoException): void {
  if (code === "EPIPE") return;
  process.stderr.write(`OUTPUT_FAILED: The output cannot be written (${code ?? "no reason given"}).\n`);
  process.exit(1);
}

/** Runs {@link main}; what it does not expect is a defect, and told as one. */
export function run(): void {
  main().catch((error: unknown) => {
    process.stderr.write(
      `certlock: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  });
}
