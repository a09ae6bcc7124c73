import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { isIP, type AddressInfo, type Socket } from "node:net";
import type { KeyedCertificate } from "./certificate-authority";

/** The header that names the address a request is taken to come from: every connection is a loopback one. */
export const CLIENT_ADDRESS_HEADER = "x-sandbox-client-address";

/** A body larger than this is refused: nothing a tenant is told comes near it. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

/** One request as a door's handler gets it. */
export interface DoorRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly clientAddress: string;
}

export interface HttpsDoorOptions {
  readonly identity: KeyedCertificate;
  /** 0 or absent: a free one. */
  readonly port: number | undefined;
  /** Where requests without the header come from. */
  readonly defaultClientAddress: string;
  readonly handle: (request: DoorRequest) => Promise<void> | void;
}

export interface HttpsDoor {
  readonly port: number;
  /** Stops listening and ends open connections. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Opens an HTTPS server on 127.0.0.1.
 * @throws the system's error, e.g. with code EADDRINUSE.
 */
export async function openHttpsDoor(options: HttpsDoorOptions): Promise<HttpsDoor> {
  const { certificatePem: cert, privateKeyPem: key } = options.identity;
  const server = createServer({ cert, key }, (request, response) => {
    void answer(options, request, response);
  });
  // The server itself only knows connections that finished their handshake.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      (closing ??= new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      })),
  };
}

async function answer(
  options: HttpsDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const clientAddress = clientAddressOf(request, options.defaultClientAddress);
    const url = requestUrl(request);
    if (clientAddress === undefined || url === undefined) {
      const what = url === undefined ? "The address of the request" : `The header ${CLIENT_ADDRESS_HEADER}`;
      sendJson(response, 400, { error: { code: "BadRequest", message: `${what} is malformed.` } });
      return;
    }
    await options.handle({ request, response, url, clientAddress });
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // A fault of the sandbox: its words may hold a value of the request, so they stay inside.
    const tooLarge = error instanceof BodyTooLargeError;
    const message = tooLarge ? error.message : "The sandbox failed to answer this request.";
    const code = tooLarge ? "RequestEntityTooLarge" : "generalException";
    response.setHeader("connection", "close");
    sendJson(response, tooLarge ? 413 : 500, { error: { code, message } });
  }
}

/** The address a request is taken to come from; undefined when its header holds none. */
export function clientAddressOf(request: IncomingMessage, fallback: string): string | undefined {
  const given = request.headers[CLIENT_ADDRESS_HEADER];
  if (given === undefined) return fallback;
  return typeof given === "string" && isIP(given) !== 0 ? given : undefined;
}

function requestUrl(request: IncomingMessage): URL | undefined {
  const target = request.url ?? "";
  if (!target.startsWith("/")) return undefined;
  const absolute = `https://localhost${target}`;
  return URL.canParse(absolute) ? new URL(absolute) : undefined;
}

export class BodyTooLargeError extends Error {}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES) {
      throw new BodyTooLargeError(`The request body is larger than ${LARGEST_BODY_BYTES} bytes.`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}
