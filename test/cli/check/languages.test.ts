/** Programs in other languages: run by their language hosts, and what is said where that cannot be. */
import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { check } from "../../../cli/check/check";
import { languagePlugin } from "../../../cli/check/language-plugin";
import { LanguageProcess } from "../../../cli/check/language-process";
import { readProject } from "../../../cli/check/project";
import type { Engine } from "../../../cli/engine/find";
import type { IncompleteError } from "../../../cli/errors";
import { engineFor } from "../../engine/engine";
import {
  bareEnvironment,
  certlock,
  checked,
  findings,
  notEvaluated,
  PROGRAMS,
  ROOT,
} from "./certlock-process";

const ENGINE: Engine = {
  command: join(ROOT, "package.json"),
  version: "3.255.0",
  source: "PATH",
  hasNodeLanguageHost: false,
};

describe("a program in another language", function () {
  this.timeout(180_000);
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "certlock-language-")));
    cpSync(join(PROGRAMS, "python"), join(folder, "python"), { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Puts a stand-in for the language host of Python on PATH. */
  const withHost = (mode: string, at = "bin"): { cwd: string; environment: Record<string, string> } => {
    const bin = join(folder, at);
    mkdirSync(bin, { recursive: true });
    const host = join(bin, "pulumi-language-python");
    const script = join(ROOT, "test/cli/hosts/language-host.ts");
    const tsx = join(ROOT, "node_modules/tsx/dist/cjs/index.cjs");
    writeFileSync(host, `#!/bin/sh\nexec '${process.execPath}' -r '${tsx}' '${script}' '${mode}' "$@"\n`);
    chmodSync(host, 0o755);
    const { PATH = "" } = bareEnvironment();
    return { cwd: folder, environment: { PATH: `${bin}${delimiter}${PATH}` } };
  };

  describe("with its host", () => {
    before(async function () {
      await engineFor(this);
    });

    it("is judged like every other, with its lines, its options, its functions and its encrypted settings", async () => {
      writeFileSync(
        join(folder, "python", "Pulumi.dev.yaml"),
        "config:\n  python:region: westeurope\n  python:token:\n    secure: v1:abc:def\n",
      );
      writeFileSync(
        join(folder, "python", "Pulumi.yaml"),
        "name: python\nmain: app\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n",
      );
      mkdirSync(join(folder, "python", "app"));
      const { code, report, stderr } = await checked("python", {
        ...withHost("works"),
        args: ["--env", "ARM_WANTED"],
      });
      assert.deepEqual({ code, stderr }, { code: 2, stderr: "" });
      assert.deepEqual(findings(report), [
        "advisory application-credential-declared legacy",
        "mandatory no-client-secret-resource legacy-secret",
      ]);
      assert.deepEqual(report.findings[0]?.source, { file: "app/__main__.py", line: 4 });
      assert.deepEqual(notEvaluated(report), [
        "getClientConfig azuread:index/getClientConfig:getClientConfig",
        "stack configuration python:token",
      ]);
    });

    it("is run in its folder, with the options of its project, without credentials of the environment", async function () {
      writeFileSync(
        join(folder, "python", "Pulumi.yaml"),
        "name: python\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n",
      );
      const outcome = await check({
        folder: join(folder, "python"),
        policyPacks: [],
        config: new Map([["region", "westeurope"]]),
        variables: ["ARM_WANTED"],
        typeCheck: false,
        timeoutMs: 120_000,
        environment: {
          ...withHost("works").environment,
          HOME: folder,
          ARM_WANTED: "1",
          ARM_CLIENT_SECRET: "canary-4711",
        },
        engine: await engineFor(this),
        now: () => new Date("2026-12-01T00:00:00Z"),
        report: () => undefined,
        signal: new AbortController().signal,
      });
      assert.deepEqual(toldTo(outcome.events), {
        rootDirectory: join(folder, "python"),
        programDirectory: join(folder, "python"),
        entryPoint: ".",
        options: { virtualenv: "venv" },
        isDryRun: true,
        secrets: [],
        environment: ["ARM_WANTED"],
      });
      assert.doesNotMatch(JSON.stringify(outcome), /canary/);
    });

    it("gets unknown values for what it requires where the stack has no configuration", async () => {
      const { code, report, stderr } = await checked("python", withHost("works"));
      assert.deepEqual(
        { code, stderr },
        { code: 2, stderr: "Once more, with an unknown value for the setting python:region.\n" },
      );
      assert.deepEqual(notEvaluated(report), [
        "getClientConfig azuread:index/getClientConfig:getClientConfig",
        "stack configuration python:region",
      ]);
    });

    it("that ends with an error blocks, and says what it printed", async () => {
      const { code, stderr } = await checked("python", withHost("fails"));
      assert.equal(code, 2);
      assert.equal(
        stderr,
        "Traceback: no such module\nan unhandled error occurred: program exited with non-zero exit code: 1\n",
      );
    });

    it("cannot be checked with a host that does not work, and the sentence says why", async () => {
      const found: Record<string, string> = {};
      for (const mode of ["chatty", "crashing", "old", "dies", "refuses"]) {
        const { code, stdout, stderr } = await certlock(["check", "python"], withHost(mode));
        assert.deepEqual({ code, stdout }, { code: 3, stdout: "" }, `${mode}: ${stderr}`);
        const sentence =
          /^LANGUAGE_HOST_FAILED: python cannot be run: the language host \S+ (.*)\. Run "pulumi preview" [^\n]+\n$/;
        found[mode] = sentence.exec(stderr)?.[1] ?? stderr;
      }
      assert.deepEqual(found, {
        chatty: 'does not say on which port it listens; the last it said is "Welcome to the language host!"',
        crashing: 'ended with exit code 2 instead of starting; the last it said is "goroutine 1 [running]"',
        old: "is too old: it cannot run programs as this engine asks for it",
        dies: "ended before the program did",
        refuses: 'refused: The virtual environment "venv" does not exist',
      });
    });

    it("is ended with its host after the time it has", async () => {
      const { code, stdout, stderr } = await certlock(
        ["check", "python", "--timeout", "5", "--config", "region=x"],
        withHost("endless"),
      );
      assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
      assert.match(stderr, /^TIME_LIMIT: The program has not ended within 5 s, [^\n]+\n$/);
      assert.deepEqual(processesOf(folder), []);
    });
  });

  it("is not waited for without end when its host says nothing, or listens and does not answer", async () => {
    for (const [mode, problem] of [
      ["silent", /has not started within 0\.5 s/],
      ["mute", /does not answer as a language host does/],
    ] as const) {
      const { environment } = withHost(mode);
      const language = new LanguageProcess({
        project: readProject(join(folder, "python")),
        executable: join(folder, "bin", "pulumi-language-python"),
        address: "127.0.0.1:1",
        environment,
        answersWithinMs: mode === "silent" ? 500 : 3000,
      });
      try {
        await assert.rejects(language.requiredPackages(), (error: IncompleteError) => {
          assert.equal(error.code, "LANGUAGE_HOST_FAILED");
          assert.match(error.message, problem);
          return true;
        });
      } finally {
        language.kill();
      }
    }
  });

  it("is found on PATH, beside the engine, in the engine's home and among its plugins, in this order", () => {
    const places = ["path", "engine", "home/bin", "home/plugins/language-python-v3.10.0"];
    const environment = { PATH: join(folder, "path"), PULUMI_HOME: join(folder, "home") };
    mkdirSync(join(folder, "engine"));
    writeFileSync(join(folder, "engine", "pulumi"), "");
    const engine = { ...ENGINE, command: join(folder, "engine", "pulumi") };
    withHost("works", "home/plugins/language-python-v3.9.0");
    for (const place of places) withHost("works", place);
    const project = readProject(join(folder, "python"));
    for (const place of places) {
      const host = join(folder, place, "pulumi-language-python");
      assert.equal(languagePlugin(project, engine, environment), host);
      rmSync(host);
    }
    assert.match(languagePlugin(project, engine, environment), /v3\.9\.0/);
  });

  it("is refused in one sentence where its host is not installed, and by whatever name", async function () {
    await engineFor(this);
    const sentences = [];
    for (const runtime of ["go", "../../bin/sh", "a\u001b[31mb"]) {
      writeFileSync(join(folder, "python", "Pulumi.yaml"), `name: x\nruntime: ${JSON.stringify(runtime)}\n`);
      const { code, stdout, stderr } = await certlock(["check", "python"], { cwd: folder });
      assert.deepEqual({ code, stdout }, { code: 3, stdout: "" }, stderr);
      assert.match(stderr, /^LANGUAGE_MISSING: [^\n\u001b]+\n$/);
      sentences.push(/the runtime (".*?"), whose/.exec(stderr)?.[1]);
    }
    assert.deepEqual(sentences, ['"go"', '"../../bin/sh"', '"a\\u001b[31mb"']);
  });
});

/** What the program of the stand-in was told, which it has put into a description. */
function toldTo(events: string): unknown {
  const inputs = /"description":"(\{.*?[^\\]\})"/.exec(events)?.[1];
  return JSON.parse(JSON.parse(`"${inputs ?? "null"}"`) as string);
}

/** Command lines of running processes that have to do with a folder. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8") + readlinkSync(`/proc/${pid}/cwd`);
      } catch {
        return "";
      }
    })
    .filter((text) => text.includes(folder));
}
