/** The provider as a process of its own, started from its sources the way the engine starts the compiled one. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ProviderClient } from "./provider-client";

const REPOSITORY = join(__dirname, "..", "..");

export class ProviderProcess {
  readonly child: ChildProcess;
  readonly provider: ProviderClient;
  /** Exit code and signal. */
  readonly exit: Promise<unknown[]>;
  readonly #errors: Buffer[];

  private constructor(child: ChildProcess, exit: Promise<unknown[]>, errors: Buffer[], port: number) {
    this.child = child;
    this.exit = exit;
    this.#errors = errors;
    this.provider = new ProviderClient(port);
  }

  /** Resolves when the process has printed its port as its first line. */
  static async start(env: Record<string, string>, engine = "127.0.0.1:1"): Promise<ProviderProcess> {
    const entry = join(__dirname, "run-provider.ts");
    const child = spawn(process.execPath, ["--import", "tsx", entry, engine], {
      cwd: REPOSITORY,
      env,
    });
    const exit = once(child, "exit");
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    assert.match(line, /^\d+$/);
    return new ProviderProcess(child, exit, errors, Number(line));
  }

  /** What it wrote to standard error so far. */
  errors(): string {
    return Buffer.concat(this.#errors).toString("utf8");
  }

  /** Ends it at once. */
  kill(): void {
    this.provider.close();
    this.child.kill("SIGKILL");
  }
}
