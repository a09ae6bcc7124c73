import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeTenant, INITIAL, PATH } from "./fake-tenant";
import { partialState } from "./provider-client";
import { NO_SECRETS } from "./provider-fixture";
import { ProviderProcess } from "./provider-process";

const REPOSITORY = join(__dirname, "..", "..");
const LAUNCHER = join(REPOSITORY, "provider", "bin", "pulumi-resource-certlock");

describe("the provider's process", () => {
  let directory: string;
  let tenant: FakeTenant;
  let started: ProviderProcess[];

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "certlock-provider-")));
    tenant = await FakeTenant.start();
    started = [];
    // Azure CLI is the one sign-in without TLS; this one always answers.
    const answer = JSON.stringify({
      accessToken: "fake-token",
      expires_on: 4_070_908_800,
      tokenType: "Bearer",
    });
    await writeFile(join(directory, "az"), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(join(directory, "az"), 0o755);
  });

  afterEach(async () => {
    for (const one of started) one.kill();
    await tenant.close();
    await rm(directory, { recursive: true });
  });

  async function start(env: Record<string, string> = {}): Promise<ProviderProcess> {
    const one = await ProviderProcess.start({
      PATH: `${directory}:${String(process.env["PATH"])}`,
      CERTLOCK_GRAPH_ENDPOINT: tenant.url,
      ...env,
    });
    started.push(one);
    return one;
  }

  it("prints its port first, tells the version of the package and what it accepts", async () => {
    const { provider } = await start();
    const { version } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8")) as {
      version: string;
    };
    assert.equal(await provider.version(), version);
    assert.deepEqual(await provider.handshake(), {
      acceptSecrets: true,
      acceptResources: true,
      acceptOutputs: false,
      supportsAutonamingConfiguration: false,
    });
    assert.deepEqual(await provider.configure(), {
      acceptsecrets: true,
      acceptresources: true,
      supportspreview: true,
      acceptoutputs: false,
      supportsAutonamingConfiguration: false,
    });
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends cleanly on ${signal}`, async () => {
      const one = await start();
      one.child.kill(signal);
      assert.deepEqual(await one.exit, [0, null]);
      assert.equal(one.errors(), "");
    });
  }

  it("ends cleanly when the engine dies, which closes its standard input", async () => {
    const { child, exit } = await start();
    child.stdin?.destroy();
    assert.deepEqual(await exit, [0, null]);
  });

  it("leaves no orphan when the engine is killed", async () => {
    // A process that starts the provider as the engine does and holds its standard input.
    const engine = spawn(
      process.execPath,
      [
        "-e",
        `const { spawn } = require("node:child_process");
         spawn(process.execPath, ["--import", "tsx", ${JSON.stringify(join(__dirname, "run-provider.ts"))}, "127.0.0.1:1"], { stdio: ["pipe", "inherit", "inherit"] });`,
      ],
      { cwd: REPOSITORY, stdio: ["ignore", "pipe", "inherit"] },
    );
    const closed = once(engine, "close");
    const [port] = (await once(engine.stdout, "data")) as [Buffer];
    assert.match(port.toString(), /^\d+\n$/);
    engine.kill("SIGKILL");
    // The pipe has two writers, the engine and the provider: it ends with the last of them.
    assert.deepEqual(await closed, [null, "SIGKILL"]);
  });

  it("answers with the state of a write under way before it ends", async () => {
    const { child, provider, exit } = await start();
    tenant.before = (request) => {
      if (request.method === "PATCH") child.kill("SIGTERM");
      return request.method === "PATCH";
    };
    const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
    assert.match(partialState(error)?.reasons.join() ?? "", /^GRAPH_ABORTED: /);
    assert.deepEqual(await exit, [0, null]);
  });

  for (const [method, untouched] of [
    ["GET", true],
    ["PATCH", false],
  ] as const) {
    it(`leaves the tenant whole when it is killed during its ${method}, and the next one goes on`, async () => {
      const { child, provider, exit } = await start();
      tenant.before = (request) => {
        if (request.method === method) child.kill("SIGKILL");
        return false;
      };
      await assert.rejects(provider.create(NO_SECRETS));
      assert.deepEqual(await exit, [null, "SIGKILL"]);
      assert.deepEqual(
        tenant.requests,
        method === "GET" ? [`GET ${PATH}`] : [`GET ${PATH}`, `GET ${PATH}`, `PATCH ${PATH}`],
      );
      assert.equal(tenant.policy.isEnabled, !untouched);
      if (untouched) assert.deepEqual(tenant.policy, INITIAL);

      tenant.before = () => false;
      const next = await start();
      await next.provider.create(NO_SECRETS);
      const types = tenant.policy.applicationRestrictions?.passwordCredentials?.map(
        (one) => one.restrictionType,
      );
      assert.deepEqual(types, ["passwordLifetime", "passwordAddition"]);
    });
  }

  it("refuses a client secret before anything else, without repeating it", async () => {
    const { provider } = await start({ ARM_CLIENT_SECRET: "canary-7Q~-value" });
    const error: unknown = await provider.configure().catch((reason: unknown) => reason);
    const { details } = error as { details: string };
    assert.match(details, /^CERTLOCK_CLIENT_SECRET_REFUSED: ARM_CLIENT_SECRET is set/);
    assert.ok(!details.includes("canary"));
  });

  describe("started by its launcher", () => {
    /** A package with the real launcher and, if given, a stand-in for the compiled provider. */
    async function install(compiled?: string): Promise<string> {
      await mkdir(join(directory, "provider", "bin"), { recursive: true });
      const launcher = join(directory, "provider", "bin", "pulumi-resource-certlock");
      await cp(LAUNCHER, launcher);
      if (compiled !== undefined) {
        await mkdir(join(directory, "dist", "provider"), { recursive: true });
        await writeFile(join(directory, "dist", "provider", "main.js"), compiled);
      }
      return launcher;
    }

    it("runs the compiled provider through a link and from any directory", async () => {
      const launcher = await install("exports.run = () => console.log('running');");
      const link = join(directory, "linked");
      await symlink(launcher, link);
      const { status, stdout, stderr } = spawnSync(link, { cwd: tmpdir(), encoding: "utf8" });
      assert.deepEqual([status, stdout, stderr], [0, "running\n", ""]);
    });

    it("says what to do when nothing is compiled", async () => {
      const launcher = await install();
      const { status, stdout, stderr } = spawnSync(launcher, { encoding: "utf8" });
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, /^pulumi-resource-certlock: the provider is not built .*`npm run build`/);
    });
  });
});
