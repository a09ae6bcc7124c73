/**
 * A language the engine knows nothing about: its "program" declares one client secret. Started by the engine as
 * `pulumi-language-certlocktest`, so that a test has the real engine and the real pack without a Node language host.
 */
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { SourcePosition } from "@pulumi/pulumi/proto/source_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

function register(
  monitor: ResourceMonitorClient,
  request: resource.RegisterResourceRequest,
): Promise<string> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error, response) => {
      if (error === null) resolve(response.getUrn());
      else reject(error);
    });
  });
}

async function program(request: language.RunRequest): Promise<void> {
  const monitor = new ResourceMonitorClient(request.getMonitorAddress(), grpc.credentials.createInsecure());
  const stack = await register(
    monitor,
    new resource.RegisterResourceRequest()
      .setType("pulumi:pulumi:Stack")
      .setName(`${request.getProject()}-${request.getStack()}`)
      .setObject(new Struct())
      .setAcceptsecrets(true),
  );
  // Not custom, so no provider is needed; the pack goes by the type.
  await register(
    monitor,
    new resource.RegisterResourceRequest()
      .setType("azuread:index/applicationPassword:ApplicationPassword")
      .setName("billing-secret")
      .setParent(stack)
      .setObject(Struct.fromJavaScript({ displayName: "ci" }))
      .setSourceposition(
        new SourcePosition()
          .setUri(`file://${request.getInfo()?.getProgramDirectory() ?? ""}/index.ts`)
          .setLine(12)
          .setColumn(1),
      )
      .setAcceptsecrets(true),
  );
  monitor.close();
}

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
  getPluginInfo: (_call: unknown, done: grpc.sendUnaryData<PluginInfo>) => {
    done(null, new PluginInfo().setVersion("1.0.0"));
  },
  getRequiredPlugins: (_call: unknown, done: grpc.sendUnaryData<language.GetRequiredPluginsResponse>) => {
    done(null, new language.GetRequiredPluginsResponse());
  },
  getRequiredPackages: (_call: unknown, done: grpc.sendUnaryData<language.GetRequiredPackagesResponse>) => {
    done(null, new language.GetRequiredPackagesResponse());
  },
  run: (
    call: grpc.ServerUnaryCall<language.RunRequest, language.RunResponse>,
    done: grpc.sendUnaryData<language.RunResponse>,
  ) => {
    program(call.request).then(
      () => {
        done(null, new language.RunResponse());
      },
      (error: unknown) => {
        done(null, new language.RunResponse().setError(String(error)));
      },
    );
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  // What the engine waits for: the port on a line of its own.
  process.stdout.write(`${port}\n`);
});
