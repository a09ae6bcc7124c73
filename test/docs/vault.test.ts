/** The page about vaults: its programs register what they say, and its tables know every option. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import * as components from "../../components";
import { judged } from "../components/judged-by-guard";
import { Recorder } from "../components/recorder";

const page = readFileSync(resolve(__dirname, "../../docs/vault.md"), "utf8");
const programs = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = ""]) => program);

/** Types of what a program registers for the vault, by name. */
const REGISTERED = [
  [
    "authorization:RoleAssignment billing-nightly-reader-billing-nightly-host",
    "eventgrid:SystemTopic billing-nightly-events",
    "eventgrid:SystemTopicEventSubscription billing-nightly-expiry-alert",
    "keyvault:Secret billing-nightly-secret-billing-nightly",
    "keyvault:Vault billing-nightly-vault",
    "monitor:DiagnosticSetting billing-nightly-audit-log",
    "network:PrivateDnsZoneGroup billing-nightly-endpoint-dns",
    "network:PrivateEndpoint billing-nightly-endpoint",
  ],
  [
    "authorization:RoleAssignment orders-export-issuer-orders-export-pipeline",
    "authorization:RoleAssignment orders-export-reader-orders-export-host",
    "keyvault:Vault orders-export-vault",
    "monitor:DiagnosticSetting orders-export-audit-log",
  ],
];

describe("the page about vaults", () => {
  programs.forEach((program, index) => {
    const [, name = ""] = /new CredentialVault\("([^"]+)"/.exec(program) ?? [];
    it(`registers what it says of ${name}, and the guard has nothing against it`, async () => {
      const recorder = await Recorder.start();
      run(program);
      const registered = await recorder.all();
      assert.deepEqual(
        registered
          .filter(({ type }) => type.startsWith("azure-native:"))
          .map((one) => `${one.type.replace("azure-native:", "")} ${one.name}`),
        REGISTERED[index],
      );
      assert.deepEqual(await judged(registered, ["vault-", "no-"]), []);
    });
  });

  it("has a program for each", () => {
    assert.equal(programs.length, REGISTERED.length);
  });

  it("names every option of a vault, and every place an alert can go", () => {
    for (const option of optionsOf("credential-vault-args.ts", "vault-firewall.ts", "vault-tags.ts")) {
      assert.ok(page.includes(option), `${option} is missing`);
    }
    const source = readFileSync(resolve(__dirname, "../../components/vault-alert-destination.ts"), "utf8");
    const [, union = ""] = /interface ServiceAlert[^}]+to: ([^;]+);/.exec(source) ?? [];
    const places = [...union.matchAll(/"(\w+)"/g)].map(([, place = ""]) => place);
    assert.equal(places.length, 4);
    for (const place of [...places, "actionGroups", "webhook", "storageQueue"]) {
      assert.ok(page.includes(`\`${place}\``), `${place} is missing`);
    }
  });
});

/** Names of the members of every exported arguments interface. */
function optionsOf(...files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const text = readFileSync(resolve(__dirname, "../../components", file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
    return source.statements
      .filter((statement) => ts.isInterfaceDeclaration(statement))
      .flatMap(({ members }) => members.map((member) => member.name?.getText(source) ?? ""));
  });
}

/** Runs a program of the page with the components of this repository. */
function run(program: string): void {
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
}
