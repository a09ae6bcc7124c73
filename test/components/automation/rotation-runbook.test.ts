import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as automation from "@pulumi/azure-native/automation";
import { judged } from "../judged-by-guard";
import { idOf, Recorder, type Registered, SUBSCRIPTION, TENANT_ID, valueOf } from "../recorder";
import {
  ACTION_GROUP_ID,
  application,
  billing,
  CONTENT_URI,
  credentialVault,
  declare,
  GUIDS,
  IDENTITY_ID,
  NOW,
  VAULT_ID,
  VM_ID,
  workers,
  WORKSPACE_ID,
} from "./declared";

const VAULT_READER = "21090545-7ca7-4776-b22c-e363652d74d2";
const CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424";
const principalId = idOf("azure-native:automation:AutomationAccount", "rotation-account");
const IN = { resourceGroupName: "rg-identities", automationAccountName: "rotation" };
const names = (registered: readonly Registered[]) => registered.map(({ name }) => name).sort();
const inputsOf = (registered: readonly Registered[], name: string) =>
  registered.find((one) => one.name === name)?.inputs ?? assert.fail(`no ${name}`);

const CLOUD_JOB = [
  "rotation",
  "rotation-account",
  "rotation-job",
  "rotation-owner-billing-nightly",
  "rotation-python",
  "rotation-reader-billing-nightly",
  "rotation-role-Application.ReadWrite.OwnedBy",
  "rotation-role-AuditLog.Read.All",
  "rotation-runbook",
  "rotation-schedule-daily-0517",
  "rotation-signer-billing-nightly",
];

describe("RotationRunbook", () => {
  it("registers the account, the runbook and its schedule, and nothing that holds a key", async () => {
    const recorder = await Recorder.start();
    const runbook = declare({ location: "westeurope", tags: { owner: "finance" } });
    const registered = await recorder.all();
    assert.deepEqual(names(registered), CLOUD_JOB);
    assert.deepEqual(
      registered.filter(({ parent }) => parent !== "rotation").map(({ name }) => name),
      ["rotation"],
    );
    assert.deepEqual(inputsOf(registered, "rotation-account"), {
      ...IN,
      automationAccountName: "rotation",
      location: "westeurope",
      tags: { owner: "finance" },
      sku: { name: "Basic" },
      disableLocalAuth: true,
      publicNetworkAccess: false,
      encryption: { keySource: "Microsoft.Automation" },
      identity: { type: "SystemAssigned" },
    });
    assert.deepEqual(inputsOf(registered, "rotation-python"), {
      ...IN,
      location: "westeurope",
      runtimeEnvironmentName: "rotation-python",
      language: "Python",
      version: "3.10",
      description: "Standard library only. Made by certlock.",
    });
    const { description, ...published } = inputsOf(registered, "rotation-runbook");
    assert.match(String(description), /Made by certlock/);
    const file = readFileSync(resolve(__dirname, "../../../components/automation/rotate_certificates.py"));
    assert.deepEqual(published, {
      ...IN,
      location: "westeurope",
      runbookName: "rotation",
      runbookType: "Python",
      runtimeEnvironment: "rotation-python",
      logProgress: false,
      logVerbose: false,
      publishContentLink: {
        uri: CONTENT_URI,
        contentHash: {
          algorithm: "SHA256",
          value: createHash("sha256").update(file).digest("hex").toUpperCase(),
        },
      },
    });
    assert.deepEqual(await valueOf(runbook.principalId), { value: principalId, secret: false });
    assert.equal((await valueOf(runbook.runbookName)).value, "rotation");
    assert.equal((await valueOf(runbook.accountName)).value, "rotation");
  });

  it("ties runbook, schedule and settings together, in a form no worker parses", async () => {
    const recorder = await Recorder.start();
    const { settings } = declare();
    const registered = await recorder.all();
    const { jobScheduleId, parameters, ...rest } = inputsOf(registered, "rotation-job");
    assert.deepEqual(rest, {
      ...IN,
      runbook: { name: "rotation" },
      schedule: { name: "rotation-daily-0517" },
    });
    assert.match(String(jobScheduleId), /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    const parameter = (parameters as Record<string, string>)["[PARAMETER 1]"] ?? "";
    assert.deepEqual(Object.keys(parameters as object), ["[PARAMETER 1]"]);
    assert.match(parameter, /^[A-Za-z0-9_-]+$/);
    const text = Buffer.from(parameter, "base64url").toString("utf8");
    assert.deepEqual(JSON.parse(text), {
      tenantId: TENANT_ID,
      cloud: "public",
      seenWithinDays: 30,
      changeoverDays: 30,
      waitSeconds: 600,
      identities: [
        {
          name: "billing-nightly",
          clientId: billing.clientId,
          applicationObjectId: billing.objectId,
          vaultUri: "https://kv-billing.vault.azure.net/",
          certificateName: "billing-nightly",
        },
      ],
    });
    assert.deepEqual(await valueOf(settings), { value: text, secret: false });
  });

  it("lets the runbook into one application, one certificate and one key, and waits for that", async () => {
    const recorder = await Recorder.start();
    declare({}, { certificateName: "billing" });
    const registered = await recorder.all();
    assert.deepEqual(inputsOf(registered, "rotation-owner-billing-nightly"), {
      applicationId: `/applications/${billing.objectId}`,
      ownerObjectId: principalId,
    });
    const role = (name: string) => {
      const { scope, roleDefinitionId, principalId: to } = inputsOf(registered, name);
      return [scope, roleDefinitionId, to];
    };
    const definition = (id: string) =>
      `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
    assert.deepEqual(role("rotation-reader-billing-nightly"), [
      `${VAULT_ID}/certificates/billing`,
      definition(VAULT_READER),
      principalId,
    ]);
    assert.deepEqual(role("rotation-signer-billing-nightly"), [
      `${VAULT_ID}/keys/billing`,
      definition(CRYPTO_USER),
      principalId,
    ]);
    const job = registered.find(({ name }) => name === "rotation-job");
    assert.ok(job);
    assert.deepEqual(job.dependencies, [
      "rotation-account",
      "rotation-owner-billing-nightly",
      "rotation-reader-billing-nightly",
      "rotation-runbook",
      "rotation-schedule-daily-0517",
      "rotation-signer-billing-nightly",
    ]);
    assert.equal(job.inputs["runOn"], undefined);
  });

  it("makes the machines workers before it sends them a job, and opens their door", async () => {
    const recorder = await Recorder.start();
    const vault = credentialVault({ allowedNetworks: ["198.51.100.0/24"] });
    declare({ hybridWorkers: workers }, { vault, application: application() });
    const registered = await recorder.all();
    assert.equal(inputsOf(registered, "rotation-account")["publicNetworkAccess"], true);
    assert.deepEqual(inputsOf(registered, "rotation-workers"), {
      ...IN,
      hybridRunbookWorkerGroupName: "rotation",
    });
    const { hybridRunbookWorkerId, ...worker } = inputsOf(registered, "rotation-worker-office");
    assert.match(String(hybridRunbookWorkerId), /^[0-9a-f-]{36}$/);
    assert.deepEqual(worker, { ...IN, hybridRunbookWorkerGroupName: "rotation", vmResourceId: VM_ID });
    assert.deepEqual(inputsOf(registered, "rotation-worker-office-extension"), {
      resourceGroupName: "rg-identities",
      vmName: "vm-office",
      vmExtensionName: "HybridWorkerExtension",
      location: "westeurope",
      publisher: "Microsoft.Azure.Automation.HybridWorker",
      type: "HybridWorkerForLinux",
      typeHandlerVersion: "1.1",
      autoUpgradeMinorVersion: true,
      enableAutomaticUpgrade: true,
      settings: {
        AutomationAccountURL: "https://1.jrds.we.azure-automation.net/automationAccounts/rotation",
      },
    });
    const extension = registered.find(({ name }) => name === "rotation-worker-office-extension");
    assert.ok(extension?.dependencies.includes("rotation-worker-office"));
    const job = registered.find(({ name }) => name === "rotation-job");
    assert.equal(job?.inputs["runOn"], "rotation");
    assert.ok(job.dependencies.includes("rotation-worker-office-extension"));
  });

  it("uses an account, its identity and its workers that are there already", async () => {
    const recorder = await Recorder.start();
    declare({
      account: { accountName: "aa-platform", resourceGroupName: "rg-platform", principalId: GUIDS[0] },
      hybridWorkers: { groupName: "office" },
      grantsGraphRoles: false,
    });
    const registered = await recorder.all();
    assert.deepEqual(
      names(registered),
      CLOUD_JOB.filter((name) => name !== "rotation-account" && !name.includes("-role-")),
    );
    const { resourceGroupName, automationAccountName, runOn } = inputsOf(registered, "rotation-job");
    assert.deepEqual(
      [resourceGroupName, automationAccountName, runOn],
      ["rg-platform", "aa-platform", "office"],
    );
    assert.equal(inputsOf(registered, "rotation-owner-billing-nightly")["ownerObjectId"], GUIDS[0]);
  });

  it("signs in as a user-assigned identity in the cloud, and tells the runbook which", async () => {
    const recorder = await Recorder.start();
    const { settings } = declare({
      identity: { resourceId: IDENTITY_ID, clientId: GUIDS[0], principalId: GUIDS[1] },
    });
    const registered = await recorder.all();
    assert.deepEqual(inputsOf(registered, "rotation-account")["identity"], {
      type: "UserAssigned",
      userAssignedIdentities: [IDENTITY_ID],
    });
    assert.equal(inputsOf(registered, "rotation-signer-billing-nightly")["principalId"], GUIDS[1]);
    const told = JSON.parse((await valueOf(settings)).value) as Record<string, unknown>;
    assert.equal(told["managedIdentityClientId"], GUIDS[0]);
  });

  it("sends the log to a workspace and failures to people", async () => {
    const recorder = await Recorder.start();
    declare({ watch: { workspaceId: WORKSPACE_ID, actionGroupIds: [ACTION_GROUP_ID] } });
    const registered = await recorder.all();
    const { workspaceId, logs } = inputsOf(registered, "rotation-job-log");
    assert.deepEqual(
      [workspaceId, logs],
      [WORKSPACE_ID, ["JobLogs", "JobStreams"].map((category) => ({ category, enabled: true }))],
    );
    const { actions, scopes, criteria } = inputsOf(registered, "rotation-failure-alert");
    assert.deepEqual(actions, [{ actionGroupId: ACTION_GROUP_ID }]);
    assert.equal((scopes as string[]).length, 1);
    const [{ metricName, dimensions } = { metricName: "", dimensions: [] }] = (
      criteria as { allOf: { metricName: string; dimensions: unknown[] }[] }
    ).allOf;
    assert.equal(metricName, "TotalJob");
    assert.deepEqual(dimensions, [
      { name: "Runbook", operator: "Include", values: ["rotation"] },
      { name: "Status", operator: "Include", values: ["Failed", "Suspended", "Stopped"] },
    ]);
  });

  describe("makes the job anew", () => {
    const idWith = async (args: object, identity: object = {}): Promise<unknown> => {
      const recorder = await Recorder.start();
      declare(args, identity);
      return inputsOf(await recorder.all(), "rotation-job")["jobScheduleId"];
    };

    it("never for the day of the run", async () => {
      assert.equal(await idWith({ now: new Date("2027-05-03T11:00:00Z") }), await idWith({ now: NOW }));
    });

    for (const [what, args, identity] of [
      ["settings change", { seenWithinDays: 31 }, {}],
      ["the certificate is another", {}, { certificateName: "other" }],
      [
        "the address of the content changes, with which Azure unlinks it",
        { contentUri: `${CONTENT_URI}2` },
        {},
      ],
      ["the time changes", { schedule: { at: "05:18" } }, {}],
      ["it runs elsewhere", { hybridWorkers: workers }, {}],
    ] as const) {
      it(`where ${what}`, async () => {
        assert.notEqual(await idWith(args, identity), await idWith({}));
      });
    }
  });

  describe("under the guard", () => {
    const RULES = ["automation-", "no-", "vault-role-scope", "application-privileged-role"];

    it("is refused nothing, with workers in front of a closed vault", async () => {
      const recorder = await Recorder.start();
      const vault = credentialVault({ allowedNetworks: ["198.51.100.0/24"] });
      declare({ hybridWorkers: workers }, { vault, application: application() });
      assert.deepEqual(await judged(await recorder.all(), RULES), []);
    });

    it("shows that the guard would see the same set without them", async () => {
      const recorder = await Recorder.start();
      const vault = credentialVault({ allowedNetworks: ["198.51.100.0/24"] });
      declare({ hybridWorkers: workers }, { vault, application: application() });
      new automation.JobSchedule("by-hand", {
        ...IN,
        automationAccountName: "rotation",
        runbook: { name: "rotation" },
        schedule: { name: "nightly" },
      });
      const found = await judged(await recorder.all(), RULES);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", /^automation-vault-reachable: .*"by-hand" runs in the cloud/);
    });
  });
});
