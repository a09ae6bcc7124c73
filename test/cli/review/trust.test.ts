/** Which way a change of a trust boundary goes, how bad it is, and what it reads like: one table for each kind. */
import assert from "node:assert/strict";
import type { PlannedResource } from "../../../cli/review/resources";
import { appManagementDifferences } from "../../../cli/review/trust/app-management";
import {
  apiAccessDifferences,
  applicationDifferences,
  federationDifferences,
  ownerDifferences,
  roleDifferences,
} from "../../../cli/review/trust/application";
import type { Watch } from "../../../cli/review/trust/change";
import {
  conditionalAccessDifferences,
  namedLocationDifferences,
} from "../../../cli/review/trust/conditional-access";
import { vaultDifferences } from "../../../cli/review/trust/vault";
import type { Values } from "../../../cli/review/values";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SECRET = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};
const ID = "0a0e0000-0000-4000-8000-000000000001";

function resource(before: Values | undefined, after: Values | undefined): PlannedResource {
  const sides = (inputs: Values | undefined) => inputs && { inputs, outputs: {} };
  return {
    ...{
      urn: "urn:pulumi:prod::p::t:m:T::name",
      type: "t:m:T",
      name: "name",
      parent: undefined,
      id: undefined,
    },
    operation: before === undefined ? "create" : after === undefined ? "delete" : "update",
    ...{ before: sides(before), after: sides(after), dependencies: {}, frames: [], goesFirst: false },
  };
}

/** `field: before → after, direction, severity` of each difference. */
function seen(watch: Watch, before: Values | undefined, after: Values | undefined): string[] {
  return watch(resource(before, after)).map(
    (each) =>
      `${each.field}: ${each.before ?? "-"} → ${each.after ?? "-"}, ${each.direction}, ${each.severity}`,
  );
}

type Row = readonly [
  situation: string,
  before: Values | undefined,
  after: Values | undefined,
  ...expected: string[],
];

function table(kind: string, watch: Watch, rows: readonly Row[]): void {
  describe(kind, () => {
    for (const [situation, before, after, ...expected] of rows) {
      it(situation, () => {
        assert.deepEqual(seen(watch, before, after), expected);
      });
    }
  });
}

const policy = (state: string, maxLifetime = "P180D", more: Values = {}): Values => ({
  applicationRestrictions: {
    passwordCredentials: [{ restrictionType: "passwordAddition", state }],
    keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime, ...more }],
  },
});

table("the tenant's app management policy", appManagementDifferences, [
  ["that stays as it is says nothing", policy("enabled"), policy("enabled")],
  [
    "that lets client secrets in again is critical",
    policy("enabled"),
    policy("disabled"),
    "applicationRestrictions.passwordAddition: enabled → disabled, loosens, critical",
  ],
  [
    "that forbids them tightens",
    policy("disabled"),
    policy("enabled"),
    "applicationRestrictions.passwordAddition: disabled → enabled, tightens, low",
  ],
  [
    "with longer lives loosens",
    policy("enabled", "P180D"),
    policy("enabled", "P1Y"),
    "applicationRestrictions.asymmetricKeyLifetime.maxLifetime: P180D → P1Y, loosens, high",
  ],
  [
    "with shorter lives tightens, in whatever units",
    policy("enabled", "P6M"),
    policy("enabled", "P90D"),
    "applicationRestrictions.asymmetricKeyLifetime.maxLifetime: P6M → P90D, tightens, low",
  ],
  [
    "that lets older applications off loosens",
    policy("enabled", "P180D", { restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z" }),
    policy("enabled", "P180D", { restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" }),
    "applicationRestrictions.asymmetricKeyLifetime.restrictForAppsCreatedAfterDateTime: all applications → 2026-01-01, loosens, high",
  ],
  [
    "that is suspended is critical",
    { isEnabled: true },
    { isEnabled: false },
    "isEnabled: in force → suspended, loosens, critical",
  ],
  [
    "that forgets a restriction is critical",
    policy("enabled"),
    {},
    "applicationRestrictions.asymmetricKeyLifetime: enabled → not declared, loosens, high",
    "applicationRestrictions.passwordAddition: enabled → not declared, loosens, critical",
  ],
  [
    "that is deleted is critical",
    policy("enabled"),
    undefined,
    "policy: declared → taken back, loosens, critical",
  ],
  [
    "that is deleted and kept changes hands",
    { ...policy("enabled"), onDelete: "keep" },
    undefined,
    "policy: declared → kept in the tenant, changes, medium",
  ],
  ["that is new tightens", undefined, policy("enabled"), "policy: - → 2 restrictions enabled, tightens, low"],
  [
    "with a restriction named by a stranger is read by its name alone",
    {},
    { applicationRestrictions: { passwordCredentials: [{ restrictionType: "<b>", state: "enabled" }] } },
  ],
]);

const access = (
  state: string,
  conditions: Values = {},
  grantControls: Values = { builtInControls: ["block"] },
): Values => ({ state, conditions, grantControls });
const targets = (...includedServicePrincipals: unknown[]): Values => ({
  clientApplications: { includedServicePrincipals },
});
const places = (includedLocations: unknown, excludedLocations: unknown): Values => ({
  locations: { includedLocations, excludedLocations },
});
const OTHER = "0a0e0000-0000-4000-8000-000000000002";
const REPORT = "enabledForReportingButNotEnforced";

table("a Conditional Access policy", conditionalAccessDifferences, [
  [
    "that is enforced has to be looked at",
    access(REPORT),
    access("enabled"),
    "state: report-only → enforced, tightens, medium",
  ],
  [
    "that only reports again is critical",
    access("enabled"),
    access(REPORT),
    "state: enforced → report-only, loosens, critical",
  ],
  [
    "that is switched off is critical",
    access("enabled"),
    access("disabled"),
    "state: enforced → off, loosens, critical",
  ],
  [
    "that only reported and is switched off loosens",
    access(REPORT),
    access("disabled"),
    "state: report-only → off, loosens, medium",
  ],
  [
    "that is deleted while enforced is critical",
    access("enabled"),
    undefined,
    "state: enforced → deleted, loosens, critical",
  ],
  ["that is new tightens", undefined, access(REPORT), "state: - → report-only, tightens, low"],
  [
    "that no longer binds somebody loosens",
    access("enabled", targets(ID, OTHER)),
    access("enabled", targets(ID)),
    `included service principals: ${ID}, ${OTHER} → ${ID}, loosens, high`,
  ],
  [
    "that binds somebody more tightens",
    access("enabled", targets(ID)),
    access("enabled", targets(ID, OTHER)),
    `included service principals: ${ID} → ${ID}, ${OTHER}, tightens, low`,
  ],
  [
    "that is about somebody not made yet is told so",
    access("enabled", targets(ID)),
    access("enabled", targets(ID, UNKNOWN)),
    `included service principals: ${ID} → ${ID}, new 1 (known at update), tightens, low`,
  ],
  [
    "whose targets are not known at all is told so",
    access("enabled", targets(ID)),
    access("enabled", { clientApplications: { includedServicePrincipals: UNKNOWN } }),
    `included service principals: ${ID} → known at update, changes, medium`,
  ],
  [
    "that is for fewer places is critical when it was for all",
    access("enabled", places(["All"], [ID])),
    access("enabled", places([OTHER], [ID])),
    `included locations: All → ${OTHER}, loosens, critical`,
  ],
  [
    "that lets one more place through loosens",
    access("enabled", places(["All"], [ID])),
    access("enabled", places(["All"], [ID, OTHER])),
    `excluded locations: ${ID} → ${ID}, ${OTHER}, loosens, high`,
  ],
  [
    "that blocks no more is critical",
    access("enabled"),
    access("enabled", {}, { builtInControls: ["mfa"] }),
    "grant controls: block → mfa, loosens, critical",
  ],
]);

const ranges = (...ipRanges: string[]): Values => ({ ip: { ipRanges, trusted: false } });
table("a named location", namedLocationDifferences, [
  [
    "with one more range lets somebody in",
    ranges("198.51.100.0/24"),
    ranges("198.51.100.0/24", "203.0.113.0/24"),
    "ranges: 198.51.100.0/24 → 198.51.100.0/24, 203.0.113.0/24, loosens, medium",
  ],
  [
    "with one less shuts somebody out",
    ranges("198.51.100.0/24", "203.0.113.0/24"),
    ranges("198.51.100.0/24"),
    "ranges: 198.51.100.0/24, 203.0.113.0/24 → 198.51.100.0/24, tightens, low",
  ],
  [
    "with the whole internet is critical",
    ranges("198.51.100.0/24"),
    ranges("0.0.0.0/0"),
    "ranges: 198.51.100.0/24 → 0.0.0.0/0, loosens, critical",
  ],
  [
    "with an eighth-prefix is high",
    ranges(),
    ranges("192.0.0.0/8"),
    "ranges: none → 192.0.0.0/8, loosens, high",
  ],
  [
    "that is trusted loosens",
    ranges("198.51.100.0/24"),
    { ip: { ipRanges: ["198.51.100.0/24"], trusted: true } },
    "trusted: false → true, loosens, medium",
  ],
  ["with text that is no range shows none of it", ranges(), ranges("<script>")],
]);

table("an application", applicationDifferences, [
  [
    "for other organisations loosens",
    { signInAudience: "AzureADMyOrg" },
    { signInAudience: "AzureADMultipleOrgs" },
    "signInAudience: AzureADMyOrg → AzureADMultipleOrgs, loosens, medium",
  ],
  [
    "for its own tenant again tightens",
    { signInAudience: "AzureADMultipleOrgs" },
    {},
    "signInAudience: AzureADMultipleOrgs → AzureADMyOrg, tightens, low",
  ],
  [
    "with another owner instead of one loosens and tightens",
    { owners: [ID] },
    { owners: [OTHER] },
    `owners: no owner → ${OTHER}, loosens, medium`,
    `owners: ${ID} → removed, tightens, low`,
  ],
  [
    "that asks for more names the permission",
    {},
    {
      requiredResourceAccesses: [
        { resourceAccesses: [{ id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" }] },
      ],
    },
    "requiredResourceAccesses: none → User.Read.All, loosens, medium",
  ],
  ["with new words says nothing", { description: "a" }, { description: "b" }],
]);

table("an owner", ownerDifferences, [
  ["that comes loosens", undefined, { ownerObjectId: ID }, `owners: no owner → ${ID}, loosens, medium`],
  ["that goes tightens", { ownerObjectId: ID }, undefined, `owners: ${ID} → removed, tightens, low`],
  [
    "that is not known yet is told so",
    undefined,
    { ownerObjectId: UNKNOWN },
    "owners: no owner → known at update, loosens, medium",
  ],
  [
    "with an id that is a secret is not shown",
    undefined,
    { ownerObjectId: SECRET },
    "owners: no owner → secret, loosens, medium",
  ],
]);

table("a role", roleDifferences, [
  [
    "over a vault is named with its scope",
    undefined,
    {
      roleDefinitionId:
        "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
      scope: "/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/kv",
    },
    "role: none → Key Vault Secrets User on Microsoft.KeyVault/vaults/kv, loosens, medium",
  ],
  [
    "that is taken away tightens",
    { appRoleId: "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8" },
    undefined,
    "role: RoleManagement.ReadWrite.Directory → taken away, tightens, low",
  ],
]);

table("what an application may ask for", apiAccessDifferences, [
  [
    "more of loosens",
    { roleIds: [] },
    { roleIds: ["19dbc75e-c2e2-444c-a770-ec69d8559fc7"] },
    "roleIds: none → Directory.ReadWrite.All, loosens, medium",
  ],
]);

table("a federated credential", federationDifferences, [
  [
    "for another subject changes hands",
    { subject: "repo:a/b:environment:prod" },
    { subject: "repo:a/c:environment:prod" },
    "subject: repo:a/b:environment:prod → repo:a/c:environment:prod, changes, medium",
  ],
  [
    "for every pull request loosens",
    { subject: "repo:a/b:environment:prod" },
    { subject: "repo:a/b:pull_request" },
    "subject: repo:a/b:environment:prod → repo:a/b:pull_request, loosens, high",
  ],
  [
    "of another issuer changes hands",
    { issuer: "https://a.example/" },
    { issuer: "https://b.example/" },
    "issuer: https://a.example/ → https://b.example/, changes, medium",
  ],
  [
    "with a subject nobody knows yet is told so",
    { subject: "a" },
    { subject: UNKNOWN },
    "subject: a → known at update, changes, medium",
  ],
]);

const vault = (properties: Values): Values => ({
  properties: {
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
    networkAcls: { defaultAction: "Deny", bypass: "None", ipRules: [] },
    publicNetworkAccess: "enabled",
    ...properties,
  },
});
const rules = (...values: string[]): Values =>
  vault({
    networkAcls: { defaultAction: "Deny", bypass: "None", ipRules: values.map((value) => ({ value })) },
  });
table("a vault", vaultDifferences, [
  [
    "open to every network loosens",
    vault({}),
    vault({ networkAcls: { defaultAction: "Allow", bypass: "None", ipRules: [] } }),
    "networkAcls.defaultAction: Deny → Allow, loosens, high",
  ],
  [
    "reached from public networks loosens",
    vault({ publicNetworkAccess: "disabled" }),
    vault({}),
    "publicNetworkAccess: disabled → enabled, loosens, high",
  ],
  [
    "with one more range loosens",
    rules(),
    rules("198.51.100.0/24"),
    "networkAcls rules: none → 198.51.100.0/24, loosens, medium",
  ],
  [
    "with the whole internet is critical",
    rules(),
    rules("0.0.0.0/0"),
    "networkAcls rules: none → 0.0.0.0/0, loosens, critical",
  ],
  [
    "without purge protection loosens",
    vault({}),
    vault({ enablePurgeProtection: false }),
    "enablePurgeProtection: true → false, loosens, high",
  ],
  [
    "with policies of its own loosens",
    vault({}),
    vault({ enableRbacAuthorization: false, accessPolicies: [{}] }),
    "enableRbacAuthorization: true → false, loosens, high",
    "accessPolicies: 0 → 1, loosens, medium",
  ],
  [
    "that forgets sooner loosens",
    vault({}),
    vault({ softDeleteRetentionInDays: 7 }),
    "softDeleteRetentionInDays: 90 d → 7 d, loosens, medium",
  ],
  ["that is deleted changes who reads", vault({}), undefined, "vault: deployed → deleted, changes, medium"],
  ["that is new says nothing: the rules do", undefined, vault({})],
]);
