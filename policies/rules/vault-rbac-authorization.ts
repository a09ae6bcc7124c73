/** Who may read a key vault is decided by role assignments, not by a list inside the vault. */
import { classicVault } from "../azure-types";
import { nativeVault } from "../resource-types";
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
    version: "1.0.0",
    reference: "Enforce-Guardrails-KeyVault_20260203",
    specification: "Key vaults use the role-based access control permission model (Deny-KV-without-ArmRbac).",
  },
  tags: ["vault", "access", "alz:Enforce-Guardrails-KeyVault_20260203", "cis-azure-6:8.3.6"],
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
