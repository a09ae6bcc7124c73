/** Warnings on their way to the person at the terminal: over the engine's own log, which shows them beside the resource. */
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Where a provider's warnings go. */
export interface WarningLog {
  /** Names the engine that is to be told from now on. */
  attach(address: string): void;
  /** Resolves once the warning has been taken; never rejects. */
  warn(urn: string, message: string): Promise<void>;
  /** Closes the connection. */
  close(): void;
}

/** How long the engine may take to accept a line, in milliseconds; shorter than the time left at a stop. */
const DEADLINE_MS = 1_500;

/** Speaks to the engine; a warning that it does not take goes to `otherwise`, for a warning must not get lost. */
export class EngineLog implements WarningLog {
  readonly #otherwise: (line: string) => void;
  #client: { readonly address: string; readonly engine: EngineClient } | undefined;

  constructor(otherwise: (line: string) => void) {
    this.#otherwise = otherwise;
  }

  attach(address: string): void {
    if (address === "" || address === this.#client?.address) return;
    this.close();
    this.#client = { address, engine: new EngineClient(address, grpc.credentials.createInsecure()) };
  }

  async warn(urn: string, message: string): Promise<void> {
    const engine = this.#client?.engine;
    const taken = engine !== undefined && (await this.#log(engine, urn, message));
    if (!taken) this.#otherwise(`warning: ${message}`);
  }

  close(): void {
    this.#client?.engine.close();
    this.#client = undefined;
  }

  async #log(engine: EngineClient, urn: string, message: string): Promise<boolean> {
    const request = new LogRequest().setSeverity(LogSeverity.WARNING).setUrn(urn).setMessage(message);
    const options = { deadline: new Date(Date.now() + DEADLINE_MS) };
    return new Promise((resolve) => {
      engine.log(request, new grpc.Metadata(), options, (error) => {
        resolve(error === null);
      });
    });
  }
}

/** The engine's address among a provider's arguments: the last one, after any flags; undefined when there is none. */
export function engineAddress(args: readonly string[]): string | undefined {
  const last = args.at(-1);
  return last !== undefined && /^[^-\s]\S*:\d+$/.test(last) ? last : undefined;
}
