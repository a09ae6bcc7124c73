import { vaultSecret } from "../access-samples";
import { change, classicVault, classicVaultTokens, vault, vaultTokens } from "../samples";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { unknown } from "../harness/wire";

const rule = "vault-purge-protection";
const path = "properties.enablePurgeProtection";
const found = violation(
  rule,
  `Key vault "billing" can be purged with all its content; set "${path}" to true.`,
);

testRule(rule, [
  { title: "accepts a vault with purge protection", resource: vault, expect: "passes" },
  { title: "rejects purge protection turned off", resource: change(vault, path, false), expect: [found] },
  { title: "rejects purge protection left out", resource: change(vault, path, undefined), expect: [found] },
  { title: "rejects purge protection set to null", resource: change(vault, path, null), expect: [found] },
  { title: "rejects a word in place of true", resource: change(vault, path, "yes"), expect: [found] },
  ...vaultTokens.map((type) => ({
    title: `knows a vault as ${type}`,
    resource: { ...change(vault, path, false), type },
    expect: [found],
  })),
  ...classicVaultTokens.flatMap((type) => [
    {
      title: `accepts a protected vault as ${type}`,
      resource: { ...classicVault, type },
      expect: "passes" as const,
    },
    {
      title: `rejects an unprotected vault as ${type}`,
      resource: { ...change(classicVault, "purgeProtectionEnabled", false), type },
      expect: [
        violation(
          rule,
          'Key vault "billing" can be purged with all its content; set "purgeProtectionEnabled" to true.',
        ),
      ],
    },
  ]),
  {
    title: "waits for a setting that is decided in the update",
    resource: change(vault, path, unknown.boolean),
    expect: [undecided(rule, 'Key vault "billing"', path)],
  },
  {
    title: "says so when the setting is encrypted in stored state",
    resource: change(vault, path, "[secret]"),
    expect: [undecided(rule, 'Key vault "billing"', path, encrypted)],
  },
  {
    title: "is as loud as it is told to be",
    resource: change(vault, path, false),
    level: "advisory",
    expect: [{ ...found, level: "advisory" }],
  },
  {
    title: "says nothing when it is disabled",
    resource: change(vault, path, false),
    level: "disabled",
    expect: [],
  },
  {
    title: "leaves secrets in a vault alone",
    resource: vaultSecret,
    expect: "not applicable",
  },
  {
    title: "leaves resources of other providers alone",
    resource: { type: "vault:index/mount:Mount", name: "kv", props: { path: "kv" } },
    expect: "not applicable",
  },
]);
