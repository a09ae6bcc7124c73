/** The rule about exemptions, in packs that find a file of them beside a stack. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { buildPack, packDirectory, repository, stackResource } from "../harness/compiled-pack";
import { PackOptions, startPack } from "../harness/pack";
import { ResourceInput } from "../harness/wire";
import { change, vault } from "../samples";

const rule = "exemption-current";
const open = change(vault, "properties.networkAcls.defaultAction", "Allow");
const openMessage =
  'Key vault "billing" is open to every network; set "properties.networkAcls.defaultAction" to Deny.';
const day = 24 * 3_600_000;
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString().slice(0, 10);

const exemption = {
  id: "EX-1",
  rule: "vault-network-deny",
  scope: "urn:pulumi:dev::certlock-tenant::azure-native:keyvault:Vault::billing",
  reason: "The build agents have no fixed address yet.",
  owner: "jo@example.org",
  approver: "kim@example.org",
  ticket: "SEC-101",
  expires: inDays(30),
};
const exempted = `advisory vault-network-deny ${openMessage} Exempted by "EX-1" (SEC-101, owner jo@example.org), 31 days left.`;
const refused = `mandatory vault-network-deny ${openMessage}`;

describe(`rule ${rule}`, () => {
  let folder: string;

  before(buildPack);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-exemptions-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: certlock-tenant\n");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** All that a run says: first about each resource, then about the stack. */
  async function run(
    resources: readonly ResourceInput[],
    options: Partial<PackOptions> = {},
    rules: readonly string[] = [rule, "vault-network-deny"],
  ): Promise<string[]> {
    const environment = { CERTLOCK_CALLED_IN: folder };
    const pack = await startPack({ directory: packDirectory, environment, ...options });
    try {
      await pack.configure({});
      const analyses = [];
      for (const resource of [stackResource, ...resources]) analyses.push(await pack.analyze(resource));
      analyses.push(await pack.analyzeStack([stackResource, ...resources]));
      return analyses
        .flatMap(({ findings }) => findings)
        .filter((finding) => rules.includes(finding.rule))
        .map(({ rule: name, level, message }) => `${level} ${name} ${message}`);
    } finally {
      await pack.stop();
    }
  }

  function exemptions(...entries: readonly object[]): void {
    writeFileSync(join(folder, "exemptions.yaml"), stringify({ exemptions: entries }, { lineWidth: 0 }));
  }

  it("has nothing to say where there is no file", async () => {
    assert.deepEqual(await run([open]), [refused]);
  });

  it("lets what is exempted pass as advice, with the days left", async () => {
    exemptions(exemption);
    assert.deepEqual(await run([open]), [exempted]);
  });

  it("counts an exemption as used that a rule about the stack needs, whichever comes first", async () => {
    const audit = "vault-audit-logging";
    exemptions({ ...exemption, rule: audit });
    assert.deepEqual(await run([vault], {}, [rule, audit]), [
      `advisory ${audit} Key vault "billing" keeps no log of who reads it; send category AuditEvent to a workspace. ` +
        `Exempted by "EX-1" (SEC-101, owner jo@example.org), 31 days left.`,
    ]);
  });

  it("refuses an expired exemption and what it was for", async () => {
    exemptions({ ...exemption, expires: inDays(-1) });
    assert.deepEqual(await run([open]), [
      `mandatory ${rule} This run relies on exemption "EX-1", which has expired: mend what it exempts and remove it, or have it approved anew.`,
      refused,
    ]);
  });

  it("refuses an exemption that nothing needs any more", async () => {
    exemptions(exemption, { ...exemption, id: "EX-2", scope: `${exemption.scope}-old` });
    assert.deepEqual(await run([vault]), [
      `mandatory ${rule} This stack has no use for exemption "EX-1": remove it, or correct its rule and scope.`,
      `mandatory ${rule} This stack has no use for exemption "EX-2": remove it, or correct its rule and scope.`,
    ]);
  });

  it("leaves exemptions of other stacks alone", async () => {
    exemptions({ ...exemption, scope: exemption.scope.replace(":dev:", ":prod:") });
    assert.deepEqual(await run([vault]), []);
  });

  it("leaves exemptions alone whose resources this run has not asked about", async () => {
    exemptions(exemption);
    const pack = await startPack({ directory: packDirectory, environment: { CERTLOCK_CALLED_IN: folder } });
    try {
      const { findings } = await pack.analyzeStack([stackResource, open]);
      assert.deepEqual(
        findings.filter((finding) => finding.rule === rule),
        [],
      );
    } finally {
      await pack.stop();
    }
  });

  it("refuses a file that cannot be read, and exempts nothing", async () => {
    writeFileSync(join(folder, "exemptions.yaml"), "exemptions:\n  - id: &anchor EX-1\n");
    assert.deepEqual(await run([open]), [
      `mandatory ${rule} This run relies on a file of exemptions that cannot be read in line 2: this text has to be quoted.`,
      refused,
    ]);
  });

  it("is not about other resources", async () => {
    const pack = await startPack({ directory: packDirectory, environment: {} });
    try {
      await pack.analyze(stackResource);
      assert.ok((await pack.analyze(vault)).notApplicable.includes(rule));
    } finally {
      await pack.stop();
    }
  });

  describe("finds the file", () => {
    it("beside the project when the executable is called below it", async () => {
      exemptions(exemption);
      mkdirSync(join(folder, "app/deep"), { recursive: true });
      const launcher = join(packDirectory, "certlock-policies");
      const called = { directory: join(folder, "app/deep"), launcher, environment: {} };
      assert.deepEqual(await run([open], called), [exempted]);
    });

    it("by the folder of the command line when the pack is a folder", async () => {
      exemptions(exemption);
      assert.deepEqual(await run([open], { environment: { PWD: folder } }), [exempted]);
    });

    it("where the environment says, relative to the caller, in JSON", async () => {
      writeFileSync(join(folder, "ours.json"), JSON.stringify({ exemptions: [exemption] }));
      const environment = { CERTLOCK_CALLED_IN: folder, CERTLOCK_EXEMPTIONS: "ours.json" };
      assert.deepEqual(await run([open], { environment }), [exempted]);
    });

    it("where the settings say, relative to them", async () => {
      mkdirSync(join(folder, "security"));
      writeFileSync(
        join(folder, "security/ours.yml"),
        stringify({ exemptions: [exemption] }, { lineWidth: 0 }),
      );
      writeFileSync(join(folder, "certlock-policies.yaml"), "exemptions: security/ours.yml\n");
      assert.deepEqual(await run([open]), [exempted]);
    });
  });

  describe("has examples that do what they say", () => {
    const page = readFileSync(join(repository, "docs/rules", `${rule}.md`), "utf8");
    const example = (kind: string): string =>
      new RegExp(`\n### ${kind}\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";

    it("the wrong one, for every reason", async () => {
      writeFileSync(join(folder, "exemptions.yaml"), example("Wrong"));
      assert.deepEqual(await run([open]), [
        `mandatory ${rule} This run relies on exemption "EX-1", which has been approved by its own owner.`,
        `mandatory ${rule} This run relies on exemption "EX-1", which has a scope that names no resource: beside stars its last part needs 3 characters.`,
        `mandatory ${rule} This run relies on exemption "EX-1", which ends in more than 90 days.`,
        refused,
      ]);
    });

    it("the right one, with a date of these days", async () => {
      writeFileSync(
        join(folder, "exemptions.yaml"),
        example("Right").replace("2026-12-31", exemption.expires),
      );
      assert.deepEqual(await run([open]), [exempted]);
    });
  });
});
