import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { change, classicVault, classicVaultTokens, vault, vaultTokens } from "../samples";

const rule = "vault-rbac-authorization";
const subject = 'Key vault "billing"';
/** Without a word about the permission model. */
const bare = change(classicVault, "rbacAuthorizationEnabled", undefined);
const native = "properties.enableRbacAuthorization";
const policies = (path = native) => [
  violation(
    rule,
    `${subject} takes its permissions from access policies; set "${path}" to true and assign roles.`,
  ),
];

testRule(rule, [
  { title: "accepts a vault with role-based access", resource: vault, expect: "passes" },
  ...[false, null, undefined, "true"].map((value) => ({
    title: `rejects ${String(value)}`,
    resource: change(vault, native, value),
    expect: policies(),
  })),
  ...vaultTokens.map((type) => ({
    title: `knows a vault as ${type}`,
    resource: { ...change(vault, native, false), type },
    expect: policies(),
  })),
  {
    title: "waits for a value that is decided in the update",
    resource: change(vault, native, unknown.boolean),
    expect: [undecided(rule, subject, native)],
  },
  {
    title: "says so when the value is encrypted in stored state",
    resource: change(vault, "properties", "[secret]"),
    expect: [undecided(rule, subject, native, encrypted)],
    others: [
      undecided("vault-network-deny", subject, "properties.networkAcls.defaultAction", encrypted),
      undecided("vault-purge-protection", subject, "properties.enablePurgeProtection", encrypted),
    ],
  },
  ...classicVaultTokens.flatMap((type) => [
    {
      title: `rejects ${type} without it`,
      resource: { ...bare, type },
      expect: policies("rbacAuthorizationEnabled"),
    },
    ...["rbacAuthorizationEnabled", "enableRbacAuthorization"].flatMap((name) => [
      {
        title: `accepts ${name} in ${type}`,
        resource: { ...change(bare, name, true), type },
        expect: "passes" as const,
      },
      {
        title: `rejects ${name} off in ${type}`,
        resource: { ...change(bare, name, false), type },
        expect: policies(name),
      },
    ]),
  ]),
  {
    title: "leaves storage accounts alone",
    resource: { type: "azure-native:storage:StorageAccount", name: "logs", props: {} },
    expect: "not applicable",
  },
]);
