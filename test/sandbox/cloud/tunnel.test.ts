import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { startSandbox, type Sandbox } from "../../../sandbox";

describe("sandbox: the tunnel for clients that know the public cloud only", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const port = (url: string): number => Number(new URL(url).port);
  async function knock(request: string): Promise<{ socket: Socket; answer: string }> {
    const socket = connect(port(sandbox.tunnelUrl), "127.0.0.1");
    socket.write(request);
    const [data] = (await once(socket, "data")) as [Buffer];
    return { socket, answer: data.toString("latin1").split("\r\n", 1)[0] ?? "" };
  }
  const tunnel = (authority: string) => knock(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`);

  /** Common name and first line of the answer to a GET through the tunnel, TLS checked for the host's own name. */
  async function through(authority: string, path: string): Promise<[string, boolean]> {
    const { socket, answer } = await tunnel(authority);
    assert.equal(answer, "HTTP/1.1 200 Connection Established");
    const [host = ""] = authority.split(":");
    const secure = connectTls({ socket, servername: host, host, ca: sandbox.caCertificatePem });
    await once(secure, "secureConnect");
    secure.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    let text = "";
    for await (const chunk of secure) text += String(chunk);
    return [text.split("\r\n", 1)[0] ?? "", secure.authorized];
  }

  it("leads each public name to its door, with a certificate for that name", async () => {
    const discovery = `/${sandbox.tenant.id}/v2.0/.well-known/openid-configuration`;
    const cases: [string, string, string][] = [
      ["login.microsoftonline.com:443", discovery, "HTTP/1.1 200 OK"],
      ["login.windows.net:443", discovery, "HTTP/1.1 200 OK"],
      ["graph.microsoft.com:443", "/v1.0/applications", "HTTP/1.1 401 Unauthorized"],
      ["management.azure.com:443", "/metadata/endpoints?api-version=2022-09-01", "HTTP/1.1 200 OK"],
      ["token.actions.githubusercontent.com:443", "/.well-known/openid-configuration", "HTTP/1.1 200 OK"],
      ["kv-one.vault.azure.net:443", "/secrets?api-version=7.5", "HTTP/1.1 401 Unauthorized"],
      [`kv-one.${sandbox.vaultSuffix}`, "/secrets?api-version=7.5", "HTTP/1.1 401 Unauthorized"],
      [`localhost:${port(sandbox.loginUrl)}`, discovery, "HTTP/1.1 200 OK"],
    ];
    const outcomes: unknown[] = [];
    for (const [authority, path] of cases) outcomes.push([authority, ...(await through(authority, path))]);
    assert.deepEqual(
      outcomes,
      cases.map(([authority, , expected]) => [authority, expected, true]),
    );
  });

  it("names the login service to each client as that client calls it", async () => {
    const { socket } = await tunnel("login.microsoftonline.com:443");
    const host = "login.microsoftonline.com";
    const secure = connectTls({ socket, servername: host, ca: sandbox.caCertificatePem });
    secure.write(
      `GET /${sandbox.tenant.id}/v2.0/.well-known/openid-configuration HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );
    let text = "";
    for await (const chunk of secure) text += String(chunk);
    const { issuer, token_endpoint } = JSON.parse(
      text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1),
    ) as {
      issuer: string;
      token_endpoint: string;
    };
    const base = `https://${host}/${sandbox.tenant.id}`;
    assert.deepEqual([issuer, token_endpoint], [`${base}/v2.0`, `${base}/oauth2/v2.0/token`]);
  });

  it("leads nowhere else, not even to another port of this machine", async () => {
    const neighbour = createServer().listen(0, "127.0.0.1");
    await once(neighbour, "listening");
    const reached = { count: 0 };
    neighbour.on("connection", (socket) => {
      reached.count += 1;
      socket.destroy();
    });
    try {
      const elsewhere = [
        "example.com:443",
        "graph.microsoft.com:80",
        "evil.graph.microsoft.com:443",
        "vault.azure.net:443",
        "a.b.vault.localhost:22",
        `localhost:${(neighbour.address() as AddressInfo).port}`,
        `127.0.0.1:${(neighbour.address() as AddressInfo).port}`,
        `localhost:${sandbox.providersPort}`,
        "169.254.169.254:80",
        "localhost",
        "[::1]:443",
      ];
      const answers: string[] = [];
      for (const authority of elsewhere) answers.push((await tunnel(authority)).answer);
      assert.deepEqual(
        answers,
        elsewhere.map(() => "HTTP/1.1 403 Forbidden"),
      );
      const plain = await knock(
        "GET http://graph.microsoft.com/ HTTP/1.1\r\nhost: graph.microsoft.com\r\n\r\n",
      );
      assert.equal(plain.answer, "HTTP/1.1 403 Forbidden");
      assert.equal(reached.count, 0);
    } finally {
      neighbour.close();
    }
  });

  it("cuts open tunnels when the sandbox closes", async () => {
    const { socket } = await tunnel("graph.microsoft.com:443");
    const ended = once(socket, "close");
    socket.on("error", () => undefined);
    await sandbox.close();
    await ended;
  });
});
