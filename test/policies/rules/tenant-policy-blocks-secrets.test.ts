import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { application, change, tenantPolicy } from "../samples";

const rule = "tenant-policy-blocks-secrets";
const subject = 'Tenant policy "tenant"';
const scopes = ["applicationRestrictions", "servicePrincipalRestrictions"] as const;
const types = ["passwordAddition", "symmetricKeyAddition"] as const;
const missing = (scope: string, type: string) =>
  violation(rule, `${subject} does not block ${type}: enable it under "${scope}.passwordCredentials".`);
const off = (scope: string, type: string, index: number) =>
  violation(
    rule,
    `${subject} does not block ${type}: set "${scope}.passwordCredentials[${index}].state" to enabled.`,
  );
const exempt = (scope: string, type: string, index: number) =>
  violation(
    rule,
    `${subject} exempts older applications from ${type}: remove ` +
      `"${scope}.passwordCredentials[${index}].restrictForAppsCreatedAfterDateTime" or set an earlier date.`,
  );
const cutOff = (date: unknown) =>
  change(
    tenantPolicy,
    "applicationRestrictions.passwordCredentials.0.restrictForAppsCreatedAfterDateTime",
    date,
  );
/** What rule tenant-policy-not-weakened says to the same sample. */
const weakened = (what: string) => violation("tenant-policy-not-weakened", `${subject} ${what}`);
const late = [exempt("applicationRestrictions", "passwordAddition", 0)];

testRule(rule, [
  { title: "accepts a policy that blocks both for both", resource: tenantPolicy, expect: "passes" },
  {
    title: "accepts a policy whose switch is left at its default, on",
    resource: change(tenantPolicy, "isEnabled", undefined),
    expect: "passes",
  },
  {
    title: "rejects a policy that is off",
    resource: change(tenantPolicy, "isEnabled", false),
    expect: [violation(rule, `${subject} is off; set "isEnabled" to true.`)],
  },
  ...scopes.flatMap((scope) => [
    {
      title: `rejects missing ${scope}`,
      resource: change(tenantPolicy, scope, undefined),
      expect: types.map((type) => missing(scope, type)),
    },
    {
      title: `rejects ${scope} without restrictions`,
      resource: change(tenantPolicy, `${scope}.passwordCredentials`, []),
      expect: types.map((type) => missing(scope, type)),
    },
    ...types.flatMap((type, index) => [
      {
        title: `rejects ${type} turned off in ${scope}`,
        resource: change(tenantPolicy, `${scope}.passwordCredentials.${index}.state`, "disabled"),
        expect: [off(scope, type, index)],
      },
      {
        title: `rejects ${type} without a state in ${scope}`,
        resource: change(tenantPolicy, `${scope}.passwordCredentials.${index}.state`, undefined),
        expect: [off(scope, type, index)],
      },
      {
        title: `rejects another restriction in the place of ${type} in ${scope}`,
        resource: change(
          tenantPolicy,
          `${scope}.passwordCredentials.${index}.restrictionType`,
          "customPasswordAddition",
        ),
        expect: [missing(scope, type)],
        others: [
          weakened(
            `restricts one scope only; repeat the entry of "${scope}.passwordCredentials[${index}].restrictionType" ` +
              `under "${scopes.find((each) => each !== scope) ?? ""}.passwordCredentials".`,
          ),
        ],
      },
    ]),
  ]),
  {
    title: "rejects a second entry that turns the first one off",
    resource: change(tenantPolicy, "applicationRestrictions.passwordCredentials.2", {
      restrictionType: "passwordAddition",
      state: "disabled",
    }),
    expect: [off("applicationRestrictions", "passwordAddition", 2)],
    others: [
      weakened(
        'declares a restriction twice; remove "applicationRestrictions.passwordCredentials[2].restrictionType" or the one before.',
      ),
    ],
  },
  {
    title: "rejects an exemption of older applications",
    resource: cutOff("2025-01-01T00:00:00Z"),
    expect: late,
  },
  { title: "rejects a cut-off that is no date", resource: cutOff("the beginning"), expect: late },
  {
    title: "accepts the date that stands for none",
    resource: cutOff("0001-01-01T00:00:00Z"),
    expect: "passes",
  },
  {
    title: "rejects a second after the date that stands for none",
    resource: cutOff("0001-01-01T00:00:01Z"),
    expect: late,
  },
  { title: "accepts an absent cut-off", resource: cutOff(null), expect: "passes" },
  {
    title: "accepts a cut-off up to the date that is allowed",
    resource: cutOff("2025-01-01T00:00:00Z"),
    options: { latestCutOff: "2025-01-01T00:00:00Z" },
    expect: "passes",
  },
  {
    title: "rejects a cut-off after the date that is allowed",
    resource: cutOff("2025-01-01T00:00:01Z"),
    options: { latestCutOff: "2025-01-01T00:00:00Z" },
    expect: late,
  },
  {
    title: "waits for a switch that is decided in the update",
    resource: change(tenantPolicy, "isEnabled", unknown.boolean),
    expect: [undecided(rule, subject, "isEnabled")],
  },
  {
    title: "waits for a state that is decided in the update",
    resource: change(tenantPolicy, "applicationRestrictions.passwordCredentials.1.state", unknown.string),
    expect: [undecided(rule, subject, "applicationRestrictions.passwordCredentials[1].state")],
  },
  {
    title: "waits for a cut-off that is decided in the update",
    resource: cutOff(unknown.string),
    expect: [
      undecided(
        rule,
        subject,
        "applicationRestrictions.passwordCredentials[0].restrictForAppsCreatedAfterDateTime",
      ),
    ],
  },
  {
    title: "waits for an entry that may be the missing one",
    resource: change(tenantPolicy, "applicationRestrictions.passwordCredentials.1", unknown.object),
    expect: [undecided(rule, subject, "applicationRestrictions.passwordCredentials[1].restrictionType")],
    others: [
      undecided("tenant-policy-not-weakened", subject, "applicationRestrictions.passwordCredentials[1]"),
    ],
  },
  {
    title: "says so when a restriction is encrypted in stored state",
    resource: change(tenantPolicy, "isEnabled", "[secret]"),
    expect: [undecided(rule, subject, "isEnabled", encrypted)],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
