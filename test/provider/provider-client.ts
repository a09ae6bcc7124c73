/** Speaks to a provider as the engine does, over real gRPC. */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import {
  decode,
  encode,
  type Properties,
  type PropertyMap,
  type PropertyValue,
} from "../../provider/properties";

export const TYPE = "certlock:index:TenantAppManagementPolicy";
export const URN = `urn:pulumi:dev::certlock-tenant::${TYPE}::policy`;

/** The answer of one call, as a promise. */
async function answer<Response>(
  start: (callback: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

/** Calls of one provider in plain values. Secrets of the answers are unwrapped; their keys are in `secretKeys`. */
export class ProviderClient {
  readonly #client: ResourceProviderClient;
  readonly #type: string;
  readonly #urn: string;

  constructor(port: number, type: string = TYPE) {
    this.#type = type;
    this.#urn = URN.replace(TYPE, type);
    this.#client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  close(): void {
    this.#client.close();
  }

  async handshake(): Promise<proto.ProviderHandshakeResponse.AsObject> {
    const response = await answer<proto.ProviderHandshakeResponse>((done) =>
      this.#client.handshake(new proto.ProviderHandshakeRequest(), done),
    );
    return response.toObject();
  }

  async version(): Promise<string> {
    const info = await answer<PluginInfo>((done) => this.#client.getPluginInfo(new Empty(), done));
    return info.getVersion();
  }

  async configure(): Promise<proto.ConfigureResponse.AsObject> {
    const request = new proto.ConfigureRequest().setAcceptsecrets(true).setAcceptresources(true);
    const response = await answer<proto.ConfigureResponse>((done) => this.#client.configure(request, done));
    return response.toObject();
  }

  async checkConfig(values: PropertyMap): Promise<[string, string][]> {
    const request = new proto.CheckRequest().setNews(encode(values));
    const response = await answer<proto.CheckResponse>((done) => this.#client.checkConfig(request, done));
    return response.getFailuresList().map((one) => [one.getProperty(), one.getReason()]);
  }

  async check(
    news: PropertyMap,
    secretKeys: ReadonlySet<string> = new Set(),
    type: string = this.#type,
    olds: PropertyMap = {},
  ): Promise<Properties & { failures: [string, string][] }> {
    const request = new proto.CheckRequest()
      .setUrn(URN.replace(TYPE, type))
      .setType(type)
      .setOlds(encode(olds))
      .setNews(encode(news, secretKeys));
    const response = await answer<proto.CheckResponse>((done) => this.#client.check(request, done));
    const failures = response
      .getFailuresList()
      .map((one): [string, string] => [one.getProperty(), one.getReason()]);
    return { ...decode(response.getInputs()), failures };
  }

  async diff(
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{
    changes: proto.DiffResponse.DiffChanges;
    detailed: Record<string, string>;
    top: string[];
    replaces: string[];
  }> {
    const request = new proto.DiffRequest().setUrn(this.#urn).setType(this.#type).setId("x");
    request.setOlds(encode(olds)).setNews(encode(news));
    const response = await answer<proto.DiffResponse>((done) => this.#client.diff(request, done));
    const names = Object.entries(proto.PropertyDiff.Kind);
    const detailed: Record<string, string> = {};
    for (const [path, change] of response.getDetaileddiffMap().entries()) {
      detailed[path] = names.find(([, value]) => value === change.getKind())?.[0] ?? "";
    }
    const replaces = response.getReplacesList();
    return { changes: response.getChanges(), detailed, top: response.getDiffsList(), replaces };
  }

  async create(
    inputs: PropertyMap,
    options: { preview?: boolean; secretKeys?: ReadonlySet<string>; timeout?: number } = {},
  ): Promise<Properties & { id: string }> {
    const request = new proto.CreateRequest()
      .setUrn(this.#urn)
      .setType(this.#type)
      .setPreview(options.preview ?? false);
    request.setProperties(encode(inputs, options.secretKeys)).setTimeout(options.timeout ?? 0);
    const response = await answer<proto.CreateResponse>((done) => this.#client.create(request, done));
    return { id: response.getId(), ...decode(response.getProperties()) };
  }

  async read(
    id: string,
    outputs: PropertyMap = {},
    inputs: PropertyMap = {},
  ): Promise<{ id: string; outputs: PropertyMap; inputs: PropertyMap }> {
    const request = new proto.ReadRequest().setUrn(this.#urn).setType(this.#type).setId(id);
    request.setProperties(encode(outputs)).setInputs(encode(inputs));
    const response = await answer<proto.ReadResponse>((done) => this.#client.read(request, done));
    return {
      id: response.getId(),
      outputs: decode(response.getProperties()).values,
      inputs: decode(response.getInputs()).values,
    };
  }

  async update(olds: PropertyMap, news: PropertyMap, preview = false, id = "x"): Promise<PropertyMap> {
    const request = new proto.UpdateRequest().setUrn(this.#urn).setType(this.#type).setId(id);
    request.setPreview(preview);
    request.setOlds(encode(olds)).setNews(encode(news));
    const response = await answer<proto.UpdateResponse>((done) => this.#client.update(request, done));
    return decode(response.getProperties()).values;
  }

  async delete(outputs: PropertyMap, id = "x"): Promise<void> {
    const request = new proto.DeleteRequest().setUrn(this.#urn).setType(this.#type).setId(id);
    await answer<Empty>((done) => this.#client.delete(request.setProperties(encode(outputs)), done));
  }

  async cancel(): Promise<void> {
    await answer<Empty>((done) => this.#client.cancel(new Empty(), done));
  }
}

/** The state the engine takes from a failed create or update; undefined when the failure carries none. */
export function partialState(error: unknown): (Properties & { id: string; reasons: string[] }) | undefined {
  const { metadata } = error as { metadata?: grpc.Metadata };
  const [details] = metadata?.get("grpc-status-details-bin") ?? [];
  if (details === undefined) return undefined;
  const [any] = Status.deserializeBinary(Buffer.from(details as Buffer)).getDetailsList();
  const state = any?.unpack(
    (bytes) => proto.ErrorResourceInitFailed.deserializeBinary(bytes),
    "pulumirpc.ErrorResourceInitFailed",
  );
  if (state == null) return undefined;
  return { id: state.getId(), reasons: state.getReasonsList(), ...decode(state.getProperties()) };
}

/** A property that must be a text. */
export function text(value: PropertyValue | undefined): string {
  if (typeof value !== "string") throw new TypeError("expected a text");
  return value;
}
