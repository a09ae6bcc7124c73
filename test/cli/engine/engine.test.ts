import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { buildEngine } from "../../../cli/engine/build";
import { findEngine } from "../../../cli/engine/find";
import { builtPath, releasePath } from "../../../cli/engine/places";
import { run } from "../../../cli/engine/process";
import { ENGINE_VERSION, isSupportedVersion } from "../../../cli/engine/version";

const ROOT = resolve(__dirname, "../../..");

/** A machine without any engine: an empty home, a PATH with two harmless commands, and no network for Node. */
class EmptyMachine {
  readonly folder = mkdtempSync(join(tmpdir(), "certlock-engine-"));
  readonly environment = {
    HOME: this.folder,
    XDG_CACHE_HOME: join(this.folder, "cache"),
    PULUMI_HOME: join(this.folder, "pulumi"),
    PATH: join(this.folder, "bin"),
    // The official launcher must fail at once instead of downloading a release.
    NODE_OPTIONS: "--import=data:text/javascript,globalThis.fetch=()=>Promise.reject(Error(`offline`))",
  };

  constructor() {
    mkdirSync(this.environment.PATH);
    for (const name of ["chmod", "sleep"]) symlinkSync(join("/bin", name), join(this.environment.PATH, name));
  }

  /** Writes an executable that answers "version" and nothing else. */
  engine(path: string, version: string): void {
    this.script(path, `#!/bin/sh\n[ "$1" = version ] && echo v${version}\n`);
  }

  command(name: string, text: string): void {
    this.script(join(this.folder, "bin", name), text);
  }

  script(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }
}

describe("the engine", () => {
  let machine: EmptyMachine;
  beforeEach(() => {
    machine = new EmptyMachine();
  });
  afterEach(() => {
    rmSync(machine.folder, { recursive: true, force: true });
  });

  it("is the same version in the npm package, the Go module and the code", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    assert.equal(manifest.devDependencies["pulumi"], ENGINE_VERSION);
    const module = readFileSync(join(ROOT, "cli/engine/go.mod"), "utf8");
    assert.match(module, new RegExp(`pulumi/pkg/v3 v${ENGINE_VERSION.replaceAll(".", "\\.")}$`, "m"));
  });

  it("is accepted from 3.255.0 on, whatever the suffix", () => {
    const judged = [
      "v3.254.9",
      "3.255.0",
      "v3.255.0-dev",
      "v3.260.1",
      "v4.0.0",
      "v2.999.0",
      "",
      "nonsense",
    ].map((version) => [version, isSupportedVersion(version)]);
    assert.deepEqual(judged, [
      ["v3.254.9", false],
      ["3.255.0", true],
      ["v3.255.0-dev", true],
      ["v3.260.1", true],
      ["v4.0.0", true],
      ["v2.999.0", false],
      ["", false],
      ["nonsense", false],
    ]);
  });

  it("is taken from PATH before PULUMI_HOME before an earlier build", async () => {
    const { environment } = machine;
    machine.engine(builtPath(environment), ENGINE_VERSION);
    assert.equal((await findEngine(environment)).engine?.source, "Go modules");
    machine.engine(releasePath(environment), ENGINE_VERSION);
    assert.equal((await findEngine(environment)).engine?.source, "PULUMI_HOME");
    machine.engine(join(machine.folder, "bin", "pulumi"), "3.300.0");
    const { engine } = await findEngine(environment);
    assert.equal(engine?.source, "PATH");
    assert.equal(engine.hasNodeLanguageHost, false);
    machine.command("pulumi-language-nodejs", "#!/bin/sh\n");
    assert.equal((await findEngine(environment)).engine?.hasNodeLanguageHost, true);
  });

  it("passes over an older one and says so", async () => {
    const { environment } = machine;
    machine.engine(join(machine.folder, "bin", "pulumi"), "3.100.0");
    machine.engine(releasePath(environment), ENGINE_VERSION);
    const search = await findEngine(environment);
    assert.equal(search.engine?.source, "PULUMI_HOME");
    assert.deepEqual(search.passedOver, [
      `${join(machine.folder, "bin", "pulumi")} (PATH) is v3.100.0, older than ${ENGINE_VERSION}.`,
    ]);
  });

  it("never takes npm's launcher in node_modules/.bin for an installed engine", async () => {
    const bin = join(machine.folder, "project", "node_modules", ".bin");
    machine.engine(join(bin, "pulumi"), ENGINE_VERSION);
    const PATH = [bin, machine.environment.PATH].join(delimiter);
    assert.equal((await findEngine({ ...machine.environment, PATH })).engine, undefined);
  });

  it("is built with Go, in a folder of its own until it is whole", async () => {
    machine.command("go", FAKE_GO);
    const lines: string[] = [];
    const engine = await buildEngine({
      environment: machine.environment,
      report: (line) => lines.push(line),
    });
    if (typeof engine === "string") assert.fail(engine);
    assert.equal(engine.command, builtPath(machine.environment));
    assert.match(lines[0] ?? "", /two to four minutes/);
    assert.deepEqual(readdirSync(dirname(engine.command)), ["pulumi"]);
  });

  it("leaves nothing half done when the build fails", async () => {
    machine.command("go", `#!/bin/sh\n[ "$1" = version ] && exit 0\necho "go: no network" >&2\nexit 1\n`);
    const answer = await buildEngine({ environment: machine.environment, report: () => undefined });
    assert.equal(answer, "Go could not fetch Pulumi's modules: go: no network");
    assert.deepEqual(readdirSync(dirname(builtPath(machine.environment))), []);
  });

  it("leaves nothing half done when the build is interrupted", async () => {
    const started = join(machine.folder, "started");
    machine.command(
      "go",
      `#!/bin/sh\ncase "$1" in version|list) exit 0;; esac\n: > ${started}\nexec sleep 60\n`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", join(ROOT, "tools/engine/main.ts")], {
      cwd: ROOT,
      env: machine.environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((done) => {
      const look = setInterval(() => {
        if (!readdirSync(machine.folder).includes("started")) return;
        clearInterval(look);
        done();
      }, 20);
    });
    child.kill("SIGINT");
    const code = await new Promise((done) => child.once("close", done));
    assert.equal(code, 130);
    assert.deepEqual(readdirSync(dirname(builtPath(machine.environment))), []);
  });

  it("ends with exit code 3 and the remedies where there is no way to one", async () => {
    const script = ["--import", "tsx", join(ROOT, "tools/engine/main.ts")];
    const missing = await run(process.execPath, script, { environment: machine.environment, cwd: ROOT });
    assert.equal(missing.code, 3);
    const sentence = missing.stderr.trim().split("\n").at(-1) ?? "";
    for (const remedy of ["PATH", "PULUMI_HOME", "Go 1.25.11"])
      assert.ok(sentence.includes(remedy), sentence);

    const optional = await run(process.execPath, [...script, "--optional"], {
      environment: machine.environment,
      cwd: ROOT,
    });
    assert.equal(optional.code, 0);
    assert.match(optional.stderr, /NO ENGINE: the engine tests will be SKIPPED/);

    const required = await run(process.execPath, [...script, "--optional"], {
      environment: { ...machine.environment, CERTLOCK_ENGINE: "required" },
      cwd: ROOT,
    });
    assert.equal(required.code, 3);
  });
});

/** A `go` that answers "list" with two packages and "build" with an engine at the path after -o. */
const FAKE_GO = `#!/bin/sh
case "$1" in
  version) echo go version go1.26.0;;
  list) echo a; echo b;;
  build)
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho v${ENGINE_VERSION}\\n' > "$2"
    chmod 755 "$2";;
esac
`;
