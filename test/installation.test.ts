/** The tarball as npm installs it into an empty project, from a registry of the loopback interface. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { RECORDED } from "./cli/review/recorded";
import { Registry } from "./registry";

const run = promisify(execFile);
const ROOT = resolve(__dirname, "..");
/** A port nobody listens at. */
const NOWHERE = "http://127.0.0.1:9";

describe("npm install of the tarball", function () {
  this.timeout(300_000);
  let folder: string;
  let registry: Registry;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "certlock-installation-"));
    registry = await Registry.start();
  });
  after(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = (): NodeJS.ProcessEnv => ({
    ...{ PATH: process.env["PATH"], HOME: folder, NO_COLOR: "1" },
    ...{ npm_config_registry: registry.url, npm_config_cache: join(folder, "cache") },
    ...{ HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE, NO_PROXY: "127.0.0.1" },
    // The SDKs are those of the program: hundreds of megabytes, and no part of the command line.
    npm_config_omit: "peer",
  });
  const npm = (args: readonly string[], cwd: string) => run("npm", args, { cwd, env: environment() });
  const certlock = (...args: readonly string[]) =>
    run(join(folder, "node_modules/.bin/certlock"), args, { cwd: folder, env: environment() });

  it("brings all that the command line needs, by what package.json declares", async () => {
    const { stdout } = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", folder], ROOT);
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await writeFile(join(folder, "package.json"), '{"name":"user","private":true}');
    await npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, filename)], folder);
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) assert.ok(registry.fetched.has(name), name);
    assert.ok(!existsSync(join(folder, "node_modules/@pulumi/azure-native")));

    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    assert.equal((await certlock("--version")).stdout, `${version}\n`);
    assert.match((await certlock("explain", "vault-purge-protection")).stdout, /^vault-purge-protection\n/);
    assert.match((await certlock("explain", "review-certificate-gap")).stdout, /^review-certificate-gap\n/);
    assert.match((await certlock("sandbox", "--help")).stdout, /^certlock sandbox: /);
    for (const format of ["text", "markdown", "json", "sarif", "junit", "html"]) {
      const preview = ["--events", "events.jsonl", "--digest", "digest.json"].map((part) =>
        part.startsWith("--") ? part : join(RECORDED, "certificate-rotated", part),
      );
      const { stdout: report } = await certlock("review", ...preview, "--format", format);
      assert.match(report, /billing-nightly/, format);
    }
  });
});
