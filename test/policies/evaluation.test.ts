/** Configuration, levels and crashes: how a rule behaves around its decision. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPack, compiledPack, packDirectory, repository } from "./harness/compiled-pack";
import { startPack } from "./harness/pack";
import { Finding, RuleConfiguration, unknown } from "./harness/wire";
import { canary } from "./rule-cases";
import { application, change, tlsCertificate, vault } from "./samples";

const rule = "certificate-max-lifetime";

describe("the configuration of a rule", () => {
  async function findings(configuration: RuleConfiguration): Promise<readonly Finding[]> {
    const pack = await compiledPack();
    await pack.configure({ [rule]: configuration });
    return (await pack.analyze(tlsCertificate)).findings;
  }

  const refused = (problem: string): Finding[] => [
    { rule, level: "mandatory", message: `The configuration of rule "${rule}" is not usable: ${problem}.` },
  ];

  it("may be empty", async () => {
    assert.deepEqual(await findings({ options: {} }), []);
  });

  it("stops the run where an option is misspelt", async () => {
    assert.deepEqual(
      await findings({ options: { maxLifetimedays: 90 } }),
      refused('"maxLifetimedays" is not an option; the rule has "maxLifetimeDays"'),
    );
  });

  it("stops the run where an option stands in the wrong place", async () => {
    assert.deepEqual(
      await findings({ maxLifetimeDays: 90 }),
      refused('"maxLifetimeDays" is not a setting of a rule; put options under "options"'),
    );
  });

  for (const value of [0, 731, 90.5, "90", true, null]) {
    it(`stops the run where the limit is ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(
        await findings({ options: { maxLifetimeDays: value } }),
        refused('"maxLifetimeDays" must be an integer from 1 to 730'),
      );
    });
  }

  it("accepts both ends of the range", async () => {
    assert.deepEqual(await findings({ options: { maxLifetimeDays: 730 } }), []);
    assert.deepEqual(
      (await findings({ options: { maxLifetimeDays: 1 } })).map(({ level }) => level),
      ["mandatory"],
    );
  });

  it("shows all its problems at once, and none of the values", async () => {
    assert.deepEqual(
      await findings({
        enforcementLevel: "advisory",
        level: canary,
        options: { days: canary, maxLifetimeDays: canary },
      }),
      refused(
        '"level" is not a setting of a rule; put options under "options"; ' +
          '"days" is not an option; the rule has "maxLifetimeDays"; ' +
          '"maxLifetimeDays" must be an integer from 1 to 730',
      ),
    );
  });

  it("stops the run where the options are not an object", async () => {
    assert.deepEqual(
      await findings({ options: ["maxLifetimeDays"] }),
      refused('"options" is not an object; "0" is not an option; the rule has "maxLifetimeDays"'),
    );
  });
});

describe("a rule that breaks", () => {
  let folder: string;

  beforeEach(() => {
    buildPack();
    folder = mkdtempSync(join(tmpdir(), "certlock-broken-"));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "broken", version: "0.0.1" }));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Two rules made with our defineRule, the first of which fails after its first finding. */
  function brokenPack(): void {
    writeFileSync(
      join(folder, "index.js"),
      `
      const { PolicyPack } = require("@pulumi/policy");
      const { defineRule } = require(${JSON.stringify(join(packDirectory, "dist/rule.js"))});
      const types = require(${JSON.stringify(join(packDirectory, "dist/resource-types.js"))});
      const rule = (id, check) => defineRule({
        id, name: id, description: id + ".", severity: "low", level: "advisory", tags: [], remediationSteps: [],
        framework: { name: "", version: "", reference: "", specification: "" }, url: "", options: {},
        appliesTo: [types.nativeVault], check,
      }).toPolicy({ environment: {}, now: () => new Date() });
      new PolicyPack("broken", { policies: [
        rule("breaks", ({ properties }, report) => {
          report.violation("is looked at.");
          throw new Error(JSON.stringify(properties));
        }),
        rule("works", (_, report) => report.violation("is still looked at.")),
      ] });`,
    );
  }

  it("is a mandatory violation of that rule, without values, and others go on", async () => {
    brokenPack();
    const pack = await startPack({ directory: folder });
    try {
      const { findings, raw } = await pack.analyze(change(vault, "properties.vaultUri", canary));
      assert.deepEqual(findings, [
        { rule: "breaks", level: "advisory", message: 'Key vault "billing" is looked at.' },
        {
          rule: "breaks",
          level: "mandatory",
          message:
            'Key vault "billing" (azure-native:keyvault:Vault) could not be evaluated by rule "breaks", ' +
            "which counts as a violation; please report this to the maintainers of certlock.",
        },
        { rule: "works", level: "advisory", message: 'Key vault "billing" is still looked at.' },
      ]);
      assert.ok(!(JSON.stringify(raw) + pack.log()).includes(canary));
    } finally {
      await pack.stop();
    }
  });
});

describe("the policy SDK", () => {
  it("takes a finding with a level of its own, on which the second and third verdict rest", async () => {
    const pack = await compiledPack();
    await pack.configure({});
    const undecided = change(vault, "properties.enablePurgeProtection", unknown.boolean);
    assert.deepEqual(
      (await pack.analyze(undecided)).findings.map(({ level }) => level),
      ["advisory"],
    );
  });

  it("lets a rule say that it is not applicable", async () => {
    const pack = await compiledPack();
    const { notApplicable } = await pack.analyze(application);
    assert.ok(notApplicable.includes(rule));
  });
});
