/** All that watches credentials, on the real engine: made, left alone, changed by hand, put back, given up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ALERT_IDS } from "../../components";
import { dateOf, dayOf } from "../../components/calendar";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { KustoService } from "../components/monitoring/kusto-service";
import { NEWER_LOG_TABLES } from "../components/monitoring/log-tables";
import { Deployment, PACK } from "./deployment";
import { engineFor } from "./engine";

const DAY_MS = 86_400_000;
const WEBHOOK = "https://hooks.contoso.com/tickets?code=canary-webhook-71d4";
const TEAMS = "https://teams.contoso.com/workflows/1?sig=canary-teams-8c05";
/** All but the one about calls of Graph, which was not asked for. */
const RULES = ALERT_IDS.filter((id) => id !== "secret-on-graph").map((id) => `identities-${id}`);

describe("all that watches credentials, on the real engine", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  const now = new Date();
  const said: string[] = [];

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("is made with nothing to object to, and every rule asks what can be asked", async () => {
    heard(await (await open()).up());
    const { monitoring } = deployment.sandbox.tenant.vaults;
    assert.deepEqual(namesOf("alertRule"), [...RULES].sort());
    assert.equal(namesOf("analyticsRule").length, RULES.length);
    assert.deepEqual(
      [namesOf("workspace"), namesOf("actionGroup"), namesOf("workflow"), namesOf("tenantLog")],
      [["log-identities"], ["identities-credentials"], ["identities-teams"], []],
    );
    assert.equal(namesOf("workbook").length, 1);
    const kusto = new KustoService(NEWER_LOG_TABLES);
    for (const { name, properties } of monitoring.all("alertRule")) {
      const [, query = ""] = /"query":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(properties)) ?? [];
      assert.deepEqual(kusto.problems(JSON.parse(query) as string), [], name);
    }
    // The dates are those of the certificates there are, whoever made their keys.
    const overdue = JSON.stringify(monitoring.get(idOf("identities-rotation-overdue"))?.properties);
    const due = dateOf(dayOf(now) + 60);
    assert.equal(overdue.split(`datetime(${due}T00:00:00Z)`).length, 3, overdue);
  });

  it("hears of the end of every key, wherever it was born", () => {
    // Half a year ahead, the first announcement of every certificate there is has gone out.
    const later = new Date(now.getTime() + 180 * DAY_MS);
    const announced = (vault: string): string[] =>
      deployment.sandbox.tenant.vaults.events
        .announcedBy(vaultId(vault), later)
        .map(({ type, subject }) => `${type.replace("Microsoft.KeyVault.", "")} ${subject}`)
        .filter((each) => each.includes("NearExpiry"));
    assert.deepEqual(announced("kv-billing"), ["SecretNearExpiry billing"]);
    assert.ok(
      announced("kv-identities").includes("CertificateNearExpiry ledger"),
      announced("kv-identities").join(),
    );
  });

  it("stays as it is while nothing changes, also after a look at the cloud", async () => {
    assert.deepEqual(heard(await (await open()).preview()).changes, {});
    heard(await (await open()).refresh());
    assert.deepEqual(heard(await (await open()).preview()).changes, {});
  });

  it("puts back what was switched off and what was deleted by hand, and changes what is told to", async () => {
    const { monitoring } = deployment.sandbox.tenant.vaults;
    const rule = monitoring.get(idOf("identities-secret-added")) ?? assert.fail("there is no rule");
    monitoring.put({ ...rule, properties: { ...rule.properties, enabled: false } });
    monitoring.delete(idOf("identities-owner-added"));
    heard(await (await open()).refresh());
    // The third and the fourth are the rule that is told to be louder, and its twin in Sentinel.
    assert.deepEqual(heard(await (await open({ loud: true })).up()).changes, { create: 1, update: 3 });
    assert.equal(monitoring.get(rule.id)?.properties["enabled"], true);
    assert.equal(monitoring.get(idOf("identities-policy-changed"))?.properties["severity"], 1);
  });

  it("cannot switch on the logs of the tenant where Entra lets no pipeline, and can where it does", async () => {
    const refused = await (await open({ loud: true, tenantLog: true })).up();
    said.push(refused.output);
    assert.equal(refused.ok, false);
    assert.match(refused.output, /Status=403 Code="AuthorizationFailed"/);
    const { monitoring } = deployment.sandbox.tenant.vaults;
    monitoring.tenantLogsWritable = true;
    assert.deepEqual(heard(await (await open({ loud: true, tenantLog: true })).up()).changes, { create: 1 });
    assert.deepEqual(namesOf("tenantLog"), ["certlock"]);
  });

  it("goes without leaving anything behind", async () => {
    said.push(JSON.stringify(await (await open({ loud: true, tenantLog: true })).exportState()));
    heard(await (await open({ loud: true, tenantLog: true })).destroy());
    const types = [
      "actionGroup",
      "alertRule",
      "analyticsRule",
      "tenantLog",
      "workbook",
      "workflow",
      "workspace",
    ];
    assert.deepEqual(
      types.flatMap((type) => namesOf(type as Parameters<typeof namesOf>[0])),
      [],
    );
  });

  it("never shows an address that opens something", () => {
    assert.ok(said.join("").length > 10_000);
    assert.doesNotMatch(said.join("\n"), /canary-|sig=[\w-]{20}/);
  });

  function open(config: Readonly<Record<string, unknown>> = {}): Promise<StackSession> {
    const named = {
      now: now.toISOString(),
      epoch: dateOf(dayOf(now)),
      webhook: WEBHOOK,
      teams: TEAMS,
      ...config,
    };
    return deployment.open({
      program: join(__dirname, "monitoring-program.ts"),
      policyPacks: [PACK],
      config: Object.fromEntries(
        Object.entries(named).map(([key, value]) => [`certlock-tenant:${key}`, value]),
      ),
    });
  }

  function heard(outcome: Outcome): Outcome {
    said.push(JSON.stringify(outcome));
    assert.ok(outcome.ok, outcome.output);
    assert.deepEqual(
      outcome.findings.filter(({ level, rule }) => level === "mandatory" && rule !== "vault-secret-metadata"),
      [],
    );
    return outcome;
  }

  function namesOf(type: Parameters<typeof deployment.sandbox.tenant.vaults.monitoring.all>[0]): string[] {
    return deployment.sandbox.tenant.vaults.monitoring.all(type).map(({ name }) => name);
  }

  function idOf(rule: string): string {
    const group = deployment.sandbox.tenant.vaults.resourceGroupId("rg-identities");
    return `${group}/providers/Microsoft.Insights/scheduledQueryRules/${rule}`;
  }

  function vaultId(name: string): string {
    return deployment.sandbox.tenant.vaults.vaultId("rg-identities", name);
  }
});
