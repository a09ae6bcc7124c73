/** Who may read a key vault is decided by role assignments, not by a list inside the vault. */
import { classicVault, nativeVault } from "../resource-types";
import { defineRule } from "../rule";

export const vaultRbacAuthorization = defineRule({
  id: "vault-rbac-authorization",
  name: "Vaults with role-based access",
  description:
    "Every key vault takes its permissions from Azure role assignments instead of access policies.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Azure Landing Zones",
    version: "20260203",
    reference: "Enforce-Guardrails-KeyVault",
    specification: "Key vaults should use the role-based access control permission model.",
  },
  tags: ["vault", "access", "alz:Enforce-Guardrails-KeyVault"],
  remediationSteps: [
    'Set "properties.enableRbacAuthorization" (in the classic provider "rbacAuthorizationEnabled") to true.',
    "Before that, give everyone who uses the vault a role on the single secrets: access policies stop working at once.",
  ],
  url: "https://learn.microsoft.com/azure/key-vault/general/rbac-guide",
  options: {},
  appliesTo: [nativeVault, classicVault],
  check(subject, report) {
    const { properties } = subject;
    const current = properties.at("rbacAuthorizationEnabled");
    // The classic provider renamed its property and still reads the old name.
    const classic = current.isPresent ? current : properties.at("enableRbacAuthorization");
    const isNative = subject.is(nativeVault);
    const model = isNative ? properties.at("properties", "enableRbacAuthorization") : classic;
    if (model.isUndecided) report.undecided(model);
    else if (!model.is(true)) {
      const path = isNative || model.isPresent ? model.path : current.path;
      report.violation(`takes its permissions from access policies; set "${path}" to true and assign roles.`);
    }
  },
  remedies: (subject) => [
    {
      path: subject.is(nativeVault)
        ? ["properties", "enableRbacAuthorization"]
        : ["rbacAuthorizationEnabled"],
      value: true,
    },
  ],
});
