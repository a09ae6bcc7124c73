/** Which way a change around an application or its vault goes, how bad it is, and what it reads like. */
import {
  apiAccessDifferences,
  applicationDifferences,
  federationDifferences,
  ownerDifferences,
  roleDifferences,
} from "../../../cli/review/trust/application";
import { vaultDifferences } from "../../../cli/review/trust/vault";
import type { Values } from "../../../cli/review/values";
import { ID, OTHER, SECRET, table, UNKNOWN } from "./trust-table";

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
