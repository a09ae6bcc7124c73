/** The pack grades stored state: `pulumi policy analyze --file` over an exported stack, with the real engine. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine } from "../../cli/engine/find";
import { run } from "../../cli/engine/process";
import { change, vault } from "../policies/samples";
import { type Properties } from "../policies/harness/wire";
import { PACK } from "./deployment";
import { engineFor } from "./engine";

interface Stored {
  readonly type: string;
  readonly name: string;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}

/** How an exported state marks a secret, here one that nobody can decrypt. */
const encrypted = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:AAAA",
};
const canary = "canary-plain-value-in-stored-state";

describe("policy analyze on the real engine", function () {
  this.timeout(120_000);
  let engine: Engine;
  let folder: string;

  before(async function () {
    engine = await engineFor(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-analyze-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const urnOf = ({ type, name }: Stored): string => `urn:pulumi:dev::shop::${type}::${name}`;
  const stack: Stored = { type: "pulumi:pulumi:Stack", name: "shop-dev" };

  /** An exported stack, as `pulumi stack export` writes it. */
  function exported(resources: readonly Stored[]): string {
    const file = join(folder, "export.json");
    const state = {
      version: 3,
      deployment: {
        manifest: { time: "2026-11-20T00:00:00Z", magic: "", version: "v3.255.0" },
        secrets_providers: {
          type: "passphrase",
          state: { salt: "v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
        },
        resources: [stack, ...resources].map((resource) => ({
          urn: urnOf(resource),
          custom: resource !== stack,
          ...(resource !== stack && { id: `id-${resource.name}`, parent: urnOf(stack) }),
          type: resource.type,
          inputs: resource.inputs ?? {},
          outputs: resource.outputs ?? resource.inputs ?? {},
        })),
      },
    };
    writeFileSync(file, JSON.stringify(state));
    return file;
  }

  async function analyze(resources: readonly Stored[], ...more: readonly string[]) {
    const arguments_ = [
      "policy",
      "analyze",
      "--file",
      exported(resources),
      "--policy-pack",
      PACK,
      "--json",
      "--non-interactive",
      ...more,
    ];
    const { code, stdout, stderr } = await run(engine.command, arguments_, {
      timeoutMs: 100_000,
      cwd: folder,
      environment: {
        PATH: process.env["PATH"],
        HOME: folder,
        PULUMI_HOME: join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
    assert.ok(!(stdout + stderr).includes(canary), "a value has been repeated");
    const findings = stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => (JSON.parse(line) as { policyEvent?: PolicyEvent }).policyEvent)
      .filter((event) => event !== undefined)
      .map(
        ({ policyName, enforcementLevel, message }) => `${enforcementLevel} ${policyName} ${message.trim()}`,
      );
    return { code, findings: findings.sort(), output: stdout + stderr };
  }

  const billing: Stored = { type: vault.type, name: "billing", inputs: vault.props };
  const mandatory = (findings: readonly string[]): string[] =>
    findings.filter((line) => line.startsWith("mandatory"));

  it("passes a stack with nothing wrong in it", async () => {
    const { code, findings, output } = await analyze([billing]);
    assert.deepEqual([code, mandatory(findings)], [0, []], output);
  });

  it("fails a stack with stored client secrets, by rule and resource, without a value", async () => {
    const open = { ...billing, inputs: change(vault, "properties.enablePurgeProtection", false).props };
    const password: Stored = {
      type: "azuread:index/applicationPassword:ApplicationPassword",
      name: "legacy",
      inputs: { applicationId: "/applications/1" },
      outputs: { applicationId: "/applications/1", value: canary },
    };
    const { code, findings, output } = await analyze([open, password]);
    assert.equal(code, 1, output);
    for (const expected of [
      'mandatory no-client-secret-resource Client secret "legacy" must not be created; use a federated credential or a certificate instead.',
      'mandatory vault-purge-protection Key vault "billing" can be purged with all its content; set "properties.enablePurgeProtection" to true.',
    ])
      assert.ok(findings.includes(expected), `${expected}\nis missing in\n${findings.join("\n")}`);
  });

  it("says of what is encrypted that it cannot be read, and does not crash on it", async () => {
    const hidden = change(vault, "properties.enablePurgeProtection", encrypted);
    const { findings, output } = await analyze([
      { ...billing, inputs: hidden.props },
      {
        type: "tls:index/privateKey:PrivateKey",
        name: "key",
        inputs: { algorithm: encrypted, rsaBits: encrypted },
      },
      {
        type: "azuread:index/applicationCertificate:ApplicationCertificate",
        name: "credential",
        inputs: { value: encrypted, endDate: encrypted },
      },
    ]);
    assert.ok(!output.includes("could not be evaluated"), output);
    const expected =
      'advisory vault-purge-protection Key vault "billing" cannot be decided yet: "properties.enablePurgeProtection" is encrypted and cannot be read here; the rule is enforced at update time.';
    assert.ok(findings.includes(expected), findings.join("\n"));
  });

  it("finds exemptions beside the project it is called in", async () => {
    const open = { ...billing, inputs: change(vault, "properties.enablePurgeProtection", false).props };
    const exemption = {
      id: "EX-1",
      rule: "vault-purge-protection",
      scope: urnOf(billing),
      reason: "Short-lived.",
      owner: "jo",
      approver: "kim",
      ticket: "SEC-1",
      expires: new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10),
    };
    writeFileSync(join(folder, "exemptions.json"), JSON.stringify({ exemptions: [exemption] }));
    const { code, findings, output } = await analyze([open]);
    assert.deepEqual([code, mandatory(findings)], [0, []], output);
    assert.ok(
      findings.some((line) => line.endsWith('Exempted by "EX-1" (SEC-1, owner jo), 11 days left.')),
      output,
    );
  });

  it("is stopped with a sentence by a configuration for a rule that does not exist", async () => {
    writeFileSync(join(folder, "config.json"), JSON.stringify({ "vault-purge-protecton": "mandatory" }));
    const { code, output } = await analyze([billing], "--policy-pack-config", join(folder, "config.json"));
    assert.notEqual(code, 0);
    assert.match(output, /"vault-purge-protecton" is not a rule; did you mean "vault-purge-protection"\?/);
  });

  it("is stopped with a sentence by settings that are not right", async () => {
    writeFileSync(join(folder, "certlock-policies.yaml"), "profle: cis-7\n");
    const { code, output } = await analyze([billing]);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /certlock-policies\.yaml is not usable: "profle" is not a setting; did you mean "profile"\?/,
    );
  });
});

interface PolicyEvent {
  readonly policyName: string;
  readonly enforcementLevel: string;
  readonly message: string;
}
