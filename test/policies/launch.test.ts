/** The pack starts wherever it lies and however it is called, and tells Pulumi what the catalogue says. */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { rules } from "../../policies/catalogue";
import { buildPack, packDirectory, repository } from "./harness/compiled-pack";
import { PackOptions, startPack } from "./harness/pack";
import { change, vault } from "./samples";

const launcher = join(packDirectory, "certlock-policies");
const run = promisify(execFile);

describe("starting the pack", () => {
  let folder: string;

  before(() => {
    buildPack();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-pack-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function startsAndJudges(options: PackOptions): Promise<void> {
    const pack = await startPack(options);
    try {
      assert.equal(pack.info.name, "certlock-policies");
      assert.deepEqual(
        [...pack.info.rules].sort(),
        rules.map(({ id }) => id),
      );
      const { findings } = await pack.analyze(change(vault, "properties.enablePurgeProtection", false));
      assert.deepEqual(
        findings.map(({ rule, level }) => ({ rule, level })),
        [{ rule: "vault-purge-protection", level: "mandatory" }],
      );
      const lines = pack.log().trim().split("\n");
      assert.equal(lines.length, 1, `says more than its port: ${pack.log()}`);
    } finally {
      await pack.stop();
    }
  }

  it("works as a folder", async () => {
    await startsAndJudges({ directory: packDirectory });
  });

  it("works as an executable from another working directory", async () => {
    await startsAndJudges({ directory: folder, launcher });
  });

  it("works as an executable behind links, relative and absolute", async () => {
    symlinkSync(launcher, join(folder, "absolute"));
    mkdirSync(join(folder, "bin"));
    symlinkSync("../absolute", join(folder, "bin/relative"));
    await startsAndJudges({ directory: tmpdir(), launcher: join(folder, "bin/relative") });
  });

  it("works as an executable in a folder of dependencies, linked as npm does it", async () => {
    await startsAndJudges({
      directory: folder,
      launcher: join(repository, "node_modules/certlock-policies/certlock-policies"),
    });
  });

  describe("packed for publication", () => {
    /** What `npm pack` puts into the archive, in an empty folder with only its dependencies beside it. */
    function unpacked(): string {
      execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
        cwd: packDirectory,
      });
      const [archive = ""] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
      execFileSync("tar", ["-xzf", archive], { cwd: folder });
      mkdirSync(join(folder, "package/node_modules"));
      symlinkSync(
        join(repository, "node_modules/@pulumi"),
        join(folder, "package/node_modules/@pulumi"),
        "dir",
      );
      return join(folder, "package");
    }

    it("works as a folder and as an executable, and holds nothing but what it needs", async () => {
      const directory = unpacked();
      assert.deepEqual(readdirSync(directory).sort(), [
        "LICENSE",
        "PulumiPolicy.yaml",
        "README.md",
        "certlock-policies",
        "dist",
        "exemptions.schema.json",
        "node_modules",
        "package.json",
      ]);
      await startsAndJudges({ directory });
      await startsAndJudges({ directory: tmpdir(), launcher: join(directory, "certlock-policies") });
    });
  });

  describe("installed by npm from its archive", function () {
    this.timeout(120_000);

    /** An empty project with the archive installed; what the pack depends on is taken from this repository. */
    function installed(): string {
      const project = join(folder, "project");
      mkdirSync(project);
      writeFileSync(
        join(project, "package.json"),
        JSON.stringify({ name: "team", version: "1.0.0", private: true }),
      );
      execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
        cwd: packDirectory,
      });
      const [archive = ""] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
      mkdirSync(join(project, "node_modules/certlock-policies"), { recursive: true });
      execFileSync("tar", ["-xzf", join(folder, archive), "--strip-components=1"], {
        cwd: join(project, "node_modules/certlock-policies"),
      });
      for (const name of ["@pulumi", "@types", "typescript"])
        symlinkSync(join(repository, "node_modules", name), join(project, "node_modules", name), "dir");
      return project;
    }

    it("lets a team build a pack of its own in typed code, and that pack judges", async () => {
      const project = installed();
      writeFileSync(
        join(project, "index.ts"),
        `import { PolicyPack } from "@pulumi/policy";
         import { createPolicies, rules } from "certlock-policies/catalogue";
         new PolicyPack("team", {
           policies: createPolicies({
             rules: rules.filter(({ tags }) => (tags as readonly string[]).includes("vault")),
             profile: "alz",
             choices: { "vault-purge-protection": "advisory", "vault-network-deny": { options: { allowTrustedServices: false } } },
           }),
         });`,
      );
      const compiler = join(repository, "node_modules/typescript/bin/tsc");
      const options = [
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--types",
        "node",
        "--skipLibCheck",
      ];
      execFileSync(process.execPath, [compiler, ...options, "index.ts"], { cwd: project, encoding: "utf8" });

      const pack = await startPack({ directory: project });
      try {
        assert.equal(pack.info.name, "team");
        assert.ok(pack.info.rules.every((id) => rules.some((rule) => rule.id === id)));
        assert.ok(!pack.info.rules.includes("no-client-secret-resource"));
        const { findings } = await pack.analyze(change(vault, "properties.enablePurgeProtection", false));
        const own = findings.filter(({ rule }) => rule === "vault-purge-protection");
        assert.deepEqual(
          own.map(({ level }) => level),
          ["advisory"],
        );
      } finally {
        await pack.stop();
      }
    });

    it("lets Pulumi itself compile such a pack, as its templates set it up", async () => {
      const project = installed();
      const code = (rule: string): string => `import { PolicyPack } from "@pulumi/policy";
        import { createPolicies } from "certlock-policies/catalogue";
        new PolicyPack("team", { policies: createPolicies({ choices: { "${rule}": "advisory" } }) });`;
      const compilerOptions = {
        target: "es2016",
        module: "commonjs",
        moduleResolution: "node",
        strict: true,
      };
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
      writeFileSync(join(project, "PulumiPolicy.yaml"), "name: team\nruntime: nodejs\n");
      writeFileSync(join(project, "index.ts"), code("vault-network-deny"));
      const pack = await startPack({ directory: project });
      await pack.stop();
      assert.deepEqual(
        [...pack.info.rules].sort(),
        rules.map(({ id }) => id),
      );
      writeFileSync(join(project, "index.ts"), code("vault-network-denny"));
      await assert.rejects(startPack({ directory: project }), /TSError[^]*vault-network-denny/);
    });

    it("refuses code that names a rule or an option there is not", () => {
      const project = installed();
      const lines = [
        'import { createPolicies } from "certlock-policies/catalogue";',
        'createPolicies({ choices: { "vault-network-denny": "advisory" } });',
        'createPolicies({ choices: { "vault-network-deny": { options: { allowTrusted: true } } } });',
        'createPolicies({ profile: "cis-8" });',
      ];
      writeFileSync(join(project, "index.ts"), lines.join("\n"));
      const compiler = join(repository, "node_modules/typescript/bin/tsc");
      const options = [
        "--strict",
        "--noEmit",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--types",
        "node",
        "--skipLibCheck",
      ];
      const { stdout } = spawnSync(process.execPath, [compiler, ...options, "index.ts"], {
        cwd: project,
        encoding: "utf8",
      });
      const places = [...stdout.matchAll(/^index\.ts\((\d+),/gm)].map(([, line]) => Number(line));
      assert.deepEqual(places, [2, 3, 4], stdout);
    });
  });

  it("is executable for everyone", () => {
    assert.equal(statSync(launcher).mode & 0o777, 0o755);
  });

  it("explains itself when it is started by hand", async () => {
    await assert.rejects(run(launcher), {
      code: 2,
      stderr: /is started by Pulumi: pulumi preview --policy-pack/,
    });
  });

  it("says what to do when it has not been compiled", async () => {
    const copy = join(folder, "certlock-policies");
    copyFileSync(launcher, copy);
    chmodSync(copy, 0o755);
    await assert.rejects(run(copy, ["127.0.0.1:1"]), {
      code: 3,
      stderr: /has not been compiled: run npm run build/,
    });
  });

  it("says what to do when its dependencies are missing", async () => {
    execFileSync("cp", [
      "-R",
      join(packDirectory, "dist"),
      launcher,
      join(packDirectory, "package.json"),
      folder,
    ]);
    await assert.rejects(run(join(folder, "certlock-policies"), ["127.0.0.1:1"]), {
      code: 3,
      stderr: /cannot find @pulumi\/pulumi: run npm install/,
    });
  });
});
