/** The pages of the policy resources: their programs are taken by the provider, their tables know every name and code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import * as components from "../../components";
import { INPUTS as POLICY_INPUTS } from "../../provider/app-management-policy-check";
import { COMPUTED } from "../../provider/app-management-policy-values";
import { INPUTS as AUTHORITY_INPUTS } from "../../provider/certificate-authority-check";
import type { PropertyMap } from "../../provider/properties";
import { Recorder } from "../components/recorder";
import { AUTHORITIES, CUSTOM_POLICY, DirectoryFixture } from "../provider/directory-fixture";
import { TYPE } from "../provider/provider-client";
import { issue } from "../sandbox/certificate-chain";

const ROOT = resolve(__dirname, "../..");

interface Page {
  readonly name: string;
  readonly type: string;
  readonly properties: readonly string[];
  /** Files of the provider whose codes the page explains. */
  readonly sources: readonly string[];
}

const PAGES: readonly Page[] = [
  {
    name: "tenant-app-management-policy",
    type: TYPE,
    properties: [
      "isEnabled",
      "applicationRestrictions",
      "servicePrincipalRestrictions",
      "onDelete",
      "previous",
      "applied",
      "exemptActors",
    ],
    sources: [
      "tenant-app-management-policy",
      "tenant-app-management-policy-memory",
      "tenant-app-management-policy-write",
    ],
  },
  {
    name: "app-management-policy",
    type: CUSTOM_POLICY,
    properties: [...POLICY_INPUTS, ...COMPUTED],
    sources: ["app-management-policy", "app-management-policy-targets"],
  },
  {
    name: "certificate-authority-configuration",
    type: AUTHORITIES,
    properties: AUTHORITY_INPUTS,
    sources: ["certificate-authority"],
  },
];

for (const { name, type, properties, sources } of PAGES) {
  const page = readFileSync(join(ROOT, "docs", "resources", `${name}.md`), "utf8");

  describe(`the page docs/resources/${name}.md`, function () {
    this.timeout(20_000);

    it("shows a program whose inputs the provider takes", async () => {
      const [, program = assert.fail()] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
      const root = await issue("CN=root");
      const chain = { "root.pem": root, "issuing.pem": await issue("CN=issuing", { issuer: root }) };
      const recorder = await Recorder.start();
      execute(program, (file) => chain[file as keyof typeof chain].certificatePem);
      const registered = (await recorder.all()).filter((one) => one.type.startsWith("certlock:index:"));
      assert.ok(registered.some((one) => one.type === type));
      const fixture = await DirectoryFixture.start();
      try {
        // The day before the end that the page shows.
        fixture.tenant.advance(Date.parse("2027-01-30T00:00:00Z") - fixture.tenant.clock().getTime());
        for (const one of registered) {
          const { failures } = await fixture
            .provider(one.type)
            .check(JSON.parse(JSON.stringify(one.inputs)) as PropertyMap);
          assert.deepEqual(
            failures.filter(([path]) => !path.includes("certificateBasedApplicationConfigurationIds[")),
            [],
          );
        }
      } finally {
        await fixture.close();
      }
    });

    it("names every property", () => {
      assert.deepEqual(
        properties.filter((property) => !page.includes(`\`${property}\``)),
        [],
      );
    });

    it("explains every code of its own, and none that nothing throws", () => {
      const text = sources
        .map((source) => readFileSync(join(ROOT, "provider", `${source}.ts`), "utf8"))
        .join("\n");
      const thrown = [...text.matchAll(/"(CERTLOCK_[A-Z_]+)"/g)].map(([, code]) => code ?? "");
      const [, table = ""] = page.split("## When it stops");
      const explained = [...table.matchAll(/`(CERTLOCK_[A-Z_]+)`/g)].map(([, code]) => code ?? "");
      assert.deepEqual([...new Set(explained)].sort(), [...new Set(thrown)].sort());
    });
  });
}

/** Runs a program of a page with our components, and files out of memory. */
function execute(program: string, read: (file: string) => string): void {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const modules: Readonly<Record<string, unknown>> = {
    "certlock/components": components,
    "node:fs": { readFileSync: read },
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the programs are our own pages
  const run = new Function("require", "exports", outputText) as (load: unknown, exports: object) => void;
  run((name: string) => modules[name], {});
}
