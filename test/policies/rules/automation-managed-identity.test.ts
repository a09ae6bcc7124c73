import { automationAccount, nativeTokens } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "automation-managed-identity";
const subject = 'Automation account "jobs"';
const bare = violation(rule, `${subject} has no managed identity; set "identity.type" to SystemAssigned.`);
const keys = (path = "disableLocalAuth", value = "true") =>
  violation(rule, `${subject} lets callers in with its keys; set "${path}" to ${value}.`);
const classic: ResourceInput = {
  type: "azure:automation/account:Account",
  name: "jobs",
  props: { identity: { type: "SystemAssigned" }, localAuthenticationEnabled: false },
};

testRule(rule, [
  { title: "accepts an identity and no keys", resource: automationAccount, expect: "passes" },
  ...["UserAssigned", "SystemAssigned, UserAssigned", "systemassigned"].map((type) => ({
    title: `accepts the identity ${type}`,
    resource: change(automationAccount, "identity.type", type),
    expect: "passes" as const,
  })),
  ...["None", "", undefined].map((type) => ({
    title: `rejects the identity ${type === undefined ? "that is missing" : JSON.stringify(type)}`,
    resource: change(automationAccount, "identity.type", type),
    expect: [bare],
  })),
  ...nativeTokens("automation", "AutomationAccount").map((type) => ({
    title: `reports both in ${type}`,
    resource: { ...automationAccount, type, props: {} },
    expect: [bare, keys()],
  })),
  {
    title: "accepts keys where they are meant",
    resource: change(automationAccount, "disableLocalAuth", false),
    options: { allowLocalAuthentication: true },
    expect: "passes",
  },
  {
    title: "rejects keys that are on",
    resource: change(automationAccount, "disableLocalAuth", false),
    expect: [keys()],
  },
  {
    title: "waits for an identity that is decided in the update",
    resource: change(automationAccount, "identity", unknown.object),
    expect: [undecided(rule, subject, "identity.type")],
  },
  {
    title: "says so when the switch is encrypted in stored state",
    resource: change(automationAccount, "disableLocalAuth", "[secret]"),
    expect: [undecided(rule, subject, "disableLocalAuth", encrypted)],
  },
  { title: "accepts a classic account with both", resource: classic, expect: "passes" },
  {
    title: "reports both in a classic account",
    resource: { ...classic, props: {} },
    expect: [bare, keys("localAuthenticationEnabled", "false")],
  },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
