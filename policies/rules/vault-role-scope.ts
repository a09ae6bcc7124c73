/** Whoever may read credentials in a vault may read their own, and no others. */
import { classicRoleAssignment, nativeRoleAssignment } from "../azure-types";
import { Property } from "../property";
import { defineRule } from "../rule";
import { vaultRoles } from "../vault-roles";

const widths = ["secret", "vault"] as const;

export const vaultRoleScope = defineRule({
  id: "vault-role-scope",
  name: "Vault roles on single secrets",
  description:
    "A role that reads the content of a key vault is assigned on a single secret, not on more than that.",
  severity: "medium",
  // A vault for each application makes the scope of the vault as good: the team decides.
  level: "advisory",
  framework: {
    name: "Microsoft cloud security benchmark",
    version: "1",
    reference: "PA-7",
    specification: "Follow just enough administration (least privilege) principle.",
  },
  tags: ["vault", "access", "mcsb:PA-7"],
  remediationSteps: [
    'Set "scope" to the id of the secret.',
    'Where each application has a vault of its own, set the option "widestScope" to vault.',
  ],
  url: "https://learn.microsoft.com/azure/key-vault/general/rbac-guide#secret-scope-role-assignment",
  options: {
    widestScope: {
      type: "string",
      enum: widths,
      default: "secret",
      description: "The widest scope accepted: a single secret, key or certificate, or one vault.",
    },
  },
  appliesTo: [nativeRoleAssignment, classicRoleAssignment],
  check({ properties }, report, { widestScope }) {
    const [scope, role, name] = ["scope", "roleDefinitionId", "roleDefinitionName"].map((each) =>
      properties.at(each),
    );
    if (!scope || !role || !name) return;
    const isVaultRole = Object.entries(vaultRoles).some(
      ([id, title]) => role.text?.toLowerCase().endsWith(id) || name.isText(title),
    );
    const isAboutVault = /\/microsoft\.keyvault\//i.test(scope.text ?? "");
    if (!isVaultRole) {
      // With neither known it may be any assignment: the update will tell.
      if (role.isUndecided && isAboutVault && widthOf(scope) !== "secret") report.undecided(role);
      return;
    }
    if (scope.isUndecided) report.undecided(scope);
    else if (widthOf(scope) !== "secret" && widthOf(scope) !== widestScope) {
      const limit = widestScope === "vault" ? "one vault" : "the single secret";
      report.violation(`opens more than it has to; narrow "${scope.path}" to ${limit}.`);
    }
  },
});

function widthOf(scope: Property): (typeof widths)[number] | "wider" {
  const path = /\/providers\/microsoft\.keyvault\/vaults\/[^/]+(\/[a-z]+\/[^/]+)?/i.exec(scope.text ?? "");
  if (path === null) return "wider";
  return path.at(1) === undefined ? "vault" : "secret";
}
