import { auditLog } from "../access-samples";
import { ResourceInput, unknown, urnOf } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { change, classicVault, classicVaultTokens, tlsPrivateKey, vault, vaultTokens } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "vault-audit-logging";
const silent = [
  violation(
    rule,
    'Key vault "billing" keeps no log of who reads it; send category AuditEvent to a workspace.',
  ),
];
const settingTokens = [
  "azure-native:monitor:DiagnosticSetting",
  "azure-native:insights/v20210501preview:DiagnosticSetting",
  "azure-native:monitor/v20210501preview:DiagnosticSetting",
  "azure-native_monitor_v20210501preview:monitor:DiagnosticSetting",
  "azure-nextgen:insights/latest:DiagnosticSetting",
];
const classicSetting: ResourceInput = {
  type: "azure:monitoring/diagnosticSetting:DiagnosticSetting",
  name: "audit",
  props: {
    targetResourceId: unknown.string,
    logAnalyticsWorkspaceId: "/workspaces/one",
    enabledLogs: [{ category: "AuditEvent" }],
  },
};
const logs = (...entries: readonly object[]) => change(auditLog, "logs", entries);

testStackRule(rule, [
  ...settingTokens.map((type) => ({
    title: `accepts a vault with ${type}`,
    resources: [vault, { ...auditLog, type }],
    expect: "passes" as const,
  })),
  {
    title: "knows the setting by where its target comes from, before ids are known",
    resources: [vault, fed(change(auditLog, "resourceUri", unknown.string), "resourceUri", vault)],
    expect: "passes",
  },
  ...["audit", "allLogs"].map((categoryGroup) => ({
    title: `accepts the category group ${categoryGroup}`,
    resources: [vault, logs({ categoryGroup, enabled: true })],
    expect: "passes" as const,
  })),
  ...vaultTokens.map((type) => ({
    title: `rejects ${type} without a setting`,
    resources: [{ ...vault, type }],
    expect: silent,
  })),
  {
    title: "rejects a log that is off",
    resources: [vault, logs({ category: "AuditEvent", enabled: false })],
    expect: silent,
  },
  {
    title: "rejects a log that does not say it is on, where there are others that are off",
    resources: [vault, logs({ category: "AuditEvent" })],
    expect: silent,
  },
  ...["storageAccountId", "eventHubAuthorizationRuleId"].map((destination) => ({
    title: `accepts a log that goes to its ${destination}`,
    resources: [
      vault,
      change(change(auditLog, "workspaceId", undefined), destination, "/subscriptions/1/one"),
    ],
    expect: "passes" as const,
  })),
  {
    title: "rejects another category",
    resources: [vault, logs({ category: "AzurePolicyEvaluationDetails", enabled: true })],
    expect: silent,
  },
  {
    title: "rejects a log that goes nowhere",
    resources: [vault, change(auditLog, "workspaceId", undefined)],
    expect: silent,
  },
  {
    title: "rejects the setting of another vault",
    resources: [vault, change(auditLog, "resourceUri", `${String(auditLog.props["resourceUri"])}-2`)],
    expect: silent,
  },
  {
    title: "judges each vault for itself",
    resources: [vault, auditLog, { ...change(vault, "vaultName", "kv-orders"), name: "orders" }],
    expect: [
      violation(
        rule,
        'Key vault "orders" keeps no log of who reads it; send category AuditEvent to a workspace.',
      ),
    ],
  },
  ...classicVaultTokens.flatMap((type) => {
    const classic = { ...classicVault, type };
    return [
      { title: `rejects ${type} without a setting`, resources: [classic], expect: silent },
      {
        title: `accepts ${type} with one`,
        resources: [classic, fed(classicSetting, "targetResourceId", classic)],
        expect: "passes" as const,
      },
    ];
  }),
  {
    title: "waits for logs that are decided in the update",
    resources: [vault, change(auditLog, "logs", unknown.array)],
    expect: [undecided(rule, 'azure-native:monitor:DiagnosticSetting "audit"', "logs")],
  },
  {
    title: "does not take a mere dependency for a setting",
    resources: [vault, { ...change(auditLog, "resourceUri", "/other"), dependencies: [urnOf(vault)] }],
    expect: silent,
  },
  { title: "leaves stacks without vaults alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
