/** What the engine asks of a language: to run the program. The program may be running already. */
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { listen } from "./relay";

/** What the engine says when it wants the program to run. */
export interface RunCall {
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** All of it, for a language host that is to do it. */
  readonly request: proto.RunRequest;
}

/** How the program ended; `reported` when the engine has been told why already. */
export interface RunResult {
  readonly error?: string;
  readonly reported?: boolean;
}

export interface LanguageHost {
  readonly port: number;
  close(): void;
}

export async function openLanguageHost(run: (call: RunCall) => Promise<RunResult>): Promise<LanguageHost> {
  const server = new grpc.Server({ "grpc.so_reuseport": 0 });
  const getPluginInfo: grpc.handleUnaryCall<unknown, PluginInfo> = (_call, callback) => {
    callback(null, new PluginInfo().setVersion("1.0.0"));
  };
  // What the program needs is attached; nothing has to be installed.
  const getRequiredPlugins: grpc.handleUnaryCall<unknown, proto.GetRequiredPluginsResponse> = (
    _call,
    callback,
  ) => {
    callback(null, new proto.GetRequiredPluginsResponse());
  };
  const getRequiredPackages: grpc.handleUnaryCall<unknown, proto.GetRequiredPackagesResponse> = (
    _call,
    callback,
  ) => {
    callback(null, new proto.GetRequiredPackagesResponse());
  };
  const runProgram: grpc.handleUnaryCall<proto.RunRequest, proto.RunResponse> = ({ request }, callback) => {
    run({
      monitorAddress: request.getMonitorAddress(),
      engineAddress: request.getArgsList()[0] ?? "",
      config: Object.fromEntries(request.getConfigMap().getEntryList()),
      secretKeys: request.getConfigsecretkeysList(),
      request,
    }).then(
      ({ error, reported }) => {
        const response = new proto.RunResponse().setBail(reported === true);
        callback(null, error === undefined ? response : response.setError(error));
      },
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNKNOWN, details });
      },
    );
  };
  server.addService(LanguageRuntimeService, {
    getPluginInfo,
    getRequiredPlugins,
    getRequiredPackages,
    run: runProgram,
  });
  const port = await listen(server);
  return {
    port,
    close: () => {
      server.forceShutdown();
    },
  };
}
