/** Rules about whole stacks, over the real protocol: order, dependencies, verdicts, and crashes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPack, packDirectory, repository } from "./harness/compiled-pack";
import { startPack } from "./harness/pack";
import { Analysis, ResourceInput, unknown, urnOf } from "./harness/wire";
import { canary } from "./rule-cases";
import { application, vault } from "./samples";

const crash = (rule: string): string =>
  `This stack could not be evaluated by rule "${rule}", which counts as a violation; ` +
  "please report this to the maintainers of certlock.";

describe("a rule about the stack", () => {
  let folder: string;

  beforeEach(() => {
    buildPack();
    folder = mkdtempSync(join(tmpdir(), "certlock-stack-"));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stack", version: "0.0.1" }));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Asks a pack of stack rules about vaults, each with its body for `checkStack`. */
  async function ask(bodies: Readonly<Record<string, string>>, resources: readonly ResourceInput[]) {
    const rules = Object.entries(bodies).map(([id, body]) => `rule("${id}", (stack, report) => { ${body} })`);
    writeFileSync(
      join(folder, "index.js"),
      `
      const { PolicyPack } = require("@pulumi/policy");
      const { defineStackRule } = require(${JSON.stringify(join(packDirectory, "dist/rule.js"))});
      const types = require(${JSON.stringify(join(packDirectory, "dist/resource-types.js"))});
      const rule = (id, checkStack) => defineStackRule({
        id, name: id, description: id + ".", severity: "low", level: "mandatory", tags: [], remediationSteps: [],
        framework: { name: "", version: "", reference: "", specification: "" }, url: "", options: {},
        appliesTo: [types.nativeVault], checkStack,
      }).toPolicy({ environment: {}, now: () => new Date() });
      new PolicyPack("stack", { policies: [${rules.join(", ")}] });`,
    );
    const pack = await startPack({ directory: folder });
    try {
      const analysis = await pack.analyzeStack(resources);
      assert.ok(!(JSON.stringify(analysis.raw) + pack.log()).includes(canary), "a value has been repeated");
      return analysis;
    } finally {
      await pack.stop();
    }
  }

  const said = ({ findings }: Analysis): string[] =>
    findings.map(({ level, message }) => `${level} ${message}`);
  const orders = { ...vault, name: "orders" };

  it("sees resources in one order, whatever the order in which they arrive", async () => {
    const body = "for (const each of stack.resources) report.about(each).violation('is seen.')";
    const expected = [
      'mandatory azuread:index/application:Application "billing-api" is seen.',
      'mandatory Key vault "billing" is seen.',
      'mandatory Key vault "orders" is seen.',
    ].sort();
    for (const resources of [
      [orders, application, vault],
      [vault, orders, application],
    ]) {
      assert.deepEqual(said(await ask({ order: body }, resources)).sort(), expected);
    }
    const one = said(await ask({ order: body }, [orders, application, vault]));
    assert.deepEqual(said(await ask({ order: body }, [vault, orders, application])), one);
  });

  it("is not applicable where the stack has nothing it is about", async () => {
    const { notApplicable, findings, raw } = await ask({ rule: "report.violation('is judged.')" }, [
      application,
    ]);
    assert.deepEqual([notApplicable, findings], [["rule"], []]);
    assert.deepEqual((raw as { notApplicableList: unknown[] }).notApplicableList, [
      { policyName: "rule", reason: "rule is about stacks with other resource types" },
    ]);
  });

  it("speaks about the stack and about a resource, with the URN of that resource", async () => {
    const analysis = await ask(
      { rule: "report.violation('lacks a log.'); report.about(stack.resources[0]).violation('is bare.')" },
      [vault],
    );
    assert.deepEqual(said(analysis), [
      "mandatory This stack lacks a log.",
      'mandatory Key vault "billing" is bare.',
    ]);
    const { diagnosticsList } = analysis.raw as { diagnosticsList: { urn: string }[] };
    assert.deepEqual(
      diagnosticsList.map(({ urn }) => urn),
      ["", urnOf(vault)],
    );
  });

  it("reports what cannot be decided yet without a throw, as advice under its own name", async () => {
    const body =
      "const [each] = stack.resources; report.about(each).undecided(each.properties.at('vaultUri'))";
    const undecided = { ...vault, props: { vaultUri: unknown.string } };
    assert.deepEqual(said(await ask({ rule: body }, [undecided])), [
      'advisory Key vault "billing" cannot be decided yet: "vaultUri" is not known yet; the rule is enforced at update time.',
    ]);
  });

  it("follows dependencies by property while the values are unknown", async () => {
    const user: ResourceInput = {
      ...application,
      props: { displayName: unknown.string },
      propertyDependencies: { displayName: [urnOf(vault), "urn:pulumi:dev::certlock-tenant::gone::gone"] },
      dependencies: [urnOf(vault), urnOf(orders)],
      parent: urnOf(orders),
    };
    const body = `
      const each = stack.ofType(types.application)[0];
      report.violation([...each.propertyDependencies].map(([key, from]) => key + " from " + from.map(({ name }) => name)).join());
      report.violation(each.dependencies.map(({ name }) => name).join(" and ") + " below " + each.parent.name + (each.parent === stack.find(each.parent.urn) ? "" : " of another kind"));
      report.violation(stack.usesOf(stack.find("${urnOf(vault)}")).map(({ resource, property }) => resource.name + "." + property).join());
      report.violation(stack.usesOf(each).length + " uses");`;
    assert.deepEqual(said(await ask({ rule: body }, [vault, orders, user])), [
      "mandatory This stack displayName from billing",
      "mandatory This stack billing and orders below orders",
      "mandatory This stack billing-api.displayName",
      "mandatory This stack 0 uses",
    ]);
  });

  it("that breaks is a mandatory violation without values, and others go on", async () => {
    const leaking = "report.violation('is looked at.'); throw new Error(JSON.stringify(stack.resources))";
    const analysis = await ask({ breaks: leaking, works: "report.violation('is still looked at.')" }, [
      { ...vault, props: { vaultUri: canary } },
    ]);
    assert.deepEqual(said(analysis), [
      "mandatory This stack is looked at.",
      `mandatory ${crash("breaks")}`,
      "mandatory This stack is still looked at.",
    ]);
  });
});
