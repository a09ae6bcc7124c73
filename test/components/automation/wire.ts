/**
 * Between the runbook and the sandbox: an HTTP proxy that ends the TLS of the public cloud's hosts, and the endpoint a
 * managed identity gets its tokens from. Whoever holds it sees every request and can answer, hold or cut it.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { Agent, request } from "undici";
import type { Sandbox } from "../../../sandbox";
import { PUBLIC_HOSTS } from "../../../sandbox/cloud/addresses";
import { createServerIdentity } from "../../../sandbox/tls/certificate-authority";

export interface Exchange {
  /** From 1, in the order requests come in. */
  readonly number: number;
  readonly method: string;
  /** Host as the client named it; `identity` for the managed identity's endpoint. */
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is done to requests and answers: something else instead, `"cut"` for an end of the connection, or nothing. */
export interface Meddler {
  readonly before?: (exchange: Exchange) => Promise<Reply | "cut" | undefined> | Reply | "cut" | undefined;
  readonly after?: (
    exchange: Exchange,
    reply: Reply,
  ) => Promise<Reply | "cut" | undefined> | Reply | "cut" | undefined;
}

const OWN_TO_CONNECTION = new Set(["connection", "content-length", "transfer-encoding"]);

export class Wire {
  readonly exchanges: Exchange[] = [];
  /** Everything that must never be seen in a log. */
  readonly secrets = new Set<string>();
  readonly caCertificatePem: string;
  meddler: Meddler = {};
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();
  readonly #agent: Agent;
  readonly #sandbox: Sandbox;
  readonly #machine: string;

  /** @param machine client id of the identity that whoever asks the identity endpoint gets */
  static async open(sandbox: Sandbox, machine: string): Promise<Wire> {
    const names = [...Object.keys(PUBLIC_HOSTS), "*.vault.azure.net"];
    const identity = await createServerIdentity(names);
    const wire = new Wire(sandbox, machine, identity.caCertificatePem, (handle) => {
      const inner = createHttpsServer({ cert: identity.certificatePem, key: identity.privateKeyPem }, handle);
      const proxy = createHttpServer();
      proxy.on("connect", (_request: IncomingMessage, socket: Socket) => {
        socket.on("error", () => socket.destroy());
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        inner.emit("connection", socket);
      });
      return [proxy, createHttpServer(handle)];
    });
    await Promise.all(
      wire.#servers.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
    );
    return wire;
  }

  private constructor(
    sandbox: Sandbox,
    machine: string,
    caCertificatePem: string,
    servers: (handle: (request: IncomingMessage, response: ServerResponse) => void) => Server[],
  ) {
    this.#sandbox = sandbox;
    this.#machine = machine;
    this.caCertificatePem = caCertificatePem;
    this.#agent = new Agent({ connect: { ca: sandbox.caCertificatePem } });
    this.#servers = servers((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy());
    });
    for (const server of this.#servers) {
      server.on("connection", (socket: Socket) => {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
      });
    }
  }

  get proxyUrl(): string {
    return `http://127.0.0.1:${this.#port(0)}`;
  }

  get identityUrl(): string {
    return `http://127.0.0.1:${this.#port(1)}`;
  }

  /** Forgets what has gone over it, and meddles no more. */
  reset(): void {
    this.exchanges.length = 0;
    this.meddler = {};
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map(
        (server) =>
          new Promise<void>((resolve) =>
            server.close(() => {
              resolve();
            }),
          ),
      ),
    );
    await this.#agent.destroy();
  }

  #port(index: number): number {
    return (this.#servers[index]?.address() as AddressInfo).port;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value]] : [],
      ),
    );
    const named = (headers["host"] ?? "").replace(/:443$/, "");
    const exchange: Exchange = {
      number: this.exchanges.length + 1,
      method: incoming.method ?? "",
      host: named.startsWith("127.0.0.1") ? "identity" : named,
      path: incoming.url ?? "/",
      headers,
      body,
    };
    this.exchanges.push(exchange);
    this.#remember(headers["authorization"]?.replace(/^\w+ /, ""));
    this.#remember(headers["x-identity-header"]);
    for (const [name, value] of new URLSearchParams(body))
      if (name === "client_assertion") this.#remember(value);

    let reply = (await this.meddler.before?.(exchange)) ?? (await this.#forward(exchange));
    if (reply !== "cut") {
      for (const value of jsonTexts(reply.body, ["access_token", "value", "proof"])) this.#remember(value);
      reply = (await this.meddler.after?.(exchange, reply)) ?? reply;
    }
    if (reply === "cut") {
      response.destroy();
      return;
    }
    response.writeHead(reply.status, { ...reply.headers });
    response.end(reply.body);
  }

  /** @returns what the sandbox's own door answers */
  async #forward({ method, host, path, headers, body }: Exchange): Promise<Reply> {
    const { loginUrl, graphUrl, vaultUrl } = this.#sandbox;
    const [door, target] =
      host === "identity"
        ? [loginUrl, this.#msi(path)]
        : PUBLIC_HOSTS[host] === "login"
          ? [loginUrl, path]
          : PUBLIC_HOSTS[host] === "graph"
            ? [graphUrl, path]
            : [vaultUrl, path];
    const sent = Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_TO_CONNECTION.has(name)));
    const answer = await request(door + target, {
      method: method as "GET",
      headers: host === "identity" ? { ...sent, host: new URL(door).host } : sent,
      ...(body !== "" && { body }),
      dispatcher: this.#agent,
    });
    const kept = Object.entries(answer.headers).flatMap(([name, value]) =>
      typeof value === "string" && !OWN_TO_CONNECTION.has(name) ? [[name, value] as const] : [],
    );
    return { status: answer.statusCode, headers: Object.fromEntries(kept), body: await answer.body.text() };
  }

  /** The sandbox hands out tokens in App Service's way alone; whoever stands at another machine's endpoint asks it so. */
  #msi(path: string): string {
    const query = new URLSearchParams(path.split("?")[1]);
    if (!query.has("client_id")) query.set("client_id", this.#machine);
    return `/msi/token?${query.toString()}`;
  }

  #remember(secret: string | undefined): void {
    // Signatures, tokens, proofs: short texts are none of them.
    if (secret !== undefined && secret.length >= 24) this.secrets.add(secret);
  }
}

async function text(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function jsonTexts(body: string, names: readonly string[]): readonly string[] {
  try {
    const found = JSON.parse(body) as Record<string, unknown>;
    return names.flatMap((name) => (typeof found[name] === "string" ? [found[name]] : []));
  } catch {
    return [];
  }
}
