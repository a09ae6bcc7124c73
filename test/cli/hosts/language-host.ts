/**
 * A language host as Pulumi has one for each language, in small: speaks the LanguageRuntime protocol and "runs" one
 * program, which it has in itself. What goes wrong with it is its first argument, the engine's address its last.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { SourcePosition } from "@pulumi/pulumi/proto/source_pb";

const [, , mode = "", engineAddress = ""] = process.argv;

/** What the SDKs send for the id of something that does not exist yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

class Program {
  readonly #request: language.RunRequest;
  readonly #monitor: ResourceMonitorClient;
  #line = 0;

  constructor(request: language.RunRequest) {
    this.#request = request;
    this.#monitor = new ResourceMonitorClient(request.getMonitorAddress(), grpc.credentials.createInsecure());
  }

  /** An application with a client secret, what it was told in its description, and a resource of a provider of its own. */
  async run(): Promise<void> {
    const request = this.#request;
    const config = Object.fromEntries(request.getConfigMap().getEntryList());
    const region = config[`${request.getProject()}:region`];
    if (region === undefined) throw new Error(`Missing required configuration variable 'region'`);
    const stack = await this.#register(
      "pulumi:pulumi:Stack",
      `${request.getProject()}-${request.getStack()}`,
    );
    const client = await this.#invoke("azuread:index/getClientConfig:getClientConfig");
    await this.#register("azuread:index/application:Application", "legacy", stack, {
      displayName: `Legacy ${region}`,
      description: JSON.stringify({
        ...request.getInfo()?.toObject(),
        options: request.getInfo()?.getOptions()?.toJavaScript(),
        isDryRun: request.getDryrun(),
        secrets: request.getConfigsecretkeysList(),
        environment: Object.keys(process.env).filter((name) => name.startsWith("ARM_")),
      }),
      notes: config[`${request.getProject()}:token`] ?? "none",
      owners: [client["objectId"]],
    });
    await this.#register("fabrikam:index/thing:Thing", "thing", stack, {});
    await this.#register("azuread:index/applicationPassword:ApplicationPassword", "legacy-secret", stack, {
      applicationId: UNKNOWN,
    });
  }

  #register(
    type: string,
    name: string,
    parent = "",
    inputs: Parameters<typeof Struct.fromJavaScript>[0] = {},
  ) {
    this.#line += 1;
    const file = join(this.#request.getPwd(), "__main__.py");
    const request = new resource.RegisterResourceRequest()
      .setType(type)
      .setName(name)
      .setParent(parent)
      .setCustom(type !== "pulumi:pulumi:Stack")
      .setObject(Struct.fromJavaScript(inputs))
      .setAcceptsecrets(true)
      .setSourceposition(
        new SourcePosition().setUri(pathToFileURL(file).href).setLine(this.#line).setColumn(1),
      );
    return new Promise<string>((resolve, reject) => {
      this.#monitor.registerResource(request, (error, response) => {
        if (error === null) resolve(response.getUrn());
        else reject(error);
      });
    });
  }

  #invoke(token: string): Promise<Record<string, string>> {
    const request = new resource.ResourceInvokeRequest().setTok(token);
    return new Promise((resolve, reject) => {
      this.#monitor.invoke(request, (error, response) => {
        if (error === null) resolve((response.getReturn()?.toJavaScript() ?? {}) as Record<string, string>);
        else reject(error);
      });
    });
  }
}

/** As hosts do it: the engine is told, and the answer says that it has been. */
function tell(message: string): Promise<void> {
  const engine = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  const log = new LogRequest().setSeverity(LogSeverity.ERROR).setMessage(message);
  return new Promise((resolve) => {
    engine.log(log, () => {
      resolve();
    });
  });
}

const getPluginInfo: Unary<unknown, PluginInfo> = (_call, callback) => {
  callback(null, new PluginInfo().setVersion("3.255.0"));
};

const getRequiredPackages: Unary<unknown, language.GetRequiredPackagesResponse> = (_call, callback) => {
  const response = new language.GetRequiredPackagesResponse();
  response.addPackages(new PackageDependency().setName("fabrikam").setKind("resource"));
  callback(null, response);
};

const run: Unary<language.RunRequest, language.RunResponse> = ({ request }, callback) => {
  if (mode === "dies") process.exit(9);
  if (mode === "refuses")
    callback({ code: grpc.status.UNKNOWN, details: 'The virtual environment "venv"\n\tdoes not exist.' });
  else if (mode === "endless")
    // The program is a process of its own.
    spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  else if (mode === "fails") {
    process.stderr.write("\u001b[31mTraceback: no such module\u001b[0m\n");
    callback(null, new language.RunResponse().setError("program exited with non-zero exit code: 1"));
  } else
    new Program(request).run().then(
      () => {
        callback(null, new language.RunResponse());
      },
      async (error: unknown) => {
        await tell(error instanceof Error ? error.message : String(error));
        callback(null, new language.RunResponse().setBail(true));
      },
    );
};

function serve(): void {
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, {
    getPluginInfo,
    getRequiredPackages,
    ...(mode !== "old" && { run }),
  });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => {
    process.stdout.write(`${port}\n`);
  });
}

if (mode === "silent") setInterval(() => undefined, 1000);
else if (mode === "chatty") process.stdout.write("Welcome to the language host!\n");
else if (mode === "crashing") {
  process.stderr.write("panic: no Python found\n\ngoroutine 1 [running]\n");
  process.exitCode = 2;
} else if (mode === "mute") {
  const server = createServer();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.stdout.write(`${typeof address === "object" ? (address?.port ?? 0) : 0}\n`);
  });
} else serve();
