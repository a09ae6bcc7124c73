/** certlock's own provider, run for what it says of inputs. In a preview of something new it needs no network. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type {
  CheckRequest,
  CheckResponse,
  CreateRequest,
  CreateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Environment } from "./environment";
import type { OwnProvider } from "./provider-service";

export class ProviderProcess implements OwnProvider {
  readonly #executable: string;
  readonly #environment: Environment;
  #client: Promise<ResourceProviderClient> | undefined;
  #process: ChildProcess | undefined;

  /** Nothing is started before the first question. */
  constructor(executable: string, environment: Environment) {
    this.#executable = executable;
    this.#environment = environment;
  }

  async check(request: CheckRequest): Promise<CheckResponse> {
    const client = await (this.#client ??= this.#start());
    return new Promise((resolve, reject) => {
      client.check(request, (error, response) => {
        if (error === null) resolve(response);
        else reject(new Error(error.details));
      });
    });
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const client = await (this.#client ??= this.#start());
    return new Promise((resolve, reject) => {
      client.create(request, (error, response) => {
        if (error === null) resolve(response);
        else reject(new Error(error.details));
      });
    });
  }

  close(): void {
    void this.#client?.then(
      (client) => {
        client.close();
      },
      () => undefined,
    );
    this.#process?.kill("SIGKILL");
  }

  async #start(): Promise<ResourceProviderClient> {
    // It ends when its standard input does, however this process ends.
    const child = spawn(process.execPath, [this.#executable], {
      env: this.#environment,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#process = child;
    child.stdin.on("error", () => undefined);
    const lines = createInterface(child.stdout);
    const port = await Promise.race([
      once(lines, "line").then(([line]) => String(line)),
      once(child, "error").then(([error]) => {
        throw error as Error;
      }),
      once(child, "exit").then(() => {
        throw new Error("certlock's own provider ended before it answered.");
      }),
    ]);
    return new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }
}
