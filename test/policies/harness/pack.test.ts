/** The harness itself, tested with packs that lie: whatever they do, it must not look like a clean answer. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { change, vault } from "../samples";
import { compiledPack, repository } from "./compiled-pack";
import { Pack, startPack } from "./pack";
import { unknown } from "./wire";

const rule = "vault-purge-protection";
const openVault = change(vault, "properties.enablePurgeProtection", false);
const message =
  'Key vault "billing" can be purged with all its content; set "properties.enablePurgeProtection" to true.';

describe("the pack harness", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-liar-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A pack that claims to have our rule and does something else. */
  function liar(body: string, name = "certlock-policies"): string {
    mkdirSync(join(folder, "pack"));
    symlinkSync(join(repository, "node_modules"), join(folder, "pack/node_modules"), "dir");
    writeFileSync(
      join(folder, "pack/package.json"),
      JSON.stringify({ name, version: "0.1.0", main: "index.js" }),
    );
    writeFileSync(join(folder, "pack/index.js"), body);
    return join(folder, "pack");
  }

  function ruleThat(validate: string): string {
    return `
      const { PolicyPack } = require("@pulumi/policy");
      new PolicyPack("certlock-policies", { policies: [{
        name: "${rule}", description: "A lie.", enforcementLevel: "mandatory",
        validateResource: (args, report) => { ${validate} },
      }] });`;
  }

  async function withPack<Result>(directory: string, use: (pack: Pack) => Promise<Result>): Promise<Result> {
    const pack = await startPack({ directory, startTimeout: 10_000 });
    try {
      return await use(pack);
    } finally {
      await pack.stop();
    }
  }

  it("tells a violation, a pass and a resource of another kind apart", async () => {
    const pack = await compiledPack();
    await pack.configure({});
    assert.deepEqual((await pack.analyze(openVault)).findings, [{ rule, level: "mandatory", message }]);
    const clean = await pack.analyze(vault);
    assert.deepEqual([clean.findings, clean.passed.includes(rule)], [[], true]);
    const other = await pack.analyze({ ...openVault, type: "random:index/randomPet:RandomPet" });
    assert.deepEqual([other.findings, other.notApplicable.includes(rule)], [[], true]);
  });

  it("shows a rule that never fires as passed, so that an expected violation is missed", async () => {
    const analysis = await withPack(liar(ruleThat("")), (pack) => pack.analyze(openVault));
    assert.deepEqual(analysis.passed, [rule]);
    assert.throws(() => {
      assert.deepEqual(analysis.findings, [{ rule, level: "mandatory", message }]);
    }, assert.AssertionError);
  });

  it("shows a rule that calls everything not applicable as such, not as passed", async () => {
    const analysis = await withPack(liar(ruleThat("args.notApplicable('no')")), (pack) =>
      pack.analyze(openVault),
    );
    assert.deepEqual([analysis.passed, analysis.notApplicable], [[], [rule]]);
  });

  it("shows a rule that fires whatever the type", async () => {
    const analysis = await withPack(liar(ruleThat('report("no")')), (pack) =>
      pack.analyze({ type: "random:index/randomPet:RandomPet", name: "pet", props: {} }),
    );
    assert.deepEqual(analysis.findings, [{ rule, level: "mandatory", message: "A lie.\nno" }]);
  });

  it("shows that a rule which reads an unknown value only advises", async () => {
    const naive = 'if (args.props.properties.enablePurgeProtection !== true) report("no")';
    const analysis = await withPack(liar(ruleThat(naive)), (pack) =>
      pack.analyze(change(vault, "properties.enablePurgeProtection", unknown.boolean)),
    );
    assert.deepEqual(
      analysis.findings.map(({ level }) => level),
      ["advisory"],
    );
  });

  it("fails when a rule crashes", async () => {
    const directory = liar(ruleThat('throw new Error("broken")'));
    await assert.rejects(
      withPack(directory, (pack) => pack.analyze(openVault)),
      { code: "PACK_FAILED" },
    );
  });

  it("fails when the pack dies while it is asked", async () => {
    const directory = liar(ruleThat("process.exit(0)"));
    await assert.rejects(
      withPack(directory, (pack) => pack.analyze(openVault)),
      { code: "PACK_FAILED" },
    );
  });

  it("fails when a finding carries the name of a rule the pack does not have", async () => {
    const directory = liar(ruleThat('report({ message: "no", name: "somebody-else" })'));
    await assert.rejects(
      withPack(directory, (pack) => pack.analyze(openVault)),
      { code: "PACK_NOT_CREDIBLE", message: "certlock-policies has no rule somebody-else" },
    );
  });

  it("fails when a finding says that it comes from another pack", async () => {
    const disguise = `
      const { AnalyzeDiagnostic } = require("@pulumi/pulumi/proto/analyzer_pb");
      AnalyzeDiagnostic.prototype.getPolicypackname = () => "somebody-else";`;
    const directory = liar(disguise + ruleThat('report("no")'));
    await assert.rejects(
      withPack(directory, (pack) => pack.analyze(openVault)),
      { code: "PACK_NOT_CREDIBLE", message: "certlock-policies 0.1.0 answers as somebody-else 0.1.0" },
    );
  });

  it("fails when a rule the pack does not have calls itself not applicable", async () => {
    const disguise = `
      const { PolicyNotApplicable } = require("@pulumi/pulumi/proto/analyzer_pb");
      PolicyNotApplicable.prototype.getPolicyName = () => "somebody-else";`;
    const directory = liar(disguise + ruleThat("args.notApplicable('no')"));
    await assert.rejects(
      withPack(directory, (pack) => pack.analyze(openVault)),
      { code: "PACK_NOT_CREDIBLE", message: "certlock-policies has no rule somebody-else" },
    );
  });

  it("fails when the pack ends before it is asked, and shows its last words", async () => {
    const directory = liar('console.error("no rules today"); process.exit(0);');
    await assert.rejects(
      withPack(directory, () => Promise.resolve()),
      { code: "PACK_DID_NOT_START", message: /ended with 0 before it was asked anything: no rules today/ },
    );
  });

  it("fails when the first line is not a port number", async () => {
    const directory = liar('console.log("ready"); setInterval(() => {}, 1000);');
    await assert.rejects(
      withPack(directory, () => Promise.resolve()),
      { code: "PACK_DID_NOT_START", message: /the first line is not a port number: ready/ },
    );
  });

  it("fails when no port number comes in time", async () => {
    const directory = liar("setInterval(() => {}, 1000);");
    await assert.rejects(startPack({ directory, startTimeout: 300 }), {
      code: "PACK_DID_NOT_START",
      message: /no port number after 300 ms/,
    });
  });

  it("fails when there is no such launcher", async () => {
    await assert.rejects(startPack({ directory: folder, launcher: join(folder, "nothing") }), {
      code: "PACK_DID_NOT_START",
    });
  });

  it("asks about a whole stack", async () => {
    const stackRule = ruleThat("").replace(
      /validateResource:.*/,
      'validateStack: (args, report) => report(args.resources.map(({ name }) => name).join(" and ")),',
    );
    const analysis = await withPack(liar(stackRule), (pack) =>
      pack.analyzeStack([vault, { ...vault, name: "orders" }]),
    );
    assert.deepEqual(analysis.findings, [
      { rule, level: "mandatory", message: "A lie.\nbilling and orders" },
    ]);
  });
});
