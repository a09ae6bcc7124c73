import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PackedPackage } from "./packed-package";

/** The packed package in an empty project: what its users have, and nothing else of this repository. */
describe("the installed package", function () {
  this.timeout(60_000);
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
