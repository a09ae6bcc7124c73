/** Which resources are about which vault: by where their values come from, or by the vault's name in an id. */
import {
  classicEventSubscription,
  classicEventTopic,
  nativeEventSubscription,
  nativeEventTopic,
} from "./azure-types";
import { foundUnder, put, sourcesOf } from "./belonging";
import { Stack, StackResource } from "./stack";

type Finder = (of: StackResource) => readonly StackResource[];

/** Finds resources about a vault, or about something in it, as told by one of these properties. Looks at each once. */
export function byVault(candidates: readonly StackResource[], properties: readonly string[]): Finder {
  const byKey = new Map<string, Set<StackResource>>();
  for (const candidate of candidates) {
    for (const property of properties) {
      const text = candidate.properties.at(property).text?.toLowerCase();
      // The bare name, or the name within an id.
      if (text !== undefined) put(byKey, /\/vaults\/([^/]+)/.exec(text)?.[1] ?? text, candidate);
      for (const { urn } of sourcesOf(candidate, property)) put(byKey, urn, candidate);
    }
  }
  return (vault) => [...foundUnder(byKey, [vault.urn, nameOf(vault)?.toLowerCase() ?? vault.urn])];
}

/** Finds resources that take a property from another one, or name it there. Looks at each once. */
export function byReference(candidates: readonly StackResource[], properties: readonly string[]): Finder {
  const byKey = new Map<string, Set<StackResource>>();
  for (const candidate of candidates) {
    for (const property of properties) {
      const text = candidate.properties.at(property).text;
      if (text !== undefined) put(byKey, text, candidate);
      const sources = candidate.propertyDependencies.get(property) ?? [];
      for (const { urn } of sources) put(byKey, urn, candidate);
    }
  }
  return (other) => [...foundUnder(byKey, [other.urn, nameOf(other) ?? other.urn])];
}

/** Its name in Azure, where that is known. */
export function nameOf({ properties }: StackResource): string | undefined {
  const names = ["vaultName", "automationAccountName", "systemTopicName", "name"];
  return names.map((name) => properties.at(name).text).find((text) => text !== undefined);
}

/** Finds subscriptions to the events of a vault: those on the vault itself, and those on a topic made for it. */
export function eventSubscriptions(stack: Stack): Finder {
  const subscriptions = stack.ofType(nativeEventSubscription, classicEventSubscription);
  const topics = stack.ofType(nativeEventTopic, classicEventTopic);
  const topicsOf = byVault(topics, ["source", "sourceArmResourceId", "sourceResourceId"]);
  const onVault = byVault(subscriptions, ["scope"]);
  const onTopic = byReference(subscriptions, ["systemTopicName", "systemTopic"]);
  return (vault) => [...onVault(vault), ...topicsOf(vault).flatMap(onTopic)];
}
