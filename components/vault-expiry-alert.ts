/** Makes outages by forgotten rotation unnecessary: somebody is told 30 days before a credential ends. */
import * as eventgrid from "@pulumi/azure-native/eventgrid";
import type * as keyvault from "@pulumi/azure-native/keyvault";
import type * as pulumi from "@pulumi/pulumi";
import { destinationOf, type ExpiryAlertArgs } from "./vault-alert-destination";
import type { Tags } from "./vault-tags";

/**
 * What is announced: 30 days before the end of a current version, and at its end. Secrets are what the component
 * writes, certificates what is born in the vault.
 * https://learn.microsoft.com/azure/event-grid/event-schema-key-vault
 */
const EVENTS = [
  "Microsoft.KeyVault.SecretNearExpiry",
  "Microsoft.KeyVault.SecretExpired",
  "Microsoft.KeyVault.CertificateNearExpiry",
  "Microsoft.KeyVault.CertificateExpired",
];

/** The longest and most Event Grid offers: https://learn.microsoft.com/azure/event-grid/delivery-and-retry */
const RETRY = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 };

/**
 * Creates `<name>-events`, the topic of the vault's events (there can be one only), and `<name>-expiry-alert`. What
 * is put into the vault before the subscription exists is never announced: let it depend on what is returned.
 */
export function createExpiryAlert(
  name: string,
  args: ExpiryAlertArgs,
  vault: keyvault.Vault,
  surroundings: {
    readonly vaultName: string;
    readonly resourceGroupName: pulumi.Input<string>;
    readonly location: pulumi.Input<string> | undefined;
    readonly tags: Tags;
  },
  child: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { vaultName, resourceGroupName, location, tags } = surroundings;
  const topic = new eventgrid.SystemTopic(
    `${name}-events`,
    {
      systemTopicName: `${vaultName}-events`,
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      source: vault.id,
      topicType: "Microsoft.KeyVault.vaults",
      tags,
    },
    child,
  );
  const { deadLetter } = args;
  return new eventgrid.SystemTopicEventSubscription(
    `${name}-expiry-alert`,
    {
      eventSubscriptionName: "expiry-alert",
      systemTopicName: topic.name,
      resourceGroupName,
      destination: destinationOf(args, vaultName),
      filter: { includedEventTypes: EVENTS },
      // The only schema alerts of Azure Monitor take; everybody else knows the older one best.
      eventDeliverySchema: args.to === "actionGroups" ? "CloudEventSchemaV1_0" : "EventGridSchema",
      retryPolicy: RETRY,
      ...(deadLetter === undefined
        ? {}
        : {
            deadLetterDestination: {
              endpointType: "StorageBlob",
              resourceId: deadLetter.storageAccountId,
              blobContainerName: deadLetter.containerName,
            },
          }),
    },
    child,
  );
}
