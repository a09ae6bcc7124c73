/** A certificate somebody still signs in with is not removed: by Graph, by exported files, and by exemption. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Plan } from "../../../cli/rotation/plan";
import { parseSignIns } from "../../../cli/rotation/evidence";
import { startSandbox } from "../../../sandbox/index";
import { certlock, type Ended } from "../check/certlock-process";
import { grantToDeployer } from "../../sandbox/providers/azuread/grant-to-deployer";
import { recordedState } from "./recorded";

/** The run of this day makes generation 3 and removes generation 1. */
const NOW = "2027-03-21";
const CREDENTIAL =
  "urn:pulumi:prod::identities::certlock:components:SecretFreeApplication$azuread:index/applicationCertificate:ApplicationCertificate::billing-nightly-credential-g1";

interface Recorded {
  readonly deployment: {
    readonly resources: readonly {
      readonly urn: string;
      readonly outputs?: { readonly keyId?: string; readonly clientId?: string };
    }[];
  };
}

const recorded = JSON.parse(recordedState("day-60")) as Recorded;

/** Without the identity whose certificate is replaced by hand: that one is due in these days. */
function stateOfOne(): string {
  const resources = recorded.deployment.resources.filter(({ urn }) => !urn.includes("partner-upload"));
  return JSON.stringify({ ...recorded, deployment: { ...recorded.deployment, resources } });
}

/** As the state has it. */
function keyIdOf(name: string): string {
  const found = recorded.deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`));
  return found?.outputs?.keyId ?? assert.fail(`no ${name}`);
}

function clientIdOf(name: string): string {
  const { resources } = recorded.deployment;
  const found = resources.find(({ urn }) => urn.endsWith(`SecretFreeApplication::${name}`));
  return found?.outputs?.clientId ?? assert.fail(`no ${name}`);
}

const [OLD, CURRENT] = [keyIdOf("billing-nightly-credential-g1"), keyIdOf("billing-nightly-credential-g2")];

describe("the evidence gate of the rotation plan", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-evidence-"));
    writeFileSync(join(folder, "state.json"), stateOfOne());
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function plan(
    ...args: readonly string[]
  ): Promise<Ended & { readonly evidence: NonNullable<Plan["evidence"]> }> {
    const all = ["rotation", "plan", "--state", "state.json", "--now", NOW, "--format", "json", ...args];
    const ended = await certlock(all, { cwd: folder });
    assert.notEqual(ended.stdout, "", ended.stderr);
    const { evidence } = JSON.parse(ended.stdout) as Plan;
    return { ...ended, evidence: evidence ?? assert.fail("no evidence") };
  }

  function file(name: string, content: unknown): string {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return name;
  }

  const graphRows = (old: string) => [
    {
      id: "x",
      keyId: OLD,
      appId: "0a0e0000-0000-4000-8000-000000000001",
      // When the credential was made is no sign-in.
      createdDateTime: "2027-03-20T00:00:00Z",
      expirationDateTime: "2027-03-26T05:00:00Z",
      signInActivity: { lastSignInDateTime: old, lastSuccessfulSignInDateTime: "2027-01-02T00:00:00Z" },
    },
    { keyId: CURRENT.toUpperCase(), signInActivity: { lastSignInDateTime: "2027-03-20T22:00:00Z" } },
  ];

  it("blocks the run that would remove a certificate seen within the days, and names it with the day", async () => {
    const path = file("seen.json", { value: graphRows("2027-03-02T03:00:00Z") });
    const { code, evidence, stdout } = await plan("--evidence", path);
    assert.equal(code, 2);
    assert.deepEqual(evidence, {
      source: "file",
      seenWithinDays: 30,
      nextRun: NOW,
      credentials: 2,
      newest: "2027-03-20T22:00:00.000Z",
      retired: ["billing-nightly g1"],
      inUse: [
        {
          identity: "billing-nightly",
          generation: 1,
          keyId: OLD,
          urn: CREDENTIAL,
          lastSignIn: "2027-03-02T03:00:00.000Z",
          daysAgo: 19,
        },
      ],
      undecided: [],
      exemptionProblems: [],
    });
    const { sentence, summary } = JSON.parse(stdout) as Plan;
    assert.equal(
      sentence,
      "billing-nightly: the run of 2027-03-21 would remove g1, and somebody signed in with it on 2027-03-02.",
    );
    assert.equal(summary.blocked, 1);
  });

  it("lets it go when it was not seen for long enough, at the edge and one step either side", async () => {
    const path = file("seen.json", { value: graphRows("2027-03-02T03:00:00Z") });
    assert.deepEqual(
      await Promise.all(
        ["18", "19", "20d"].map(async (days) => (await plan("--evidence", path, "--seen-within", days)).code),
      ),
      [0, 2, 2],
    );
  });

  it("does not block a run that removes nothing, whoever signs in", async () => {
    const path = file("seen.json", graphRows("2027-03-19T03:00:00Z"));
    const { code, evidence } = await plan("--evidence", path, "--now", "2027-03-19");
    assert.deepEqual([code, evidence.retired, evidence.inUse], [0, [], []]);
  });

  it("as a gate stops for what is in use alone: not for being late, an end that has come, or a withdrawal", async () => {
    const gate = (...args: readonly string[]) => plan("--fail-on", "in-use", "--evidence", ...args);
    const path = file("seen.json", { value: graphRows("2027-03-20T03:00:00Z") });
    assert.equal((await gate(path)).code, 2);
    // Five days late, and nothing is removed that anybody uses.
    const idle = file("idle.json", { value: graphRows("2027-01-20T03:00:00Z") });
    assert.equal((await plan("--evidence", idle, "--now", "2027-03-26")).code, 2);
    assert.equal((await gate(idle, "--now", "2027-03-26")).code, 0);
    const ended = await gate(path, "--now", "2027-03-26");
    assert.deepEqual([ended.code, ended.evidence.retired], [0, []]);
    const withdrawing = stateOfOne().replace(
      /("terms":\[)(\{[^}]*\})/,
      '$1$2,{"from":"2027-03-21","first":4,"periodDays":60,"validityDays":125,"keyBits":3072,"withdraws":true}',
    );
    writeFileSync(join(folder, "withdrawing.json"), withdrawing);
    const gone = await gate(path, "--state", "withdrawing.json");
    assert.deepEqual(
      [gone.code, gone.evidence.inUse.map(({ generation, withdrawn }) => [generation, withdrawn])],
      [
        0,
        [
          [1, true],
          [2, true],
        ],
      ],
    );
    const without = await certlock(["rotation", "plan", "--state", "state.json", "--fail-on", "in-use"], {
      cwd: folder,
    });
    assert.deepEqual(
      [without.code, without.stderr],
      [1, "PLAN_SOURCES: --fail-on in-use needs --evidence: a file, or graph.\n"],
    );
  });

  it("reads what Log Analytics answers: rows, tables, and the log itself", () => {
    const moment = new Date("2027-03-02T03:00:00Z");
    const at = moment.toISOString();
    const rows = [{ ServicePrincipalCredentialKeyId: OLD, LastSignIn: at }];
    const columns = [{ name: "AppId" }, { name: "LastSignIn" }, { name: "ServicePrincipalCredentialKeyId" }];
    const log = [
      { ServicePrincipalCredentialKeyId: OLD, TimeGenerated: "2027-01-02T03:00:00Z" },
      { ServicePrincipalCredentialKeyId: OLD, TimeGenerated: at },
      { ServicePrincipalCredentialKeyId: "", TimeGenerated: "2027-03-09T03:00:00Z" },
    ];
    for (const given of [rows, { tables: [{ columns, rows: [["a", at, OLD]] }] }, log])
      assert.deepEqual([...(parseSignIns(JSON.stringify(given)) ?? [])], [[OLD, moment]]);
    // A credential that nobody has used was made some day, and that is no sign-in.
    const unused = { keyId: OLD, createdDateTime: at, signInActivity: null };
    assert.deepEqual([...(parseSignIns(JSON.stringify({ value: [unused] })) ?? [])], []);
    for (const nothing of ["", "{}", '"text"', "[", '{"value":1}', '{"tables":[{"columns":1}]}'])
      assert.equal(parseSignIns(nothing), undefined, nothing);
  });

  it("is incomplete where the evidence proves nothing: empty, old, or no file of sign-ins", async () => {
    const empty = await plan("--evidence", file("empty.json", { value: [] }));
    assert.deepEqual(
      [empty.code, empty.evidence.undecided],
      [3, ["The evidence tells of no sign-in at all, so it does not show that what is removed is unused."]],
    );
    const old = await plan(
      "--evidence",
      file("old.json", [{ keyId: CURRENT, lastSignIn: "2027-01-20T03:00:00Z" }]),
    );
    assert.deepEqual(
      [old.code, old.evidence.undecided],
      [3, ["The newest sign-in of the evidence is 60 days old, so it says nothing of the last 30."]],
    );
    const args = ["rotation", "plan", "--state", "state.json", "--now", NOW, "--evidence"];
    const strange = await certlock([...args, file("strange.json", { a: 1 })], { cwd: folder });
    assert.deepEqual([strange.code, strange.stdout], [3, ""]);
    assert.match(
      strange.stderr,
      /^EVIDENCE_UNREADABLE: strange\.json holds no sign-ins: give the answer of Graph's/,
    );
    const missing = await certlock([...args, "nowhere.json"], { cwd: folder });
    assert.deepEqual(
      [missing.code, missing.stderr],
      [1, "FILE_UNREADABLE: nowhere.json cannot be read (--evidence).\n"],
    );
  });

  describe("with exemptions", () => {
    const entry = {
      id: "EX-7",
      rule: "credential-in-use",
      scope: CREDENTIAL.replace("credential-g1", "credential-*"),
      reason: "The printer in the annex is switched off on 1 April.",
      owner: "ada@contoso.example",
      approver: "grace@contoso.example",
      ticket: "SEC-7",
      expires: "2027-04-01",
    };

    async function withExemption(change: object, now = NOW) {
      file("exemptions.json", { exemptions: [{ ...entry, ...change }] });
      const path = file("seen.json", { value: graphRows("2027-03-15T03:00:00Z") });
      const { code, evidence } = await plan(
        "--evidence",
        path,
        "--exemptions",
        "exemptions.json",
        "--now",
        now,
      );
      return { code, by: evidence.inUse[0]?.exemption, problems: evidence.exemptionProblems };
    }

    it("lets it go, by URN and by application, and says whose exemption it is", async () => {
      assert.deepEqual(await withExemption({}), { code: 0, by: "EX-7", problems: [] });
      const own = await withExemption({ scope: clientIdOf("billing-nightly") });
      const other = await withExemption({ scope: clientIdOf("partner-upload") });
      assert.deepEqual([own.code, own.by, other.code, other.by], [0, "EX-7", 2, undefined]);
    });

    it("is beside the project where none is named", async () => {
      writeFileSync(join(folder, "exemptions.yaml"), stringify({ exemptions: [entry] }, { lineWidth: 0 }));
      try {
        const { code } = await plan("--evidence", file("seen.json", graphRows("2027-03-15T03:00:00Z")));
        assert.equal(code, 0);
      } finally {
        rmSync(join(folder, "exemptions.yaml"));
      }
    });

    it("is for nothing when it has expired, is approved by its owner, is for another rule or another certificate", async () => {
      for (const [change, problem] of [
        [{ expires: "2027-03-20" }, /has expired/],
        [{ expires: "2027-07-01" }, /ends in more than 90 days/],
        [{ approver: "Ada@contoso.example" }, /approved by its own owner/],
        [{ reason: "" }, /has no "reason"/],
        [{ rule: "credential-in-us" }, /did you mean "credential-in-use"/],
        [{ rule: "vault-network-deny" }, undefined],
        [{ scope: CREDENTIAL.replace("credential-g1", "credential-g2") }, undefined],
      ] as const) {
        const { code, by, problems } = await withExemption(change);
        assert.deepEqual([code, by], [2, undefined], JSON.stringify(change));
        if (problem === undefined) assert.deepEqual(problems, []);
        else assert.match(problems.join(), problem);
      }
    });
  });

  describe("from Microsoft Graph", () => {
    it("reads the report of credential activity, and says which permission is missing", async () => {
      // The process signs in by the machine's clock; the sign-ins of others are of the days of the plan.
      const days = (count: number) =>
        new Date(Date.parse(`${NOW}T05:00:00Z`) - count * 86_400_000).toISOString();
      const sandbox = await startSandbox({
        clock: () => new Date(),
        seed: {
          applications: [{ displayName: "billing-nightly", certificates: [{ displayName: "g1" }] }],
          signIns: [
            {
              application: "billing-nightly",
              clientCredentialType: "certificate",
              createdDateTime: days(40),
            },
            { application: "billing-nightly", clientCredentialType: "certificate", createdDateTime: days(4) },
          ],
        },
      });
      try {
        const seeded = sandbox.tenant.signIns[0]?.servicePrincipalCredentialKeyId ?? assert.fail();
        writeFileSync(join(folder, "state-of-graph.json"), stateOfOne().replaceAll(OLD, seeded));
        const args = ["rotation", "plan", "--state", "state-of-graph.json", "--now", NOW];
        const ask = () =>
          certlock([...args, "--format", "json", "--evidence", "graph"], {
            cwd: folder,
            environment: sandbox.environment(),
          });
        const refused = await ask();
        assert.deepEqual([refused.code, refused.stdout], [3, ""]);
        assert.match(refused.stderr, /^EVIDENCE_UNREADABLE: Graph gave no sign-ins: .*AuditLog\.Read\.All/);
        grantToDeployer(sandbox.tenant, "AuditLog.Read.All");
        const { code, stdout, stderr } = await ask();
        assert.equal(code, 2, stderr);
        const { evidence } = JSON.parse(stdout) as Plan;
        assert.deepEqual(
          evidence?.inUse.map(({ keyId, lastSignIn, daysAgo }) => [keyId, lastSignIn, daysAgo]),
          [[seeded, days(4), 4]],
        );
        assert.equal(evidence.source, "graph");
      } finally {
        await sandbox.close();
      }
    });
  });
});
