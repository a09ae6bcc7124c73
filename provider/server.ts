/** The gRPC side of the provider: Pulumi's protocol on one hand, resource handlers on the other. */
import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { describeError, PartialFailureError } from "./errors";
import type { WarningLog } from "./engine-log";
import { decode, encode, type PropertyMap } from "./properties";
import type { ChangeKind, OperationContext, ResourceHandler } from "./resource-handler";

interface ProviderServerOptions {
  /** Version of the package, which the engine compares with the one the program asks for. */
  readonly version: string;
  /** Handlers by type token. */
  readonly handlers: ReadonlyMap<string, ResourceHandler>;
  /** Called once per configuration, before any resource; throws when the environment is not acceptable. */
  readonly configure: () => void;
  readonly log: WarningLog;
}

export interface ProviderServer {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Ends running operations as the engine's Cancel does. */
  cancel(): void;
  /** Answers what is running, for at most that many milliseconds, then closes every connection. */
  close(graceMs: number): Promise<void>;
}

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

/** As large as the engine's own limit: a message holds the whole state of one resource. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Keys the engine itself puts into a provider's configuration. */
const ENGINE_CONFIGURATION: ReadonlySet<string> = new Set(["version", "pluginDownloadURL"]);

/** Serves the provider on a free port of the loopback interface. */
export async function startProviderServer(options: ProviderServerOptions): Promise<ProviderServer> {
  const running = new AbortController();
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, service(options, running));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    cancel: () => {
      running.abort();
    },
    close: async (graceMs) => {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => {
          server.tryShutdown(() => {
            resolve();
          });
        }),
        new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs))),
      ]);
      clearTimeout(timer);
      server.forceShutdown();
    },
  };
}

function service(
  options: ProviderServerOptions,
  running: AbortController,
): grpc.UntypedServiceImplementation {
  const handlerFor = (request: { getType(): string; getUrn(): string }): ResourceHandler => {
    // urn:pulumi:stack::project::parentType$type::name; engines before 3.135 send no type of its own.
    const type = request.getType() || (request.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
    const handler = options.handlers.get(type);
    if (handler !== undefined) return handler;
    const known = [...options.handlers.keys()].join(", ");
    throw new Error(`certlock ${options.version} has no resource type "${type}"; it has ${known}.`);
  };
  const signalFor = (request: { getTimeout(): number }): AbortSignal => {
    const seconds = request.getTimeout();
    if (seconds <= 0) return running.signal;
    return AbortSignal.any([running.signal, AbortSignal.timeout(seconds * 1_000)]);
  };

  /** Runs one operation and answers after its warnings have arrived: afterwards nobody may be listening. */
  const operate = async <T>(
    request: { getTimeout(): number; getUrn(): string },
    operation: (context: OperationContext) => Promise<T>,
  ): Promise<T> => {
    const warnings: Promise<void>[] = [];
    const warn = (message: string): void => {
      warnings.push(options.log.warn(request.getUrn(), message));
    };
    try {
      return await operation({ urn: request.getUrn(), signal: signalFor(request), warn });
    } finally {
      await Promise.all(warnings);
    }
  };

  const handshake: Unary<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse> = unary(
    (request) => {
      options.log.attach(request.getEngineAddress());
      return new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true);
    },
  );

  const getPluginInfo: Unary<Empty, PluginInfo> = unary(() => new PluginInfo().setVersion(options.version));

  // How an engine makes itself known to a provider that somebody started by hand to debug it.
  const attach: Unary<PluginAttach, Empty> = unary((request) => {
    options.log.attach(request.getAddress());
    return new Empty();
  });

  const checkConfig: Unary<proto.CheckRequest, proto.CheckResponse> = unary((request) => {
    const { values } = decode(request.getNews());
    const response = new proto.CheckResponse();
    response.setInputs(request.getNews());
    const { version: wanted } = values;
    if (typeof wanted === "string" && isOlder(options.version, wanted)) {
      response.addFailures(
        new proto.CheckFailure()
          .setProperty("version")
          .setReason(
            `the program uses certlock ${wanted} and the engine found the provider of certlock ${options.version}, which may not know all of it. ` +
              'Let "plugins" in Pulumi.yaml name node_modules/certlock/provider/bin of this project',
          ),
      );
    }
    for (const key of Object.keys(values)) {
      if (ENGINE_CONFIGURATION.has(key) || key.startsWith("__")) continue;
      response.addFailures(
        new proto.CheckFailure()
          .setProperty(key)
          .setReason(
            "certlock's provider has no configuration of its own; it reads ARM_TENANT_ID, ARM_CLIENT_ID and the credential variables from the environment. " +
              "Settings of the program belong to the project's namespace",
          ),
      );
    }
    return response;
  });

  const diffConfig: Unary<proto.DiffRequest, proto.DiffResponse> = unary(() =>
    new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE),
  );

  const configure: Unary<proto.ConfigureRequest, proto.ConfigureResponse> = unary(() => {
    options.configure();
    return new proto.ConfigureResponse()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspreview(true);
  });

  const check: Unary<proto.CheckRequest, proto.CheckResponse> = unary(async (request) => {
    const { values, secretKeys } = decode(request.getNews());
    const olds = decode(request.getOlds()).values;
    const { inputs, problems } = await operate(withoutLimit(request), ({ warn }) =>
      Promise.resolve(handlerFor(request).check(values, secretKeys, { olds, warn })),
    );
    const response = new proto.CheckResponse();
    response.setInputs(encode(inputs, secretKeys));
    for (const { property, reason } of problems) {
      response.addFailures(new proto.CheckFailure().setProperty(property).setReason(reason));
    }
    return response;
  });

  const diff: Unary<proto.DiffRequest, proto.DiffResponse> = unary((request) => {
    const changes = handlerFor(request).diff(
      decode(request.getOlds()).values,
      decode(request.getNews()).values,
    );
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    const response = new proto.DiffResponse();
    response.setChanges(changes.size === 0 ? DIFF_NONE : DIFF_SOME);
    response.setHasdetaileddiff(true);
    for (const [path, kind] of changes) {
      response.getDetaileddiffMap().set(path, new proto.PropertyDiff().setKind(KINDS[kind]));
      // The engine shows the detailed paths and decides by the top-level names.
      const top = path.split(/[.[]/, 1)[0] ?? path;
      if (!response.getDiffsList().includes(top)) response.addDiffs(top);
      if (kind === "update-replace" && !response.getReplacesList().includes(top)) response.addReplaces(top);
    }
    return response;
  });

  const create: Unary<proto.CreateRequest, proto.CreateResponse> = unary(async (request) => {
    const { values, secretKeys } = decode(request.getProperties());
    const preview = request.getPreview();
    return withState(secretKeys, async () => {
      const { id, outputs } = await operate(request, (context) =>
        handlerFor(request).create(values, { ...context, preview }),
      );
      return new proto.CreateResponse().setId(id).setProperties(encodeState(outputs, secretKeys));
    });
  });

  const read: Unary<proto.ReadRequest, proto.ReadResponse> = unary(async (request) => {
    const outputs = decode(request.getProperties());
    const inputs = decode(request.getInputs());
    const secretKeys = new Set([...outputs.secretKeys, ...inputs.secretKeys]);
    const result = await operate(withoutLimit(request), (context) =>
      handlerFor(request).read(request.getId(), outputs.values, inputs.values, context),
    );
    return new proto.ReadResponse()
      .setId(result.id)
      .setProperties(encodeState(result.outputs, secretKeys))
      .setInputs(encode(result.inputs, secretKeys));
  });

  const update: Unary<proto.UpdateRequest, proto.UpdateResponse> = unary(async (request) => {
    const olds = decode(request.getOlds());
    const news = decode(request.getNews());
    const preview = request.getPreview();
    return withState(news.secretKeys, async () => {
      const outputs = await operate(request, (context) =>
        handlerFor(request).update(request.getId(), olds.values, news.values, { ...context, preview }),
      );
      return new proto.UpdateResponse().setProperties(encodeState(outputs, news.secretKeys));
    });
  });

  const remove: Unary<proto.DeleteRequest, Empty> = unary(async (request) => {
    const outputs = decode(request.getProperties()).values;
    await operate(request, (context) => handlerFor(request).delete(request.getId(), outputs, context));
    return new Empty();
  });

  const cancel: Unary<Empty, Empty> = unary(() => {
    running.abort();
    return new Empty();
  });

  return {
    attach,
    cancel,
    check,
    checkConfig,
    configure,
    create,
    delete: remove,
    diff,
    diffConfig,
    getPluginInfo,
    handshake,
    read,
    update,
  };
}

const KINDS: Readonly<Record<ChangeKind, proto.PropertyDiff.Kind>> = {
  add: proto.PropertyDiff.Kind.ADD,
  delete: proto.PropertyDiff.Kind.DELETE,
  update: proto.PropertyDiff.Kind.UPDATE,
  "update-replace": proto.PropertyDiff.Kind.UPDATE_REPLACE,
};

/** Whether a version comes before another, by its three numbers. */
function isOlder(one: string, other: string): boolean {
  const numbers = (version: string): number[] =>
    (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const [mine, theirs] = [numbers(one), numbers(other)];
  const at = mine.findIndex((number, index) => number !== theirs[index]);
  return at !== -1 && (mine[at] ?? 0) < (theirs[at] ?? 0);
}

/** Checks and reads carry no time limit of their own. */
function withoutLimit(request: { getUrn(): string }): { getTimeout(): number; getUrn(): string } {
  return { getTimeout: () => 0, getUrn: () => request.getUrn() };
}

/** The memory of a resource repeats its inputs: once one of them is secret, so is the memory. */
function encodeState(outputs: PropertyMap, secretKeys: ReadonlySet<string>): ReturnType<typeof encode> {
  return encode(
    outputs,
    secretKeys.size === 0 ? secretKeys : new Set([...secretKeys, "applied", "exemptActors", "previous"]),
  );
}

/** Attaches the state of a partial failure to the error in the form the engine looks for. */
async function withState<T>(secretKeys: ReadonlySet<string>, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof PartialFailureError)) throw error;
    const state = new proto.ErrorResourceInitFailed();
    state.setId(error.id);
    state.setProperties(encodeState(error.outputs as PropertyMap, secretKeys));
    state.setReasonsList([error.reason]);
    const detail = new Any();
    detail.pack(state.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.reason);
    status.addDetails(detail);
    const metadata = new grpc.Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    throw Object.assign(error, { metadata });
  }
}

/** Answers a call; a failure becomes one line. Never UNAVAILABLE, which the engine takes for a dead process. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): Unary<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const metadata = (error as { metadata?: unknown } | undefined)?.metadata;
          callback({
            code: grpc.status.UNKNOWN,
            details: describeError(error),
            ...(metadata instanceof grpc.Metadata ? { metadata } : {}),
          });
        },
      );
  };
}
