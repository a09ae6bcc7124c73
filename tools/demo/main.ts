/** `npm run demo`: the main job from end to end, on the embedded sandbox tenant. Exit code 0 only when every step held. */
import { rm } from "node:fs/promises";
import { EngineMissingError } from "../engine/provide";
import { takeOverSignals } from "../stack/interruption";
import { Demo } from "./demo";
import { privateFolder } from "./folder";
import { printerFor, printStep, table } from "./report";

const INTERRUPTED = 130;

async function main(): Promise<number> {
  const printer = printerFor(process.stdout, process.env);
  const interruption = takeOverSignals(process.stdin.isTTY);
  const folder = await privateFolder();
  const demo = new Demo({
    folder,
    signal: interruption.signal,
    report: (line) => {
      printer.write(`${line}\n`);
    },
  });
  try {
    for (const { title, run } of demo.steps) {
      const started = performance.now();
      try {
        const detail = await run();
        if (interruption.happened) return INTERRUPTED;
        printStep(printer, "done", title, detail, performance.now() - started);
      } catch (error) {
        if (interruption.happened) return INTERRUPTED;
        printStep(printer, "failed", title, reason(error), performance.now() - started);
        return error instanceof EngineMissingError ? error.exitCode : 1;
      }
    }
    const head = ["application", "credential", "SHA-256 thumbprint", "valid until", "key", "network"];
    const rows = demo.rows.map((row) => [
      row.application,
      row.credential,
      row.thumbprint,
      row.validUntil,
      row.key,
      row.network,
    ]);
    printer.write(`\nWhat stood in the tenant until destroy:\n\n${table(head, rows)}`);
    return 0;
  } finally {
    await demo.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${reason(error)}\n`);
    process.exitCode = 1;
  },
);
