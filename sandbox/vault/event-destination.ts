import { ArmError } from "./arm-error";
import { resourceType } from "./resource-path";

/** Where events go: the kind of place and its settings, as Event Grid names both. */
export interface EventDestination {
  readonly endpointType: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** By the kind of place the type of the resource it is. */
const RESOURCES: Readonly<Record<string, string>> = {
  AzureFunction: "microsoft.web/sites/functions",
  EventHub: "microsoft.eventhub/namespaces/eventhubs",
  ServiceBusQueue: "microsoft.servicebus/namespaces/queues",
  ServiceBusTopic: "microsoft.servicebus/namespaces/topics",
  StorageQueue: "microsoft.storage/storageaccounts",
};

/** @throws ArmError `InvalidRequest` for a subscription whose events would reach nobody. */
export function checkDestination(destination: EventDestination | undefined, schema: string): void {
  if (destination === undefined) throw invalid("The destination of the event subscription is required.");
  const { endpointType, settings } = destination;
  switch (endpointType) {
    case "MonitorAlert":
      checkAlert(settings, schema);
      return;
    case "WebHook":
      checkWebHook(settings);
      return;
    default:
      checkResource(endpointType, settings);
  }
}

function checkAlert({ severity, actionGroups }: EventDestination["settings"], schema: string): void {
  if (!/^Sev[0-4]$/.test(textOf(severity)))
    throw invalid("The severity of a MonitorAlert destination must be provided: Sev0 to Sev4.");
  if (schema !== "CloudEventSchemaV1_0")
    throw invalid("A MonitorAlert destination supports the event delivery schema CloudEventSchemaV1_0 only.");
  const groups: readonly unknown[] = Array.isArray(actionGroups) ? actionGroups : [];
  for (const id of groups) {
    if (resourceType(textOf(id)) !== "microsoft.insights/actiongroups")
      throw invalid(`'${textOf(id)}' is not the id of an action group.`);
  }
}

function checkWebHook({ endpointUrl }: EventDestination["settings"]): void {
  const url = textOf(endpointUrl);
  if (!URL.canParse(url) || new URL(url).protocol !== "https:")
    throw invalid("The endpointUrl of a WebHook destination must be an address that starts with https.");
}

function checkResource(endpointType: string, { resourceId, queueName }: EventDestination["settings"]): void {
  const type = RESOURCES[endpointType];
  if (type === undefined) throw invalid(`The endpoint type '${endpointType}' is not supported.`);
  if (resourceType(textOf(resourceId)) !== type)
    throw invalid(`The resourceId of a ${endpointType} destination must be the id of a ${type}.`);
  if (endpointType === "StorageQueue" && textOf(queueName) === "")
    throw invalid("The queueName of a StorageQueue destination is required.");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function invalid(message: string): ArmError {
  return new ArmError(400, "InvalidRequest", message);
}
