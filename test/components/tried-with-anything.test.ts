/** Every option of every component, tried with what a program in JavaScript or a configuration file may hold. */
import assert from "node:assert/strict";
import * as components from "../../components";
import { Recorder } from "./recorder";

const ID = "7e0a0000-0000-4000-8000-000000000001";
const IN_GROUP = `/subscriptions/${ID}/resourceGroups/rg/providers`;
const OWNERS = ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"];
const application = { description: "Nightly billing run", owners: OWNERS };
const vault = { vaultName: "kv-billing", resourceGroupName: "rg-identities", tenantId: ID };
const github = { repository: "contoso/platform", branch: "main" };

type Options = Readonly<Record<string, unknown>>;

/** By name: options to change one of, and what is declared with them. */
const DECLARATIONS: Readonly<Record<string, readonly [Options, (options: unknown) => unknown]>> = {
  SecretFreeApplication: [
    {
      ...{ ...application, displayName: "billing", contact: {}, ownership: "shared", allowedOwners: OWNERS },
      ...{ signInAudience: "AzureADMyOrg", graphRoles: [], federatedCredentials: {}, cloud: "public" },
      ...{ certificate: {}, now: new Date() },
    },
    (options) => new components.SecretFreeApplication("one", options as never),
  ],
  certificate: [
    { key: "tls", rotation: {}, keyBits: 2048, issuer: {}, pfx: true },
    (certificate) => new components.SecretFreeApplication("two", { ...application, certificate } as never),
  ],
  rotation: [
    { epoch: "2026-01-01", periodDays: 60, validityDays: 125, generation: 1, changes: [] },
    (rotation) =>
      new components.SecretFreeApplication("three", { ...application, certificate: { rotation } } as never),
  ],
  "a key born in a vault": [
    {
      ...{ key: "vault", vaultUri: "https://kv-billing.vault.azure.net/", certificateName: "billing" },
      ...{ issuerName: "Self", rotation: {}, keyBits: 2048, pfx: true },
    },
    (certificate) => new components.SecretFreeApplication("four", { ...application, certificate } as never),
  ],
  "a key kept elsewhere": [
    { key: "external", certificates: [] },
    (certificate) => new components.SecretFreeApplication("five", { ...application, certificate } as never),
  ],
  issuer: [
    { from: "2026-01-01", certificatePem: "", privateKeyPem: "", chainPem: "" },
    (issuer) =>
      new components.SecretFreeApplication("six", { ...application, certificate: { issuer } } as never),
  ],
  contact: [
    { team: "a", repository: "https://example.com/a", ticket: "b", serviceReference: "c" },
    (contact) => new components.SecretFreeApplication("seven", { ...application, contact } as never),
  ],
  caller: [
    { github, description: "a", audience: "b" },
    (caller) =>
      new components.SecretFreeApplication("eight", {
        ...application,
        federatedCredentials: { caller },
      } as never),
  ],
  github: [
    { ...github, ownerId: 1, repositoryId: 2 },
    (options) =>
      new components.SecretFreeApplication("nine", {
        ...application,
        federatedCredentials: { caller: { github: options } },
      } as never),
  ],
  FederatedCredential: [
    { applicationId: `/applications/${ID}`, displayName: "caller", cloud: "public", github },
    (options) => new components.FederatedCredential("ten", options as never),
  ],
  WorkloadIdentity: [
    {
      ...{ resourceGroupName: "rg", location: "westeurope", identityName: "archive", roles: {} },
      ...{ graphRoles: [], federatedCredentials: {}, tags: {}, cloud: "public" },
    },
    (options) => new components.WorkloadIdentity("eleven", options as never),
  ],
  "role in Azure": [
    { role: ID, scope: `/subscriptions/${ID}`, reason: "creates resource groups" },
    (role) =>
      new components.WorkloadIdentity("twelve", { resourceGroupName: "rg", roles: { role } } as never),
  ],
  CredentialVault: [
    {
      ...{ ...vault, location: "westeurope", cloud: "public", sku: "standard", softDeleteDays: 90 },
      ...{ auditLog: {}, expiryAlert: {}, credentials: {}, readers: {}, allowedNetworks: [], tags: {} },
      ...{ allowedSubnetIds: [], privateEndpoint: {}, bypass: "None", owner: "a", rotation: "b" },
    },
    (options) => new components.CredentialVault("thirteen", options as never),
  ],
  ...Object.fromEntries(
    ["actionGroups", "eventHub", "storageQueue", "webhook"].map((to) => [
      to,
      [
        {
          ...{ to, actionGroupIds: [], severity: 1, id: "", storageAccountId: "", queueName: "", url: "" },
          ...{ entraApplicationId: "", entraTenantId: "", deadLetter: {} },
        },
        (expiryAlert: unknown) =>
          new components.CredentialVault(`fourteen-${to}`, { ...vault, expiryAlert } as never),
      ] as const,
    ]),
  ),
  credential: [
    {
      ...{ contentType: "application/x-pem-file", privateKeyPem: "", certificatePem: "", chainPem: "" },
      ...{ pfxBase64: "", validFrom: "", validUntil: "" },
    },
    (credential) =>
      new components.CredentialVault("fifteen", { ...vault, credentials: { credential } } as never),
  ],
  reader: [
    { principalId: ID, principalType: "User" },
    (reader) => new components.CredentialVault("sixteen", { ...vault, readers: { reader } } as never),
  ],
  "networks of WorkloadAccessPolicy": [
    { servicePrincipalObjectIds: [ID], mode: "reportOnly", displayName: "a", networks: ["198.51.100.0/24"] },
    (options) => new components.WorkloadAccessPolicy("seventeen", options as never),
  ],
  "risk of WorkloadAccessPolicy": [
    { servicePrincipalObjectIds: [ID], riskLevels: ["high"] },
    (options) => new components.WorkloadAccessPolicy("eighteen", options as never),
  ],
  TenantCredentialPolicy: [
    { certificateMaxLifetimeDays: 180, onDelete: "restore" },
    (options) => new components.TenantCredentialPolicy("nineteen", options as never),
  ],
};

const runbook = {
  ...{ resourceGroupName: "rg", tenantId: ID, contentUri: "https://example.com/rotate.py" },
  identities: { billing: rotated() },
};
function rotated(): Options {
  return {
    application: { clientId: ID, objectId: OWNERS[0] },
    vault: {
      vaultId: `/subscriptions/${ID}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`,
      firewall: "open",
    },
  };
}
const declareRunbook = (name: string, more: object): unknown =>
  new components.RotationRunbook(name, { ...runbook, ...more } as never);
Object.assign(DECLARATIONS, {
  RotationRunbook: [
    {
      ...{ ...runbook, location: "westeurope", accountName: "aa-rotation", account: {}, identity: {} },
      ...{
        hybridWorkers: {},
        schedule: {},
        watch: {},
        seenWithinDays: 30,
        changeoverDays: 30,
        waitSeconds: 0,
      },
      ...{ grantsGraphRoles: true, tags: {}, cloud: "public", now: new Date() },
    },
    (options) => new components.RotationRunbook("twenty-a", options as never),
  ],
  "identity of RotationRunbook": [
    { ...rotated(), certificateName: "billing", retireThoughSeen: [] },
    (billing) => declareRunbook("twenty-b", { identities: { billing } }),
  ],
  "vault of RotationRunbook": [
    { vaultId: "/subscriptions", firewall: "open" },
    (vault) => declareRunbook("twenty-c", { identities: { billing: { ...rotated(), vault } } }),
  ],
  "exemption of RotationRunbook": [
    { keyId: ID, reason: "a", owner: "b", until: "2026-12-01" },
    (each) =>
      declareRunbook("twenty-d", { identities: { billing: { ...rotated(), retireThoughSeen: [each] } } }),
  ],
  "account of RotationRunbook": [
    {
      accountName: "aa-platform",
      resourceGroupName: "rg",
      principalId: ID,
      clientId: ID,
      hybridServiceUrl: "",
    },
    (account) => declareRunbook("twenty-e", { account }),
  ],
  "workers of RotationRunbook": [
    { groupName: "office", machines: {} },
    (hybridWorkers) => declareRunbook("twenty-f", { hybridWorkers }),
  ],
  "machine of RotationRunbook": [
    { vmId: "", os: "linux", location: "westeurope" },
    (machine) => declareRunbook("twenty-g", { hybridWorkers: { machines: { machine } } }),
  ],
  "schedule of RotationRunbook": [
    { every: "day", at: "05:17" },
    (schedule) => declareRunbook("twenty-h", { schedule }),
  ],
  "watch of RotationRunbook": [
    { workspaceId: "", actionGroupIds: [] },
    (watch) => declareRunbook("twenty-i", { watch }),
  ],
} satisfies typeof DECLARATIONS);

const SECRET = "abc8Q~CANARYIjKlMnOpQrStUvWxYz0123456789ab";
/** What nobody means to give. */
const ANYTHING: readonly unknown[] = [
  ...[null, 0, -1, 1.5, NaN, 1n, true, "", "*", "../..", "a\u202eb", "x".repeat(3000), SECRET],
  ...[[], [null], [7], [[]], {}, { x: 1 }, { x: SECRET }, Symbol("x"), () => 1, new Date(NaN)],
  Object.create(null),
];

const alerts = {
  ...{
    resourceGroupName: "rg",
    tenantId: ID,
    actionGroupIds: [`${IN_GROUP}/Microsoft.Insights/actionGroups/a`],
  },
  ...{ workspaceId: `${IN_GROUP}/Microsoft.OperationalInsights/workspaces/log`, workbook: false },
};
/** What is taken would be registered, again and again. */
const NO_ALERTS = Object.fromEntries(components.ALERT_IDS.map((id) => [id, false]));
const declareAlerts = (name: string, more: object): unknown =>
  new components.CredentialAlerts(name, { ...alerts, ...more });
const declareMonitoring = (name: string, more: object): unknown =>
  new components.CredentialMonitoring(name, {
    ...{ resourceGroupName: "rg", workspace: { name: "log-a" }, notify: { mail: { a: "a@contoso.com" } } },
    ...more,
  });
Object.assign(DECLARATIONS, {
  CredentialMonitoring: [
    { resourceGroupName: "rg", location: "westeurope", workspace: {}, notify: {}, tenantLog: {}, tags: {} },
    (options: object) => new components.CredentialMonitoring("monitoring-one", options as never),
  ],
  workspace: [
    { name: "log-a", retentionDays: 90, dailyCapGb: 1 },
    (workspace: unknown) => declareMonitoring("monitoring-two", { workspace }),
  ],
  notify: [
    { actionGroupIds: [], mail: { a: "a@contoso.com" }, webhooks: {}, teams: {}, shortName: "a" },
    (notify: unknown) => declareMonitoring("monitoring-three", { notify }),
  ],
  tenantLog: [
    { setup: "byHand", name: "a", categories: ["AuditLogs"] },
    (tenantLog: unknown) => declareMonitoring("monitoring-four", { tenantLog }),
  ],
  CredentialAlerts: [
    {
      ...{ ...alerts, location: "westeurope", allowedInitiators: [], applications: {}, vaults: {}, tags: {} },
      ...{ graphActivity: true, graceDays: 7, alerts: NO_ALERTS, sentinel: "also" },
    },
    (options: object) => new components.CredentialAlerts("alerts-one", options as never),
  ],
  "watched application": [
    { application: { objectId: ID, servicePrincipalObjectId: ID }, networks: [], renewedBy: "deployment" },
    (watched: unknown) => declareAlerts("alerts-two", { applications: { watched } }),
  ],
  "watched vault": [
    { vaultId: `${IN_GROUP}/Microsoft.KeyVault/vaults/kv`, readers: [ID], log: false },
    (watched: unknown) => declareAlerts("alerts-three", { vaults: { watched } }),
  ],
  "tuned alert": [
    { severity: 1, every: 5, window: 10, moreThan: 1 },
    (tuning: unknown) => declareAlerts("alerts-four", { alerts: { "sign-in-blocked": tuning } }),
  ],
});

describe("every option of every component", function () {
  this.timeout(60_000);

  for (const [name, [options, declare]] of Object.entries(DECLARATIONS)) {
    it(`of ${name} is taken or refused with a reason, whatever stands there, and no secret is repeated`, async () => {
      await Recorder.start("certlock-tenant", true);
      const refused = (given: unknown): components.ArgumentError | undefined => {
        try {
          declare(given);
        } catch (error) {
          assert.ok(error instanceof components.ArgumentError, String(error));
          assert.doesNotMatch(error.message, /CANARY/);
          return error;
        }
        return undefined;
      };
      for (const anything of ANYTHING) {
        for (const option of Object.keys(options)) refused({ ...options, [option]: anything });
        const isObject = typeof anything === "object" && anything !== null && !Array.isArray(anything);
        const whole = refused(anything);
        if (!isObject) assert.ok(whole !== undefined, `${typeof anything} is taken for options`);
      }
      const misspelt = refused({ ...options, [`${SECRET}x`]: SECRET, clientSecret: SECRET });
      // A stored credential may be the certificate of an application, which has more to it.
      if (name !== "credential") assert.ok(misspelt?.problems.some(({ code }) => code === "unknown-key"));
    });
  }
});
