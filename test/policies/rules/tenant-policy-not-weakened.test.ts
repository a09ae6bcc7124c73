import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { application, change, tenantPolicy } from "../samples";

const rule = "tenant-policy-not-weakened";
const subject = 'Tenant policy "tenant"';
const says = (what: string) => violation(rule, `${subject} ${what}`);
const scopes = ["applicationRestrictions", "servicePrincipalRestrictions"];
const certificate = { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" };
const withKeys = (entry: object) =>
  scopes.reduce((policy, scope) => change(policy, `${scope}.keyCredentials`, [entry]), tenantPolicy);
const full = withKeys(certificate);
const path = "applicationRestrictions.keyCredentials";
const inBoth = (what: (scope: string) => string) =>
  scopes.map((scope) => says(what(`${scope}.keyCredentials[0]`)));
const long = (days = 180) =>
  inBoth((at) => `allows credentials too long a life; set "${at}.maxLifetime" to P${days}D or less.`);
const exempt = (at: string) =>
  `exempts older applications; remove "${at}.restrictForAppsCreatedAfterDateTime" or set an earlier date.`;
const secret = { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P365D" };

testRule(rule, [
  { title: "accepts restrictions that are on in both scopes", resource: full, expect: "passes" },
  { title: "accepts a policy that declares no more than blocking", resource: tenantPolicy, expect: "passes" },
  {
    title: "rejects a restriction that is off",
    resource: withKeys({ ...certificate, state: "disabled" }),
    expect: inBoth((at) => `switches a restriction off; set "${at}.state" to enabled.`),
  },
  {
    title: "rejects a restriction without a state",
    resource: withKeys({ ...certificate, state: null }),
    expect: inBoth((at) => `switches a restriction off; set "${at}.state" to enabled.`),
  },
  ...["P181D", "PT4321H", "P1Y", "P7M", "half a year", "P", "PT"].map((maxLifetime) => ({
    title: `rejects a life of ${maxLifetime}`,
    resource: withKeys({ ...certificate, maxLifetime }),
    expect: long(),
  })),
  {
    title: "rejects a missing life",
    resource: withKeys({ ...certificate, maxLifetime: null }),
    expect: long(),
  },
  ...["P180D", "PT4320H", "P25W", "P5M", "P1DT1H1M1S"].map((maxLifetime) => ({
    title: `accepts a life of ${maxLifetime}`,
    resource: withKeys({ ...certificate, maxLifetime }),
    expect: "passes" as const,
  })),
  {
    title: "accepts a longer life where the limit is raised",
    resource: withKeys({ ...certificate, maxLifetime: "P366D" }),
    options: { maxCertificateLifetimeDays: 366 },
    expect: "passes",
  },
  {
    title: "rejects a shorter life where the limit is lowered",
    resource: full,
    options: { maxCertificateLifetimeDays: 90 },
    expect: long(90),
  },
  {
    title: "limits secrets by their own option",
    resource: withKeys(secret),
    options: { maxCertificateLifetimeDays: 366 },
    expect: long(),
  },
  {
    title: "rejects a cut-off date",
    resource: withKeys({ ...certificate, restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" }),
    expect: inBoth(exempt),
  },
  {
    title: "accepts the date that means all",
    resource: withKeys({ ...certificate, restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z" }),
    expect: "passes",
  },
  {
    title: "accepts a date up to that of the roll-out",
    resource: withKeys({ ...certificate, restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" }),
    options: { latestCutOff: "2026-01-01T00:00:00Z" },
    expect: "passes",
  },
  {
    title: "rejects callers that may pass, on every restriction",
    resource: change(full, "applicationRestrictions.passwordCredentials.0.excludeActors", {
      customSecurityAttributes: [{}],
    }),
    expect: [
      says(
        'lets chosen callers pass; remove "applicationRestrictions.passwordCredentials[0].excludeActors".',
      ),
    ],
  },
  {
    title: "leaves blocking itself to the rule about that",
    resource: change(full, "applicationRestrictions.passwordCredentials.0.state", "disabled"),
    expect: "passes",
    others: [
      violation(
        "tenant-policy-blocks-secrets",
        `${subject} does not block passwordAddition: set "applicationRestrictions.passwordCredentials[0].state" to enabled.`,
      ),
    ],
  },
  {
    title: "rejects a restriction of one scope only",
    resource: change(full, "servicePrincipalRestrictions.keyCredentials", []),
    expect: [
      says(
        `restricts one scope only; repeat the entry of "${path}[0].restrictionType" under "servicePrincipalRestrictions.keyCredentials".`,
      ),
    ],
  },
  {
    title: "rejects a type that is declared twice",
    resource: change(full, path, [certificate, certificate]),
    expect: [says(`declares a restriction twice; remove "${path}[1].restrictionType" or the one before.`)],
  },
  {
    title: "rejects a restriction of identifier URIs that is off",
    resource: change(full, "applicationRestrictions.identifierUris", {
      nonDefaultUriAddition: { state: "disabled" },
    }),
    expect: [
      says(
        'switches a restriction off; set "applicationRestrictions.identifierUris.nonDefaultUriAddition.state" to enabled.',
      ),
    ],
  },
  {
    title: "waits for a life that is decided in the update",
    resource: change(full, `${path}.0.maxLifetime`, unknown.string),
    expect: [undecided(rule, subject, `${path}[0].maxLifetime`)],
  },
  {
    title: "waits for a state that is decided in the update",
    resource: change(full, `${path}.0.state`, unknown.string),
    expect: [undecided(rule, subject, `${path}[0].state`)],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
