/** Somebody is told before a secret in a key vault ends. */
import { classicCertificate, classicSecret, classicVault, nativeSecret } from "../azure-types";
import { Property } from "../property";
import { nativeVault } from "../resource-types";
import { defineStackRule } from "../rule";
import { StackResource } from "../stack";
import { byVault, eventSubscriptions } from "../vault-links";

/** https://learn.microsoft.com/azure/event-grid/event-schema-key-vault */
const nearExpiry = /^Microsoft\.KeyVault\.(?:Secret|Certificate)NearExpiry$/i;

export const vaultExpiryAlert = defineStackRule({
  id: "vault-expiry-alert",
  name: "Vaults that announce what ends",
  description: "Every vault in which the stack keeps secrets has a subscription to its near-expiry events.",
  severity: "medium",
  // Alerts are often set up once for all vaults, outside the stack.
  level: "advisory",
  framework: {
    name: "Microsoft cloud security benchmark",
    version: "1",
    reference: "DP-7",
    specification: "Use a secure certificate management process.",
  },
  tags: ["vault", "alert", "mcsb:DP-7"],
  remediationSteps: [
    "Add an Event Grid system topic on the vault and a subscription to Microsoft.KeyVault.SecretNearExpiry.",
    "Let the first secret depend on the subscription: only versions made after it raise the event.",
  ],
  url: "https://learn.microsoft.com/azure/key-vault/general/event-grid-overview",
  options: {},
  appliesTo: [nativeVault, classicVault],
  checkStack(stack, report) {
    const kept = stack.ofType(nativeSecret, classicSecret, classicCertificate);
    const keptIn = byVault(kept, ["vaultName", "keyVaultId"]);
    const subscriptionsOf = eventSubscriptions(stack);
    for (const vault of stack.ofType(nativeVault, classicVault)) {
      if (keptIn(vault).length === 0) continue;
      const subscriptions = subscriptionsOf(vault);
      if (subscriptions.some((each) => announces(eventTypesOf(each)))) continue;
      const unread = subscriptions.find((each) => eventTypesOf(each).isUndecided);
      if (unread !== undefined) report.about(unread).undecided(eventTypesOf(unread));
      else report.about(vault).violation("does not announce what ends; subscribe to its near-expiry events.");
    }
  },
});

/** Without a list a subscription takes all events. */
function announces(types: Property): boolean {
  return !types.isPresent || types.elements().some((type) => nearExpiry.test(type.text ?? ""));
}

function eventTypesOf({ properties }: StackResource): Property {
  const native = properties.at("filter", "includedEventTypes");
  return native.isPresent ? native : properties.at("includedEventTypes");
}
