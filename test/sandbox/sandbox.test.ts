import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { SandboxError, startSandbox, type SandboxPorts } from "../../sandbox";
import { RunningSandbox } from "./sandbox-client";

const DOORS = [
  "login",
  "graph",
  "vault",
  "arm",
  "issuer",
  "tunnel",
  "providers",
] as const satisfies readonly (keyof SandboxPorts)[];

/** True when something listens on the port. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("sandbox: starting and stopping", () => {
  it("hands a child process what it needs, in files only their owner can read", async () => {
    const running = await RunningSandbox.start();
    const { sandbox } = running;
    try {
      const environment = sandbox.environment();
      const certificatePath = environment["ARM_CLIENT_CERTIFICATE_PATH"] ?? "";
      const caPath = environment["NODE_EXTRA_CA_CERTS"] ?? "";
      const port = String(sandbox.providersPort);
      assert.deepEqual(environment, {
        PULUMI_DEBUG_PROVIDERS: `azuread:${port},azure-native:${port},pulumiservice:${port},tls:${port}`,
        ARM_TENANT_ID: sandbox.tenant.id,
        ARM_CLIENT_ID: sandbox.tenant.deployer.appId,
        ARM_SUBSCRIPTION_ID: sandbox.tenant.vaults.subscriptionId,
        ARM_CLIENT_CERTIFICATE_PATH: certificatePath,
        CERTLOCK_GRAPH_ENDPOINT: sandbox.graphUrl,
        CERTLOCK_LOGIN_ENDPOINT: sandbox.loginUrl,
        CERTLOCK_VAULT_ENDPOINT: sandbox.vaultUrl,
        NODE_EXTRA_CA_CERTS: caPath,
      });
      assert.equal(statSync(certificatePath).mode & 0o777, 0o600);
      assert.equal(statSync(dirname(certificatePath)).mode & 0o777, 0o700);
      assert.equal(readFileSync(caPath, "utf8"), sandbox.caCertificatePem);
      const { privateKeyPem, certificatePem } = sandbox.deployer;
      assert.equal(readFileSync(certificatePath, "utf8"), privateKeyPem + certificatePem);
      await sandbox.close();
      assert.equal(existsSync(dirname(certificatePath)), false);
    } finally {
      await running.close();
    }
  });

  it("makes another CA each start, and clients that trust the old one refuse the new", async () => {
    const first = await startSandbox();
    const second = await startSandbox();
    try {
      assert.notEqual(first.caCertificatePem, second.caCertificatePem);
      const { port } = new URL(second.graphUrl);
      const socket = connectTls({ port: Number(port), host: "localhost", ca: first.caCertificatePem });
      await assert.rejects(once(socket, "secureConnect"), /unable to verify|self-signed|certificate/);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });

  it("gives its certificate the names a loopback client uses", async () => {
    const sandbox = await startSandbox();
    try {
      for (const host of ["localhost", "127.0.0.1"]) {
        const { port } = new URL(sandbox.loginUrl);
        const socket = connectTls({
          port: Number(port),
          host: "127.0.0.1",
          ...(host === "localhost" && { servername: host }),
          ca: sandbox.caCertificatePem,
        });
        await once(socket, "secureConnect");
        assert.equal(socket.authorized, true);
        socket.destroy();
      }
    } finally {
      await sandbox.close();
    }
  });

  for (const door of DOORS) {
    it(`names the ${door} door and its port when the port is in use, and leaves no door open`, async () => {
      const occupied = createServer().listen(0, "127.0.0.1");
      await once(occupied, "listening");
      const taken = (occupied.address() as AddressInfo).port;
      const ports: Record<(typeof DOORS)[number], number> = {
        login: await freePort(),
        graph: await freePort(),
        vault: await freePort(),
        arm: await freePort(),
        issuer: await freePort(),
        tunnel: await freePort(),
        providers: await freePort(),
      };
      ports[door] = taken;
      try {
        await assert.rejects(startSandbox({ ports }), (error: unknown) => {
          assert.ok(error instanceof SandboxError);
          assert.equal(error.code, "SANDBOX_PORT_IN_USE");
          assert.match(error.message, new RegExp(`${door} door .*port ${taken} .*choose another port`));
          return true;
        });
        const open: string[] = [];
        for (const other of DOORS) if (other !== door && (await listens(ports[other]))) open.push(other);
        assert.deepEqual(open, []);
      } finally {
        occupied.close();
      }
    });
  }

  it("opens the ports it is told to", async () => {
    const ports = { login: await freePort(), graph: await freePort() };
    const sandbox = await startSandbox({ ports });
    try {
      assert.deepEqual(
        [sandbox.loginUrl, sandbox.graphUrl],
        [`https://localhost:${ports.login}`, `https://localhost:${ports.graph}`],
      );
    } finally {
      await sandbox.close();
    }
  });

  it("reports every bad option at once", async () => {
    const options = { tenantId: "contoso", clientAddress: "office", ports: { graph: 70_000 } };
    await assert.rejects(startSandbox(options), (error: unknown) => {
      assert.ok(error instanceof SandboxError);
      assert.equal(error.code, "SANDBOX_OPTION_INVALID");
      assert.deepEqual(
        error.message.split("\n").map((line) => line.split(" ", 1)[0]),
        ['"tenantId"', '"clientAddress"', '"ports.graph"'],
      );
      return true;
    });
  });

  it("closes with connections open, also half-made ones, and closes twice without harm", async () => {
    const sandbox = await startSandbox();
    const { loginUrl, graphUrl, vaultUrl, resourceManagerUrl, issuers, tunnelUrl } = sandbox;
    const ports = [loginUrl, graphUrl, vaultUrl, resourceManagerUrl, issuers.url, tunnelUrl].map((url) =>
      Number(new URL(url).port),
    );
    const silent = ports.map((port) => connect(port, "127.0.0.1"));
    const [login = 0] = ports;
    const talking = connectTls({ port: login, host: "localhost", ca: sandbox.caCertificatePem });
    await Promise.all([...silent.map((socket) => once(socket, "connect")), once(talking, "secureConnect")]);
    const ended = [...silent, talking].map((socket) => {
      // A connection ended under way may be reset; that it ends is what counts.
      socket.on("error", () => undefined);
      return once(socket, "close");
    });
    await Promise.all([sandbox.close(), sandbox.close()]);
    await Promise.all(ended);
    await sandbox.close();
    for (const port of ports) assert.equal(await listens(port), false);
  });

  it("keeps two sandboxes apart: a token of one is nothing to the other", async () => {
    const [first, second] = [await RunningSandbox.start(), await RunningSandbox.start()];
    try {
      const answer = await second.graph(await first.deployerToken(), "/applications");
      assert.equal(answer.status, 401);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe("sandbox: as a process", () => {
  const main = join(__dirname, "../../sandbox/main.ts");
  const started: ChildProcess[] = [];
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, ["--import", "tsx", main, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.push(child);
    return child;
  };
  afterEach(() => {
    // A test that failed half way must not leave a tenant behind.
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`prints the environment to export, says it is ready, and stops cleanly on ${signal}`, async () => {
      const child = start();
      const exited = once(child, "exit") as Promise<[number | null, string | null]>;
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        lines.push(line);
        if (line === "# ready") break;
      }
      assert.match(lines[0] ?? "", /not a security boundary/);
      const exported = new Map(
        lines.flatMap((line) => {
          const [, name = "", value = ""] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
          return name === "" ? [] : [[name, value] as const];
        }),
      );
      assert.deepEqual(
        [...exported.keys()],
        [
          "PULUMI_DEBUG_PROVIDERS",
          "ARM_TENANT_ID",
          "ARM_CLIENT_ID",
          "ARM_SUBSCRIPTION_ID",
          "ARM_CLIENT_CERTIFICATE_PATH",
          "CERTLOCK_GRAPH_ENDPOINT",
          "CERTLOCK_LOGIN_ENDPOINT",
          "CERTLOCK_VAULT_ENDPOINT",
          "NODE_EXTRA_CA_CERTS",
        ],
      );
      const certificatePath = exported.get("ARM_CLIENT_CERTIFICATE_PATH") ?? "";
      assert.equal(existsSync(certificatePath), true);
      child.kill(signal);
      assert.deepEqual(await exited, [0, null]);
      assert.equal(existsSync(dirname(certificatePath)), false);
    });
  }

  it("prints one line of JSON on request, and stops when its standard input ends", async () => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", main, "--format", "json", "--stop-on-stdin-end"],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    started.push(child);
    const exited = once(child, "exit") as Promise<[number | null, string | null]>;
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const told = JSON.parse(line) as Record<string, unknown>;
    const { environment, notice, graphUrl, vaultSuffix } = told as {
      environment: Record<string, string>;
      notice: string;
      graphUrl: string;
      vaultSuffix: string;
    };
    for (const name of ["loginUrl", "graphUrl", "vaultUrl", "resourceManagerUrl", "issuerUrl", "tunnelUrl"]) {
      assert.match(String(told[name]), /^https?:\/\/localhost:\d+$/, name);
    }
    assert.equal(vaultSuffix, `vault.${new URL(String(told["vaultUrl"])).host}`);
    assert.match(notice, /not a security boundary/);
    assert.equal(environment["CERTLOCK_GRAPH_ENDPOINT"], graphUrl);
    const certificatePath = environment["ARM_CLIENT_CERTIFICATE_PATH"] ?? "";
    assert.equal(existsSync(certificatePath), true);
    child.stdin.end();
    assert.deepEqual(await exited, [0, null]);
    assert.equal(existsSync(dirname(certificatePath)), false);
  });

  const wrong: [string, string[], RegExp][] = [
    [
      "a port that is no number",
      ["--login-port", "high"],
      /^SANDBOX_OPTION_INVALID: "--login-port" is "high"; give a whole number/,
    ],
    [
      "every wrong option at once",
      ["--graph-port", "1x", "--format", "xml"],
      /"--graph-port" is "1x".*\n"--format" is "xml"; give one of sh, pwsh, json\./,
    ],
    [
      "an option it does not know, naming the one that was meant",
      ["--logn-port", "1", "--sed=x"],
      /^SANDBOX_OPTION_INVALID: There is no option "--logn-port"\. Did you mean --login-port\?\nThere is no option "--sed"\. Did you mean --seed\?\n$/,
    ],
    [
      "values that were forgotten, or are too many",
      ["--seed", "--format", "json", "--stop-on-stdin-end=yes", "more"],
      /^SANDBOX_OPTION_INVALID: "--seed" needs a value\.\n"json" is too much: [^\n]+\n"--stop-on-stdin-end" has no value\.\n"more" is too much: [^\n]+\n$/,
    ],
  ];
  for (const [situation, args, message] of wrong) {
    it(`refuses ${situation} with one clear line and exit code 1`, async () => {
      const child = start(...args);
      let text = "";
      child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
      const [code] = (await once(child, "close")) as [number | null];
      assert.equal(code, 1);
      assert.match(text, message);
      assert.doesNotMatch(text, /\n\s+at /);
    });
  }
});
