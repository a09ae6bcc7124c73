import type { Tenant } from "../../tenant/tenant";
import { child, text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { armParts, stringMap, type PackageSettings } from "./arm";
import { armResourceKind } from "./arm-resource";

/** azure-native.eventgrid.SystemTopic, of key vaults. */
export function eventTopicKind({ vaults }: Tenant, settings: PackageSettings): ResourceKind {
  const { events } = vaults;
  return armResourceKind({
    type: "Microsoft.EventGrid/systemTopics",
    apiVersion: "2025-02-15",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      systemTopicName: { type: "text", forceNew: true },
      location: { type: "text", forceNew: true },
      source: { type: "text", forceNew: true },
      topicType: { type: "text", forceNew: true },
      tags: { type: "map" },
    },
    named: { property: "systemTopicName", style: "random" },
    address: ["resourceGroupName", "systemTopicName"],
    added: ["metricResourceId", "provisioningState", "systemData"],
    locatedBy: settings,
    idOf: (inputs) => topicId(vaults, inputs),
    put: (id, inputs) => {
      const group = text(inputs, "resourceGroupName") ?? "";
      events.putTopic({
        id,
        name: text(inputs, "systemTopicName") ?? "",
        location: text(inputs, "location") ?? vaults.resourceGroup(group)?.location ?? "",
        tags: stringMap(child(inputs, "tags")),
        source: text(inputs, "source") ?? "",
        topicType: text(inputs, "topicType") ?? "",
      });
    },
    get: (id) => {
      const topic = events.topic(id);
      if (!topic) return undefined;
      const { name, location, source, tags, topicType } = topic;
      return { name, properties: { location, provisioningState: "Succeeded", source, tags, topicType } };
    },
    delete: (id) => {
      events.deleteTopic(id);
    },
    addressOf: (id) => ({ resourceGroupName: armParts(id)["resourcegroups"] }),
  });
}

/** azure-native.eventgrid.SystemTopicEventSubscription */
export function eventSubscriptionKind({ vaults }: Tenant): ResourceKind {
  const { events } = vaults;
  return armResourceKind({
    type: "Microsoft.EventGrid/systemTopics/eventSubscriptions",
    apiVersion: "2025-02-15",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      systemTopicName: { type: "text", required: true, forceNew: true },
      eventSubscriptionName: { type: "text", forceNew: true },
      eventDeliverySchema: {
        type: "text",
        default: "EventGridSchema",
        oneOf: ["EventGridSchema", "CustomInputSchema", "CloudEventSchemaV1_0"],
      },
    },
    named: { property: "eventSubscriptionName", style: "random" },
    address: ["resourceGroupName", "systemTopicName", "eventSubscriptionName"],
    added: ["provisioningState", "systemData", "topic"],
    idOf: (inputs) =>
      `${topicId(vaults, inputs)}/eventSubscriptions/${text(inputs, "eventSubscriptionName") ?? ""}`,
    put: (id, inputs) => {
      const { endpointType, ...settings } = child(inputs, "destination") ?? {};
      events.putSubscription({
        id,
        name: text(inputs, "eventSubscriptionName") ?? "",
        topicId: topicId(vaults, inputs),
        eventTypes: texts(child(inputs, "filter") ?? {}, "includedEventTypes") ?? [],
        schema: text(inputs, "eventDeliverySchema") ?? "",
        destination: typeof endpointType === "string" ? { endpointType, settings } : undefined,
        kept: { ...child(inputs, "filter") },
        retryPolicy: { ...child(inputs, "retryPolicy") },
        deadLetter: child(inputs, "deadLetterDestination"),
      });
    },
    get: (id) => {
      const subscription = events.subscription(id);
      if (!subscription) return undefined;
      const { name, schema, destination, kept, retryPolicy, deadLetter, topicId: topic } = subscription;
      const properties = {
        ...(deadLetter !== undefined && { deadLetterDestination: deadLetter }),
        destination: destination && answered(destination.endpointType, destination.settings as PropertyMap),
        eventDeliverySchema: schema,
        filter: kept,
        provisioningState: "Succeeded",
        retryPolicy,
        topic: events.topic(topic)?.source,
      } as PropertyMap;
      return { name, properties };
    },
    delete: (id) => {
      events.deleteSubscription(id);
    },
    addressOf: (id) => ({
      resourceGroupName: armParts(id)["resourcegroups"],
      systemTopicName: armParts(id)["systemtopics"],
    }),
  });
}

/** Event Grid never gives the whole address of a webhook back: its query may hold a password. */
function answered(endpointType: string, settings: PropertyMap): PropertyMap {
  if (endpointType !== "WebHook") return { endpointType, ...settings };
  const { endpointUrl, ...rest } = settings;
  const { origin, pathname } = new URL(typeof endpointUrl === "string" ? endpointUrl : "");
  return { endpointType, ...rest, endpointBaseUrl: `${origin}${pathname}` };
}

function topicId(vaults: Tenant["vaults"], inputs: PropertyMap): string {
  const group = vaults.resourceGroupId(text(inputs, "resourceGroupName") ?? "");
  return `${group}/providers/Microsoft.EventGrid/systemTopics/${text(inputs, "systemTopicName") ?? ""}`;
}
