import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  InvokeRequest,
  PropertyDiff,
  ReadRequest,
  UpdateRequest,
  type CheckResponse,
  type ConfigureResponse,
  type CreateResponse,
  type InvokeResponse,
  type ReadResponse,
  type UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { openProvidersDoor, type ProvidersDoor } from "../../../sandbox/providers/door";
import {
  decodeProperties,
  encodeProperties,
  reveal,
  Secret,
  UNKNOWN,
  type PropertyMap,
} from "../../../sandbox/providers/property-values";
import { Tenant, type TenantOptions } from "../../../sandbox/tenant/tenant";

/** A resource as the engine keeps it. */
export interface Deployed {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  /** Checked inputs, secret wrappers on. */
  readonly inputs: PropertyMap;
  /** Secret wrappers on. */
  readonly outputs: PropertyMap;
}

export interface Difference {
  readonly changed: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly details: Readonly<Record<string, string>>;
}

/** Speaks to the providers door over gRPC the way the engine does, one call after the other. */
export class ProviderSession {
  readonly tenant: Tenant;
  readonly client: ResourceProviderClient;
  readonly #door: ProvidersDoor;

  static async open(options: TenantOptions = {}): Promise<ProviderSession> {
    const tenant = new Tenant(options);
    const door = await openProvidersDoor({ tenant });
    return new ProviderSession(tenant, door);
  }

  private constructor(tenant: Tenant, door: ProvidersDoor) {
    this.tenant = tenant;
    this.#door = door;
    this.client = new ResourceProviderClient(`127.0.0.1:${door.port}`, credentials.createInsecure());
  }

  async close(): Promise<void> {
    this.client.close();
    await this.#door.close();
  }

  async configure(variables: Readonly<Record<string, string>>): Promise<ConfigureResponse> {
    const request = new ConfigureRequest().setAcceptsecrets(true);
    for (const [name, value] of Object.entries(variables)) request.getVariablesMap().set(name, value);
    return unary<ConfigureResponse>((done) => this.client.configure(request, done));
  }

  async check(
    type: string,
    inputs: PropertyMap,
    options: { name?: string; previous?: PropertyMap; autonaming?: CheckRequest.AutonamingOptions } = {},
  ): Promise<{ inputs: PropertyMap; failures: { property: string; reason: string }[] }> {
    const request = new CheckRequest()
      .setUrn(urn(type, options.name ?? "it"))
      .setNews(encodeProperties(inputs))
      .setRandomseed(Buffer.from("a seed of the engine"));
    if (options.previous) request.setOlds(encodeProperties(options.previous));
    if (options.autonaming) request.setAutonaming(options.autonaming);
    const response = await unary<CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: decodeProperties(response.getInputs()),
      failures: response.getFailuresList().map((each) => each.toObject()),
    };
  }

  /** Outputs of a preview of a creation. */
  async preview(type: string, inputs: PropertyMap, name = "it"): Promise<PropertyMap> {
    const checked = await this.#checked(type, inputs, name);
    const request = new CreateRequest()
      .setUrn(urn(type, name))
      .setProperties(encodeProperties(checked))
      .setPreview(true);
    const response = await unary<CreateResponse>((done) => this.client.create(request, done));
    if (response.getId() !== "") throw new Error("a preview must not give an id");
    return decodeProperties(response.getProperties());
  }

  /** Checks and creates. */
  async create(type: string, inputs: PropertyMap, name = "it"): Promise<Deployed> {
    const checked = await this.#checked(type, inputs, name);
    const request = new CreateRequest().setUrn(urn(type, name)).setProperties(encodeProperties(checked));
    const response = await unary<CreateResponse>((done) => this.client.create(request, done));
    const outputs = decodeProperties(response.getProperties());
    return { type, name, id: response.getId(), inputs: checked, outputs };
  }

  async diff(resource: Deployed, inputs: PropertyMap): Promise<Difference> {
    const checked = await this.#checked(resource.type, inputs, resource.name, resource.inputs);
    const request = new DiffRequest()
      .setId(resource.id)
      .setUrn(urn(resource.type, resource.name))
      .setOlds(encodeProperties(resource.outputs))
      .setOldInputs(encodeProperties(resource.inputs))
      .setNews(encodeProperties(checked));
    const response = await unary<DiffResponse>((done) => this.client.diff(request, done));
    return {
      changed: response.getChanges() === DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      details: Object.fromEntries(
        response
          .getDetaileddiffMap()
          .toArray()
          .map(([path]) => [path, kindName(response.getDetaileddiffMap().get(path))]),
      ),
    };
  }

  async update(resource: Deployed, inputs: PropertyMap, { preview = false } = {}): Promise<Deployed> {
    const checked = await this.#checked(resource.type, inputs, resource.name, resource.inputs);
    const request = new UpdateRequest()
      .setId(resource.id)
      .setUrn(urn(resource.type, resource.name))
      .setOlds(encodeProperties(resource.outputs))
      .setOldInputs(encodeProperties(resource.inputs))
      .setNews(encodeProperties(checked))
      .setPreview(preview);
    const response = await unary<UpdateResponse>((done) => this.client.update(request, done));
    return { ...resource, inputs: checked, outputs: decodeProperties(response.getProperties()) };
  }

  /** What a refresh finds; undefined when the resource is gone. */
  async refresh(resource: Deployed): Promise<Deployed | undefined> {
    const request = new ReadRequest()
      .setId(resource.id)
      .setUrn(urn(resource.type, resource.name))
      .setInputs(encodeProperties(resource.inputs))
      .setProperties(encodeProperties(resource.outputs));
    return this.#read(resource, request);
  }

  /** What an import or `.get` finds; undefined when there is nothing. */
  async import(type: string, id: string): Promise<Deployed | undefined> {
    const request = new ReadRequest().setId(id).setUrn(urn(type, "it"));
    return this.#read({ type, name: "it", id, inputs: {}, outputs: {} }, request);
  }

  async delete(resource: Deployed): Promise<void> {
    const request = new DeleteRequest()
      .setId(resource.id)
      .setUrn(urn(resource.type, resource.name))
      .setProperties(encodeProperties(resource.outputs))
      .setOldInputs(encodeProperties(resource.inputs));
    await unary((done) => this.client.delete(request, done));
  }

  async invoke(token: string, args: PropertyMap = {}): Promise<PropertyMap> {
    const request = new InvokeRequest().setTok(token).setArgs(encodeProperties(args));
    const response = await unary<InvokeResponse>((done) => this.client.invoke(request, done));
    return decodeProperties(response.getReturn());
  }

  async #read(resource: Deployed, request: ReadRequest): Promise<Deployed | undefined> {
    const response = await unary<ReadResponse>((done) => this.client.read(request, done));
    if (response.getId() === "") return undefined;
    return {
      ...resource,
      id: response.getId(),
      inputs: decodeProperties(response.getInputs()),
      outputs: decodeProperties(response.getProperties()),
    };
  }

  async #checked(
    type: string,
    inputs: PropertyMap,
    name: string,
    previous?: PropertyMap,
  ): Promise<PropertyMap> {
    const { inputs: checked, failures } = await this.check(type, inputs, {
      name,
      ...(previous && { previous }),
    });
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
    return checked;
  }
}

/** Outputs without secret wrappers. */
export function plain(resource: Deployed | undefined): PropertyMap {
  return reveal(resource?.outputs ?? {});
}

/** One output that must be a text. */
export function output(resource: Deployed, name: string): string {
  const value = plain(resource)[name];
  if (typeof value !== "string") throw new Error(`The output "${name}" is no text.`);
  return value;
}

/** Names of the top-level outputs that are secret. */
export function secretNames(properties: PropertyMap): string[] {
  return Object.keys(properties)
    .filter((name) => properties[name] instanceof Secret)
    .sort();
}

/** Names of the top-level outputs not known yet. */
export function unknownNames(properties: PropertyMap): string[] {
  const revealed = reveal(properties);
  return Object.keys(revealed)
    .filter((name) => revealed[name] === UNKNOWN)
    .sort();
}

export function unary<Response>(
  call: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

function urn(type: string, name: string): string {
  return `urn:pulumi:dev::certlock-tenant::certlock:components:SecretFreeApplication$${type}::${name}`;
}

function kindName(detail: PropertyDiff | undefined): string {
  const kinds = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];
  return kinds[detail?.getKind() ?? -1] ?? "";
}
