/** `npm run demo`: the main job from end to end, on the embedded sandbox tenant. Exit code 0 only when every step held. */
import { createPrivateFiles } from "../../sandbox/private-files";
import { EngineMissingError } from "../../cli/engine/provide";
import { isolateProcess } from "../stack/environment";
import { takeOverSignals } from "../stack/interruption";
import { Demo } from "./demo";
import { printerFor, printStep, table } from "./report";

const INTERRUPTED = 130;

async function main(): Promise<number> {
  const printer = printerFor(process.stdout, process.env);
  const interruption = takeOverSignals(process.stdin.isTTY);
  const environment = { ...process.env };
  isolateProcess(process.env);
  const files = await createPrivateFiles("certlock-demo-");
  const demo = new Demo({
    folder: files.directory,
    environment,
    signal: interruption.signal,
    report: (line) => {
      printer.write(`${line}\n`);
    },
  });
  try {
    for (const { title, run } of demo.steps) {
      const started = performance.now();
      const outcome = await attempt(run);
      const duration = performance.now() - started;
      if (interruption.happened) {
        printStep(printer, "failed", title, "interrupted; nothing is left behind", duration);
        return INTERRUPTED;
      }
      printStep(printer, outcome.mark, title, outcome.detail, duration);
      if (outcome.mark === "failed") return outcome.exitCode;
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
    await files.remove();
  }
}

type Attempt =
  | { readonly mark: "done"; readonly detail: string }
  | { readonly mark: "failed"; readonly detail: string; readonly exitCode: number };

async function attempt(run: () => Promise<string>): Promise<Attempt> {
  try {
    return { mark: "done", detail: await run() };
  } catch (error) {
    const exitCode = error instanceof EngineMissingError ? error.exitCode : 1;
    return { mark: "failed", detail: reason(error), exitCode };
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
