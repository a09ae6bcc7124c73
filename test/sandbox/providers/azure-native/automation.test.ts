import assert from "node:assert/strict";
import { output, plain, ProviderSession, type Deployed } from "../provider-session";

const TYPE = (name: string) => `azure-native:automation:${name}`;
const RG = "rg-identities";
const IN = { resourceGroupName: RG, automationAccountName: "aa-rotation" };
const NOW = Date.parse("2026-11-29T22:00:00Z");
const HASH = "0".repeat(64);
const VM = `/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/${RG}/providers/Microsoft.Compute/virtualMachines/worker`;
const GUIDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as const;

const runbook = {
  ...IN,
  runbookName: "rotate",
  runbookType: "Python",
  runtimeEnvironment: "Python-3.10",
  publishContentLink: {
    uri: "https://example.com/rotate.py",
    contentHash: { algorithm: "SHA256", value: HASH },
  },
};
const schedule = {
  ...IN,
  scheduleName: "daily",
  name: "daily",
  frequency: "Day",
  interval: 1,
  startTime: "2026-11-30T05:17:00Z",
  timeZone: "Etc/UTC",
};
const link = {
  ...IN,
  jobScheduleId: GUIDS[0],
  runbook: { name: "rotate" },
  schedule: { name: "daily" },
  parameters: { "[PARAMETER 1]": "e30" },
};

describe("azure-native automation accounts", () => {
  let session: ProviderSession;
  let clock = NOW;
  beforeEach(async () => {
    clock = NOW;
    session = await ProviderSession.open({ clock: () => new Date(clock) });
  });
  afterEach(() => session.close());

  const account = (more: object = {}): Promise<Deployed> =>
    session.create(TYPE("AutomationAccount"), {
      ...IN,
      location: "westeurope",
      sku: { name: "Basic" },
      disableLocalAuth: true,
      identity: { type: "SystemAssigned" },
      ...more,
    });
  const identityOf = (resource: Deployed) => plain(resource)["identity"] as Record<string, unknown>;

  it("gives an account an identity that comes and goes with it", async () => {
    const made = await account();
    const { principalId } = identityOf(made);
    assert.deepEqual(
      session.tenant.servicePrincipals.get(String(principalId))?.properties["alternativeNames"],
      ["isExplicit=False", made.id],
    );
    assert.deepEqual(await session.refresh(made), made);
    const without = await session.update(made, { ...made.inputs, identity: { type: "None" } });
    assert.deepEqual(identityOf(without), { type: "None" });
    assert.equal(session.tenant.servicePrincipals.has(String(principalId)), false);
    await session.delete(without);
    assert.equal(session.tenant.automation.accounts.get(made.id), undefined);
  });

  it("takes a user-assigned identity that is there, and refuses one that is not", async () => {
    const identity = await session.create("azure-native:managedidentity:UserAssignedIdentity", {
      resourceGroupName: RG,
      resourceName: "rotation",
      location: "westeurope",
    });
    const assigned = (id: string) => ({ identity: { type: "UserAssigned", userAssignedIdentities: [id] } });
    const made = await account(assigned(identity.id));
    assert.deepEqual(identityOf(made), {
      type: "UserAssigned",
      userAssignedIdentities: {
        [identity.id]: {
          clientId: output(identity, "clientId"),
          principalId: output(identity, "principalId"),
        },
      },
    });
    await assert.rejects(
      account({ ...assigned(`${identity.id}x`), automationAccountName: "aa-other" }),
      /ResourceNotFound/,
    );
  });

  it("refuses names and groups that Azure refuses", async () => {
    await assert.rejects(account({ automationAccountName: "-aa" }), /Automation account is not valid/);
    await assert.rejects(account({ resourceGroupName: "nowhere" }), /ResourceGroupNotFound/);
    await assert.rejects(session.create(TYPE("Runbook"), runbook), /ParentResourceNotFound/);
  });

  it("publishes a runbook of a language its runtime environment has, with a hash of its content", async () => {
    await account();
    const made = await session.create(TYPE("Runbook"), runbook);
    assert.deepEqual(await session.refresh(made), made);
    const refused = async (change: object, why: RegExp): Promise<void> => {
      await assert.rejects(
        session.create(TYPE("Runbook"), { ...runbook, ...change, runbookName: "r2" }),
        why,
      );
    };
    await refused({ runtimeEnvironment: "Python-9" }, /'Python-9' was not found/);
    await refused({ runtimeEnvironment: "PowerShell-7.4" }, /is of PowerShell, not Python/);
    await refused({ publishContentLink: { uri: "http://example.com/r.py" } }, /no address of https/);
    const hash = { algorithm: "SHA256", value: "short" };
    await refused(
      { publishContentLink: { uri: "https://example.com", contentHash: hash } },
      /no SHA256 in hexadecimal/,
    );
    const own = { ...IN, runtimeEnvironmentName: "own", language: "Python", version: "3.10" };
    const runtime = await session.create(TYPE("RuntimeEnvironment"), own);
    await refused({ runtimeEnvironment: "own", runbookType: "PowerShell" }, /is of Python, not PowerShell/);
    const moved = await session.update(made, { ...runbook, runtimeEnvironment: "own" });
    assert.equal(plain(moved)["runtimeEnvironment"], "own");
    await session.delete(runtime);
    assert.equal(await session.refresh(runtime), undefined);
  });

  it("starts no schedule within five minutes, neither a new one nor a changed one", async () => {
    await account();
    const startTime = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
    const named = { ...schedule, scheduleName: "soon", name: "soon" };
    await assert.rejects(
      session.create(TYPE("Schedule"), { ...named, startTime: startTime(4.9) }),
      /must be at least 5 minutes after the time you create the schedule/,
    );
    const made = await session.create(TYPE("Schedule"), { ...named, startTime: startTime(5) });
    assert.deepEqual(await session.refresh(made), made);
    clock += 60_000;
    await assert.rejects(session.update(made, { ...made.inputs, description: "x" }), /at least 5 minutes/);
  });

  it("links a runbook to a schedule once, by a GUID, and never changes the link", async () => {
    await account();
    await session.create(TYPE("Runbook"), runbook);
    await session.create(TYPE("Schedule"), schedule);
    const make = (change: object = {}) => session.create(TYPE("JobSchedule"), { ...link, ...change });
    await assert.rejects(make({ jobScheduleId: "nightly" }), /is no GUID/);
    await assert.rejects(make({ runbook: { name: "other" } }), /Runbook 'other' was not found/);
    await assert.rejects(make({ schedule: { name: "other" } }), /schedule 'other' was not found/);
    const made = await make();
    assert.deepEqual(await session.refresh(made), made);
    await assert.rejects(make({ jobScheduleId: GUIDS[1] }), /for the specified runbook and schedule already/);
    await assert.rejects(session.update(made, { ...link, runOn: "x" }), /with same id already exists/);
    await session.delete(made);
    await make({ jobScheduleId: GUIDS[1] });
  });

  it("unlinks the schedules of a runbook that is changed or deleted, as Azure does", async () => {
    await account();
    const made = await session.create(TYPE("Runbook"), runbook);
    await session.create(TYPE("Schedule"), schedule);
    const first = await session.create(TYPE("JobSchedule"), link);
    const changed = await session.update(made, { ...runbook, description: "another" });
    assert.equal(await session.refresh(first), undefined);
    const second = await session.create(TYPE("JobSchedule"), link);
    await session.delete(changed);
    assert.equal(await session.refresh(second), undefined);
  });

  it("registers hybrid workers in a group, and loses them with it", async () => {
    await account();
    const named = { ...IN, hybridRunbookWorkerGroupName: "office" };
    const worker = { ...named, hybridRunbookWorkerId: GUIDS[0], vmResourceId: VM };
    await assert.rejects(session.create(TYPE("HybridRunbookWorker"), worker), /ResourceNotFound/);
    const group = await session.create(TYPE("HybridRunbookWorkerGroup"), named);
    const made = await session.create(TYPE("HybridRunbookWorker"), worker);
    assert.deepEqual(await session.refresh(made), made);
    assert.equal(plain(made)["workerName"], "worker");
    const refused = (change: object) => session.create(TYPE("HybridRunbookWorker"), { ...worker, ...change });
    await assert.rejects(refused({ hybridRunbookWorkerId: "one" }), /no GUID/);
    await assert.rejects(
      refused({ hybridRunbookWorkerId: GUIDS[1], vmResourceId: group.id }),
      /LinkedInvalidPropertyId/,
    );
    await session.delete(group);
    assert.equal(await session.refresh(made), undefined);
  });

  it("sends the logs of jobs where a diagnostic setting says", async () => {
    const { id } = await account();
    const setting = (category: string) => ({
      name: "jobs",
      resourceUri: id,
      workspaceId: id.replace(/Microsoft.Automation.*/, "Microsoft.OperationalInsights/workspaces/logs"),
      logs: [{ category, enabled: true }],
    });
    await session.create("azure-native:monitor:DiagnosticSetting", setting("JobStreams"));
    await assert.rejects(
      session.create("azure-native:monitor:DiagnosticSetting", {
        ...setting("AzurePolicyEvaluationDetails"),
        name: "other",
      }),
      /Category 'AzurePolicyEvaluationDetails' is not supported/,
    );
  });

  it("deletes an account with all that is in it", async () => {
    const made = await account();
    const inside = await session.create(TYPE("Runbook"), runbook);
    await session.delete(made);
    assert.equal(await session.refresh(inside), undefined);
  });
});
