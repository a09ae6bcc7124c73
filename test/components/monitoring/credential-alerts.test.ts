import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ALERT_IDS, SecretFreeApplication } from "../../../components";
import { alertQuery } from "../../../components/monitoring/alert-query";
import { alertOf } from "../../../components/monitoring/alerts";
import { CHARTS } from "../../../components/monitoring/workbook";
import { judged } from "../judged-by-guard";
import { Recorder, type Registered } from "../recorder";
import { refusal } from "../refusal";
import { APPLICATION, declareAlerts as declare, ON_CALL, VAULT_ID, WORKSPACE } from "./declaration";
import { KustoService } from "./kusto-service";
import { NEWER_LOG_TABLES } from "./log-tables";
import { BILLING, PIPELINE, READER, TENANT } from "./query-values";

const kusto = new KustoService(NEWER_LOG_TABLES);
const RULE = "azure-native:monitor:ScheduledQueryRule";
const SENTINEL = "azure-native:securityinsights:ScheduledAlertRule";
const WITHOUT_GRAPH = ALERT_IDS.filter((id) => id !== "secret-on-graph");
/** What {@link declare} tells the queries. */
const TOLD = {
  homeTenant: TENANT,
  allowedInitiators: [PIPELINE],
  guarded: [BILLING],
  credentials: [
    {
      application: "billing-nightly",
      generation: 2,
      validFrom: "2026-11-21T00:00:00Z",
      validUntil: "2027-03-26T00:00:00Z",
      due: "2027-01-20",
    },
  ],
  vaults: [{ vaultId: VAULT_ID.toLowerCase(), readers: [READER] }],
  graceDays: 7,
};

async function registered(...args: Parameters<typeof declare>) {
  const recorder = await Recorder.start();
  const alerts = declare(...args);
  return { alerts, resources: await recorder.all() };
}

const named = (resources: readonly Registered[], type: string): string[] =>
  resources.filter((one) => one.type === type).map(({ name }) => name);
const queryOf = (resource: Registered | undefined): string =>
  /"query":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(resource?.inputs))?.map((text) => text)[1] ?? "";

describe("CredentialAlerts", function () {
  this.timeout(30_000);

  it("makes a rule for every alert that has what it needs, and a workbook", async () => {
    const { alerts, resources } = await registered();
    assert.deepEqual(named(resources, RULE), WITHOUT_GRAPH.map((id) => `identities-${id}`).sort());
    assert.deepEqual(named(resources, SENTINEL), []);
    assert.deepEqual(named(resources, "azure-native:applicationinsights:Workbook"), ["identities-workbook"]);
    assert.deepEqual(Object.keys(alerts.ruleIds), WITHOUT_GRAPH);
    assert.deepEqual(alerts.leftOut, { "secret-on-graph": "graphActivity is not switched on" });
  });

  it("writes into a rule what the alert and the stack say", async () => {
    const { resources } = await registered({ tags: { team: "identity" } });
    const rule = resources.find(({ name }) => name === "identities-sign-in-elsewhere");
    const alert = alertOf("sign-in-elsewhere");
    assert.deepEqual(rule?.inputs, {
      ruleName: "identities-sign-in-elsewhere",
      resourceGroupName: "rg-identities",
      kind: "LogAlert",
      displayName: alert.title,
      description: `${alert.watches} First: ${alert.firstSteps[0] ?? ""}`,
      severity: 1,
      enabled: true,
      scopes: [WORKSPACE],
      targetResourceTypes: ["Microsoft.OperationalInsights/workspaces"],
      evaluationFrequency: "PT15M",
      windowSize: "PT1H",
      criteria: {
        allOf: [
          {
            query: alertQuery(alert, TOLD),
            timeAggregation: "Count",
            operator: "GreaterThan",
            threshold: 0,
            dimensions: [
              { name: "Application", operator: "Include", values: ["*"] },
              { name: "IPAddress", operator: "Include", values: ["*"] },
            ],
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          },
        ],
      },
      autoMitigate: true,
      skipQueryValidation: true,
      actions: { actionGroups: [ON_CALL], customProperties: { alert: "sign-in-elsewhere" } },
      tags: { team: "identity" },
    });
    assert.match(queryOf(rule), /dynamic\(\[\\"2001:db8::\/32\\"\]\)/);
  });

  it("leaves out what lacks something, and what is switched off, and says so", async () => {
    const { alerts, resources } = await registered({
      applications: { job: { application: { ...APPLICATION, certificate: undefined } } },
      vaults: { billing: { vaultId: VAULT_ID } },
      alerts: { "policy-changed": false },
      workbook: false,
      graphActivity: true,
    });
    const certificates = "no application has a certificate that this deployment renews";
    assert.deepEqual(alerts.leftOut, {
      "policy-changed": "switched off",
      "sign-in-elsewhere": "no application has networks",
      "credential-expiring-90": certificates,
      "credential-expiring-30": certificates,
      "credential-expiring-7": certificates,
      "rotation-overdue": certificates,
      "vault-reader-unexpected": "no vault has readers",
    });
    assert.equal(named(resources, RULE).length, ALERT_IDS.length - 7);
    assert.equal(alerts.workbookId, undefined);
    const bare = await registered({ applications: {}, vaults: {} });
    assert.deepEqual(
      Object.entries(bare.alerts.leftOut)
        .filter(([, reason]) => /^no (application|vault) is named$/.test(reason))
        .map(([id]) => id),
      ["owner-added", "sign-in-blocked", "vault-access-denied"],
    );
  });

  it("trusts no date of a certificate that something else renews", async () => {
    const { alerts } = await registered({
      applications: { job: { application: APPLICATION, renewedBy: "elsewhere" } },
    });
    assert.ok(alerts.leftOut["rotation-overdue"] !== undefined);
  });

  it("switches on the audit log of a vault that was made elsewhere, and of no other", async () => {
    const { resources } = await registered({
      vaults: { old: { vaultId: VAULT_ID, log: true }, own: { vaultId: `${VAULT_ID}-2` } },
    });
    const logs = resources.filter(({ type }) => type === "azure-native:monitor:DiagnosticSetting");
    assert.deepEqual(
      logs.map(({ name, inputs }) => [name, inputs["resourceUri"], inputs["workspaceId"]]),
      [["identities-old-audit-log", VAULT_ID, WORKSPACE]],
    );
    assert.deepEqual(await refusal(() => declare({ vaults: { a: { vaultId: VAULT_ID, log: "yes" } } })), [
      'vaults["a"].log wrong-type',
    ]);
  });

  it("tunes an alert", async () => {
    const { resources } = await registered({
      alerts: { "sign-in-blocked": { severity: 0, every: 5, window: 2880, moreThan: 3 } },
    });
    const rule = resources.find(({ name }) => name === "identities-sign-in-blocked");
    const { severity, evaluationFrequency, windowSize } = rule?.inputs ?? {};
    assert.deepEqual([severity, evaluationFrequency, windowSize], [0, "PT5M", "P2D"]);
    assert.match(queryOf(rule), /let MoreThan = 3;.*where SignIns > MoreThan"$/);
  });

  it("makes rules in Sentinel beside the others, or in their place", async () => {
    const also = await registered({ sentinel: "also" });
    assert.equal(named(also.resources, RULE).length, WITHOUT_GRAPH.length);
    assert.deepEqual(
      named(also.resources, SENTINEL),
      WITHOUT_GRAPH.map((id) => `identities-${id}-sentinel`).sort(),
    );
    const only = await registered({ sentinel: "only", actionGroupIds: [] });
    assert.deepEqual(named(only.resources, RULE), []);
    const rule = only.resources.find(({ name }) => name === "identities-secret-added-sentinel");
    const { query, description, ruleId, ...others } = rule?.inputs ?? {};
    assert.equal(query, alertQuery(alertOf("secret-added"), TOLD));
    assert.match(String(description), /^A client secret is new .*\n- Ask the initiator\./);
    assert.match(String(ruleId), /^[0-9a-f-]{36}$/);
    assert.deepEqual(others, {
      resourceGroupName: "rg-central",
      workspaceName: "log-central",
      kind: "Scheduled",
      displayName: "A client secret was added",
      severity: "High",
      enabled: true,
      queryFrequency: "PT15M",
      queryPeriod: "PT1H",
      triggerOperator: "GreaterThan",
      triggerThreshold: 0,
      suppressionEnabled: false,
      suppressionDuration: "PT5H",
      eventGroupingSettings: { aggregationKind: "AlertPerResult" },
      incidentConfiguration: {
        createIncident: true,
        groupingConfiguration: {
          enabled: true,
          reopenClosedIncident: false,
          lookbackDuration: "P1D",
          matchingMethod: "AllEntities",
        },
      },
      tactics: ["Persistence", "CredentialAccess"],
      techniques: ["T1098", "T1528"],
      entityMappings: [
        { entityType: "Account", fieldMappings: [{ identifier: "AadUserId", columnName: "InitiatorId" }] },
        { entityType: "IP", fieldMappings: [{ identifier: "Address", columnName: "InitiatorAddress" }] },
        { entityType: "CloudApplication", fieldMappings: [{ identifier: "Name", columnName: "TargetName" }] },
      ],
      customDetails: { TargetId: "TargetId", KeyId: "KeyId" },
    });
  });

  it("takes an application of the stack as it is", async () => {
    const recorder = await Recorder.start();
    const billing = new SecretFreeApplication("billing-nightly", {
      description: "Nightly billing run",
      owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
      now: new Date("2026-11-30T12:00:00Z"),
      certificate: { rotation: { epoch: "2026-11-21" } },
    });
    const alerts = declare({ applications: { "billing-nightly": { application: billing } } });
    const resources = await recorder.all();
    assert.deepEqual(Object.keys(alerts.leftOut), ["secret-on-graph", "sign-in-elsewhere"]);
    const query = queryOf(resources.find(({ name }) => name === "identities-rotation-overdue"));
    const valid = await valueOf(billing.certificate?.validUntil ?? pulumi.output(""));
    assert.ok(query.includes(`1, datetime(`) && query.includes(`datetime(${valid})`), query);
    assert.ok(query.includes("datetime(2027-01-20T00:00:00Z)"), query);
  });

  it("knows in a preview all queries but those about a certificate that is not issued yet", async () => {
    const recorder = await Recorder.start("certlock-tenant", true);
    const certificate = { ...APPLICATION.certificate, validUntil: pulumi.output(pulumi.unknown) };
    declare({
      applications: { job: { application: { ...APPLICATION, certificate }, networks: ["198.51.100.0/24"] } },
    });
    const rules = (await recorder.all()).filter(({ type }) => type === RULE);
    const unknown = rules
      .filter((rule) => !JSON.stringify(rule.inputs).includes("| "))
      .map(({ name }) => name);
    assert.deepEqual(
      unknown,
      WITHOUT_GRAPH.filter((id) => (alertOf(id).parameters as readonly string[]).includes("Credentials"))
        .map((id) => `identities-${id}`)
        .sort(),
    );
  });

  it("shows in the workbook every chart, with queries that bind", async () => {
    const { resources } = await registered();
    const workbook = resources.find(({ name }) => name === "identities-workbook");
    const { serializedData, ...others } = workbook?.inputs ?? {};
    assert.match(String(others["resourceName"]), /^[0-9a-f-]{36}$/);
    assert.equal(others["sourceId"], WORKSPACE);
    const page = JSON.parse(String(serializedData)) as {
      readonly items: readonly { readonly type: number; readonly content: { readonly query?: string } }[];
      readonly fallbackResourceIds: readonly string[];
    };
    assert.deepEqual(page.fallbackResourceIds, [WORKSPACE]);
    const queries = page.items.flatMap(({ type, content }) => (type === 3 ? [content.query ?? ""] : []));
    assert.deepEqual(
      queries,
      CHARTS.map((chart) => alertQuery(chart, TOLD)),
    );
    assert.deepEqual(
      queries.flatMap((query) => kusto.problems(query)),
      [],
    );
  });

  it("is nothing the guard objects to", async () => {
    const { resources } = await registered({ sentinel: "also", graphActivity: true });
    assert.deepEqual(await judged(resources, [""]), []);
  });

  it("keeps hostile names of applications inside their query", async () => {
    const names = ['"; AuditLogs | take 1 //', "a\\", "${x}'`"];
    const { resources } = await registered({
      applications: Object.fromEntries(
        names.map((name) => [name, { application: APPLICATION, networks: ["198.51.100.0/24"] }]),
      ),
    });
    const queries = resources
      .filter(({ type }) => type === RULE)
      .map((rule) => JSON.parse(queryOf(rule)) as string);
    assert.equal(queries.length, WITHOUT_GRAPH.length);
    assert.deepEqual(
      queries.flatMap((query) => kusto.problems(query)),
      [],
    );
  });
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
