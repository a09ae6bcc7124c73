/** A real HTTP server on the loopback interface that plays Microsoft Graph, faults included. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (request: ReceivedRequest, response: ServerResponse) => void;

/** Answers each request with the next of the given answers, and the last one for ever. */
export class GraphServer {
  readonly received: ReceivedRequest[] = [];
  #port = 0;
  readonly #server: Server;
  #answers: readonly Answer[];

  private constructor(server: Server, answers: readonly Answer[]) {
    this.#server = server;
    this.#answers = answers;
  }

  static async start(...answers: Answer[]): Promise<GraphServer> {
    const server = createServer();
    const graph = new GraphServer(server, answers);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const received = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        };
        graph.received.push(received);
        const [next, ...later] = graph.#answers;
        if (later.length > 0) graph.#answers = later;
        next?.(received, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    graph.#port = (server.address() as AddressInfo).port;
    return graph;
  }

  answerWith(...answers: Answer[]): void {
    this.#answers = answers;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", "request-id": "req-1", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function empty(status: number): Answer {
  return (_request, response) => {
    response.writeHead(status, { "request-id": "req-1" });
    response.end();
  };
}

export function graphError(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  return json(
    status,
    { error: { code, message, innerError: { "request-id": "req-1", date: "2026-11-21T00:00:00" } } },
    headers,
  );
}

/** Cuts the connection without a word of answer. */
export const cut: Answer = (_request, response) => {
  response.socket?.destroy();
};

/** Sends half of a body and cuts the connection. */
export const halfABody: Answer = (_request, response) => {
  const whole = JSON.stringify({ value: [{ id: "a" }, { id: "b" }] });
  response.writeHead(200, { "content-type": "application/json", "content-length": String(whole.length) });
  response.write(whole.slice(0, whole.length / 2));
  setImmediate(() => response.socket?.destroy());
};
