import { ArmError, resourceGroupNotFound } from "./arm-error";
import { checkDestination, type EventDestination } from "./event-destination";
import { resourceNotFound, resourceType } from "./resource-path";
import type { SecretVersion, Tags, Vault } from "./vault";

export interface EventTopic {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Tags;
  /** Id of the vault whose events it carries. */
  readonly source: string;
  readonly topicType: string;
}

export interface EventSubscription {
  readonly id: string;
  readonly name: string;
  readonly topicId: string;
  /** Empty: all. */
  readonly eventTypes: readonly string[];
  readonly schema: string;
  readonly destination: EventDestination | undefined;
  /** The filter, the retry policy and the place for what is not delivered, as they were declared. */
  readonly kept: Readonly<Record<string, unknown>>;
  readonly retryPolicy: Readonly<Record<string, unknown>>;
  readonly deadLetter: Readonly<Record<string, unknown>> | undefined;
}

/** An event as it reaches the destination of a subscription. */
export interface Announcement {
  readonly type: string;
  /** Name of the secret or certificate. */
  readonly subject: string;
  readonly version: string;
  readonly subscription: string;
}

interface Surroundings {
  groupExists(name: string): boolean;
  vault(id: string): Vault | undefined;
}

const TOPIC_TYPE = "Microsoft.KeyVault.vaults";
const NAME = /^[a-z0-9-]{3,64}$/i;
const NEAR_SECONDS = 30 * 86_400;

/** https://learn.microsoft.com/azure/event-grid/event-schema-key-vault */
const EVENT_TYPES = [
  ...["Certificate", "Key", "Secret"].flatMap((kind) =>
    ["NewVersionCreated", "NearExpiry", "Expired"].map((what) => `Microsoft.KeyVault.${kind}${what}`),
  ),
  "Microsoft.KeyVault.VaultAccessPolicyChanged",
];

/** The events of the vaults, and who is told of them. */
export class EventTopics {
  readonly #topics = new Map<string, EventTopic>();
  readonly #subscriptions = new Map<string, EventSubscription>();
  /** By subscription the versions older than it: of those it never hears. */
  readonly #older = new Map<string, ReadonlySet<string>>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  topic(id: string): EventTopic | undefined {
    return this.#topics.get(id.toLowerCase());
  }

  subscription(id: string): EventSubscription | undefined {
    return this.#subscriptions.get(id.toLowerCase());
  }

  /** @throws ArmError `ResourceGroupNotFound`, `ResourceNotFound`, `InvalidRequest`. */
  putTopic(topic: EventTopic): void {
    const group = topic.id.split("/")[4] ?? "";
    if (!this.#around.groupExists(group)) throw resourceGroupNotFound(group);
    requireName(topic.name);
    if (resourceType(topic.source) !== "microsoft.keyvault/vaults") {
      throw invalid(`The sandbox has topics of key vaults only; given the source '${topic.source}'.`);
    }
    const vault = this.#around.vault(topic.source);
    if (!vault) throw resourceNotFound(topic.source);
    if (topic.topicType.toLowerCase() !== TOPIC_TYPE.toLowerCase()) {
      throw invalid(`The topic type '${topic.topicType}' does not fit the source ${topic.source}.`);
    }
    if (topic.location !== vault.location) {
      throw invalid(`The system topic must be in the location of its source, '${vault.location}'.`);
    }
    const twin = [...this.#topics.values()].find(
      ({ id, source }) => !sameText(id, topic.id) && sameText(source, topic.source),
    );
    if (twin) {
      throw invalid(
        `There is an existing tracked system topic for the given source ${topic.source}. Only one system topic is allowed per source.`,
      );
    }
    this.#topics.set(topic.id.toLowerCase(), topic);
  }

  /** @throws ArmError `ResourceNotFound` without its topic, `InvalidRequest`. */
  putSubscription(subscription: EventSubscription): void {
    const topic = this.topic(subscription.topicId);
    if (!topic) throw resourceNotFound(subscription.topicId);
    requireName(subscription.name);
    const unknown = subscription.eventTypes.filter((type) => !EVENT_TYPES.includes(type));
    if (unknown.length > 0) {
      throw invalid(
        `The event types ${unknown.join(", ")} are not supported by the topic type ${TOPIC_TYPE}.`,
      );
    }
    checkDestination(subscription.destination, subscription.schema);
    const key = subscription.id.toLowerCase();
    if (!this.#older.has(key)) {
      const versions = versionsOf(this.#around.vault(topic.source));
      this.#older.set(key, new Set(versions.map(({ version }) => version)));
    }
    this.#subscriptions.set(key, subscription);
  }

  deleteTopic(id: string): void {
    this.#topics.delete(id.toLowerCase());
    for (const subscription of this.#subscriptions.values()) {
      if (sameText(subscription.topicId, id)) this.deleteSubscription(subscription.id);
    }
  }

  deleteSubscription(id: string): void {
    this.#subscriptions.delete(id.toLowerCase());
    this.#older.delete(id.toLowerCase());
  }

  deleteBelow(groupId: string): void {
    for (const { id } of this.#topics.values()) {
      if (id.toLowerCase().startsWith(`${groupId.toLowerCase()}/`)) this.deleteTopic(id);
    }
  }

  /** What the vault has announced of expiry until a moment: of current versions alone, and none before the subscription. */
  announcedBy(vaultId: string, now: Date): Announcement[] {
    const seconds = now.getTime() / 1000;
    return [...this.#subscriptions.values()].flatMap((subscription) => {
      const topic = this.topic(subscription.topicId);
      if (!topic || !sameText(topic.source, vaultId)) return [];
      const older = this.#older.get(subscription.id.toLowerCase());
      return versionsOf(this.#around.vault(vaultId))
        .filter(({ version }) => older?.has(version) !== true)
        .flatMap((version) => expiryEvents(version, seconds))
        .filter(({ type }) => subscription.eventTypes.length === 0 || subscription.eventTypes.includes(type))
        .map((event) => ({ ...event, subscription: subscription.name }));
    });
  }
}

interface NamedVersion extends SecretVersion {
  readonly subject: string;
  /** A version that belongs to a certificate is announced as such. */
  readonly kind: "Certificate" | "Secret";
  /** When the next version took its place, in seconds since 1970. */
  readonly supersededAt: number;
}

function versionsOf(vault: Vault | undefined): NamedVersion[] {
  return [...(vault?.secrets.values() ?? [])].flatMap(({ name, versions, managed }) =>
    versions.map((version, index) => ({
      ...version,
      subject: name,
      kind: managed === true ? ("Certificate" as const) : ("Secret" as const),
      supersededAt: versions[index + 1]?.created ?? Infinity,
    })),
  );
}

function expiryEvents({ subject, version, kind, attributes, supersededAt }: NamedVersion, now: number) {
  const { expires } = attributes;
  if (expires === undefined) return [];
  const due = [
    { what: "NearExpiry", at: expires - NEAR_SECONDS },
    { what: "Expired", at: expires },
  ];
  return due
    .filter(({ at }) => at <= now && at < supersededAt)
    .map(({ what }) => ({ type: `Microsoft.KeyVault.${kind}${what}`, subject, version }));
}

function requireName(name: string): void {
  if (!NAME.test(name)) {
    throw invalid(`The name '${name}' must have 3 to 64 letters, digits and hyphens.`);
  }
}

function invalid(message: string): ArmError {
  return new ArmError(400, "InvalidRequest", message);
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
