/** The page about monitoring: its tables are those of the alerts, its programs register what they say. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import * as components from "../../components";
import { withTables } from "../../tools/generate-alert-docs";
import { judged } from "../components/judged-by-guard";
import { Recorder } from "../components/recorder";

const ROOT = resolve(__dirname, "../..");
const page = readFileSync(resolve(ROOT, "docs/monitoring.md"), "utf8");
const programs = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = ""]) => program);

describe("the page about monitoring", () => {
  it("has tables that come from the alerts", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "tools/generate-alert-docs.ts", "--check"],
      { cwd: ROOT, encoding: "utf8" },
    );
    assert.deepEqual([status, stdout], [0, ""]);
  });

  it("would be found out with another severity, or without its places", () => {
    const edited = page.replace("| 1 error", "| 4 verbose");
    assert.notEqual(edited, page);
    assert.doesNotMatch(withTables(edited), /4 verbose/);
    assert.throws(() => withTables(page.replace("<!-- end of alerts -->", "")), /has no place for alerts/);
  });

  it("has a program with everything, which registers every alert but the one it does not ask for", async () => {
    const registered = await registeredBy(programs[0]);
    const rules = registered.filter(({ type }) => type === "azure-native:monitor:ScheduledQueryRule");
    assert.deepEqual(
      rules.map(({ name }) => name).sort(),
      components.ALERT_IDS.filter((id) => id !== "secret-on-graph")
        .map((id) => `identities-${id}`)
        .sort(),
    );
    assert.deepEqual(await judged(registered, ["vault-", "no-"]), []);
  });

  it("has a program for Sentinel alone, with one alert changed and one left out", async () => {
    assert.equal(programs.length, 2);
    const registered = await registeredBy(programs[1]);
    assert.deepEqual([...new Set(registered.map(({ type }) => type))].sort(), [
      "azure-native:securityinsights:ScheduledAlertRule",
      "certlock:components:CredentialAlerts",
    ]);
    const changed = registered.find(({ name }) => name === "identities-secret-sign-in-sentinel");
    const { severity, queryFrequency, queryPeriod, query } = changed?.inputs ?? {};
    assert.deepEqual([severity, queryFrequency, queryPeriod], ["Low", "PT1H", "PT2H"]);
    assert.match(String(query), /let MoreThan = 10;/);
    assert.ok(registered.every(({ name }) => !name.includes("policy-changed")));
  });

  it("names every option there is", () => {
    const files = ["alert-tuning", "credential-alerts-args", "credential-monitoring", "log-workspace"];
    for (const option of [...files, "notification", "tenant-log", "watched"].flatMap(optionsOf)) {
      assert.match(page, new RegExp(`\\b${option}\\b`), `${option} is missing`);
    }
  });
});

/** Names of the members of every exported interface that holds options. */
function optionsOf(file: string): string[] {
  const text = readFileSync(resolve(ROOT, `components/monitoring/${file}.ts`), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
  return source.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .filter(({ name }) =>
      /^(?:AlertTuning|NewWorkspace|ExistingWorkspace|Watched(?:Application|Vault)|\w+Args)$/.test(name.text),
    )
    .flatMap(({ members }) => members.map((member) => member.name?.getText(source) ?? ""));
}

/** Runs a program of the page with the components of this repository. */
async function registeredBy(program = "") {
  const recorder = await Recorder.start();
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const require = (name: string): unknown => {
    assert.equal(name, "certlock/components");
    return components;
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is part of this repository
  const load = new Function("require", "exports", outputText) as (require: unknown, exports: object) => void;
  load(require, {});
  return recorder.all();
}
