/** `certlock` itself: help, complaints, pages, completion. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "../../policies/catalogue";
import { pageForTerminal } from "../../cli/rule-page";
import { certlock, ROOT } from "./check/certlock-process";

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

  async function script(name: string): Promise<string> {
    const path = join(folder, `_certlock-${name}`);
    const { code, stdout } = await certlock(["completion", name]);
    assert.equal(code, 0);
    writeFileSync(path, stdout);
    return path;
  }

  const cases = [
    ["che", ["check"]],
    ["explain vault-p", ["vault-purge-protection"]],
    ["check --format ma", ["markdown"]],
    ["check --fail-on c", ["critical"]],
    ["completion f", ["fish"]],
    ["check --str", ["--strict"]],
    ["rotation p", ["plan"]],
    ["rotation plan --format ic", ["ics"]],
    ["rotation plan --simu", ["--simulate-missed"]],
  ] as const;

  it("completes in bash", async function () {
    const bash = shell("bash", this);
    const path = await script("bash");
    for (const [line, expected] of cases) {
      const words = `certlock ${line}`.split(" ");
      const command = `source '${path}'; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _certlock; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const answer = execFileSync(bash, ["--norc", "-c", command], { encoding: "utf8" });
      assert.deepEqual(answer.trim().split("\n"), expected, line);
    }
  });

  it("completes in fish", async function () {
    const fish = shell("fish", this);
    const path = await script("fish");
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

  it("completes in zsh", async function () {
    const zsh = shell("zsh", this);
    const path = await script("zsh");
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
