/** Who is told when an alert fires. */
import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../federation/claims";
import {
  isOptions,
  type OptionNames,
  readEntries,
  readItems,
  readOptions,
  wrongType,
} from "../given-options";
import { checkText } from "../names";
import { describeGiven, type Finding, type Problems } from "../problems";
import { checkResourceId } from "../resource-id";
import { checkOnce } from "./once";
import { createTeamsRelay } from "./teams-relay";
import { checkSecretUrl, isBareAddress } from "./secret-url";

/** At least one of these. */
export interface NotificationArgs {
  /** Action groups that are there, by id. @default - none */
  readonly actionGroupIds?: readonly pulumi.Input<string>[];
  /** Addresses by a short name. @default - nobody gets mail */
  readonly mail?: Readonly<Record<string, string>>;
  /**
   * HTTPS addresses by a short name, which get the common alert schema. Kept as secrets: many carry their password in
   * the query. At most 10.
   * @default - none
   */
  readonly webhooks?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * A channel of Microsoft Teams: the address of a workflow "Post to a channel when a webhook request is received". A
   * logic app turns alerts into cards for it. Kept as a secret.
   * @default - none
   */
  readonly teams?: { readonly webhookUrl: pulumi.Input<string> };
  /** Sender of text messages and subject of mails, at most 12 characters. @default "credentials" */
  readonly shortName?: string;
}

/** https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#action-groups */
const MOST_MAILS = 1000;
const MOST_WEBHOOKS = 10;
const SHORT_NAME_CHARACTERS = 12;

export const ACTION_GROUP_TYPE = "Microsoft.Insights/actionGroups";

interface Surroundings {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string> | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Creates `<name>-action-group`, and `<name>-teams` for a channel, where mail, webhooks or a channel are named.
 * @returns ids of all action groups
 */
export function createNotification(
  name: string,
  { actionGroupIds = [], mail = {}, webhooks = {}, teams, shortName }: NotificationArgs,
  surroundings: Surroundings,
  child: pulumi.CustomResourceOptions,
): readonly pulumi.Output<string>[] {
  const existing = actionGroupIds.map((id) => pulumi.output(id));
  if (Object.keys(mail).length + Object.keys(webhooks).length === 0 && teams === undefined) return existing;
  const relay = teams === undefined ? [] : [createTeamsRelay(name, teams.webhookUrl, surroundings, child)];
  const group = new monitor.ActionGroup(
    `${name}-action-group`,
    {
      actionGroupName: `${name}-credentials`,
      resourceGroupName: surroundings.resourceGroupName,
      location: "Global",
      groupShortName: shortName ?? "credentials",
      enabled: true,
      emailReceivers: Object.entries(mail).map(([receiver, emailAddress]) => ({
        name: receiver,
        emailAddress,
        useCommonAlertSchema: true,
      })),
      webhookReceivers: Object.entries(webhooks).map(([receiver, url]) => ({
        name: receiver,
        serviceUri: pulumi.secret(url),
        useCommonAlertSchema: true,
      })),
      logicAppReceivers: relay.map(({ resourceId, callbackUrl }) => ({
        name: "teams",
        resourceId,
        callbackUrl,
        useCommonAlertSchema: true,
      })),
      tags: surroundings.tags,
    },
    child,
  );
  return [...existing, group.id];
}

const OPTIONS: OptionNames<NotificationArgs> = {
  actionGroupIds: "optional",
  mail: "optional",
  webhooks: "optional",
  teams: "optional",
  shortName: "optional",
};
const TEAMS: OptionNames<NonNullable<NotificationArgs["teams"]>> = { webhookUrl: "checked" };

export function checkNotification(at: string, given: NotificationArgs, problems: Problems): void {
  const options: unknown = given;
  const allowed = `an object with ${Object.keys(OPTIONS).join(", ")}`;
  if (isBareAddress(at, options, allowed, problems)) return;
  if (!isOptions(options)) {
    problems.add(at, wrongType(options, allowed));
    return;
  }
  const args = readOptions(at, given, OPTIONS, problems);
  if (args === undefined) return;
  const groups = readItems(`${at}.actionGroupIds`, args.actionGroupIds, problems) ?? [];
  checkActionGroupIds(`${at}.actionGroupIds`, groups, problems);
  const mails = readEntries(`${at}.mail`, args.mail ?? {}, problems) ?? [];
  const hooks: unknown = args.webhooks ?? {};
  const webhooks = isBareAddress(
    `${at}.webhooks`,
    hooks,
    'an object such as { tickets: "https://…" }',
    problems,
  )
    ? []
    : (readEntries<unknown>(`${at}.webhooks`, hooks as Record<string, unknown>, problems) ?? []);
  const seen = new Set(args.teams === undefined ? [] : ["teams"]);
  for (const [option, entries] of [
    ["mail", mails],
    ["webhooks", webhooks],
  ] as const) {
    for (const [receiver, address] of entries) {
      const place = `${at}.${option}[${describeGiven(receiver)}]`;
      problems.add(place, checkReceiver(receiver, seen));
      if (option === "mail") problems.add(place, checkAddress(address));
      else if (isKnown(address)) problems.add(place, checkSecretUrl(address));
    }
  }
  problems.add(`${at}.mail`, tooMany(mails.length, MOST_MAILS, "addresses"));
  problems.add(`${at}.webhooks`, tooMany(webhooks.length, MOST_WEBHOOKS, "webhooks"));
  const channel = 'an object such as { webhookUrl: "https://…" }';
  if (args.teams !== undefined && !isBareAddress(`${at}.teams`, args.teams, channel, problems)) {
    const teams = readOptions(`${at}.teams`, args.teams, TEAMS, problems);
    if (teams !== undefined && isKnown(teams.webhookUrl))
      problems.add(`${at}.teams.webhookUrl`, checkSecretUrl(teams.webhookUrl));
  }
  problems.add(
    `${at}.shortName`,
    checkText(args.shortName ?? "credentials", SHORT_NAME_CHARACTERS, "name the sender"),
  );
  if (groups.length + mails.length + webhooks.length === 0 && args.teams === undefined)
    problems.add(at, nobody());
}

/** Ids of action groups, each once: a rule that names one twice is refused by Azure. */
export function checkActionGroupIds(at: string, ids: readonly unknown[], problems: Problems): void {
  const seen = new Set<string>();
  ids.forEach((id, index) => {
    if (!isKnown(id)) return;
    problems.add(`${at}[${index}]`, checkResourceId(id, ACTION_GROUP_TYPE) ?? checkOnce(id, seen));
  });
}

function checkReceiver(given: string, seen: Set<string>): Finding | undefined {
  const key = given.toLowerCase();
  const isTaken = seen.has(key);
  seen.add(key);
  if (isTaken) {
    return {
      code: "duplicate",
      given: describeGiven(given),
      allowed: "each name once among all receivers; a channel of Teams has the name teams",
      remedy: "rename one of the two",
    };
  }
  if (/^[A-Za-z0-9][\w .-]{0,63}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 64 letters, digits, spaces, periods, hyphens and underscores",
    remedy: 'choose a name such as "on-call"',
  };
}

function checkAddress(given: unknown): Finding | undefined {
  if (
    typeof given === "string" &&
    /^[^\s@<>"',;:()[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,63}$/.test(given)
  )
    return undefined;
  return {
    code: "invalid-text",
    // The address of a webhook in the wrong place is still one.
    given: String(given).includes("://") ? "an address with ://" : describeGiven(given),
    allowed: "one mail address",
    remedy: 'write "identity-on-call@contoso.com"; a distribution list reaches several people',
  };
}

function tooMany(given: number, most: number, what: string): Finding | undefined {
  if (given <= most) return undefined;
  return {
    code: "too-many",
    given: String(given),
    allowed: `at most ${most} ${what} in an action group`,
    remedy: "let one of them hand the message on",
  };
}

function nobody(): Finding {
  return {
    code: "missing",
    given: "nobody",
    allowed: "at least one of actionGroupIds, mail, webhooks, teams",
    remedy: "name somebody: an alert nobody hears is none",
  };
}
