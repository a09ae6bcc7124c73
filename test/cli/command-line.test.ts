/** `certlock` itself: help, complaints, pages, completion. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { CommandIo } from "../../cli/command-io";
import { SHELLS, type Shell } from "../../cli/completion-script";
import { createProgram, runProgram } from "../../cli/program";
import { OWN_RULES } from "../../cli/review/rule-book";
import { OPTIONS, readArguments } from "../../sandbox/arguments";
import { pageForTerminal } from "../../cli/rule-page";
import { rules } from "../../policies/catalogue";
import { certlock, ROOT } from "./check/certlock-process";

/** A process that says nothing, and where nothing is to be run. */
const QUIET: CommandIo = {
  environment: {},
  workingFolder: ROOT,
  now: () => new Date(0),
  out: () => undefined,
  err: () => undefined,
  colour: false,
  signal: new AbortController().signal,
  exit: () => undefined,
};

/** Without its last letter, with one too many, and with two letters in each other's place. */
function mistypings(option: string): string[] {
  return [
    option.slice(0, -1),
    `${option}x`,
    `--${option.slice(3, 4)}${option.slice(2, 3)}${option.slice(4)}`,
  ];
}

describe("certlock", function () {
  this.timeout(60_000);

  it("prints what there is, also without any argument", async () => {
    const [asked, silent] = [await certlock(["--help"]), await certlock([])];
    assert.equal(asked.code, 0);
    assert.equal(silent.stdout, asked.stdout);
    for (const word of [
      "check",
      "explain",
      "rotation plan",
      "sandbox",
      "engine",
      "completion",
      "Exit codes",
      "Examples",
    ])
      assert.ok(asked.stdout.includes(word), word);
    assert.doesNotMatch(asked.stdout, /\u001b\[/);
  });

  it("prints its version, which is that of the package", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    const { code, stdout } = await certlock(["--version"]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `${version}\n` });
  });

  for (const [what, args, meant] of [
    ["a command", ["chekc"], "(Did you mean check?)"],
    ["an option", ["check", "--fromat", "json"], "(Did you mean --format?)"],
    ["a command of a group", ["rotation", "paln"], "(Did you mean plan?)"],
    ["an option of one", ["rotation", "plan", "--utnil", "90d"], "(Did you mean --until?)"],
    ["a rule", ["explain", "vault-purge-protecton"], 'did you mean "vault-purge-protection"?'],
  ] as const) {
    it(`names what ${what} was probably meant to be`, async () => {
      const { code, stdout, stderr } = await certlock(args);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.ok(stderr.includes(meant), stderr);
    });
  }

  it("leaves the sandbox its own help", async () => {
    const { code, stdout } = await certlock(["sandbox", "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /^certlock sandbox: .*[\s\S]*--seed FILE/);
  });

  it("says that the disk is full, and nothing of itself", function () {
    if (!existsSync("/dev/full")) this.skip();
    for (const args of ["explain", "completion bash", "--help"]) {
      const command = `"${process.execPath}" "${join(ROOT, "cli/bin/certlock")}" ${args} > /dev/full`;
      const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
      assert.deepEqual(
        { status, stderr },
        { status: 1, stderr: "OUTPUT_FAILED: The output cannot be written (ENOSPC).\n" },
        args,
      );
    }
  });

  it("names what every command and every option of the tree was probably meant to be", async () => {
    const unnamed: string[] = [];
    let tried = 0;
    const complains = async (args: readonly string[], meant: string): Promise<void> => {
      tried += 1;
      let told = "";
      const code = await runProgram(args, { ...QUIET, err: (text) => (told += text) });
      const isMeant = new RegExp(`[dD]id you mean (one of )?[^?]*${meant}\\b`).test(told);
      if (code !== 1 || !isMeant) unnamed.push(`${args.join(" ")} (${code}): ${told}`);
    };
    const walk = async (command: Command, path: readonly string[]): Promise<void> => {
      for (const option of command.options.flatMap(({ long }) => (long == null ? [] : [long])))
        for (const mistyped of mistypings(option)) await complains([...path, mistyped], option);
      for (const each of command.commands) {
        await complains([...path, each.name().slice(0, -1)], each.name());
        await walk(each, [...path, each.name()]);
      }
    };
    await walk(createProgram(QUIET), []);
    for (const name of Object.keys(OPTIONS)) {
      for (const mistyped of mistypings(`--${name}`)) {
        tried += 1;
        assert.throws(() => readArguments([mistyped]), new RegExp(`Did you mean --${name}\\?`), mistyped);
      }
    }
    assert.deepEqual(unnamed, []);
    assert.ok(tried > 60, String(tried));
  });

  it("says which formats there are", async () => {
    const { code, stderr } = await certlock(["check", "--format", "xml"]);
    assert.equal(code, 1);
    assert.match(stderr, /Allowed choices are text, markdown, json, sarif, junit, html/);
  });

  it("says what is wrong with a setting, a folder, a project, a stack and a pack, and what to do", async () => {
    const folder = mkdtempSync(join(tmpdir(), "certlock-wrong-"));
    try {
      for (const stack of ["dev", "prod"])
        writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
      assert.match(
        await complaint("check", folder),
        /^PROJECT_MISSING: There is no Pulumi\.yaml in .*certlock check path/,
      );
      writeFileSync(join(folder, "Pulumi.yaml"), "runtime: nodejs\n");
      assert.match(await complaint("check", folder), /^PROJECT_INVALID: .*\n {2}name: /);
      writeFileSync(join(folder, "Pulumi.yaml"), "name: wrong\nruntime: nodejs\n");
      assert.match(await complaint("check", folder), /^STACK_AMBIGUOUS: .*dev, prod.*--stack dev/);
      assert.match(await complaint("check", folder, "--stack", "test"), /^STACK_MISSING: .*dev, prod/);
      assert.match(await complaint("check", join(folder, "nowhere")), /^FOLDER_MISSING: /);
      assert.match(await complaint("check", folder, "--config", "noequals"), /Write it as key=value/);
      const { code, stderr } = await certlock(["check", folder, "--stack", "dev"]);
      assert.equal(code, 3);
      assert.match(stderr, /^SDK_MISSING: @pulumi\/pulumi is not installed for .*npm install/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("says that there is no engine, and how to get one", async () => {
    const { code, stdout, stderr } = await certlock(["check", "clean"], {
      environment: { PATH: "/nowhere", XDG_CACHE_HOME: "/nowhere", PULUMI_HOME: "/nowhere" },
    });
    assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
    assert.match(stderr, /^ENGINE_MISSING: .*certlock engine\n$/);
  });

  async function complaint(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await certlock(args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" }, stderr);
    return stderr;
  }
});

describe("certlock explain", function () {
  this.timeout(60_000);

  it("knows what the review says by itself", async () => {
    for (const { id, title, fix } of OWN_RULES) {
      const { code, stdout } = await certlock(["explain", id]);
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(`${id}\n\n${title}`), stdout);
      for (const step of fix) assert.ok(stdout.includes(step), step);
    }
  });

  it("lists every rule", async () => {
    const { code, stdout } = await certlock(["explain"]);
    assert.equal(code, 0);
    assert.deepEqual(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
      rules.map(({ id }) => id),
    );
  });

  it("shows a page without Markdown, and without colour where there is no terminal", async () => {
    const { code, stdout } = await certlock(["explain", "no-client-secret-input"]);
    assert.equal(code, 0);
    assert.match(stdout, /^no-client-secret-input\n\nNo input of a resource/);
    assert.match(stdout, /\nFix\n\nUse the input beside it/);
    assert.match(stdout, /^ {4}import \* as containerservice from/m);
    assert.doesNotMatch(stdout, /```|<!--|\u001b\[|\]\(/);
  });

  it("has every page readable, in colour only when asked", () => {
    for (const name of readdirSync(join(ROOT, "docs/rules"))) {
      const page = readFileSync(join(ROOT, "docs/rules", name), "utf8");
      assert.doesNotMatch(pageForTerminal(page, false), /\u001b\[|```|<!--|^#/m, name);
      assert.match(
        pageForTerminal(page, true),
        new RegExp(`^\u001b\\[1m${name.replace(".md", "")}\u001b\\[0m\n`),
        name,
      );
    }
  });
});

describe("certlock completion", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-completion-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** The shell, or a loud word that it is not here. */
  function shell(name: string, suite: Mocha.Context): string {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {
      process.stderr.write(`\n*** NO ${name.toUpperCase()}: its completion is not tested. ***\n`);
      return suite.skip();
    }
  }

  function script(name: Shell): string {
    const path = join(folder, `_certlock-${name}`);
    const out = (text: string): void => {
      writeFileSync(path, text);
    };
    const io = { out } as unknown as CommandIo;
    createProgram(io).parse(["completion", name], { from: "user" });
    return path;
  }

  it("prints a script for every shell it is asked for", async () => {
    for (const name of SHELLS) {
      const { code, stdout } = await certlock(["completion", name]);
      assert.equal(code, 0);
      assert.match(stdout, /certlock completion for/);
    }
  });

  const cases = [
    ["che", ["check"]],
    ["explain vault-p", ["vault-purge-protection"]],
    ["check --format ma", ["markdown"]],
    ["check --fail-on c", ["critical"]],
    ["completion f", ["fish"]],
    ["check --str", ["--strict"]],
    ["check -f ma", ["markdown"]],
    ["explain review-cert", ["review-certificate-gap"]],
    ["help rev", ["review"]],
    ["rotation p", ["plan"]],
    ["rotation plan --format ic", ["ics"]],
    ["rotation plan --simu", ["--simulate-missed"]],
  ] as const;

  it("completes in bash", function () {
    const bash = shell("bash", this);
    const path = script("bash");
    for (const [line, expected] of cases) {
      const words = `certlock ${line}`.split(" ");
      const command = `source '${path}'; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _certlock; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const answer = execFileSync(bash, ["--norc", "-c", command], { encoding: "utf8" });
      assert.deepEqual(answer.trim().split("\n"), expected, line);
    }
  });

  it("completes in bash what follows a sign of equality, and names with spaces in them", function () {
    const bash = shell("bash", this);
    const path = script("bash");
    writeFileSync(join(folder, "my report.json"), "");
    for (const [words, expected] of [
      [["check", "--format", "=", "ma"], ["markdown"]],
      [
        ["check", "--format", "="],
        ["text", "markdown", "json", "sarif", "junit", "html"],
      ],
      [["review", "--report", "my"], ["my report.json"]],
      [["check", "my"], ["my report.json"]],
    ] as const) {
      const command = `source '${path}'; COMP_WORDS=(certlock ${words.join(" ")}); COMP_CWORD=${words.length}; _certlock; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const answer = execFileSync(bash, ["--norc", "-c", command], { encoding: "utf8", cwd: folder });
      assert.deepEqual(answer.trim().split("\n"), expected, words.join(" "));
    }
  });

  it("completes in fish", function () {
    const fish = shell("fish", this);
    const path = script("fish");
    for (const [line, expected] of cases) {
      const command = `source '${path}'; complete -C 'certlock ${line}'`;
      const answer = execFileSync(fish, ["--no-config", "-c", command], { encoding: "utf8" });
      assert.deepEqual(
        answer
          .trim()
          .split("\n")
          .map((each) => each.split("\t")[0]),
        expected,
        line,
      );
    }
  });

  it("completes in zsh", function () {
    const zsh = shell("zsh", this);
    const path = script("zsh");
    for (const [line, expected] of cases)
      assert.equal(pressTab(zsh, path, line).split(" ").at(-1), expected[0], line);
  });
});

/** Presses Tab and Enter in a zsh on a pseudo terminal, and answers what certlock is called with. */
function pressTab(zsh: string, path: string, line: string): string {
  const read = (until: string): string =>
    `all=; repeat 400; do zpty -r -t shell line && all+=$line || sleep 0.05; [[ $all == ${until} ]] && break; done`;
  const driver = `
    zmodload zsh/zpty
    zpty -b shell ${zsh} -f -i
    zpty -w shell "PS1=; unsetopt beep; certlock() { print -r -- \\"<\\$*>\\" }; autoload -Uz compinit; compinit -D -u; source '${path}'; print REA''DY"
    local line all
    ${read("*READY*")}
    zpty -w -n shell 'certlock ${line}'$'\\t\\n'
    ${read("*\\<*\\>*")}
    print -r -- "$all"
    zpty -d shell`;
  const shown = execFileSync(zsh, ["-f", "-c", driver], { encoding: "utf8", timeout: 30_000 });
  return /<([^<>]*)>/.exec(shown)?.[1] ?? shown;
}
