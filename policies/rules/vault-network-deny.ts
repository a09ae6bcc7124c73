/** A key vault refuses every network that is not named. */
import { classicVault } from "../azure-types";
import { addressOf, isTooWide, widestRange } from "../ip-rules";
import { Property } from "../property";
import { nativeVault } from "../resource-types";
import { defineRule, Subject } from "../rule";

export const vaultNetworkDeny = defineRule({
  id: "vault-network-deny",
  name: "Vaults closed to unknown networks",
  description: "The firewall of every key vault denies by default, or public network access is off.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Azure Landing Zones",
    version: "1.0.0",
    reference: "Enforce-Guardrails-KeyVault_20260203",
    specification:
      "Key vaults have the firewall enabled or public network access disabled (KvFirewallEnabled).",
  },
  tags: ["vault", "network", "alz:Enforce-Guardrails-KeyVault_20260203"],
  remediationSteps: [
    'Set "defaultAction" of "networkAcls" to Deny and name the networks that need the vault in "ipRules" or "virtualNetworkRules".',
    "Or turn public network access off and reach the vault through a private endpoint.",
  ],
  url: "https://learn.microsoft.com/azure/key-vault/general/network-security",
  options: {
    allowTrustedServices: {
      type: "boolean",
      default: true,
      description:
        "Whether trusted Azure services may pass the firewall (`bypass` AzureServices, as by default).",
    },
  },
  appliesTo: [nativeVault, classicVault],
  // Who has turned public access off needs no firewall, and who has decided about neither gets the closed door.
  remedies(subject) {
    if (isPrivate(publicAccessOf(subject))) return [];
    const top = subject.is(nativeVault) ? ["properties"] : [];
    return [{ path: [...top, "networkAcls", "defaultAction"], value: "Deny" }];
  },
  check(subject, report, { allowTrustedServices }) {
    const top = subject.is(nativeVault) ? subject.properties.at("properties") : subject.properties;
    const rules = top.at("networkAcls");
    const publicAccess = publicAccessOf(subject);
    const defaultAction = rules.at("defaultAction");
    const bypass = rules.at("bypass");

    if (!isPrivate(publicAccess)) {
      const undecided = [defaultAction, publicAccess].find((property) => property.isUndecided);
      if (!defaultAction.isText("Deny")) {
        if (undecided !== undefined) report.undecided(undecided);
        else report.violation(`is open to every network; set "${defaultAction.path}" to Deny.`);
      }
      for (const address of rules.at("ipRules").elements().map(addressOf)) {
        if (address.isUndecided && !defaultAction.isUndecided) report.undecided(address);
        if (!isTooWide(address)) continue;
        report.violation(
          `admits whole parts of the internet; narrow "${address.path}" to ${widestRange} or longer.`,
        );
      }
    }
    if (allowTrustedServices) return;
    if (bypass.isUndecided) report.undecided(bypass);
    else if (!bypass.isText("None")) {
      report.violation(`lets trusted Azure services pass the firewall; set "${bypass.path}" to None.`);
    }
  },
});

/** Public access off overrides the firewall: only private endpoints and trusted services remain. */
function isPrivate(publicAccess: Property): boolean {
  return publicAccess.isText("Disabled") || publicAccess.is(false);
}

function publicAccessOf(vault: Subject): Property {
  return vault.is(nativeVault)
    ? vault.properties.at("properties", "publicNetworkAccess")
    : vault.properties.at("publicNetworkAccessEnabled");
}
