import { auditLog, automationAccount, nativeTokens, vaultReader, vaultSecret } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { violation } from "../rule-cases";
import { change, classicVault, vault } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "automation-vault-reachable";
const unreachable = [
  violation(
    rule,
    'Job schedule "nightly" runs in the cloud, where the closed vault "billing" cannot be reached; set "runOn" to a hybrid worker group.',
  ),
];
const schedule: ResourceInput = {
  type: "azure-native:automation:JobSchedule",
  name: "nightly",
  props: { automationAccountName: "jobs", runbook: { name: "nightly" }, schedule: { name: "nightly" } },
};
const reader = fed(vaultReader, "principalId", automationAccount);
const logged = [vault, auditLog];
const others = [automationAccount, ...logged, reader];
const open = change(vault, "properties.networkAcls.defaultAction", "Allow");
const classic = {
  account: { type: "azure:automation/account:Account", name: "jobs", props: { name: "jobs" } },
  schedule: { ...schedule, type: "azure:automation/jobSchedule:JobSchedule" },
};

testStackRule(rule, [
  ...nativeTokens("automation", "JobSchedule").map((type) => ({
    title: `rejects a cloud job that reads a closed vault in ${type}`,
    resources: [...others, { ...schedule, type }],
    expect: unreachable,
  })),
  {
    title: "accepts a job on a hybrid worker",
    resources: [...others, change(schedule, "runOn", "workers")],
    expect: "passes",
  },
  {
    title: "accepts a worker group that is decided in the update",
    resources: [...others, change(schedule, "runOn", unknown.string)],
    expect: "passes",
  },
  {
    title: "accepts a vault that is open",
    resources: [automationAccount, open, auditLog, reader, schedule],
    expect: "passes",
  },
  {
    title: "rejects a vault without public access, whatever its rules",
    resources: [
      automationAccount,
      change(open, "properties.publicNetworkAccess", "Disabled"),
      auditLog,
      reader,
      schedule,
    ],
    expect: unreachable,
  },
  {
    title: "accepts a job whose account has no role on the vault",
    resources: [automationAccount, ...logged, vaultReader, schedule],
    expect: "passes",
  },
  {
    title: "accepts the job of another account",
    resources: [...others, change(schedule, "automationAccountName", "other")],
    expect: "passes",
  },
  {
    title: "follows role, secret and account by where values come from",
    resources: [
      automationAccount,
      ...logged,
      fed(change(vaultSecret, "vaultName", unknown.string), "vaultName", vault),
      fed(change(reader, "scope", unknown.string), "scope", vaultSecret),
      fed(
        change(schedule, "automationAccountName", unknown.string),
        "automationAccountName",
        automationAccount,
      ),
    ],
    expect: unreachable,
    others: [
      violation(
        "vault-expiry-alert",
        'Key vault "billing" does not announce what ends; subscribe to its near-expiry events.',
      ),
    ],
  },
  {
    title: "rejects a classic job that reads a closed vault",
    resources: [
      classic.account,
      classicVault,
      fed(change(auditLog, "resourceUri", unknown.string), "resourceUri", classicVault),
      fed(
        fed(change(vaultReader, "scope", unknown.string), "principalId", classic.account),
        "scope",
        classicVault,
      ),
      classic.schedule,
    ],
    expect: unreachable,
  },
  { title: "leaves stacks without schedules alone", resources: others, expect: "not applicable" },
]);
