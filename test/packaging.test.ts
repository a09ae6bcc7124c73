import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { engineFor } from "./engine/engine";
import { PackedPackage } from "./packed-package";

/** A port nobody listens at. */
const OFFLINE = "http://127.0.0.1:9";

/** The packed package in an empty project: what its users have, and nothing else of this repository. */
describe("the installed package", function () {
  this.timeout(120_000);
  let project: string;
  let installed: string;
  let packed: PackedPackage;

  before(() => {
    packed = PackedPackage.install();
    ({ project, installed } = packed);
  });
  after(() => {
    packed.remove();
  });

  /** The command as npx would start it, where no proxy leads out. */
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, [join(installed, "cli", "bin", "certlock"), ...args], {
      cwd: project,
      encoding: "utf8",
      env: {
        ...process.env,
        HTTP_PROXY: OFFLINE,
        HTTPS_PROXY: OFFLINE,
        http_proxy: OFFLINE,
        https_proxy: OFFLINE,
      },
    });

  const inProject = (script: string): string =>
    execFileSync(process.execPath, ["-e", script], { cwd: project, encoding: "utf8", stdio: "pipe" });

  it("holds what runs, and neither sources nor tests", () => {
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((path) => /(^|\/)(test|tools|examples)(\/|$)/.test(path) || /(?<!\.d)\.ts$/.test(path)),
      [],
    );
    assert.deepEqual(readdirSync(installed).sort(), [
      "LICENSE",
      "README.md",
      "cli",
      "components",
      "dist",
      "docs",
      "package.json",
      "pipelines",
      "policies",
      "provider",
    ]);
  });

  it("gives components, Graph client, sandbox and rules by their sub-paths", () => {
    const script = `for (const part of ["components", "graph", "sandbox", "policies"])
      console.log(part + " " + Object.keys(require("certlock/" + part)).length);`;
    const counted = inProject(script).trim().split("\n");
    assert.deepEqual(
      counted.map((line) => line.split(" ")[0]),
      ["components", "graph", "sandbox", "policies"],
    );
    for (const line of counted) assert.ok(Number(line.split(" ")[1]) > 0, line);
  });

  it("has no entry of its own, so that nobody imports everything by mistake", () => {
    assert.throws(() => inProject('require("certlock")'), /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  it("has what the command line needs beside its code: pages of the rules, and how to build the engine", () => {
    const explained = run(["explain", "vault-purge-protection"]);
    assert.equal(explained.status, 0, explained.stderr);
    assert.match(explained.stdout, /^vault-purge-protection\n/);
    assert.deepEqual(readdirSync(join(installed, "cli", "engine")).sort(), ["go.mod", "go.sum"]);
  });

  it("checks a program of the project, offline", async function () {
    await engineFor(this);
    writeFileSync(join(project, "Pulumi.yaml"), "name: user\nruntime: nodejs\n");
    writeFileSync(
      join(project, "index.ts"),
      `import * as azuread from "@pulumi/azuread";
       import { SecretFreeApplication } from "certlock/components";
       new SecretFreeApplication("good", { description: "Signs in with a certificate. Platform team.", ownership: "none", certificate: {} });
       new azuread.ApplicationPassword("bad", { applicationId: "/applications/0a0e0000-0000-4000-8000-00000000000c" });`,
    );
    const { status, stdout, stderr } = run(["check", "--format", "json"]);
    assert.equal(status, 2, stderr);
    const { findings } = JSON.parse(stdout) as {
      findings: { level: string; rule: string; resource: string }[];
    };
    assert.deepEqual(
      findings.filter(({ level }) => level === "mandatory").map(({ rule, resource }) => [rule, resource]),
      [["no-client-secret-resource", "bad"]],
      stderr,
    );
  });

  for (const [what, path, args] of [
    ["provider", "provider/bin/pulumi-resource-certlock", ["127.0.0.1:1"]],
    ["policy pack", "policies/certlock-policies", ["127.0.0.1:1"]],
  ] as const) {
    it(`starts its ${what} as an executable`, async () => {
      const child = spawn(join(installed, path), args, { cwd: project, stdio: ["pipe", "pipe", "inherit"] });
      try {
        const [chunk] = (await once(child.stdout, "data")) as [Buffer];
        assert.match(chunk.toString(), /^\d+\n/);
      } finally {
        child.kill("SIGKILL");
      }
    });
  }
});
