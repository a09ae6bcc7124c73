import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { change, classicVault, classicVaultTokens, vault, vaultTokens } from "../samples";

const rule = "vault-network-deny";
const subject = 'Key vault "billing"';
const acls = "properties.networkAcls";
const open = (path = `${acls}.defaultAction`) =>
  violation(rule, `${subject} is open to every network; set "${path}" to Deny.`);
const wide = (path: string) =>
  violation(rule, `${subject} admits whole parts of the internet; narrow "${path}" to /8 or longer.`);
const trusted = (path = `${acls}.bypass`) =>
  violation(rule, `${subject} lets trusted Azure services pass the firewall; set "${path}" to None.`);
const strict = { allowTrustedServices: false };

testRule(rule, [
  { title: "accepts a vault that denies by default", resource: vault, expect: "passes" },
  {
    title: "accepts the word in another case",
    resource: change(vault, `${acls}.defaultAction`, "deny"),
    expect: "passes",
  },
  {
    title: "rejects a vault that allows by default",
    resource: change(vault, `${acls}.defaultAction`, "Allow"),
    expect: [open()],
  },
  {
    title: "rejects rules without a default",
    resource: change(vault, `${acls}.defaultAction`, undefined),
    expect: [open()],
  },
  { title: "rejects a vault without rules", resource: change(vault, acls, undefined), expect: [open()] },
  {
    title: "rejects rules of a kind that Azure does not have",
    resource: change(vault, acls, "Deny"),
    expect: [open()],
  },
  ...vaultTokens.map((type) => ({
    title: `knows a vault as ${type}`,
    resource: { ...change(vault, acls, undefined), type },
    expect: [open()],
  })),
  {
    title: "rejects a rule that admits every address",
    resource: change(vault, `${acls}.ipRules.0.value`, "0.0.0.0/0"),
    expect: [wide(`${acls}.ipRules[0].value`)],
  },
  {
    title: "reports an open default and an open rule",
    resource: change(change(vault, `${acls}.defaultAction`, "Allow"), `${acls}.ipRules.0.value`, "0.0.0.0/0"),
    expect: [open(), wide(`${acls}.ipRules[0].value`)],
  },
  {
    title: "rejects a rule that admits half of the internet",
    resource: change(vault, `${acls}.ipRules.0.value`, "0.0.0.0/1"),
    expect: [wide(`${acls}.ipRules[0].value`)],
  },
  {
    title: "rejects a rule one bit too wide",
    resource: change(vault, `${acls}.ipRules.0.value`, "10.0.0.0/7"),
    expect: [wide(`${acls}.ipRules[0].value`)],
  },
  {
    title: "accepts the widest range",
    resource: change(vault, `${acls}.ipRules.0.value`, "12.0.0.0/8"),
    expect: "passes",
  },
  {
    title: "waits for an address that is decided in the update",
    resource: change(vault, `${acls}.ipRules.0.value`, unknown.string),
    expect: [undecided(rule, subject, `${acls}.ipRules[0].value`)],
  },
  {
    title: "accepts a closed firewall before it knows whether public access is off",
    resource: change(vault, "properties.publicNetworkAccess", unknown.string),
    expect: "passes",
  },
  {
    title: "accepts a vault without public access, whatever its rules",
    resource: change(change(vault, acls, undefined), "properties.publicNetworkAccess", "disabled"),
    expect: "passes",
  },
  {
    title: "rejects a vault with public access and no rules",
    resource: change(change(vault, acls, undefined), "properties.publicNetworkAccess", "Enabled"),
    expect: [open()],
  },
  {
    title: "waits for rules that are decided in the update",
    resource: change(vault, acls, unknown.object),
    expect: [undecided(rule, subject, `${acls}.defaultAction`)],
  },
  {
    title: "waits for public access where it decides",
    resource: change(change(vault, acls, undefined), "properties.publicNetworkAccess", unknown.string),
    expect: [undecided(rule, subject, "properties.publicNetworkAccess")],
  },
  {
    title: "says so when the rules are encrypted in stored state",
    resource: change(vault, acls, "[secret]"),
    expect: [undecided(rule, subject, `${acls}.defaultAction`, encrypted)],
  },
  {
    title: "accepts trusted services unless told otherwise",
    resource: change(vault, `${acls}.bypass`, "AzureServices"),
    expect: "passes",
  },
  {
    title: "rejects trusted services where they are not allowed",
    resource: change(vault, `${acls}.bypass`, "AzureServices"),
    options: strict,
    expect: [trusted()],
  },
  {
    title: "rejects a missing bypass where trusted services are not allowed, for they are Azure's default",
    resource: change(vault, `${acls}.bypass`, undefined),
    options: strict,
    expect: [trusted()],
  },
  {
    title: "accepts a vault closed to trusted services as well",
    resource: vault,
    options: strict,
    expect: "passes",
  },
  {
    title: "waits for a bypass that is decided in the update",
    resource: change(vault, `${acls}.bypass`, unknown.string),
    options: strict,
    expect: [undecided(rule, subject, `${acls}.bypass`)],
  },
  ...classicVaultTokens.flatMap((type) => [
    {
      title: `accepts a closed vault as ${type}`,
      resource: { ...classicVault, type },
      expect: "passes" as const,
    },
    {
      title: `rejects an open vault as ${type}`,
      resource: { ...change(classicVault, "networkAcls.defaultAction", "Allow"), type },
      expect: [open("networkAcls.defaultAction")],
    },
    {
      title: `rejects a rule for every address as ${type}`,
      resource: { ...change(classicVault, "networkAcls.ipRules.0", "0.0.0.0/0"), type },
      expect: [wide("networkAcls.ipRules[0]")],
    },
    {
      title: `accepts a vault without public access as ${type}`,
      resource: {
        ...change(change(classicVault, "networkAcls", undefined), "publicNetworkAccessEnabled", false),
        type,
      },
      expect: "passes" as const,
    },
  ]),
  {
    title: "leaves storage accounts alone",
    resource: { type: "azure-native:storage:StorageAccount", name: "logs", props: {} },
    expect: "not applicable",
  },
]);
