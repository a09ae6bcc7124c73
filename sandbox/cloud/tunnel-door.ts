import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { CloudAddresses } from "./addresses";

/** How long a client may take to say where it wants to go. */
const HEADERS_TIMEOUT_MS = 10_000;

export interface TunnelDoor {
  readonly port: number;
  /** Stops listening and cuts open tunnels. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * An HTTP proxy on 127.0.0.1 for clients that know the public cloud's names and no others: `HTTPS_PROXY` points them
 * here, and a tunnel to `login.microsoftonline.com:443` ends at the sandbox's login door. TLS is between the client
 * and that door; nothing is read here. Any other host is refused: there is no way out.
 *
 * @throws the system's error, e.g. with code EADDRINUSE
 */
export async function openTunnelDoor(
  port: number | undefined,
  addresses: CloudAddresses,
): Promise<TunnelDoor> {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, refuseRequest);
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  server.on("connection", track);
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    // A client that hangs up early is no fault of the sandbox.
    client.on("error", () => client.destroy());
    const target = doorOf(addresses, request.url ?? "");
    if (target === undefined) {
      refuseTunnel(client);
      return;
    }
    const door = connect(target, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      door.write(head);
      door.pipe(client).pipe(door);
    });
    track(door);
    door.on("error", () => client.destroy());
    door.on("close", () => client.destroy());
    client.on("close", () => door.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port ?? 0, "127.0.0.1", () => {
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

/** The port of the door a tunnel leads to; undefined for a host outside. */
function doorOf(addresses: CloudAddresses, authority: string): number | undefined {
  const [, host = "", port = ""] = /^([^:\s]+):(\d{1,5})$/.exec(authority) ?? [];
  const service = addresses.serviceOf(host, Number(port));
  return service && addresses.portOf(service);
}

const REASON =
  "The sandbox tunnels to the login, Graph, Azure Resource Manager and Key Vault hosts of the public cloud, which are its own " +
  "doors here, and nowhere else. Keep other hosts out of its way with NO_PROXY.\n";

function refuseTunnel(client: Socket): void {
  client.end(
    `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(REASON)}\r\nconnection: close\r\n\r\n${REASON}`,
  );
}

function refuseRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(403, { "content-type": "text/plain", connection: "close" });
  response.end(REASON);
}
