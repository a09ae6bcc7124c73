import { resourceType } from "../vault/resource-path";
import { badRequest, listOf, objectOf, textOf } from "./declared";
import type { Declared } from "./monitoring-store";

const RECEIVERS = [
  "armRoleReceivers",
  "automationRunbookReceivers",
  "azureAppPushReceivers",
  "azureFunctionReceivers",
  "emailReceivers",
  "eventHubReceivers",
  "itsmReceivers",
  "logicAppReceivers",
  "smsReceivers",
  "voiceReceivers",
  "webhookReceivers",
];
const SHORT_NAME_CHARACTERS = 12;

/** https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups */
export function checkActionGroup(properties: Declared): void {
  const shortName = textOf(properties["groupShortName"]);
  if (shortName === "" || shortName.length > SHORT_NAME_CHARACTERS)
    throw refused(`The groupShortName must have 1 to ${SHORT_NAME_CHARACTERS} characters.`);
  const names = RECEIVERS.flatMap((kind) => receivers(properties, kind)).map(({ name }) => textOf(name));
  if (names.includes("")) throw refused("Every receiver needs a name.");
  const lower = names.map((name) => name.toLowerCase());
  const twice = names.find((name, index) => lower.indexOf(name.toLowerCase()) !== index);
  if (twice !== undefined) throw refused(`The receiver name '${twice}' is not unique in the action group.`);
  for (const { emailAddress } of receivers(properties, "emailReceivers")) {
    if (!/^[^@\s]+@[^@\s]+$/.test(textOf(emailAddress))) throw refused("An email address is not valid.");
  }
  for (const { serviceUri } of receivers(properties, "webhookReceivers")) requireAddress(serviceUri);
  for (const { resourceId, callbackUrl } of receivers(properties, "logicAppReceivers")) {
    if (resourceType(textOf(resourceId)) !== "microsoft.logic/workflows")
      throw refused("A logic app receiver needs the id of a workflow.");
    requireAddress(callbackUrl);
  }
}

function receivers(properties: Declared, kind: string): Declared[] {
  return listOf(properties[kind]).map(objectOf);
}

/** The address is not told: it may hold a password. */
function requireAddress(value: unknown): void {
  const url = textOf(value);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw refused("The service URI of a receiver is not a valid address.");
}

function refused(message: string) {
  return badRequest("ActionGroupInvalid", message);
}
