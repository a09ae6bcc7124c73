import { nativeTokens, vaultReader } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "vault-role-scope";
const subject = 'Role assignment "reader"';
const wide = (limit = "the single secret") => [
  violation(rule, `${subject} opens more than it has to; narrow "scope" to ${limit}.`),
];
const group = "/subscriptions/8/resourceGroups/identities";
const wholeVault = `${group}/providers/Microsoft.KeyVault/vaults/kv-billing-prod`;
const on = (scope: unknown, resource = vaultReader) => change(resource, "scope", scope);
const role = (id: unknown, resource = vaultReader) => change(resource, "roleDefinitionId", id);
const vaultScope = { widestScope: "vault" };
const classic: ResourceInput = {
  type: "azure:authorization/assignment:Assignment",
  name: "reader",
  props: { scope: `${wholeVault}/secrets/billing`, roleDefinitionName: "Key Vault Secrets User" },
};

testRule(rule, [
  { title: "accepts a role on a single secret", resource: vaultReader, expect: "passes" },
  ...["keys", "certificates"].map((kind) => ({
    title: `accepts a role on one of the ${kind}`,
    resource: on(`${wholeVault}/${kind}/billing`),
    expect: "passes" as const,
  })),
  ...nativeTokens("authorization", "RoleAssignment").map((type) => ({
    title: `rejects a role on the vault in ${type}`,
    resource: { ...on(wholeVault), type },
    expect: wide(),
  })),
  {
    title: "accepts a role on the vault where that is the limit",
    resource: on(wholeVault.toLowerCase()),
    options: vaultScope,
    expect: "passes",
  },
  ...[group, "/subscriptions/8", "/", ""].map((scope) => ({
    title: `rejects the scope ${JSON.stringify(scope)} where the vault is the limit`,
    resource: on(scope),
    options: vaultScope,
    expect: wide("one vault"),
  })),
  ...[
    "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "A4417E6F-FECD-4DE8-B567-7B0420556985",
    "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "12338af0-0e69-4776-bea7-57ae8d297424",
    "8b54135c-b56d-4d72-a534-26097cfdc8d8",
  ].map((id) => ({
    title: `knows the role ${id}`,
    resource: role(`/providers/Microsoft.Authorization/roleDefinitions/${id}`, on(wholeVault)),
    expect: wide(),
  })),
  {
    title: "leaves other roles alone",
    resource: role("/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7", on(group)),
    expect: "passes",
  },
  {
    title: "waits for a scope that is decided in the update",
    resource: on(unknown.string),
    expect: [undecided(rule, subject, "scope")],
  },
  {
    title: "says so when the scope is encrypted in stored state",
    resource: on("[secret]"),
    expect: [undecided(rule, subject, "scope", encrypted)],
  },
  {
    title: "waits for a role on a vault that is decided in the update",
    resource: role(unknown.string, on(wholeVault)),
    expect: [undecided(rule, subject, "roleDefinitionId")],
  },
  {
    title: "says nothing while neither role nor scope is known",
    resource: role(unknown.string, on(unknown.string)),
    expect: "passes",
  },
  { title: "accepts a classic assignment on a single secret", resource: classic, expect: "passes" },
  {
    title: "rejects a classic assignment on the vault, by the name of its role",
    resource: change(classic, "scope", wholeVault),
    expect: wide(),
  },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
