/** A real HTTP server on the loopback interface whose requests and answers are judged by an API description. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiDescription, DescribedOperation } from "./api-description";

export interface Received {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong with one request instead of, before or after its being carried out. */
export type Fault =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** The connection ends before anything has happened. */
  | { readonly kind: "cut" }
  /** It is carried out, and then the connection ends without an answer. */
  | { readonly kind: "cut-after" }
  /** It is carried out, and something else is answered. */
  | { readonly kind: "answer-after"; readonly answer: Answer }
  /** Somebody else does something first. */
  | { readonly kind: "meanwhile"; readonly act: () => void };

export type Handler = (request: Received, operation: DescribedOperation) => Answer;

export interface DescribedServerOptions {
  readonly description: ApiDescription;
  /** Path in front of every described one, without a slash at the end. */
  readonly prefix: string;
  readonly handle: Handler;
  /** Answers requests outside of the description, such as GraphQL. */
  readonly aside?: (request: Received) => Answer | undefined;
}

export class DescribedServer {
  readonly received: Received[] = [];
  /** What the description finds wrong. A test ends with none. */
  readonly violations: string[] = [];
  /** Asked before each request. */
  fault: (request: Received, index: number) => Fault | undefined = () => undefined;
  readonly #server = createServer();
  readonly #options: DescribedServerOptions;

  private constructor(options: DescribedServerOptions) {
    this.#options = options;
    this.#server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const url = new URL(request.url ?? "", "http://127.0.0.1");
        this.#serve(
          {
            method: request.method ?? "",
            path: url.pathname,
            query: url.searchParams,
            headers: request.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          },
          response,
        );
      });
    });
  }

  static async start(options: DescribedServerOptions): Promise<DescribedServer> {
    const server = new DescribedServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** Root of the API, without a slash at the end. */
  get url(): string {
    return `${this.origin}${this.#options.prefix}`;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Method and path of what was received, without the part every path has in common. */
  lines(common = ""): string[] {
    return this.received.map(
      ({ method, path }) => `${method} ${path.replace(this.#options.prefix, "").replace(common, "")}`,
    );
  }

  #serve(request: Received, response: ServerResponse): void {
    const fault = this.fault(request, this.received.length);
    this.received.push(request);
    if (fault?.kind === "cut") {
      response.socket?.destroy();
      return;
    }
    if (fault?.kind === "answer") {
      send(response, fault.answer);
      return;
    }
    if (fault?.kind === "meanwhile") fault.act();
    const answer = this.#options.aside?.(request) ?? this.#carryOut(request);
    if (fault?.kind === "cut-after") response.socket?.destroy();
    else send(response, fault?.kind === "answer-after" ? fault.answer : answer);
  }

  #carryOut(request: Received): Answer {
    const { description, prefix, handle } = this.#options;
    const path = request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : undefined;
    const operation = path === undefined ? undefined : description.find(request.method, path);
    if (operation === undefined) {
      this.violations.push(`${request.method} ${request.path} is not described`);
      return { status: 404, body: { message: "Not Found" } };
    }
    this.violations.push(...description.judgeRequest(operation, request.query, request.body));
    const answer = handle(request, operation);
    this.violations.push(...description.judgeAnswer(operation, answer.status, answer.body));
    return answer;
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const isText = typeof body === "string";
  response.writeHead(status, {
    ...(body === undefined
      ? {}
      : { "content-type": isText ? "text/html" : "application/json; charset=utf-8" }),
    ...headers,
  });
  response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body));
}
