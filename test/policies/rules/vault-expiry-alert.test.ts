import { auditLog, nativeTokens, vaultSecret } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { change, classicVault, vault } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "vault-expiry-alert";
const silent = [
  violation(rule, 'Key vault "billing" does not announce what ends; subscribe to its near-expiry events.'),
];
const kept = [vault, auditLog, vaultSecret];
const topic: ResourceInput = {
  type: "azure-native:eventgrid:SystemTopic",
  name: "events",
  props: {
    systemTopicName: "billing-events",
    source: "/subscriptions/8/resourceGroups/identities/providers/Microsoft.KeyVault/vaults/kv-billing-prod",
  },
};
const near = ["Microsoft.KeyVault.SecretNearExpiry"];
const subscription: ResourceInput = {
  type: "azure-native:eventgrid:SystemTopicEventSubscription",
  name: "expiry",
  props: { systemTopicName: "billing-events", filter: { includedEventTypes: near } },
};
const direct: ResourceInput = {
  type: "azure-native:eventgrid:EventSubscription",
  name: "expiry",
  props: { scope: unknown.string, filter: { includedEventTypes: near } },
};
const types = (value: unknown) => change(subscription, "filter.includedEventTypes", value);

const classicSecret: ResourceInput = {
  type: "azure:keyvault/secret:Secret",
  name: "billing",
  props: { keyVaultId: unknown.string },
};
const classicTopic: ResourceInput = {
  type: "azure:eventgrid/systemTopic:SystemTopic",
  name: "events",
  props: { sourceArmResourceId: unknown.string },
};
const classicSubscription: ResourceInput = {
  type: "azure:eventgrid/systemTopicEventSubscription:SystemTopicEventSubscription",
  name: "expiry",
  props: { systemTopic: unknown.string, includedEventTypes: near },
};
const classicStack = [
  classicVault,
  fed(change(auditLog, "resourceUri", unknown.string), "resourceUri", classicVault),
  fed(classicSecret, "keyVaultId", classicVault),
];

testStackRule(rule, [
  {
    title: "accepts a subscription on a topic of the vault",
    resources: [...kept, topic, subscription],
    expect: "passes",
  },
  {
    title: "knows topic and vault by where values come from, before names are known",
    resources: [
      vault,
      auditLog,
      fed(change(vaultSecret, "vaultName", unknown.string), "vaultName", vault),
      fed(change(topic, "source", unknown.string), "source", vault),
      fed(change(subscription, "systemTopicName", unknown.string), "systemTopicName", topic),
    ],
    expect: "passes",
  },
  {
    title: "accepts a subscription on the vault itself",
    resources: [...kept, fed(direct, "scope", vault)],
    expect: "passes",
  },
  {
    title: "accepts a subscription to all events",
    resources: [...kept, topic, types(undefined)],
    expect: "passes",
  },
  {
    title: "accepts the event of certificates",
    resources: [...kept, topic, types(["microsoft.keyvault.certificatenearexpiry"])],
    expect: "passes",
  },
  ...nativeTokens("keyvault", "Secret").map((type) => ({
    title: `rejects a vault with ${type} and no subscription`,
    resources: [vault, auditLog, { ...vaultSecret, type }],
    expect: silent,
  })),
  {
    title: "rejects a subscription to what has ended already",
    resources: [...kept, topic, types(["Microsoft.KeyVault.SecretExpired"])],
    expect: silent,
  },
  {
    title: "rejects a subscription to another topic",
    resources: [...kept, topic, change(subscription, "systemTopicName", "orders-events")],
    expect: silent,
  },
  {
    title: "rejects a topic of another vault",
    resources: [...kept, change(topic, "source", "/vaults/kv-orders"), subscription],
    expect: silent,
  },
  {
    title: "lets a vault without secrets of the stack be",
    resources: [vault, auditLog, change(vaultSecret, "vaultName", "kv-orders")],
    expect: "passes",
  },
  {
    title: "waits for event types that are decided in the update",
    resources: [...kept, topic, types(unknown.array)],
    expect: [
      undecided(
        rule,
        'azure-native:eventgrid:SystemTopicEventSubscription "expiry"',
        "filter.includedEventTypes",
      ),
    ],
  },
  { title: "rejects a classic vault without a subscription", resources: classicStack, expect: silent },
  {
    title: "accepts a classic vault with a subscription",
    resources: [
      ...classicStack,
      fed(classicTopic, "sourceArmResourceId", classicVault),
      fed(classicSubscription, "systemTopic", classicTopic),
    ],
    expect: "passes",
  },
  { title: "leaves stacks without vaults alone", resources: [vaultSecret], expect: "not applicable" },
]);
