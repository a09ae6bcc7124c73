import { status, type handleUnaryCall } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckResponse,
  ConfigureResponse,
  DiffResponse,
  InvokeResponse,
  ProviderHandshakeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { sameValue } from "./difference";
import { decodeProperties, encodeProperties, reveal } from "./property-values";
import type { ProviderPackage } from "./provider-package";
import type { ResourceKind } from "./resource-kind";
import {
  checkResource,
  createResource,
  deleteResource,
  diffResource,
  readResource,
  updateResource,
} from "./resource-service";

/** A refusal with the gRPC status it deserves; every other error is reported as UNKNOWN, as real providers do. */
class ServiceError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

/** Newer than any SDK asks for: one server stands for several packages, and the engine warns of one that is older. */
const VERSION = "999.0.0";

/** What the server implements; schema, construct and call are left to answer UNIMPLEMENTED. */
export type ProviderService = Pick<
  IResourceProviderServer,
  | "handshake"
  | "attach"
  | "getPluginInfo"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "invoke"
  | "cancel"
>;

/**
 * One provider that speaks for several packages. The engine opens a connection, and configures, once for each provider
 * resource of each operation; nothing here depends on which, since every request names its type.
 */
export function providerService(packages: readonly ProviderPackage[]): ProviderService {
  const packageOf = (token: string): ProviderPackage => {
    const name = token.split(":", 1)[0] ?? "";
    // A parameterized azure-native package is called after its module and version: azure-native_keyvault_v20230701.
    const found = packages.find((each) => name === each.name || name.startsWith(`${each.name}_`));
    if (found) return found;
    throw new ServiceError(
      status.INVALID_ARGUMENT,
      `The sandbox does not emulate the package '${name}' (asked for '${token}'); it emulates ${packages.map((each) => each.name).join(", ")}.`,
    );
  };
  const kindOf = (request: { getUrn(): string; getType(): string }): ResourceKind => {
    const type = request.getType() || typeOfUrn(request.getUrn());
    return packageOf(type).kind(type);
  };

  return {
    handshake: answer(() =>
      new ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(true)
        .setSupportsAutonamingConfiguration(true),
    ),
    attach: answer(() => new Empty()),
    getPluginInfo: answer(() => new PluginInfo().setVersion(VERSION)),
    checkConfig: answer((request) => new CheckResponse().setInputs(request.getNews())),
    diffConfig: answer((request) => {
      const same = sameValue(
        reveal(decodeProperties(request.getOlds())),
        reveal(decodeProperties(request.getNews())),
      );
      return new DiffResponse().setChanges(
        same ? DiffResponse.DiffChanges.DIFF_NONE : DiffResponse.DiffChanges.DIFF_SOME,
      );
    }),
    configure: answer((request) => {
      const variables = new Map(request.getVariablesMap().getEntryList());
      for (const each of packages) each.configure?.(variables);
      return new ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setSupportsAutonamingConfiguration(true);
    }),
    check: answer((request) => checkResource(kindOf(request), request)),
    diff: answer((request) => diffResource(kindOf(request), request)),
    create: answer((request) => createResource(kindOf(request), request)),
    read: answer((request) => readResource(kindOf(request), request)),
    update: answer((request) => updateResource(kindOf(request), request)),
    delete: answer((request) => {
      deleteResource(kindOf(request), request);
      return new Empty();
    }),
    invoke: answer((request) => {
      const token = request.getTok();
      const args = reveal(decodeProperties(request.getArgs()));
      return new InvokeResponse().setReturn(encodeProperties(packageOf(token).invoke(token, args)));
    }),
    cancel: answer(() => new Empty()),
  };
}

/** A gRPC handler from a function; what it throws becomes the call's error. */
function answer<Request, Response>(
  respond: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => respond(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          const code = error instanceof ServiceError ? error.code : status.UNKNOWN;
          callback({ code, details: message });
        },
      );
  };
}

/** `urn:pulumi:stack::project::parentType$type::name` */
function typeOfUrn(urn: string): string {
  const qualifiedType = urn.split("::")[2] ?? "";
  return qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1);
}
