/** A key vault keeps what is deleted until its retention period is over, whoever asks. */
import { classicVault } from "../azure-types";
import { nativeVault } from "../resource-types";
import { defineRule, Subject } from "../rule";

export const vaultPurgeProtection = defineRule({
  id: "vault-purge-protection",
  name: "Vaults with purge protection",
  description:
    "Purge protection is on for every key vault, so that no one can destroy the keys applications sign in with.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Azure Landing Zones",
    version: "1.0.0",
    reference: "Enforce-Guardrails-KeyVault_20260203",
    specification: "Key vaults have deletion protection enabled (KvPurgeProtection).",
  },
  tags: ["vault", "alz:Enforce-Guardrails-KeyVault_20260203", "cis-azure-6:8.3.5"],
  remediationSteps: [
    'Set "properties.enablePurgeProtection" (in the classic provider "purgeProtectionEnabled") to true.',
    "Mind that it cannot be turned off again and that the vault's name stays taken while the deleted vault is retained.",
  ],
  url: "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview#purge-protection",
  options: {},
  appliesTo: [nativeVault, classicVault],
  remedies: (subject) => [{ path: pathIn(subject), value: true }],
  check(subject, report) {
    const protection = subject.properties.at(...pathIn(subject));
    if (protection.isUndecided) report.undecided(protection);
    else if (!protection.is(true)) {
      report.violation(`can be purged with all its content; set "${protection.path}" to true.`);
    }
  },
});

function pathIn(vault: Subject): readonly string[] {
  return vault.is(nativeVault) ? ["properties", "enablePurgeProtection"] : ["purgeProtectionEnabled"];
}
