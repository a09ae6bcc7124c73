import assert from "node:assert/strict";
import { Secret, type PropertyMap } from "../../../../sandbox/providers/property-values";
import { plain, ProviderSession } from "../provider-session";

const WORKSPACE = "azure-native:operationalinsights:Workspace";
const TENANT_LOG = "azure-native:aadiam:DiagnosticSetting";
const GROUP = "azure-native:monitor:ActionGroup";
const RULE = "azure-native:monitor:ScheduledQueryRule";
const SENTINEL = "azure-native:securityinsights:ScheduledAlertRule";
const WORKBOOK = "azure-native:applicationinsights:Workbook";
const WORKFLOW = "azure-native:logic:Workflow";
const GUID = "5b9c1a52-6d0e-4f0b-9a3e-2f1f6f0c7d11";

describe("azure-native for monitoring", () => {
  let session: ProviderSession;
  beforeEach(async () => {
    session = await ProviderSession.open({ clock: () => new Date("2026-11-30T12:00:00Z") });
    const group = { resourceGroupName: "identity", location: "westeurope" };
    await session.create("azure-native:resources:ResourceGroup", group);
  });
  afterEach(() => session.close());

  const id = (path: string): string =>
    `/subscriptions/${session.tenant.vaults.subscriptionId}/resourceGroups/identity/providers/${path}`;
  const workspaceId = (): string => id("Microsoft.OperationalInsights/workspaces/logs");

  /** Inputs of each type that Azure takes. */
  const good: Readonly<Record<string, () => PropertyMap>> = {
    [WORKSPACE]: () => ({
      resourceGroupName: "identity",
      workspaceName: "logs",
      sku: { name: "PerGB2018" },
      retentionInDays: 90,
      features: { disableLocalAuth: true },
    }),
    [TENANT_LOG]: () => ({
      name: "certlock",
      workspaceId: workspaceId(),
      logs: [{ category: "AuditLogs", enabled: true }],
    }),
    [GROUP]: () => ({
      resourceGroupName: "identity",
      actionGroupName: "on-call",
      groupShortName: "credentials",
      enabled: true,
      location: "Global",
      emailReceivers: [{ name: "mail", emailAddress: "a@contoso.com", useCommonAlertSchema: true }],
    }),
    [RULE]: () => ({
      resourceGroupName: "identity",
      ruleName: "secret-added",
      severity: 1,
      scopes: [workspaceId()],
      evaluationFrequency: "PT15M",
      windowSize: "PT1H",
      criteria: {
        allOf: [
          {
            query: "AuditLogs",
            timeAggregation: "Count",
            operator: "GreaterThan",
            threshold: 0,
            dimensions: [{ name: "Id", operator: "Include", values: ["*"] }],
          },
        ],
      },
      actions: { actionGroups: [id("Microsoft.Insights/actionGroups/on-call")] },
    }),
    [SENTINEL]: () => ({
      resourceGroupName: "identity",
      workspaceName: "logs",
      ruleId: GUID,
      kind: "Scheduled",
      displayName: "a secret",
      enabled: true,
      query: "AuditLogs",
      queryFrequency: "PT15M",
      queryPeriod: "PT1H",
      severity: "High",
      suppressionEnabled: false,
      suppressionDuration: "PT5H",
      triggerOperator: "GreaterThan",
      triggerThreshold: 0,
      tactics: ["Persistence"],
      techniques: ["T1098"],
      entityMappings: [{ entityType: "IP", fieldMappings: [{ identifier: "Address", columnName: "A" }] }],
    }),
    [WORKBOOK]: () => ({
      resourceGroupName: "identity",
      resourceName: GUID,
      category: "workbook",
      displayName: "credentials",
      kind: "shared",
      serializedData: "{}",
    }),
    [WORKFLOW]: () => ({
      resourceGroupName: "identity",
      workflowName: "teams",
      definition: {
        $schema: "https://schema.management.azure.com/…",
        parameters: { url: { type: "SecureString" } },
        triggers: { alert: { type: "Request" } },
      },
      parameters: { url: { type: "SecureString", value: "https://canary.contoso.com" } },
    }),
  };
  const create = (type: string, changed: PropertyMap = {}) =>
    session.create(type, { ...good[type]?.(), ...changed });

  for (const type of Object.keys(good)) {
    it(`keeps a ${type.split(":").at(-1) ?? ""}, sees what was changed by hand, and lets it go`, async () => {
      const { monitoring } = session.tenant.vaults;
      monitoring.tenantLogsWritable = true;
      const created = await create(type);
      assert.equal((await session.diff(created, good[type]?.() ?? {})).changed, false);
      assert.deepEqual(plain((await session.refresh(created)) ?? assert.fail()), plain(created));
      await assert.rejects(create(type), /cannot create already existing resource/);
      const stored = monitoring.get(created.id) ?? assert.fail(`${created.id} is not stored`);
      monitoring.put({ ...stored, properties: { ...stored.properties, description: "by hand" } });
      const refreshed = await session.refresh(created);
      assert.equal(refreshed?.outputs["description"], "by hand");
      await session.delete(created);
      assert.equal(monitoring.get(created.id), undefined);
      assert.equal(await session.refresh(created), undefined);
    });
  }

  it("answers a pipeline that writes the tenant's log with 403", async () => {
    await assert.rejects(
      create(TENANT_LOG),
      /Status=403 Code="AuthorizationFailed" Message=".*microsoft\.aadiam/,
    );
    assert.deepEqual(session.tenant.vaults.monitoring.all("tenantLog"), []);
  });

  it("never shows the keys of a workspace, nor the value of a secure parameter", async () => {
    const workspace = await create(WORKSPACE);
    assert.deepEqual(
      Object.keys(workspace.outputs).filter((name) => /key|secret/i.test(name)),
      [],
    );
    const workflow = await create(WORKFLOW, {
      parameters: { url: new Secret({ type: "SecureString", value: "https://canary.contoso.com" }) },
    });
    assert.doesNotMatch(JSON.stringify(workflow.outputs), /canary/);
  });

  it("gives the address of a workflow's trigger, and of none it has not", async () => {
    await create(WORKFLOW);
    const args = { resourceGroupName: "identity", workflowName: "teams", triggerName: "alert" };
    const token = "azure-native:logic:listWorkflowTriggerCallbackUrl";
    const { value } = await session.invoke(token, args);
    assert.ok(typeof value === "string");
    assert.match(value, /^https:\/\/logic\.sandbox\.invalid\/.*[?&]sig=[\w-]{43}$/);
    await assert.rejects(session.invoke(token, { ...args, triggerName: "other" }), /WorkflowTriggerNotFound/);
  });

  it("takes everything in a resource group with it", async () => {
    await create(WORKSPACE);
    session.tenant.vaults.deleteResourceGroup("identity");
    assert.deepEqual(session.tenant.vaults.monitoring.all("workspace"), []);
  });

  const condition = (changed: PropertyMap) => ({
    criteria: {
      allOf: [
        { query: "AuditLogs", timeAggregation: "Count", operator: "GreaterThan", threshold: 0, ...changed },
      ],
    },
  });
  const receiver = (kind: string, ...receivers: PropertyMap[]) => ({ [kind]: receivers });
  const mistakes: readonly (readonly [string, PropertyMap, RegExp])[] = [
    [WORKSPACE, { retentionInDays: 29 }, /doesn't match the SKU limits/],
    [WORKSPACE, { retentionInDays: 731 }, /doesn't match the SKU limits/],
    [WORKSPACE, { sku: { name: "Gold" } }, /pricing tier 'Gold'/],
    [WORKSPACE, { workspaceName: "-log" }, /name of the workspace/],
    [WORKSPACE, { workspaceCapping: { dailyQuotaGb: 0.01 } }, /daily quota/],
    [WORKSPACE, { resourceGroupName: "nowhere" }, /Code="ResourceGroupNotFound"/],
    [GROUP, { groupShortName: "thirteen char" }, /1 to 12 characters/],
    [
      GROUP,
      receiver("webhookReceivers", { name: "mail", serviceUri: "https://a.b" }),
      /'mail' is not unique/,
    ],
    [GROUP, receiver("webhookReceivers", { name: "hook", serviceUri: "canary" }), /not a valid address/],
    [GROUP, receiver("emailReceivers", { name: "mail", emailAddress: "nobody" }), /email address/],
    [
      GROUP,
      receiver("logicAppReceivers", { name: "app", resourceId: "x", callbackUrl: "https://a.b" }),
      /workflow/,
    ],
    [RULE, { severity: 5 }, /between 0 and 4/],
    [RULE, { evaluationFrequency: "PT7M" }, /evaluationFrequency 'PT7M'/],
    [RULE, { windowSize: "P3D" }, /windowSize 'P3D'/],
    [RULE, { evaluationFrequency: "PT2H" }, /must not be greater than the windowSize/],
    [RULE, { scopes: [] }, /exactly one scope/],
    [RULE, { scopes: ["logs"] }, /not the id of a resource/],
    [RULE, { overrideQueryTimeRange: "P30D" }, /overrideQueryTimeRange 'P30D'/],
    [RULE, { autoMitigate: true, muteActionsDuration: "PT1H" }, /cannot mute/],
    [RULE, { actions: { actionGroups: ["on-call"] } }, /not the id of an action group/],
    [RULE, { criteria: { allOf: [] } }, /exactly one condition/],
    [RULE, condition({ query: " " }), /query is required/],
    [RULE, condition({ query: "x".repeat(66_000) }), /exceeds 64 KB/],
    [RULE, condition({ operator: "More" }), /operator is not supported/],
    [
      RULE,
      condition({
        dimensions: Array.from({ length: 7 }, (_, at) => ({
          name: `d${at}`,
          operator: "Include",
          values: ["*"],
        })),
      }),
      /6 dimensions/,
    ],
    [
      RULE,
      condition({ failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 2 } }),
      /failing/,
    ],
    [SENTINEL, { query: "x".repeat(10_001) }, /1 to 10000 characters/],
    [SENTINEL, { query: "union *" }, /'union \*'/],
    [SENTINEL, { queryFrequency: "PT2H" }, /must not be greater/],
    [SENTINEL, { queryPeriod: "P15D" }, /between 5 minutes and 14 days/],
    [SENTINEL, { severity: "Critical" }, /severity 'Critical'/],
    [SENTINEL, { tactics: ["Sabotage"] }, /tactic 'Sabotage'/],
    [SENTINEL, { techniques: ["T1098.001"] }, /'T1098\.001' is not a technique/],
    [SENTINEL, { entityMappings: [{ entityType: "IP", fieldMappings: [] }] }, /1 to 3 identifiers/],
    [WORKBOOK, { resourceName: "page" }, /must be a GUID/],
    [WORKBOOK, { serializedData: "{" }, /must be JSON/],
    [WORKFLOW, { definition: { triggers: {} } }, /needs \$schema/],
    [WORKFLOW, { parameters: {} }, /'url' has no value/],
    [WORKFLOW, { parameters: { url: { value: "x" }, other: { value: "x" } } }, /'other' is not declared/],
  ];
  for (const [type, changed, refused] of mistakes) {
    it(`refuses a ${type.split(":").at(-1) ?? ""}: ${refused.source}`, async () => {
      await assert.rejects(create(type, changed), (error: Error) => {
        assert.match(error.message, refused);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      });
    });
  }
});
