/** Where the announcement of a credential's end goes: what people look at, or what renews it. */
import type * as eventgrid from "@pulumi/azure-native/eventgrid";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { isOptions, type OptionNames, readItems, readOptions, wrongType } from "./given-options";
import { checkGuid } from "./guid";
import { checkText } from "./names";
import { checkOneOf, describeGiven, type Finding, type Problems } from "./problems";
import { checkResourceId } from "./resource-id";

/** Alerts of Azure Monitor: mail, text message, push, voice, ticket, without any code. The best choice for people. */
export interface ActionGroupsAlert {
  readonly to: "actionGroups";
  /** Ids of the action groups, at least one. */
  readonly actionGroupIds: readonly pulumi.Input<string>[];
  /**
   * Severity of the alert, 0 (critical) to 4 (verbose).
   * @default 1
   */
  readonly severity?: 0 | 1 | 2 | 3 | 4;
  /** Azure Monitor keeps what it could not deliver itself. */
  readonly deadLetter?: undefined;
}

/** An HTTPS endpoint that answers Event Grid's handshake, for example the webhook of a runbook or a logic app. */
export interface WebhookAlert extends DeadLettering {
  readonly to: "webhook";
  /** Address of the endpoint. It is kept as a secret: many carry their password in the query. */
  readonly url: pulumi.Input<string>;
  /**
   * Application (client) id or URI the endpoint asks tokens for: events then come with an Entra token, and the address
   * alone opens nothing.
   * @default - events come without a token
   */
  readonly entraApplicationId?: pulumi.Input<string>;
  /** Id of the tenant that application is registered in. @default - that of the vault's subscription */
  readonly entraTenantId?: pulumi.Input<string>;
}

/** A queue, a topic, a hub or a function that Event Grid delivers to by its own rights. */
export interface ServiceAlert extends DeadLettering {
  readonly to: "eventHub" | "function" | "serviceBusQueue" | "serviceBusTopic";
  /** Id of the event hub, the function (not its app), the queue or the topic. */
  readonly id: pulumi.Input<string>;
}

/** A queue of a storage account, for whoever looks into it from time to time. */
export interface StorageQueueAlert extends DeadLettering {
  readonly to: "storageQueue";
  readonly storageAccountId: pulumi.Input<string>;
  /** Name of the existing queue, 3 to 63 lower-case letters, digits and hyphens. */
  readonly queueName: string;
}

export type ExpiryAlertArgs = ActionGroupsAlert | ServiceAlert | StorageQueueAlert | WebhookAlert;

export interface DeadLettering {
  /**
   * Existing blob container for announcements that could not be delivered within a day.
   * @default - none: they are dropped
   */
  readonly deadLetter?: { readonly storageAccountId: pulumi.Input<string>; readonly containerName: string };
}

type Destination = NonNullable<eventgrid.SystemTopicEventSubscriptionArgs["destination"]>;

/** By the kind of service the type its id has to be of. */
const SERVICES = {
  eventHub: "Microsoft.EventHub/namespaces/eventhubs",
  function: "Microsoft.Web/sites/functions",
  serviceBusQueue: "Microsoft.ServiceBus/namespaces/queues",
  serviceBusTopic: "Microsoft.ServiceBus/namespaces/topics",
} as const;

const DESTINATIONS = ["actionGroups", "storageQueue", "webhook", ...Object.keys(SERVICES)].sort();
const STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts";

/** The destination as Event Grid has it. */
export function destinationOf(args: ExpiryAlertArgs, vaultName: string): Destination {
  switch (args.to) {
    case "actionGroups":
      return {
        endpointType: "MonitorAlert",
        actionGroups: [...args.actionGroupIds],
        severity: `Sev${args.severity ?? 1}`,
        description:
          `A credential in the key vault ${vaultName} ends within 30 days or has ended: it was not renewed in time. ` +
          "Run the deployment that issues it.",
      };
    case "webhook":
      return {
        endpointType: "WebHook",
        endpointUrl: pulumi.secret(args.url),
        minimumTlsVersionAllowed: "1.2",
        ...(args.entraApplicationId === undefined
          ? {}
          : { azureActiveDirectoryApplicationIdOrUri: args.entraApplicationId }),
        ...(args.entraTenantId === undefined ? {} : { azureActiveDirectoryTenantId: args.entraTenantId }),
      };
    case "storageQueue":
      return { endpointType: "StorageQueue", resourceId: args.storageAccountId, queueName: args.queueName };
    case "eventHub":
      return { endpointType: "EventHub", resourceId: args.id };
    case "function":
      return { endpointType: "AzureFunction", resourceId: args.id };
    case "serviceBusQueue":
      return { endpointType: "ServiceBusQueue", resourceId: args.id };
    case "serviceBusTopic":
      return { endpointType: "ServiceBusTopic", resourceId: args.id };
  }
}

const DEAD_LETTER: OptionNames<NonNullable<DeadLettering["deadLetter"]>> = {
  storageAccountId: "checked",
  containerName: "checked",
};

const WEBHOOK: OptionNames<WebhookAlert> = {
  to: "required",
  url: "checked",
  entraApplicationId: "optional",
  entraTenantId: "optional",
  deadLetter: "optional",
};

const STORAGE_QUEUE: OptionNames<StorageQueueAlert> = {
  to: "required",
  storageAccountId: "checked",
  queueName: "checked",
  deadLetter: "optional",
};

const SERVICE: OptionNames<ServiceAlert> = { to: "required", id: "checked", deadLetter: "optional" };

const ACTION_GROUPS: OptionNames<ActionGroupsAlert> = {
  to: "required",
  actionGroupIds: "checked",
  severity: "optional",
  deadLetter: "optional",
};

function readAlert(at: string, given: ExpiryAlertArgs, problems: Problems): ExpiryAlertArgs | undefined {
  switch (given.to) {
    case "actionGroups":
      return readOptions(at, given, ACTION_GROUPS, problems);
    case "webhook":
      return readOptions(at, given, WEBHOOK, problems);
    case "storageQueue":
      return readOptions(at, given, STORAGE_QUEUE, problems);
    default:
      return readOptions(at, given, SERVICE, problems);
  }
}

export function checkExpiryAlert(at: string, given: ExpiryAlertArgs, problems: Problems): void {
  const options: unknown = given;
  if (!isOptions(options)) {
    problems.add(at, wrongType(options, "an object that says with to where announcements go"));
    return;
  }
  // What is not known yet is the service's to judge; what is missing is not.
  const checkPlain = (
    place: string,
    given: unknown,
    check: (given: unknown) => Finding | undefined,
  ): void => {
    if (isKnown(given)) problems.add(`${at}.${place}`, check(given));
  };
  const checkId = (place: string, given: unknown, type: string): void => {
    checkPlain(place, given, (id) => checkResourceId(id, type));
  };
  const unknown = checkOneOf(given.to, DESTINATIONS);
  if (unknown !== undefined) {
    problems.add(`${at}.to`, unknown);
    return;
  }
  const args = readAlert(at, given, problems);
  if (args === undefined) return;
  switch (args.to) {
    case "actionGroups": {
      const ids = readItems(`${at}.actionGroupIds`, args.actionGroupIds, problems);
      if (ids !== undefined) problems.add(`${at}.actionGroupIds`, checkSome(ids));
      for (const [index, id] of (ids ?? []).entries())
        checkId(`actionGroupIds[${index}]`, id, "Microsoft.Insights/actionGroups");
      problems.add(`${at}.severity`, checkOneOf(args.severity ?? 1, [0, 1, 2, 3, 4]));
      break;
    }
    case "webhook":
      checkPlain("url", args.url, checkWebhook);
      if (args.entraApplicationId !== undefined && isKnown(args.entraApplicationId))
        problems.add(
          `${at}.entraApplicationId`,
          checkText(args.entraApplicationId, 256, "name the application the endpoint asks tokens for"),
        );
      if (args.entraTenantId !== undefined && isKnown(args.entraTenantId))
        problems.add(`${at}.entraTenantId`, checkGuid(args.entraTenantId, "tenant id"));
      if (args.entraTenantId !== undefined && args.entraApplicationId === undefined)
        problems.add(`${at}.entraApplicationId`, tenantWithoutApplication());
      break;
    case "storageQueue":
      checkId("storageAccountId", args.storageAccountId, STORAGE_ACCOUNT);
      problems.add(`${at}.queueName`, checkStorageName(args.queueName, "queue"));
      break;
    default:
      checkId("id", args.id, SERVICES[args.to]);
  }
  if (args.deadLetter === undefined) return;
  const deadLetter = readOptions(`${at}.deadLetter`, args.deadLetter, DEAD_LETTER, problems);
  if (deadLetter === undefined) return;
  checkId("deadLetter.storageAccountId", deadLetter.storageAccountId, STORAGE_ACCOUNT);
  problems.add(`${at}.deadLetter.containerName`, checkStorageName(deadLetter.containerName, "container"));
}

function checkSome(ids: readonly unknown[]): Finding | undefined {
  if (ids.length > 0) return undefined;
  return {
    code: "missing",
    given: describeGiven(ids),
    allowed: "at least one action group",
    remedy: "name the group that wakes those who run the deployment",
  };
}

/** Queues and containers have the same rules: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftstorage */
function checkStorageName(given: unknown, what: string): Finding | undefined {
  if (typeof given === "string" && /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(given) && !given.includes("--")) {
    return undefined;
  }
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "3 to 63 lower-case letters, digits and single hyphens, a letter or digit first and last",
    remedy: `name the existing ${what}`,
  };
}

/** What was given is not repeated: it may carry the password of the endpoint. */
function checkWebhook(given: unknown): Finding | undefined {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === "https:" && !holdsUser(url)) return undefined;
  return {
    code: "invalid-url",
    given: classOf(given, url),
    allowed: "an address that starts with https:// and holds no user name or password",
    remedy: "copy the address of the webhook; events are delivered over TLS only",
  };
}

function classOf(given: unknown, url: URL | undefined): string {
  if (url === undefined) return given === undefined ? "nothing" : "a text that is no address";
  return holdsUser(url) ? "an address with a user name or password" : `an address of ${url.protocol}`;
}

function holdsUser({ username, password }: URL): boolean {
  return username !== "" || password !== "";
}

function tenantWithoutApplication(): Finding {
  return {
    code: "missing",
    allowed: "the application (client) id or URI the tokens are for, where a tenant is named",
    remedy: "add entraApplicationId, or leave out entraTenantId",
  };
}
