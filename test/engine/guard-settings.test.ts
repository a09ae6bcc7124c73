/** What people write beside a stack, and what the real engine makes of it: exemptions, levels, profiles, mistakes. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Outcome } from "../../tools/stack/stack";
import { Deployment } from "./deployment";
import { engineFor } from "./engine";

const rule = "vault-purge-protection";
const refusal = `mandatory ${rule} Key vault "reports" can be purged with all its content; set "properties.enablePurgeProtection" to true.`;
const hour = 3_600_000;
const day = 24 * hour;
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString().slice(0, 10);

const exemption = {
  id: "EX-1",
  rule,
  scope: "urn:pulumi:dev::shop::azure-native:keyvault:Vault::reports",
  reason: "It is emptied next month.",
  owner: "jo@example.org",
  approver: "kim@example.org",
  ticket: "SEC-101",
  expires: inDays(30),
};
const exempted = `${refusal.replace("mandatory", "advisory")} Exempted by "EX-1" (SEC-101, owner jo@example.org), 31 days left.`;

describe("what stands beside a stack, on the real engine", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  let stacks = 0;

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
  });
  after(async () => {
    await deployment.close();
  });

  /** Files by their path from the folder of the project; a text stands there as it is, anything else as YAML. */
  type Files = Readonly<Record<string, unknown>>;

  /** @param configuration given to `--policy-pack-config` */
  async function open(files: Files, configuration?: object) {
    const folder = join(deployment.folder, `stack-${++stacks}`);
    const project = join(folder, "project");
    mkdirSync(join(project, "reviewed"), { recursive: true });
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(project, name), typeof content === "string" ? content : stringify(content));
    const config = join(folder, "config.json");
    writeFileSync(config, JSON.stringify(configuration ?? {}));
    return deployment.open({
      project: folder,
      program: join(__dirname, "open-vault-program.ts"),
      folder,
      ...(configuration && { policyPackConfigs: [config] }),
    });
  }

  async function preview(files: Files, configuration?: object): Promise<Outcome> {
    return (await open(files, configuration)).preview();
  }

  /** Findings of the rule and of the one about exemptions, and whether the preview went through. */
  function said({ ok, findings }: Outcome): [boolean, string[]] {
    const about = findings.filter((finding) => [rule, "exemption-current"].includes(finding.rule));
    return [ok, about.map((finding) => `${finding.level} ${finding.rule} ${finding.message}`).sort()];
  }

  /** A run that was refused as a whole: the sentence is shown, and nothing has been judged by something else. */
  function refused({ ok, findings, output }: Outcome, sentence: string): void {
    assert.equal(ok, false);
    assert.ok(output.replace(/\s+/g, " ").includes(sentence), `${sentence}\nis missing in\n${output}`);
    assert.deepEqual(findings, []);
  }

  it("lets nothing pass by itself", async () => {
    assert.deepEqual(said(await preview({})), [false, [refusal]]);
  });

  it("exempts from one rule what is named, in sight, with the days left", async () => {
    const outcome = await preview({ "exemptions.yaml": { exemptions: [exemption] } });
    assert.deepEqual(said(outcome), [true, [exempted]]);
    assert.ok(outcome.output.includes("31 days left"), outcome.output);
  });

  it("exempts by a file that the settings name", async () => {
    const files = {
      "certlock-policies.yaml": { exemptions: "reviewed/ours.yaml" },
      "reviewed/ours.yaml": { exemptions: [exemption] },
    };
    assert.deepEqual(said(await preview(files)), [true, [exempted]]);
  });

  it("refuses every exemption that is not right, and what it was for", async () => {
    const wrong = {
      expired: { expires: inDays(-1) },
      stale: { scope: exemption.scope.replace("reports", "billing") },
      misspelt: { rule: "vault-purge-protecton" },
      forbidden: { rule: "no-private-key-upload" },
      alone: { approver: exemption.owner.toUpperCase() },
      long: { expires: inDays(91) },
      emergency: {
        breakGlass: true,
        expires: new Date(Date.now() + 73 * hour).toISOString().slice(0, 19) + "Z",
      },
    };
    const exemptions = Object.entries(wrong).map(([id, change]) => ({ ...exemption, ...change, id }));
    const problem = (id: string, what: string): string =>
      `mandatory exemption-current This run relies on exemption "${id}", which ${what}`;
    assert.deepEqual(said(await preview({ "exemptions.yaml": { exemptions } })), [
      false,
      [
        problem("alone", "has been approved by its own owner."),
        problem("emergency", "breaks glass for more than 72 hours."),
        problem("expired", "has expired: mend what it exempts and remove it, or have it approved anew."),
        problem("forbidden", "is for no-private-key-upload, from which nothing can be exempted."),
        problem("long", "ends in more than 90 days."),
        problem("misspelt", `is for a rule that does not exist (did you mean "${rule}"?).`),
        'mandatory exemption-current This stack has no use for exemption "stale": remove it, or correct its rule and scope.',
        refusal,
      ].sort(),
    ]);
  });

  it("sets the level of a rule, in the settings and before them in Pulumi's own configuration", async () => {
    const files = { "certlock-policies.yaml": { rules: { [rule]: "advisory" } } };
    assert.deepEqual(said(await preview(files)), [true, [refusal.replace("mandatory", "advisory")]]);
    assert.deepEqual(said(await preview(files, { [rule]: "mandatory" })), [false, [refusal]]);
    assert.deepEqual(said(await preview({}, { [rule]: "disabled" })), [true, []]);
  });

  it("mends where it is asked to, and the vault is made as mended", async () => {
    const stack = await open({ "certlock-policies.yaml": { rules: { [rule]: "remediate" } } });
    assert.deepEqual(said(await stack.preview()), [true, []]);
    const outcome = await stack.up();
    assert.deepEqual(said(outcome), [true, []], outcome.output);
    const { deployment: stored } = (await stack.exportState()) as unknown as {
      deployment: {
        resources: { type: string; inputs: { properties: { enablePurgeProtection: boolean } } }[];
      };
    };
    assert.deepEqual(
      stored.resources
        .filter(({ type }) => type === "azure-native:keyvault:Vault")
        .map(({ inputs }) => inputs.properties.enablePurgeProtection),
      [true, true],
    );
  });

  const mistakes: Readonly<
    Record<string, readonly [files: Files, configuration: object | undefined, sentence: string]>
  > = {
    "a setting": [
      { "certlock-policies.yaml": "profle: alz\n" },
      undefined,
      'certlock-policies.yaml is not usable: "profle" is not a setting; did you mean "profile"?',
    ],
    "the file of exemptions": [
      { "certlock-policies.yaml": "exemptions: reviewed/gone.yaml\n" },
      undefined,
      "does not exist.",
    ],
    "a rule in Pulumi's configuration": [
      {},
      { "vault-purge-protecton": "advisory" },
      `"vault-purge-protecton" is not a rule; did you mean "${rule}"?`,
    ],
    "a setting in Pulumi's configuration": [
      {},
      { [rule]: { enforcementlevel: "advisory" } },
      `rule "${rule}": "enforcementlevel" is not a setting of a rule; did you mean "enforcementLevel"?`,
    ],
  };
  for (const [title, [files, configuration, sentence]] of Object.entries(mistakes)) {
    it(`stops the run where ${title} is wrong`, async () => {
      refused(await preview(files, configuration), sentence);
    });
  }
});
