/** `certlock check` as a process, on the real engine, over programs of many kinds. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { engineFor } from "../../engine/engine";
import {
  certlock,
  checked,
  ended,
  findings,
  notEvaluated,
  PROGRAMS,
  ROOT,
  start,
  TemporaryFolder,
} from "./certlock-process";

describe("certlock check", function () {
  this.timeout(180_000);
  let temporary: TemporaryFolder;
  before(async function () {
    await engineFor(this);
    temporary = new TemporaryFolder();
  });
  afterEach(() => {
    assert.deepEqual(temporary.names, [], "left behind in the folder of temporary files");
  });
  after(() => {
    temporary.remove();
  });
  const here = () => ({ environment: { TMPDIR: temporary.path } });

  it("passes a program without anything to complain about", async () => {
    const { code, report, stderr } = await checked("clean", here());
    assert.deepEqual(
      { code, findings: findings(report), notEvaluated: notEvaluated(report) },
      { code: 0, findings: [], notEvaluated: [] },
    );
    assert.equal(report.preview.state, "ok");
    assert.deepEqual(
      report.packs.map(({ name }) => name),
      ["certlock-policies"],
    );
    assert.equal(stderr, "");
  });

  it("blocks a client secret, and says in which line of which module it is made", async () => {
    const { code, report } = await checked("with-secret", here());
    assert.equal(code, 2);
    assert.deepEqual(findings(report), [
      "advisory application-description legacy",
      "advisory application-owners legacy",
      "advisory no-client-secret-flow with-secret-check",
      "mandatory no-client-secret-resource legacy-secret",
    ]);
    const [worst] = report.findings;
    assert.deepEqual(worst?.source, { file: "test/cli/programs/with-secret/infra/apps/legacy.ts", line: 5 });
  });

  it("takes a project from within one of its folders", async () => {
    const { code } = await checked(".", {
      ...here(),
      cwd: join(ROOT, "test/cli/programs/with-secret/infra/apps"),
    });
    assert.equal(code, 2);
  });

  it("runs JavaScript that has been compiled, with the options of Pulumi.yaml", async () => {
    const { code, report } = await checked("compiled", here());
    assert.equal(code, 2);
    assert.deepEqual(findings(report), ["mandatory no-client-secret-resource compiled-secret"]);
  });

  it("runs an ES module in TypeScript that waits for a cloud function at its top", async () => {
    const { code, report } = await checked("ecmascript", here());
    assert.equal(code, 0);
    assert.deepEqual(findings(report), [
      "advisory application-credential-declared modern",
      "advisory application-owners modern",
    ]);
    assert.deepEqual(notEvaluated(report), ["getClientConfig azuread:index/getClientConfig:getClientConfig"]);
  });

  it("blocks a program that ends with an error, tells the error, and keeps what it has found", async () => {
    const { code, report, stderr } = await checked("crashing", here());
    assert.equal(code, 2);
    assert.equal(report.preview.state, "failed");
    assert.match(stderr, /Error: the list of applications is empty\n\s+at .*crashing\/index\.ts:4/);
    assert.doesNotMatch(stderr, /\u001b\[/);
  });

  it("answers what only a cloud could, goes on, and lists all of it", async () => {
    const { code, report, stderr } = await checked("asking", here());
    assert.equal(code, 0, stderr);
    assert.deepEqual(findings(report), ["advisory application-privileged-role reads-users"]);
    assert.deepEqual(notEvaluated(report), [
      "contoso/network/prod pulumi:pulumi:StackReference",
      "existing azuread:index/application:Application",
      "getClientConfig azuread:index/getClientConfig:getClientConfig",
      "getServicePrincipal azuread:index/getServicePrincipal:getServicePrincipal",
      "getVault azure-native:keyvault:getVault",
      "landscape contoso:index:Landscape",
      "reads-users appRoleId",
      "taken-over fabrikam:index/thing:Thing",
    ]);
    assert.equal(stderr, "Once more, with a stand-in for the provider fabrikam.\n");
  });

  it("runs packs beside its own, and follows settings and exemptions that lie beside the stack", async () => {
    const folder = join(PROGRAMS, "with-settings");
    const exemptions = join(folder, "exemptions.yaml");
    const expires = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    writeFileSync(
      exemptions,
      stringify({
        exemptions: [
          {
            id: "EX-1",
            rule: "vault-network-deny",
            scope: "urn:pulumi:check::with-settings::azure-native:keyvault:Vault::orders",
            reason: "Moves behind its firewall with the next release.",
            owner: "ada@contoso.example",
            approver: "grace@contoso.example",
            ticket: "SEC-1",
            expires,
          },
        ],
      }),
    );
    try {
      const pack = join(ROOT, "test/cli/packs/company");
      const { code, report, stderr } = await checked("with-settings", {
        ...here(),
        args: ["--policy-pack", pack],
      });
      assert.equal(code, 2, stderr);
      assert.deepEqual(findings(report), [
        "advisory application-credential-declared app",
        "advisory vault-audit-logging orders",
        "advisory vault-network-deny orders",
        "mandatory application-owners app",
        "mandatory company-prefix app",
      ]);
      assert.deepEqual(
        report.packs.map(({ name, version }) => [name, version]),
        [
          ["certlock-policies", "0.1.0"],
          ["company", "1.2.3"],
        ],
      );
      assert.deepEqual(
        report.exemptions.map(({ id, used, daysLeft }) => ({ id, used, daysLeft })),
        [{ id: "EX-1", used: true, daysLeft: 11 }],
      );
    } finally {
      rmSync(exemptions, { force: true });
    }
  });

  it("asks about every resource of a large stack", async () => {
    const { code, report } = await checked("many", here());
    assert.equal(code, 0);
    assert.equal(
      report.findings.filter(({ rule }) => rule === "application-credential-declared").length,
      150,
    );
    assert.equal(report.findings.length, 150);
  });

  it("fails what could not be evaluated with exit code 3, and only with --strict", async () => {
    const { code } = await checked("ecmascript", { ...here(), args: ["--strict"] });
    assert.equal(code, 3);
  });

  it("says in one sentence that a language cannot be run", async () => {
    const { code, stdout, stderr } = await certlock(["check", "python"], here());
    assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
    assert.match(stderr, /^LANGUAGE_MISSING: python is written for the runtime "python", [^\n]+\n$/);
  });

  it("ends at once on an interruption, with the program that would never have ended", async () => {
    const child = start(["check", "endless"], here());
    const end = ended(child);
    const pid = await programOf(temporary, child.pid ?? 0);
    child.kill("SIGINT");
    const { code, stdout } = await end;
    assert.deepEqual({ code, stdout }, { code: 130, stdout: "" });
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });

  it("goes on for a reader that has seen enough", async () => {
    const child = start(["check", "with-secret"], here());
    child.stdout?.destroy();
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 2);
  });
});

/** Process id of the program that a check has started, as soon as it runs the program's own code. */
async function programOf(temporary: TemporaryFolder, certlockPid: number): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${certlockPid}/task/${certlockPid}/children`, "utf8")
      .trim()
      .split(" ");
    for (const pid of children.filter((text) => text !== "")) {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (command.includes("cmd/run") && temporary.names.length > 0) return Number(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
