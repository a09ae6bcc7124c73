import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { Recorder } from "../recorder";
import { refusal } from "../refusal";
import { declareMonitoring as declare, ON_CALL, WORKSPACE } from "./declaration";

const HOOK = "https://hooks.contoso.com/alerts?code=CANARY";

async function registered(...args: Parameters<typeof declare>) {
  const recorder = await Recorder.start();
  const monitoring = declare(...args);
  return { monitoring, resources: await recorder.all() };
}

describe("CredentialMonitoring", () => {
  it("makes a workspace, and an action group that sends mail", async () => {
    const { resources } = await registered({ location: "westeurope", tags: { team: "identity" } });
    assert.deepEqual(
      resources.map(({ type, name, parent }) => [type, name, parent]),
      [
        ["azure-native:monitor:ActionGroup", "identities-action-group", "identities"],
        ["azure-native:operationalinsights:Workspace", "identities-workspace", "identities"],
        ["certlock:components:CredentialMonitoring", "identities", ""],
      ],
    );
    const [group, workspace] = resources;
    assert.deepEqual(workspace?.inputs, {
      workspaceName: "log-identities",
      resourceGroupName: "rg-identities",
      location: "westeurope",
      sku: { name: "PerGB2018" },
      retentionInDays: 90,
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      tags: { team: "identity" },
    });
    assert.deepEqual(group?.inputs, {
      actionGroupName: "identities-credentials",
      resourceGroupName: "rg-identities",
      location: "Global",
      groupShortName: "credentials",
      enabled: true,
      emailReceivers: [
        { name: "on-call", emailAddress: "identity-on-call@contoso.com", useCommonAlertSchema: true },
      ],
      webhookReceivers: [],
      logicAppReceivers: [],
      tags: { team: "identity" },
    });
  });

  it("takes a workspace and action groups that are there, and makes nothing", async () => {
    const { monitoring, resources } = await registered({
      workspace: { id: WORKSPACE },
      notify: { actionGroupIds: [ON_CALL] },
    });
    assert.deepEqual(
      resources.map(({ type }) => type),
      ["certlock:components:CredentialMonitoring"],
    );
    assert.equal(await valueOf(monitoring.workspaceId), WORKSPACE);
    assert.deepEqual(await valueOf(pulumi.all([...monitoring.actionGroupIds])), [ON_CALL]);
  });

  it("gives the command that switches the tenant's logs on, and runs it only where told to", async () => {
    const byHand = await registered({ workspace: { id: WORKSPACE } });
    const command = await valueOf(byHand.monitoring.tenantLogCommand);
    const [, url, body = ""] =
      /^az rest --method put --url '([^']+)' --body '([^']+)'$/.exec(command) ?? assert.fail(command);
    assert.equal(url, "/providers/microsoft.aadiam/diagnosticSettings/certlock?api-version=2017-04-01");
    const logs = ["AuditLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs"].map((category) => ({
      category,
      enabled: true,
    }));
    assert.deepEqual(JSON.parse(body), { properties: { workspaceId: WORKSPACE, logs } });
    const deployed = await registered({
      workspace: { id: WORKSPACE },
      tenantLog: { setup: "deployed", name: "logs", categories: ["AuditLogs"] },
    });
    const setting = deployed.resources.find(({ type }) => type === "azure-native:aadiam:DiagnosticSetting");
    assert.deepEqual(setting?.inputs, {
      name: "logs",
      workspaceId: WORKSPACE,
      logs: [{ category: "AuditLogs", enabled: true }],
    });
  });

  it("keeps addresses secret that open something to whoever knows them", async () => {
    const { resources } = await registered({
      notify: { webhooks: { ticket: HOOK }, teams: { webhookUrl: HOOK } },
    });
    const group = resources.find(({ type }) => type === "azure-native:monitor:ActionGroup");
    const workflow = resources.find(({ type }) => type === "azure-native:logic:Workflow");
    // A secret inside a list makes the list one.
    assert.equal(group?.inputs["webhookReceivers"], "[secret]");
    assert.equal(group.inputs["logicAppReceivers"], "[secret]");
    assert.equal(workflow?.inputs["parameters"], "[secret]");
    assert.doesNotMatch(JSON.stringify(resources.map(({ inputs }) => inputs)), /CANARY/);
    assert.deepEqual(group.plain["webhookReceivers"], [
      { name: "ticket", serviceUri: HOOK, useCommonAlertSchema: true },
    ]);
    assert.match(
      JSON.stringify(workflow.inputs["definition"]),
      /"uri":"@parameters\('teamsWebhookUrl'\)".*"secureData":\{"properties":\["inputs"\]\}/,
    );
  });

  it("refuses all bad arguments at once, and shows no address", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare(
          {
            location: "West Europe",
            workspace: { name: "x", retentionDays: 29, dailyCapGb: 0.02, sku: "free" },
            notify: {
              actionGroupIds: [WORKSPACE],
              mail: { "a@b": "nobody", teams: "a@contoso.com" },
              webhooks: { teams: "http://hooks.contoso.com/?sig=CANARY", Teams: "https://u:p@contoso.com" },
              teams: {},
              shortName: "thirteen char",
            },
            tenantLog: { setup: "deploy", name: "a b", categories: ["AuditLogs", "AuditLogs", "SignIn"] },
            tags: { "": "x" },
            colour: "red",
          },
          "-",
        ),
      ),
      [
        "colour unknown-key",
        "name invalid-name",
        "location invalid-name",
        "workspace.sku unknown-key",
        "workspace.name invalid-name",
        "workspace.retentionDays out-of-range",
        "workspace.dailyCapGb out-of-range",
        "notify.actionGroupIds[0] invalid-id",
        'notify.mail["a@b"] invalid-name',
        'notify.mail["a@b"] invalid-text',
        'notify.mail["teams"] duplicate',
        'notify.webhooks["teams"] duplicate',
        'notify.webhooks["teams"] invalid-url',
        'notify.webhooks["Teams"] duplicate',
        'notify.webhooks["Teams"] invalid-url',
        "notify.teams.webhookUrl missing",
        "notify.shortName too-long",
        "tenantLog.setup out-of-range",
        "tenantLog.name invalid-name",
        "tenantLog.categories[1] duplicate",
        "tenantLog.categories[2] out-of-range",
        'tags[""] missing',
      ],
    );
    const bare = "https://hooks.contoso.com/?sig=CANARY";
    for (const notify of [bare, { teams: bare }, { webhooks: bare }, { mail: { tickets: bare } }]) {
      await assert.rejects(
        async () => {
          await Recorder.start();
          declare({ notify });
        },
        (error: Error) =>
          /\[(wrong-type|invalid-text)\]/.test(error.message) && !error.message.includes("CANARY"),
      );
    }
    assert.deepEqual(await refusal(() => declare({ notify: {} })), ["notify missing"]);
    assert.deepEqual(await refusal(() => declare({ workspace: { id: WORKSPACE, retentionDays: 30 } })), [
      "workspace.retentionDays choose-one",
    ]);
    assert.deepEqual(await refusal(() => declare({ workspace: null, notify: undefined })), [
      "workspace missing",
      "notify missing",
    ]);
  });

  it("takes the limits themselves", async () => {
    for (const changed of [{ retentionDays: 30, dailyCapGb: 0.023 }, { retentionDays: 730 }]) {
      await registered({ workspace: { name: "log1", ...changed } });
    }
    await registered({ notify: { mail: { a: "a@contoso.com" }, shortName: "twelve chars" } }, "ab");
  });

  it("answers anything with a list of problems, or takes it", async () => {
    const anything = fc.anything({ maxDepth: 2, withBigInt: true });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("workspace", "notify", "tenantLog", "tags", "location"),
        anything,
        async (option, value) => {
          await Recorder.start();
          try {
            declare({ [option]: value });
          } catch (error) {
            assert.equal((error as { code?: string }).code, "CERTLOCK_ARGUMENTS", String(error));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
