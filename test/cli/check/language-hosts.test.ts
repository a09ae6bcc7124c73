/**
 * Programs in other languages on the language hosts that are installed: those of Pulumi YAML and of Python, the second
 * where `python3` has the package `pulumi`. CERTLOCK_LANGUAGES=required makes it a failure that one is missing.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { languagePlugin } from "../../../cli/check/language-plugin";
import { readProject } from "../../../cli/check/project";
import { engineFor } from "../../engine/engine";
import { checked, findings, notEvaluated, PROGRAMS } from "./certlock-process";

const { PATH = "", CERTLOCK_LANGUAGES } = process.env;

describe("the installed language host", function () {
  this.timeout(180_000);

  const needs = async (suite: Mocha.Context, program: string, isThere: () => boolean): Promise<void> => {
    const engine = await engineFor(suite);
    const environment = { PATH, HOME: homedir() };
    try {
      languagePlugin(readProject(join(PROGRAMS, program)), engine, environment);
      if (isThere()) return;
    } catch (error) {
      if (CERTLOCK_LANGUAGES === "required") throw error;
    }
    if (CERTLOCK_LANGUAGES === "required") throw new Error(`${program} lacks the packages of its language.`);
    process.stderr.write(
      `\n*** NO LANGUAGE HOST for ${program}: not tried (CERTLOCK_LANGUAGES=required). ***\n`,
    );
    suite.skip();
  };

  it("of YAML runs a program without its providers' schemas, and the findings have its lines", async function () {
    await needs(this, "yaml", () => true);
    const { code, report, stderr } = await checked("yaml");
    assert.deepEqual({ code, stderr }, { code: 2, stderr: "" });
    assert.deepEqual(findings(report), [
      "advisory application-description legacy",
      "advisory vault-audit-logging vault",
      "mandatory no-client-secret-resource legacy-secret",
    ]);
    assert.deepEqual(report.findings[0]?.source, { file: "test/cli/programs/yaml/Pulumi.yaml", line: 26 });
    assert.deepEqual(notEvaluated(report), ["getClientConfig azuread:index/getClientConfig:getClientConfig"]);
  });

  it("of Python runs a program, and the findings have its lines", async function () {
    const hasPackage = () => spawnSync("python3", ["-c", "import pulumi"], { env: { PATH } }).status === 0;
    await needs(this, "python", hasPackage);
    const { code, report, stderr } = await checked("python", {
      args: ["--config", "region=westeurope"],
      environment: { PATH, PYTHONDONTWRITEBYTECODE: "1" },
    });
    assert.deepEqual({ code, stderr }, { code: 2, stderr: "" });
    assert.deepEqual(findings(report).slice(-1), ["mandatory no-client-secret-resource legacy-secret"]);
    assert.deepEqual(report.findings[0]?.source, { file: "test/cli/programs/python/__main__.py", line: 14 });
  });
});
