/** The settings of the runbook: how they come, and everything that is wrong with them at once. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { CLOUDS } from "../../../graph/clouds";
import { pythonOrSkip } from "../../sandbox/clients/provision";
import { RUNBOOK } from "./rotation-stage";
import { runbookPython } from "./runbook-python";

const guid = (digit: number): string => `0a0e0000-0000-4000-8000-00000000000${digit}`;
const IDENTITY = {
  name: "billing",
  clientId: guid(2),
  applicationObjectId: guid(3),
  vaultUri: "https://kv-billing.vault.azure.net/",
  certificateName: "billing-nightly",
};
const SETTINGS = { tenantId: guid(1), identities: [IDENTITY] };
const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
const EXEMPTION = { keyId: guid(4), reason: "the old host is off", owner: "ops", until: day(10) };

interface Problem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

describe("runbook: settings", function () {
  this.timeout(120_000);
  let python: string;

  before(async function () {
    python = await runbookPython(this);
  });

  const start = (...args: readonly string[]) => {
    // No address in the environment: nothing is asked.
    const options = { encoding: "utf8", env: { PATH: process.env["PATH"] } } as const;
    const { status, stdout, stderr } = spawnSync(
      python,
      ["-W", "error", "-X", "dev", RUNBOOK, ...args],
      options,
    );
    assert.doesNotMatch(stderr, /./);
    return {
      status,
      answer: JSON.parse(stdout) as { settings: string; problems?: Problem[]; identities?: string[] },
    };
  };
  const check = (settings: unknown) => start(JSON.stringify(settings), "--check-settings");
  const problems = (settings: unknown): string[] => {
    const { status, answer } = check(settings);
    assert.deepEqual([status, answer.settings], [2, "refused"]);
    return (answer.problems ?? []).map(({ code, path }) => `${path} ${code.replace("SETTINGS_", "")}`);
  };

  it("takes them as base64url of JSON, as JSON, in quotes and with space around", () => {
    const text = JSON.stringify(SETTINGS);
    const encoded = Buffer.from(text).toString("base64url");
    for (const given of [
      encoded,
      `"${encoded}"`,
      ` ${encoded}\n`,
      text,
      Buffer.from(text).toString("base64url") + "==",
    ]) {
      assert.deepEqual(start(given, "--check-settings"), {
        status: 0,
        answer: { settings: "ok", identities: ["billing"] },
      });
    }
  });

  it("takes every setting at its limits, and every cloud with its own vaults", () => {
    const most = {
      seenWithinDays: 180,
      changeoverDays: 180,
      waitSeconds: 1200,
      managedIdentityClientId: guid(9),
    };
    const least = { seenWithinDays: 1, changeoverDays: 1, waitSeconds: 0 };
    const exempt = {
      ...IDENTITY,
      retireThoughSeen: [
        { ...EXEMPTION, until: day(90) },
        { ...EXEMPTION, until: day(-900) },
      ],
    };
    for (const settings of [
      { ...SETTINGS, ...most },
      { ...SETTINGS, ...least },
      { ...SETTINGS, identities: [exempt] },
    ]) {
      assert.equal(check(settings).status, 0, JSON.stringify(check(settings)));
    }
    for (const { name, vaultDnsSuffix } of CLOUDS) {
      const vaultUri = `https://kv.${vaultDnsSuffix}`.replace("kv.", "kv1.");
      assert.equal(
        check({ ...SETTINGS, cloud: name, identities: [{ ...IDENTITY, vaultUri }] }).status,
        0,
        name,
      );
    }
  });

  it("has the addresses certlock has", () => {
    const source = readFileSync(RUNBOOK, "utf8");
    for (const { name, loginEndpoint, graphEndpoint, vaultDnsSuffix } of CLOUDS) {
      assert.ok(
        source.includes(`"${name}": Cloud("${loginEndpoint}", "${graphEndpoint}", "${vaultDnsSuffix}")`),
        name,
      );
    }
  });

  it("says everything that is wrong at once", () => {
    const wrong = {
      tenantId: "contoso",
      cloud: "germany",
      managedIdentityClientId: 7,
      seenWithinDays: 0,
      changeoverDays: 181,
      waitSeconds: 1.5,
      surplus: true,
      identities: [
        {
          ...IDENTITY,
          name: "",
          clientId: undefined,
          retireThoughSeen: [{ ...EXEMPTION, until: "2026-02-30", why: "" }],
        },
        {
          ...IDENTITY,
          applicationObjectId: guid(2),
          vaultUri: "https://kv-billing.vault.azure.net.evil.example/",
          certificateName: "a/b",
          retireThoughSeen: { keyId: guid(4) },
        },
        {
          ...IDENTITY,
          vaultUri: "http://kv-billing.vault.azure.net/",
          retireThoughSeen: [{ ...EXEMPTION, reason: " ", owner: 1 }],
        },
        "billing",
      ],
    };
    assert.deepEqual(problems(wrong).toSorted(), [
      "changeoverDays FIELD_INVALID",
      "cloud FIELD_INVALID",
      "identities[0].clientId FIELD_MISSING",
      "identities[0].name FIELD_INVALID",
      "identities[0].retireThoughSeen[0].until FIELD_INVALID",
      "identities[0].retireThoughSeen[0].why FIELD_UNKNOWN",
      "identities[1].applicationObjectId FIELD_INVALID",
      "identities[1].certificateName FIELD_INVALID",
      "identities[1].retireThoughSeen FIELD_INVALID",
      "identities[1].vaultUri FIELD_INVALID",
      "identities[2].applicationObjectId DUPLICATE",
      "identities[2].clientId DUPLICATE",
      "identities[2].name DUPLICATE",
      "identities[2].retireThoughSeen[0].owner FIELD_INVALID",
      "identities[2].retireThoughSeen[0].reason FIELD_INVALID",
      "identities[2].vaultUri FIELD_INVALID",
      "identities[3] FIELD_INVALID",
      "managedIdentityClientId FIELD_INVALID",
      "seenWithinDays FIELD_INVALID",
      "surplus FIELD_UNKNOWN",
      "tenantId FIELD_INVALID",
      "waitSeconds FIELD_INVALID",
    ]);
  });

  it("sends tokens to no other host than a vault of the cloud", () => {
    for (const vaultUri of [
      "https://evil.example/?.vault.azure.net/",
      "https://evil.example#.vault.azure.net",
      "https://user@kv-billing.vault.azure.net/",
      "https://kv-billing.vault.azure.net:8443/",
      "https://kv-billing.vault.azure.net/secrets",
      "https://a.b.vault.azure.net/",
      "https://kv-billing.vault.azure.net\n",
      "https://kv-billing.vault.usgovcloudapi.net/",
      "https://.vault.azure.net/",
      "https://kv--billing.vault.azure.net/",
      "https://a23456789012345678901234x.vault.azure.net/",
    ]) {
      const found = problems({ ...SETTINGS, identities: [{ ...IDENTITY, vaultUri }] });
      assert.deepEqual(found, ["identities[0].vaultUri FIELD_INVALID"], vaultUri);
    }
  });

  it("knows what a hybrid worker makes of JSON, and what else cannot be read", () => {
    const message = (given: string): string => {
      const { status, answer } = start(given, "--check-settings");
      const [only, ...more] = answer.problems ?? [];
      assert.deepEqual([status, only?.code, only?.path, more], [2, "SETTINGS_UNREADABLE", "settings", []]);
      return only?.message ?? "";
    };
    assert.match(message("{'tenantId': 'x', 'identities': []}"), /hybrid worker.*base64url/);
    assert.match(message("CANARY"), /neither JSON nor base64url/);
    assert.match(message(Buffer.from("CANARY").toString("base64url")), /neither JSON nor base64url/);
    assert.match(message('{"tenantId":"x","tenantId":"y"}'), /twice/);
    assert.match(message("[".repeat(20_000)), /neither/);
    assert.match(message(" ".repeat(10) + "x".repeat(30_001)), /30001 characters; at most 30000/);
    for (const given of ["1", "null", '"text"', "[]"])
      assert.deepEqual(problems(JSON.parse(given)).length > 0, true);
  });

  it("takes the settings once, and no flag it does not know", () => {
    const text = JSON.stringify(SETTINGS);
    for (const args of [[], [text, text], [text, "--dry-ran"], ["--check-settings"]]) {
      const { status, answer } = start(...args);
      assert.deepEqual([status, answer.problems?.[0]?.code], [2, "SETTINGS_UNREADABLE"]);
    }
  });

  it("repeats no value: one may be a secret in the wrong place", () => {
    const secret = "CANARY-8Q~abcdefghijklmnopqrstuvwxyz";
    const wrong = {
      ...Object.fromEntries(
        ["tenantId", "cloud", "managedIdentityClientId", "seenWithinDays"].map((name) => [name, secret]),
      ),
      identities: [
        {
          ...Object.fromEntries(Object.keys(IDENTITY).map((name) => [name, secret])),
          retireThoughSeen: secret,
        },
      ],
    };
    const { status, answer } = check(wrong);
    assert.equal(status, 2);
    assert.doesNotMatch(JSON.stringify(answer), /CANARY/);
  });

  it("answers whatever JSON it is given with a verdict", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (given) => {
        // A null character cannot be an argument of a process.
        const { status } = start(given.replaceAll("\0", "").replace(/^--/, "-"), "--check-settings");
        assert.equal(status, 2);
      }),
      { numRuns: 25 },
    );
  });
});

describe("runbook: the file", function () {
  this.timeout(900_000);

  it("is Python 3.10 and imports nothing but the standard library", async function () {
    const python = await runbookPython(this);
    const program = `
import ast, pathlib, sys
tree = ast.parse(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), feature_version=(3, 10))
names = {name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
names |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
print(sorted(names - set(sys.stdlib_module_names)))`;
    const { stdout, stderr } = spawnSync(python, ["-W", "error", "-c", program, RUNBOOK], {
      encoding: "utf8",
    });
    assert.deepEqual([stdout.trim(), stderr], ["[]", ""]);
  });

  it("has types that hold", async function () {
    const python = await pythonOrSkip(this, "../../components/automation/mypy.requirements.txt");
    const args = ["-m", "mypy", "--strict", "--python-version", "3.10", "--cache-dir", "/dev/null", RUNBOOK];
    const { status, stdout } = spawnSync(python, args, { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });

  it("ships with the package", () => {
    const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
    assert.ok(existsSync(RUNBOOK));
    assert.ok(
      files.some((pattern) => pattern.includes("components/**/*.py")),
      files.join(" "),
    );
  });

  it("says in its page what it says in its lines", () => {
    const page = readFileSync("docs/runbook.md", "utf8");
    const source = readFileSync(RUNBOOK, "utf8");
    const stops = [...source.matchAll(/Stop\(\s*"([A-Z_]+)"/g)].map(([, code = ""]) => code);
    const finds = [...source.matchAll(/_find\("([A-Z_]+)"\)/g)].map(([, code = ""]) => code);
    const codes = [...new Set([...stops, ...finds, "UNEXPECTED"])].toSorted();
    const documented = [...page.matchAll(/^\| `([A-Z_]+)`\s+\|/gm)].map(([, code = ""]) => code);
    assert.deepEqual(documented.toSorted(), codes);
    const settings = [...source.matchAll(/"(FIELD_[A-Z]+|DUPLICATE)"|"SETTINGS_(UNREADABLE)"/g)];
    const named = new Set(settings.map(([, one, other = ""]) => `SETTINGS_${one ?? other}`));
    const listed = [...page.matchAll(/`(SETTINGS_[A-Z_]+)`/g)].map(([, code]) => code);
    assert.deepEqual([...new Set(listed)].toSorted(), [...named].toSorted());
  });
});
