/** The guide's programs register what they say, and its table knows every kind of issuer. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import * as components from "../../components";
import { FEDERATION_KINDS } from "../../components/federation/sources";
import { judged } from "../components/judged-by-guard";
import { Recorder } from "../components/recorder";

const guide = readFileSync(resolve(__dirname, "../../docs/choosing-a-credential.md"), "utf8");
const programs = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = ""]) => program);

describe("the guide to choosing a credential", () => {
  programs.forEach((program) => {
    const [, name = ""] = /new \w+\("([^"]+)"/.exec(program) ?? [];
    it(`registers ${name}, and the guard has nothing against it`, async () => {
      const recorder = await Recorder.start();
      run(program);
      const registered = await recorder.all();
      assert.ok(registered.some((one) => one.name === name));
      // What the guide shows on purpose and explains: no owners, several tenants, a privileged permission.
      const found = await judged(registered, ["application-", "federated-credential-", "no-"], {
        "application-owners": { options: { minOwners: 0 } },
        "application-single-tenant": { options: { allowOrganizations: true } },
        "application-privileged-role": { options: { allowedRoles: ["Group.ReadWrite.All"] } },
      });
      assert.deepEqual(found, []);
    });
  });

  it("shows a program for each of the three, and one more for permissions", () => {
    assert.equal(programs.length, 4);
  });

  it("names the issuer of every builder", () => {
    const [, table = ""] = guide.split("Every builder writes");
    const named = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, option]) => option);
    assert.deepEqual([...new Set(named)], [...FEDERATION_KINDS].sort());
  });
});

/** Runs a program of the guide with the components of this repository. */
function run(program: string): void {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const require = (name: string): unknown => {
    assert.equal(name, "certlock/components");
    return components;
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide is part of this repository
  const load = new Function("require", "exports", outputText) as (require: unknown, exports: object) => void;
  load(require, {});
}
