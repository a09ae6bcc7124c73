/**
 * `npm run engine`: finds or provides Pulumi's engine and says where it is.
 * `--optional` (used by `npm test`): a missing engine is said loudly and is not a failure, unless
 * CERTLOCK_ENGINE=required.
 */
import type { Engine } from "../../cli/engine/find";
import { EngineMissingError, provideEngine } from "../../cli/engine/provide";

async function main(): Promise<number> {
  const optional = process.argv.includes("--optional") && process.env["CERTLOCK_ENGINE"] !== "required";
  const interrupt = new AbortController();
  process.once("SIGINT", () => {
    interrupt.abort();
  });
  try {
    const engine = await provideEngine({
      environment: process.env,
      report: (line) => process.stderr.write(`${line}\n`),
      signal: interrupt.signal,
    });
    process.stdout.write(`${describe(engine)}\n`);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    if (!(error instanceof EngineMissingError)) throw error;
    process.stderr.write(`${error.message}\n`);
    if (!optional) return error.exitCode;
    process.stderr.write("\n*** NO ENGINE: the engine tests will be SKIPPED. ***\n\n");
    return 0;
  }
}

function describe(engine: Engine): string {
  const host = engine.hasNodeLanguageHost ? "with" : "without";
  return `Pulumi engine ${engine.version} from ${engine.source}, ${host} Node language host: ${engine.command}`;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
