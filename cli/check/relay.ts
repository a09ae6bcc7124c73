/**
 * Stands between the program and the engine, on the loopback interface: hands every call on as it came, unless it is
 * one that is answered or changed here.
 */
import * as grpc from "@grpc/grpc-js";

/** Sends a request on to the engine. */
export type Forward = (request: Buffer) => Promise<Buffer>;
export type Interceptor = (request: Buffer, forward: Forward) => Promise<Buffer>;

/** The engine's own limit: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/util/rpcutil/serve.go */
export const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

const LIMITS = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

interface Target {
  readonly client: Promise<grpc.Client>;
  readonly connect: (address: string) => void;
}

export class Relay {
  readonly #server = new grpc.Server({ ...LIMITS, "grpc.so_reuseport": 0 });
  readonly #targets = new Map<string, Target>();
  readonly #clients: grpc.Client[] = [];
  #port = 0;

  /**
   * @param services what is passed on; calls wait until {@link connect} has said where to
   * @param interceptors by the path of the method
   */
  constructor(
    services: Readonly<Record<string, grpc.ServiceDefinition>>,
    interceptors: ReadonlyMap<string, Interceptor>,
  ) {
    for (const [name, definition] of Object.entries(services)) {
      this.#targets.set(name, this.#target());
      const methods = Object.entries(definition).map(
        ([method, { path }]) => [method, rawMethod(path)] as const,
      );
      const handlers = methods.map(
        ([method, { path }]) => [method, this.#handler(name, path, interceptors.get(path))] as const,
      );
      this.#server.addService(Object.fromEntries(methods), Object.fromEntries(handlers));
    }
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    this.#port = await listen(this.#server);
  }

  /** Says where a service is to be had; calls that came before are sent on now. */
  connect(service: string, address: string): void {
    this.#targets.get(service)?.connect(address);
  }

  close(): void {
    for (const client of this.#clients) client.close();
    this.#server.forceShutdown();
  }

  #target(): Target {
    let connect: Target["connect"] = () => undefined;
    const client = new Promise<grpc.Client>((resolve) => {
      connect = (address) => {
        const made = new grpc.Client(address, grpc.credentials.createInsecure(), LIMITS);
        this.#clients.push(made);
        resolve(made);
      };
    });
    return { client, connect };
  }

  #handler(service: string, path: string, intercept?: Interceptor): grpc.handleUnaryCall<Buffer, Buffer> {
    return (call, callback) => {
      const forward: Forward = async (request) => {
        const client = await this.#targets.get(service)?.client;
        if (client === undefined) throw new Error(`No target for ${service}.`);
        return send(client, path, request, call);
      };
      const answered = intercept === undefined ? forward(call.request) : intercept(call.request, forward);
      answered.then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(error as grpc.ServiceError);
        },
      );
    };
  }
}

/** Binds a server to a free port of the loopback interface. */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function send(
  client: grpc.Client,
  path: string,
  request: Buffer,
  call: grpc.ServerUnaryCall<Buffer, Buffer>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = client.makeUnaryRequest(path, same, same, request, call.metadata, (error, response) => {
      if (error !== null) reject(error);
      else resolve(response ?? Buffer.alloc(0));
    });
    call.on("cancelled", () => {
      sent.cancel();
    });
  });
}

/** A method whose messages nobody here unpacks. */
export function rawMethod(path: string): grpc.MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function same(bytes: Buffer): Buffer {
  return bytes;
}
