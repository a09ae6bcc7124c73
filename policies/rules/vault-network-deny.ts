/** A key vault refuses every network that is not named. */
import { Property } from "../property";
import { classicVault, nativeVault } from "../resource-types";
import { defineRule, Subject } from "../rule";

/** Two ranges of /1 are every address; nobody but a registry owns more than a /8. */
const widestPrefix = 8;
const widest = `/${widestPrefix}`;

export const vaultNetworkDeny = defineRule({
  id: "vault-network-deny",
  name: "Vaults closed to unknown networks",
  description: "The firewall of every key vault denies by default, or public network access is off.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Azure Landing Zones",
    version: "20260203",
    reference: "Enforce-Guardrails-KeyVault",
    specification: "Key vaults should have the firewall enabled or public network access disabled.",
  },
  tags: ["vault", "network", "alz:Enforce-Guardrails-KeyVault"],
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
        "Whether trusted Azure services may pass the firewall (`bypass` AzureServices, also Azure's default).",
    },
  },
  appliesTo: [nativeVault, classicVault],
  // Who has turned public access off needs no firewall, and who has decided about neither gets the closed door.
  remedies(subject) {
    const top = subject.is(nativeVault) ? ["properties"] : [];
    const isPrivate = publicAccessOf(subject).isText("Disabled") || publicAccessOf(subject).is(false);
    return isPrivate ? [] : [{ path: [...top, "networkAcls", "defaultAction"], value: "Deny" }];
  },
  check(subject, report, { allowTrustedServices }) {
    const top = subject.is(nativeVault) ? subject.properties.at("properties") : subject.properties;
    const rules = top.at("networkAcls");
    const publicAccess = publicAccessOf(subject);
    const defaultAction = rules.at("defaultAction");
    const bypass = rules.at("bypass");

    // Public access off overrides the firewall: only private endpoints and trusted services remain.
    const isPrivate = publicAccess.isText("Disabled") || publicAccess.is(false);
    if (!isPrivate) {
      const undecided = [defaultAction, publicAccess].find((property) => property.isUndecided);
      if (!defaultAction.isText("Deny")) {
        if (undecided !== undefined) report.undecided(undecided);
        else report.violation(`is open to every network; set "${defaultAction.path}" to Deny.`);
      }
      for (const address of rules.at("ipRules").elements().map(addressOf)) {
        if (address.isUndecided && !defaultAction.isUndecided) report.undecided(address);
        if (!isTooWide(address)) continue;
        report.violation(
          `admits whole parts of the internet; narrow "${address.path}" to ${widest} or longer.`,
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

function publicAccessOf(vault: Subject): Property {
  return vault.is(nativeVault)
    ? vault.properties.at("properties", "publicNetworkAccess")
    : vault.properties.at("publicNetworkAccessEnabled");
}

/** Azure Native has objects with a value, the classic provider plain strings. */
function addressOf(rule: Property): Property {
  return rule.text === undefined ? rule.at("value") : rule;
}

function isTooWide(address: Property): boolean {
  const prefix = /\/(\d+)\s*$/.exec(address.text ?? "")?.[1];
  return prefix !== undefined && Number(prefix) < widestPrefix;
}
