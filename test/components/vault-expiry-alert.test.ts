import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { ExpiryAlertArgs } from "../../components";
import { Recorder, SUBSCRIPTION } from "./recorder";
import { refusal } from "./refusal";
import { declareVault as declare, TENANT } from "./vault-declaration";

const id = (type: string, ...names: string[]): string => {
  const [namespace, ...types] = type.split("/");
  const path = types.map((each, index) => `${each}/${names[index] ?? ""}`).join("/");
  return `${SUBSCRIPTION}/resourceGroups/rg-events/providers/${namespace}/${path}`;
};
const ACCOUNT = id("Microsoft.Storage/storageAccounts", "stalerts");
const GROUP = id("Microsoft.Insights/actionGroups", "on call");

/** The alert of each kind, and the destination it becomes. */
const KINDS: readonly (readonly [ExpiryAlertArgs, object])[] = [
  [
    { to: "eventHub", id: id("Microsoft.EventHub/namespaces/eventhubs", "ns", "expiry") },
    { endpointType: "EventHub", resourceId: id("Microsoft.EventHub/namespaces/eventhubs", "ns", "expiry") },
  ],
  [
    { to: "function", id: id("Microsoft.Web/sites/functions", "app", "rotate") },
    { endpointType: "AzureFunction", resourceId: id("Microsoft.Web/sites/functions", "app", "rotate") },
  ],
  [
    { to: "serviceBusQueue", id: id("Microsoft.ServiceBus/namespaces/queues", "ns", "expiry") },
    {
      endpointType: "ServiceBusQueue",
      resourceId: id("Microsoft.ServiceBus/namespaces/queues", "ns", "expiry"),
    },
  ],
  [
    { to: "serviceBusTopic", id: id("Microsoft.ServiceBus/namespaces/topics", "ns", "expiry") },
    {
      endpointType: "ServiceBusTopic",
      resourceId: id("Microsoft.ServiceBus/namespaces/topics", "ns", "expiry"),
    },
  ],
  [
    { to: "storageQueue", storageAccountId: ACCOUNT, queueName: "expiry" },
    { endpointType: "StorageQueue", resourceId: ACCOUNT, queueName: "expiry" },
  ],
  [
    { to: "webhook", url: "https://hooks.contoso.com/expiry?code=CANARY" },
    {
      endpointType: "WebHook",
      endpointUrl: "https://hooks.contoso.com/expiry?code=CANARY",
      minimumTlsVersionAllowed: "1.2",
    },
  ],
  [
    {
      to: "webhook",
      url: "https://hooks.contoso.com/expiry",
      entraApplicationId: "api://hooks",
      entraTenantId: TENANT,
    },
    {
      endpointType: "WebHook",
      endpointUrl: "https://hooks.contoso.com/expiry",
      minimumTlsVersionAllowed: "1.2",
      azureActiveDirectoryApplicationIdOrUri: "api://hooks",
      azureActiveDirectoryTenantId: TENANT,
    },
  ],
];

async function subscriptionOf(expiryAlert: ExpiryAlertArgs) {
  const recorder = await Recorder.start();
  declare({ expiryAlert });
  const found = (await recorder.all()).find(({ type }) => type.endsWith(":SystemTopicEventSubscription"));
  assert.ok(found);
  return found;
}

describe("the alert before a credential ends", () => {
  for (const [alert, destination] of KINDS) {
    it(`goes to ${alert.to} ${"entraTenantId" in alert ? "with a token " : ""}in Event Grid's own schema`, async () => {
      const { plain } = await subscriptionOf(alert);
      assert.deepEqual(plain["destination"], destination);
      assert.equal(plain["eventDeliverySchema"], "EventGridSchema");
      assert.equal("deadLetterDestination" in plain, false);
    });
  }

  it("goes to action groups with the severity asked for, in the one schema Azure Monitor takes", async () => {
    const { plain } = await subscriptionOf({ to: "actionGroups", actionGroupIds: [GROUP], severity: 0 });
    const { severity, actionGroups } = plain["destination"] as Record<string, unknown>;
    assert.deepEqual(
      [severity, actionGroups, plain["eventDeliverySchema"]],
      ["Sev0", [GROUP], "CloudEventSchemaV1_0"],
    );
  });

  it("keeps what could not be delivered where that is asked for", async () => {
    const { plain } = await subscriptionOf({
      to: "storageQueue",
      storageAccountId: ACCOUNT,
      queueName: "expiry",
      deadLetter: { storageAccountId: ACCOUNT, containerName: "undelivered" },
    });
    assert.deepEqual(plain["deadLetterDestination"], {
      endpointType: "StorageBlob",
      resourceId: ACCOUNT,
      blobContainerName: "undelivered",
    });
  });

  it("hides the address of a webhook, which may hold its password", async () => {
    const { inputs } = await subscriptionOf({ to: "webhook", url: "https://x.contoso.com/?code=CANARY" });
    assert.doesNotMatch(JSON.stringify(inputs), /CANARY/);
  });

  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    ["no action group", { to: "actionGroups", actionGroupIds: [] }, ["actionGroupIds missing"]],
    [
      "something else than an action group, and a severity that does not exist",
      { to: "actionGroups", actionGroupIds: [GROUP, ACCOUNT], severity: 5 },
      ["actionGroupIds[1] invalid-id", "severity out-of-range"],
    ],
    ["a webhook without TLS", { to: "webhook", url: "http://x.contoso.com" }, ["url invalid-url"]],
    [
      "a webhook with a password in its address",
      { to: "webhook", url: "https://a:b@x.com" },
      ["url invalid-url"],
    ],
    ["no address", { to: "webhook" }, ["url invalid-url"]],
    [
      "a tenant without the application the token is for",
      { to: "webhook", url: "https://x.com", entraTenantId: "contoso.com" },
      ["entraTenantId invalid-id", "entraApplicationId missing"],
    ],
    [
      "a queue of another service",
      { to: "serviceBusQueue", id: id("Microsoft.ServiceBus/namespaces/topics", "ns", "t") },
      ["id invalid-id"],
    ],
    [
      "a function app instead of a function",
      { to: "function", id: id("Microsoft.Web/sites", "app") },
      ["id invalid-id"],
    ],
    [
      "a queue and a container nobody can have",
      {
        to: "storageQueue",
        storageAccountId: GROUP,
        queueName: "Expiry",
        deadLetter: { storageAccountId: GROUP, containerName: "a--b" },
      },
      [
        "storageAccountId invalid-id",
        "queueName invalid-name",
        "deadLetter.storageAccountId invalid-id",
        "deadLetter.containerName invalid-name",
      ],
    ],
  ];
  for (const [what, expiryAlert, problems] of refused) {
    it(`is refused with ${what}`, async () => {
      assert.deepEqual(
        await refusal(() => declare({ expiryAlert })),
        problems.map((problem) => `expiryAlert.${problem}`),
      );
    });
  }

  it("never repeats the address it refuses", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("http", "ftp", "https"),
        fc.stringMatching(/^[a-z0-9]{24}$/),
        async (scheme, secret) => {
          await Recorder.start();
          const url = `${scheme}://user:${secret}@x.contoso.com/?code=${secret}`;
          assert.throws(
            () => declare({ expiryAlert: { to: "webhook", url } }),
            (error: Error) => !error.message.includes(secret),
          );
        },
      ),
      { numRuns: 20 },
    );
  });
});
