/**
 * One provider that stands for all that a program uses, in a preview of a stack that does not exist yet. For azuread,
 * azure-native and tls it checks and completes inputs as the sandbox tenant does; what certlock's own provider has to
 * say comes from that one; of all others the inputs are taken as they are.
 */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { checkResource, createResource } from "../../sandbox/providers/resource-service";
import type { ProviderPackage } from "../../sandbox/providers/provider-package";
import type { Emulations } from "./emulations";
import { listen, MAX_MESSAGE_BYTES } from "./relay";

/** Newer than any SDK asks for: the engine warns of a provider that is older. */
const VERSION = "999.0.0";

/** A provider of its own, asked for what only it knows. */
export interface OwnProvider {
  check(request: proto.CheckRequest): Promise<proto.CheckResponse>;
  create(request: proto.CreateRequest): Promise<proto.CreateResponse>;
}

export interface ProviderDoorOptions {
  /** Emulations with more than an echo. */
  readonly packages: Emulations;
  /** Providers that are run, by the package of their types. */
  readonly own: ReadonlyMap<string, OwnProvider>;
}

export interface ProviderDoor {
  readonly port: number;
  close(): void;
}

export async function openProviderDoor(options: ProviderDoorOptions): Promise<ProviderDoor> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    "grpc.so_reuseport": 0,
  });
  server.addService(ResourceProviderService, service(options));
  const port = await listen(server);
  return {
    port,
    close: () => {
      server.forceShutdown();
    },
  };
}

function service({ packages, own }: ProviderDoorOptions): grpc.UntypedServiceImplementation {
  /** Every configuration that providers were given: there is one emulation for all of a package. */
  const configurations: ReadonlyMap<string, string>[] = [];
  const loaded = new Set<ProviderPackage>();
  // A parameterized azure-native package is called after its module and version: azure-native_keyvault_v20230701.
  const emulation = async (type: string): Promise<ProviderPackage | undefined> => {
    const name = packageOf(type);
    const [, load] = [...packages].find(([each]) => name === each || name.startsWith(`${each}_`)) ?? [];
    const found = await load?.();
    if (found !== undefined && !loaded.has(found)) {
      loaded.add(found);
      for (const each of configurations) found.configure?.(each);
    }
    return found;
  };
  return {
    handshake: answer(() =>
      new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true),
    ),
    attach: answer(() => new Empty()),
    getPluginInfo: answer(() => new PluginInfo().setVersion(VERSION)),
    parameterize: answer((request: proto.ParameterizeRequest) => {
      const value = request.getValue();
      return new proto.ParameterizeResponse()
        .setName(value?.getName() ?? "")
        .setVersion(value?.getVersion() ?? VERSION);
    }),
    checkConfig: answer((request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: answer(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: answer((request: proto.ConfigureRequest) => {
      const variables = new Map(request.getVariablesMap().getEntryList());
      configurations.push(variables);
      for (const each of loaded) each.configure?.(variables);
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setSupportspreview(true);
    }),
    check: answer(async (request: proto.CheckRequest) => {
      const type = typeOf(request);
      const provider = own.get(packageOf(type));
      if (provider !== undefined) return provider.check(request);
      const emulated = await emulation(type);
      if (emulated !== undefined)
        return asInPreview(checkResource(emulated.kind(type), request), emulated.name);
      return new proto.CheckResponse().setInputs(request.getNews());
    }),
    // Nothing exists yet, so that nothing can be different.
    diff: answer(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE)),
    create: answer(async (request: proto.CreateRequest) => {
      const type = typeOf(request);
      const provider = own.get(packageOf(type));
      if (provider !== undefined) return provider.create(request);
      const kind = (await emulation(type))?.kind(type);
      if (kind !== undefined) return createResource(kind, request);
      return new proto.CreateResponse().setProperties(request.getProperties());
    }),
    read: answer((request: proto.ReadRequest) => {
      const properties = request.getProperties();
      return new proto.ReadResponse()
        .setId(request.getId())
        .setProperties(properties)
        .setInputs(request.getInputs() ?? properties);
    }),
    cancel: answer(() => new Empty()),
  };
}

/**
 * Without complaints that the real provider would not have in a preview: of inputs the emulation has not heard of, and
 * with azure-native, which leaves it to Azure, of what is not written as Azure wants it.
 */
function asInPreview(response: proto.CheckResponse, provider: string): proto.CheckResponse {
  const failures = response.getFailuresList().filter((failure) => {
    if (failure.getReason().startsWith("Unsupported argument")) return false;
    return provider !== "azure-native" || failure.getReason().startsWith("Missing required argument");
  });
  return response.setFailuresList(failures);
}

/** A gRPC handler from a function; what it throws becomes the provider's error. */
function answer<Request, Response>(
  respond: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => respond(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const details = error instanceof Error ? error.message : String(error);
          callback({ code: grpc.status.UNKNOWN, details });
        },
      );
  };
}

/** `urn:pulumi:stack::project::parentType$type::name`; engines before 3.135 send no type of its own. */
function typeOf(request: { getType(): string; getUrn(): string }): string {
  return request.getType() || (request.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
}

function packageOf(type: string): string {
  return type.split(":", 1)[0] ?? "";
}
