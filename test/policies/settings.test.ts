/** Settings beside the stack, profiles, and packs that teams build in typed code. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPolicies, profileNames, profiles, Rule, RuleChoice, rules } from "../../policies/catalogue";
import { findExemptions, findSettings } from "../../policies/pack-files";
import { buildPack, packDirectory } from "./harness/compiled-pack";
import { startPack } from "./harness/pack";
import { certificateCredential, change, vault } from "./samples";

const all: readonly Rule[] = rules;
const open = change(vault, "properties.enablePurgeProtection", false);

describe("the settings beside a stack", () => {
  let folder: string;

  before(buildPack);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-settings-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const settings = (text: string, name = "certlock-policies.yaml"): void => {
    writeFileSync(join(folder, name), text);
  };
  const found = (environment: Record<string, string> = {}) =>
    findSettings({ CERTLOCK_CALLED_IN: folder, ...environment }, all);
  const refusal = (problems: string): object => ({
    code: "POLICY_CONFIGURATION",
    message: `${join(folder, "certlock-policies.yaml")} ${problems}`,
  });

  it("may be missing", () => {
    assert.deepEqual(found(), { profile: "default", choices: new Map() });
    assert.deepEqual(findSettings({}, all), { profile: "default", choices: new Map() });
    assert.deepEqual(findSettings({ PWD: "relative" }, all), { profile: "default", choices: new Map() });
  });

  it("choose a profile, levels, and options", () => {
    settings(`
profile: alz
rules:
  vault-network-deny: advisory
  vault-purge-protection:
    level: remediate
  certificate-max-lifetime:
    options:
      maxLifetimeDays: 60
`);
    assert.deepEqual(found(), {
      profile: "alz",
      choices: new Map([
        ["vault-network-deny", { level: "advisory", options: {} }],
        ["vault-purge-protection", { level: "remediate", options: {} }],
        ["certificate-max-lifetime", { options: { maxLifetimeDays: 60 } }],
      ]),
    });
  });

  it("are found from a folder below, and not above the project", () => {
    settings("profile: zta");
    const inner = join(folder, "a/b");
    mkdirSync(inner, { recursive: true });
    assert.equal(found({ CERTLOCK_CALLED_IN: inner }).profile, "zta");
    writeFileSync(join(inner, "Pulumi.yml"), "name: other\n");
    assert.equal(found({ CERTLOCK_CALLED_IN: inner }).profile, "default");
  });

  it("are where the environment says", () => {
    settings('{"profile": "scuba"}', "ours.json");
    assert.equal(found({ CERTLOCK_POLICIES: "ours.json" }).profile, "scuba");
    assert.throws(() => found({ CERTLOCK_POLICIES: "gone.json" }), {
      message: `${join(folder, "gone.json")}, which CERTLOCK_POLICIES names, does not exist.`,
    });
  });

  const mistakes: Readonly<Record<string, readonly [text: string, problems: string]>> = {
    "a misspelt setting": [
      "profle: alz",
      'is not usable: "profle" is not a setting; did you mean "profile"?',
    ],
    "a profile there is not": [
      "profile: cis-8",
      'is not usable: "profile" must be one of default, cis-7, zta, scuba, alz.',
    ],
    "a misspelt rule": [
      "rules:\n  vault-network-denny: advisory",
      'is not usable: "vault-network-denny" is not a rule; did you mean "vault-network-deny"?',
    ],
    "a misspelt level": [
      "rules:\n  vault-network-deny: advisori",
      'is not usable: rule "vault-network-deny": "level" must be one of advisory, mandatory, remediate, disabled.',
    ],
    "a misspelt word of a rule": [
      "rules:\n  vault-network-deny:\n    levle: advisory",
      'is not usable: rule "vault-network-deny": "levle" is not a setting of a rule; did you mean "level"?',
    ],
    "an option of another rule": [
      "rules:\n  vault-network-deny:\n    options:\n      maxLifetimeDays: 1",
      'is not usable: rule "vault-network-deny": "maxLifetimeDays" is not an option of this rule; there is "allowTrustedServices".',
    ],
    "a limit out of range": [
      "rules:\n  certificate-max-lifetime:\n    options:\n      maxLifetimeDays: 0",
      'is not usable: rule "certificate-max-lifetime": "maxLifetimeDays" must be an integer from 1 to 730.',
    ],
    "a rule that is to mend what it cannot": [
      "rules:\n  certificate-max-lifetime: remediate",
      'is not usable: rule "certificate-max-lifetime": it cannot mend anything; use mandatory.',
    ],
    "a list": ["- profile: alz", "is not usable: it must be made of names and values."],
    "rules in a list": [
      "rules:\n  - vault-network-deny",
      'is not usable: "rules" must be made of names and values.',
    ],
    "no path for exemptions": ["exemptions: 7", 'is not usable: "exemptions" must be the path of a file.'],
    "two mistakes": [
      "profile: cis\nrule: x",
      'is not usable: "rule" is not a setting; did you mean "rules"?; "profile" must be one of default, cis-7, zta, scuba, alz.',
    ],
    "something that is not YAML as we read it": [
      "profile: &a alz",
      "cannot be read in line 1: this text has to be quoted.",
    ],
  };
  for (const [title, [text, problems]] of Object.entries(mistakes)) {
    it(`are refused with ${title}`, () => {
      settings(text);
      assert.throws(() => found(), refusal(problems));
    });
  }

  it("are refused when they are a folder, and so are exemptions", () => {
    mkdirSync(join(folder, "certlock-policies.yaml"));
    assert.throws(() => found(), {
      code: "POLICY_CONFIGURATION",
      message: `${join(folder, "certlock-policies.yaml")} cannot be read (EISDIR).`,
    });
    rmdirSync(join(folder, "certlock-policies.yaml"));
    mkdirSync(join(folder, "gone"));
    settings("exemptions: gone");
    assert.throws(() => findExemptions({ CERTLOCK_CALLED_IN: folder }, found(), all, new Date()), {
      code: "POLICY_CONFIGURATION",
      message: `${join(folder, "gone")} cannot be read (EISDIR).`,
    });
  });

  it("are refused when they name exemptions that are not there, or stand there twice", () => {
    settings("exemptions: gone.yaml");
    assert.throws(() => found(), {
      message: `${join(folder, "gone.yaml")}, which ${join(folder, "certlock-policies.yaml")} names, does not exist.`,
    });
    settings("{}", "certlock-policies.json");
    assert.throws(() => found(), {
      message: `${join(folder, "certlock-policies.json")} stands beside ${join(folder, "certlock-policies.yaml")}; remove one.`,
    });
  });

  it("end the pack before it starts, with one sentence and no trace", async () => {
    settings("profle: alz");
    const environment = { CERTLOCK_CALLED_IN: folder };
    await assert.rejects(startPack({ directory: packDirectory, environment }), {
      code: "PACK_DID_NOT_START",
      message: `the pack ended with 1 before it was asked anything: ${join(folder, "certlock-policies.yaml")} is not usable: "profle" is not a setting; did you mean "profile"?`,
    });
  });

  it("hold in the pack, until Pulumi's own configuration says otherwise", async () => {
    settings("rules:\n  vault-purge-protection: advisory");
    const pack = await startPack({ directory: packDirectory, environment: { CERTLOCK_CALLED_IN: folder } });
    try {
      const levels = async (): Promise<string[]> =>
        (await pack.analyze(open)).findings
          .filter(({ rule }) => rule === "vault-purge-protection")
          .map(({ level }) => level);
      await pack.configure({});
      assert.deepEqual(await levels(), ["advisory"]);
      await pack.configure({ "vault-purge-protection": { enforcementLevel: "mandatory" } });
      assert.deepEqual(await levels(), ["mandatory"]);
      await pack.configure({ "vault-purge-protection": { enforcementLevel: "disabled" } });
      assert.deepEqual(await levels(), []);
    } finally {
      await pack.stop();
    }
  });
});

describe("a profile", () => {
  for (const name of profileNames) {
    it(`${name} sets rules and options that exist`, () => {
      for (const [id, choice] of Object.entries<RuleChoice>(profiles[name])) {
        const rule = all.find((candidate) => candidate.id === id);
        assert.ok(rule, `${id} is no rule`);
        assert.doesNotThrow(() => rule.configured(choice));
      }
    });
  }

  it("changes the default that Pulumi is told", () => {
    const lifetime = (profile: (typeof profileNames)[number]): unknown => {
      const policy = createPolicies({ environment: {}, profile }).find(
        ({ name }) => name === "certificate-max-lifetime",
      );
      const options = policy?.configSchema?.properties["options"] as {
        properties: Record<string, { default: unknown }>;
      };
      return options.properties["maxLifetimeDays"]?.default;
    };
    assert.deepEqual(profileNames.map(lifetime), [180, 180, 180, 366, 91]);
  });
});

describe("a pack of a team's own", () => {
  it("chooses rules, levels, and options in typed code", () => {
    const policies = createPolicies({
      environment: {},
      profile: "scuba",
      choices: {
        "vault-network-deny": "advisory",
        "certificate-max-lifetime": { level: "advisory", options: { maxLifetimeDays: 100 } },
      },
    });
    const level = (id: string) => policies.find(({ name }) => name === id)?.enforcementLevel;
    assert.deepEqual(
      [level("vault-network-deny"), level("certificate-max-lifetime"), level("vault-purge-protection")],
      ["advisory", "advisory", "mandatory"],
    );
  });

  it("is refused with an option that is not right", () => {
    assert.throws(
      () => createPolicies({ choices: { "certificate-max-lifetime": { options: { maxLifetimeDays: 0 } } } }),
      {
        code: "POLICY_CONFIGURATION",
        message:
          'What createPolicies was given is not usable: rule "certificate-max-lifetime": "maxLifetimeDays" must be an integer from 1 to 730.',
      },
    );
    assert.throws(() => createPolicies({ choices: { "no-client-secret-resource": "remediate" } }), {
      code: "POLICY_CONFIGURATION",
    });
  });

  it("does not compile with an option of another rule", () => {
    const options = { maxLifetimeDays: 1 };
    const wrong = () =>
      createPolicies({
        // @ts-expect-error -- vault-network-deny has no such option
        choices: { "vault-network-deny": { options } },
      });
    assert.throws(wrong, { code: "POLICY_CONFIGURATION" });
  });

  it("is refused from JavaScript with all that is wrong, and what was probably meant", () => {
    const settings = {
      profile: "cis7",
      rules: [...rules, rules[0]],
      choices: {
        "vault-network-den": "disabled",
        "vault-network-deny": "off",
        "certificate-max-lifetime": { maxLifetimeDays: 90 },
      },
    } as unknown as Parameters<typeof createPolicies>[0];
    assert.throws(() => createPolicies(settings), {
      code: "POLICY_CONFIGURATION",
      message: [
        'What createPolicies was given is not usable: "profile" must be one of default, cis-7, zta, scuba, alz',
        'rule "application-credential-declared" is there more than once',
        '"vault-network-den" is not a rule; did you mean "vault-network-deny"?',
        'rule "vault-network-deny": "level" must be one of advisory, mandatory, remediate, disabled',
        'rule "certificate-max-lifetime": "maxLifetimeDays" is not a setting of a rule; there is "level", "options".',
      ].join("; "),
    });
  });

  it("is refused with a choice for a rule it does not have", () => {
    assert.throws(() => createPolicies({ rules: [], choices: { "vault-network-deny": "advisory" } }), {
      message: /"vault-network-deny" is not a rule/,
    });
  });

  it("judges with what was chosen", async () => {
    const [policy] = createPolicies({
      environment: {},
      rules: rules.filter(({ id }) => id === "certificate-max-lifetime"),
      choices: { "certificate-max-lifetime": { options: { maxLifetimeDays: 10 } } },
    });
    const found: { message: string }[] = [];
    const args = { ...(await certificateCredential()), urn: "urn", getConfig: () => ({}) };
    policy?.validateResource?.(
      args as never,
      ((finding: { message: string }) => found.push(finding)) as never,
    );
    assert.deepEqual(
      found.map(({ message }) => message),
      [
        'Certificate credential "billing-api" holds a certificate that lives too long: it must stay below 10 days.',
        'Certificate credential "billing-api" lives too long: from start to end it must stay below 10 days.',
      ],
    );
  });
});
