/** The engine's side of a provider's warnings, over real gRPC. */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";

/** An engine that only listens to warnings. */
export class ListeningEngine {
  readonly logged: LogRequest.AsObject[] = [];
  address = "";
  readonly #server = new grpc.Server();

  static async start(answer: "takes" | "refuses" | "never answers" = "takes"): Promise<ListeningEngine> {
    const engine = new ListeningEngine();
    const log: grpc.handleUnaryCall<LogRequest, Empty> = (call, callback) => {
      engine.logged.push(call.request.toObject());
      if (answer === "takes") callback(null, new Empty());
      if (answer === "refuses") callback({ code: grpc.status.INTERNAL, details: "no" });
    };
    engine.#server.addService({ log: EngineService.log }, { log });
    const port = await new Promise<number>((resolve, reject) => {
      engine.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    engine.address = `127.0.0.1:${port}`;
    return engine;
  }

  close(): void {
    this.#server.forceShutdown();
  }
}
