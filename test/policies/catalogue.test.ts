/** Lists that must agree: rules, files, pages, tests, versions, and what Pulumi is told. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { EnforcementLevel, PolicySeverity } from "@pulumi/pulumi/proto/analyzer_pb";
import ts from "typescript";
import { parse } from "yaml";
import { createPolicies, Rule, rules } from "../../policies/catalogue";
import { unknownSentinels } from "../../policies/property";
import { compiledPack, packDirectory, repository } from "./harness/compiled-pack";
import { unknown } from "./harness/wire";

const ids = rules.map(({ id }) => id);
const all: readonly Rule[] = rules;

function namesIn(folder: string, ending: string): string[] {
  return readdirSync(join(repository, folder))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

describe("the rule catalogue", () => {
  it("is alphabetical and names each rule once", () => {
    assert.deepEqual(ids, [...new Set<string>(ids)].sort());
  });

  it("has a file, a page and a test for every rule, and no others", () => {
    assert.deepEqual(namesIn("policies/rules", ".ts"), ids);
    assert.deepEqual(namesIn("docs/rules", ".md"), ids);
    assert.deepEqual(namesIn("test/policies/rules", ".test.ts"), ids);
  });

  for (const rule of all) {
    it(`says all there is to say about ${rule.id}`, () => {
      assert.match(rule.id, /^[a-z]+(-[a-z]+)+$/);
      assert.match(rule.description, /^[A-Z].*\.$/);
      assert.match(rule.url, /^https:\/\//);
      assert.ok(rule.name !== "" && rule.remediationSteps.length > 0 && rule.appliesTo.length > 0);
      for (const step of rule.remediationSteps) assert.match(step, /^[A-Z].*\.$/);
      for (const tag of rule.tags) assert.match(tag, /^[a-z][a-z0-9-]*(:[\w.-]+)?$/);
      for (const part of Object.values(rule.framework)) assert.notEqual(part, "");
      for (const option of Object.values(rule.options)) assert.match(option.description, /^[A-Z].*\.$/);
    });

    it(`tags ${rule.id} as a rule about client secrets exactly when it is one`, () => {
      const isAboutSecrets = /client-secret|application-password|symmetric|synchronization-secret/.test(
        rule.id,
      );
      assert.equal(rule.tags.includes("client-secret"), isAboutSecrets);
    });
  }

  it("tells Pulumi every rule with level, severity, schema and documentation", async () => {
    const { info } = await compiledPack();
    // Told in the order in which they are asked: the one that looks back on the others comes last.
    const told = info.raw.policiesList.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    assert.deepEqual(
      told.map(({ name, displayname, description, url, tagsList }) => ({
        name,
        displayname,
        description,
        url,
        tagsList,
      })),
      all.map((rule) => ({
        name: rule.id,
        displayname: rule.name,
        description: rule.description,
        url: rule.url,
        tagsList: rule.tags,
      })),
    );
    for (const [index, policy] of told.entries()) {
      const isMandatory = all[index]?.level === "mandatory";
      const level = isMandatory ? EnforcementLevel.MANDATORY : EnforcementLevel.ADVISORY;
      assert.equal(policy.enforcementlevel, level, policy.name);
      assert.notEqual(policy.severity, PolicySeverity.POLICY_SEVERITY_UNSPECIFIED);
      assert.ok(policy.framework !== undefined);
      const steps = all[index]?.remediationSteps.map((step, number) => `${number + 1}. ${step}`);
      assert.equal(policy.remediationSteps, steps?.join("\n"));
    }
  });

  it("gives every option a schema that refuses names it does not know", () => {
    for (const policy of createPolicies()) {
      const { options, ...rest } = policy.configSchema?.properties ?? {};
      assert.deepEqual(rest, {});
      assert.equal(options?.type, "object");
      assert.equal(options.additionalProperties, false);
    }
  });

  it("lets a team choose its rules", () => {
    const chosen = rules.filter(({ id }) => ["vault-network-deny", "vault-purge-protection"].includes(id));
    assert.deepEqual(
      createPolicies({ rules: chosen }).map(({ name }) => name),
      ["vault-network-deny", "vault-purge-protection"],
    );
  });
});

describe("the policy package", () => {
  const manifest = JSON.parse(readFileSync(join(packDirectory, "package.json"), "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const sources = ["", "rules"].flatMap((folder) =>
    readdirSync(join(packDirectory, folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(packDirectory, folder, file)),
  );

  it("has one version in both of its manifests", () => {
    const yaml = parse(readFileSync(join(packDirectory, "PulumiPolicy.yaml"), "utf8")) as Record<
      string,
      unknown
    >;
    assert.equal(yaml["version"], manifest.version);
    assert.equal(yaml["runtime"], "nodejs");
  });

  it("imports nothing but the policy SDK, Node's own modules, and itself", () => {
    assert.ok(sources.length > rules.length);
    for (const source of sources) {
      const allowed = (name: string): boolean =>
        name === "@pulumi/policy" ||
        (name.startsWith("node:") && builtinModules.includes(name.slice(5))) ||
        join(source, "..", name).startsWith(packDirectory);
      const { importedFiles } = ts.preProcessFile(readFileSync(source, "utf8"), true, true);
      const strangers = importedFiles.map(({ fileName }) => fileName).filter((name) => !allowed(name));
      assert.deepEqual(strangers, [], source);
    }
  });

  it("starts no server when only its catalogue is imported", () => {
    const script = `const { rules } = require("certlock-policies/catalogue"); console.log(rules.length);`;
    const output = execFileSync(process.execPath, ["-e", script], {
      cwd: repository,
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.equal(output, `${rules.length}\n`);
  });

  it("ships only files that exist", () => {
    const { files } = manifest as unknown as { files: string[] };
    for (const file of files) assert.ok(existsSync(join(packDirectory, file)), file);
  });

  it("knows the SDK's marks for unknown values", () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- internal module without declarations
    const proxy = require("@pulumi/policy/proxy") as Record<string, unknown>;
    const marks = Object.entries(proxy).filter(([name]) => /^unknown\w+Value$/.test(name));
    assert.deepEqual([...unknownSentinels].sort(), marks.map(([, value]) => value).sort());
    assert.deepEqual(Object.values(unknown).sort(), marks.map(([, value]) => value).sort());
  });
});
