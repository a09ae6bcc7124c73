/** Configuration, levels and crashes: how a rule behaves around its decision. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResourceValidationArgs } from "@pulumi/policy";
import { certificateMaxLifetime } from "../../policies/rules/certificate-max-lifetime";
import { buildPack, compiledPack, packDirectory, repository } from "./harness/compiled-pack";
import { startPack } from "./harness/pack";
import { Finding, RuleConfiguration, unknown } from "./harness/wire";
import { canary } from "./rule-cases";
import { application, certificateCredential, change, vault } from "./samples";

const rule = "certificate-max-lifetime";

describe("the configuration of the pack", () => {
  /** What a run under this configuration ends with: its findings, or the sentence with which it is refused. */
  async function outcome(configuration: Readonly<Record<string, RuleConfiguration>>): Promise<unknown> {
    const pack = await compiledPack();
    try {
      await pack.configure(configuration);
    } catch (error) {
      const { message } = error as Error;
      assert.ok(!(message + pack.log()).includes(canary), "a value has been repeated");
      return message.replace(/^\d+ [A-Z]+: /, "");
    }
    return (await pack.analyze(await certificateCredential())).findings;
  }

  const refused = (problems: string): string =>
    `The configuration of certlock-policies is not usable: ${problems}`;
  const ofRule = (problem: string): string => refused(`rule "${rule}": ${problem}`);

  it("may be empty", async () => {
    assert.deepEqual(await outcome({ [rule]: { options: {} } }), []);
  });

  it("stops the run where a rule is misspelt, whatever is set for it", async () => {
    const sentence = refused(
      '"certificate-max-lifetme" is not a rule; did you mean "certificate-max-lifetime"?',
    );
    assert.equal(await outcome({ "certificate-max-lifetme": { enforcementLevel: "mandatory" } }), sentence);
    assert.equal(
      await outcome({ "certificate-max-lifetme": { options: { maxLifetimeDays: 90 } } }),
      sentence,
    );
  });

  it("stops the run where a rule is unlike any other", async () => {
    assert.equal(
      await outcome({ wholly: { enforcementLevel: "advisory" } }),
      refused('"wholly" is not a rule.'),
    );
  });

  it("leaves the word for all rules to Pulumi", async () => {
    assert.deepEqual(await outcome({ all: { enforcementLevel: "advisory" } }), []);
  });

  it("stops the run where an option is misspelt", async () => {
    assert.equal(
      await outcome({ [rule]: { options: { maxLifetimedays: 90 } } }),
      ofRule('"maxLifetimedays" is not an option of this rule; did you mean "maxLifetimeDays"?'),
    );
  });

  it("stops the run where an option stands in the wrong place", async () => {
    assert.equal(
      await outcome({ [rule]: { maxLifetimeDays: 90 } }),
      ofRule('"maxLifetimeDays" stands in the wrong place; put it under "options".'),
    );
  });

  for (const value of [0, 731, 90.5, "90", true, null]) {
    it(`stops the run where the limit is ${JSON.stringify(value)}`, async () => {
      assert.equal(
        await outcome({ [rule]: { options: { maxLifetimeDays: value } } }),
        ofRule('"maxLifetimeDays" must be an integer from 1 to 730.'),
      );
    });
  }

  it("accepts both ends of the range", async () => {
    assert.deepEqual(await outcome({ [rule]: { options: { maxLifetimeDays: 730 } } }), []);
    const findings = (await outcome({ [rule]: { options: { maxLifetimeDays: 1 } } })) as Finding[];
    assert.deepEqual(
      findings.map(({ rule: id, level }) => `${level} ${id}`),
      [`mandatory ${rule}`, `mandatory ${rule}`],
    );
  });

  it("stops the run where a rule is to mend what it cannot", async () => {
    assert.equal(
      await outcome({ [rule]: { enforcementLevel: "remediate" } }),
      ofRule("it cannot mend anything; use mandatory."),
    );
  });

  it("shows all problems of all rules at once, and none of the values", async () => {
    assert.equal(
      await outcome({
        [rule]: { level: canary, options: { days: canary, maxLifetimeDays: canary } },
        "vault-network-deny": { options: ["allowTrustedServices"] },
      }),
      refused(
        `rule "${rule}": "level" is not a setting of a rule; there is "enforcementLevel", "options"; ` +
          `rule "${rule}": "days" is not an option of this rule; there is "maxLifetimeDays"; ` +
          `rule "${rule}": "maxLifetimeDays" must be an integer from 1 to 730; ` +
          'rule "vault-network-deny": "options" is not an object.',
      ),
    );
  });

  it("is read by the rule itself as well, where a pack is made without ours", async () => {
    const found: unknown[] = [];
    const policy = certificateMaxLifetime.toPolicy({ environment: {}, now: () => new Date() });
    const args = {
      ...(await certificateCredential()),
      urn: "urn",
      getConfig: () => ({ options: { days: canary } }),
    } as unknown as ResourceValidationArgs;
    policy.validateResource?.(args, (finding: unknown) => found.push(finding));
    assert.deepEqual(found, [
      {
        enforcementLevel: "mandatory",
        message: `The configuration of rule "${rule}" is not usable: "days" is not an option of this rule; there is "maxLifetimeDays".`,
      },
    ]);
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
