import assert from "node:assert/strict";
import { Secret, UNKNOWN, type PropertyMap } from "../../../../sandbox/providers/property-values";
import { loggedCategories } from "../../../../sandbox/vault/diagnostic-settings";
import { plain, ProviderSession, type Deployed } from "../provider-session";

const DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting";
const ENDPOINT = "azure-native:network:PrivateEndpoint";
const ZONES = "azure-native:network:PrivateDnsZoneGroup";
const TOPIC = "azure-native:eventgrid:SystemTopic";
const SUBSCRIPTION = "azure-native:eventgrid:SystemTopicEventSubscription";
const VAULT = "azure-native:keyvault:Vault";
const SECRET = "azure-native:keyvault:Secret";
const DAY_MS = 86_400_000;

describe("azure-native around a key vault", () => {
  let now: Date;
  let session: ProviderSession;
  let vault: Deployed;
  beforeEach(async () => {
    now = new Date("2026-03-01T12:00:00Z");
    session = await ProviderSession.open({ clock: () => now });
    const group = { resourceGroupName: "identity", location: "westeurope" };
    await session.create("azure-native:resources:ResourceGroup", group);
    vault = await session.create(VAULT, vaultInputs());
  });
  afterEach(() => session.close());

  const vaultInputs = (): PropertyMap => ({
    resourceGroupName: "identity",
    vaultName: "kv-billing",
    properties: {
      tenantId: session.tenant.id,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      publicNetworkAccess: "Disabled",
    },
  });
  const id = (path: string): string =>
    `/subscriptions/${session.tenant.vaults.subscriptionId}/resourceGroups/identity/providers/${path}`;
  const setting = (more: PropertyMap = {}): PropertyMap => ({
    name: "audit",
    resourceUri: vault.id,
    workspaceId: id("Microsoft.OperationalInsights/workspaces/logs"),
    logAnalyticsDestinationType: "Dedicated",
    logs: [{ category: "AuditEvent", enabled: true }],
    ...more,
  });
  const endpoint = (connection: PropertyMap = {}, more: PropertyMap = {}): PropertyMap => ({
    resourceGroupName: "identity",
    privateEndpointName: "kv-billing-endpoint",
    subnet: { id: id("Microsoft.Network/virtualNetworks/hub/subnets/jobs") },
    privateLinkServiceConnections: [
      { name: "kv-billing", privateLinkServiceId: vault.id, groupIds: ["vault"], ...connection },
    ],
    ...more,
  });
  const topic = (more: PropertyMap = {}): PropertyMap => ({
    resourceGroupName: "identity",
    systemTopicName: "kv-billing-events",
    source: vault.id,
    topicType: "Microsoft.KeyVault.vaults",
    ...more,
  });
  const alert = { endpointType: "MonitorAlert", severity: "Sev1", actionGroups: [] };
  const subscription = (more: PropertyMap = {}): PropertyMap => ({
    resourceGroupName: "identity",
    systemTopicName: "kv-billing-events",
    eventSubscriptionName: "expiry-alert",
    eventDeliverySchema: "CloudEventSchemaV1_0",
    destination: alert,
    filter: {
      includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry", "Microsoft.KeyVault.SecretExpired"],
    },
    ...more,
  });

  it("keeps a diagnostic setting, sees no change in it afterwards, and imports it", async () => {
    const created = await session.create(DIAGNOSTICS, setting());
    assert.equal(created.id, `${vault.id}/providers/microsoft.insights/diagnosticSettings/audit`);
    assert.deepEqual(plain(created), {
      azureApiVersion: "2021-05-01-preview",
      logAnalyticsDestinationType: "Dedicated",
      logs: [{ category: "AuditEvent", enabled: true }],
      name: "audit",
      type: "Microsoft.Insights/diagnosticSettings",
      workspaceId: id("Microsoft.OperationalInsights/workspaces/logs"),
    });
    assert.equal((await session.diff(created, setting())).changed, false);
    assert.deepEqual(await session.refresh(created), created);
    assert.deepEqual((await session.import(DIAGNOSTICS, created.id))?.inputs, setting());
    const [stored] = session.tenant.vaults.diagnosticSettings.of(vault.id);
    assert.deepEqual(stored && loggedCategories(stored), ["AuditEvent"]);
    await session.delete(created);
    assert.deepEqual(session.tenant.vaults.diagnosticSettings.of(vault.id), []);
  });

  const diagnosticMistakes: readonly (readonly [string, () => PropertyMap, RegExp])[] = [
    [
      "a category vaults do not have",
      () => setting({ logs: [{ category: "Audit", enabled: true }] }),
      /Status=400 Code="BadRequest" Message="Category 'Audit' is not supported\."/,
    ],
    [
      "a group vaults do not have",
      () => setting({ logs: [{ categoryGroup: "everything", enabled: true }] }),
      /CategoryGroup: 'everything' is not supported, supported ones are: 'allLogs, audit'/,
    ],
    [
      "nowhere to send to",
      () => setting({ workspaceId: undefined }),
      /At least one data sink needs to be specified\./,
    ],
    [
      "a vault that does not exist",
      () => setting({ resourceUri: `${vault.id}x` }),
      /Code="ResourceNotFound"/,
    ],
  ];
  for (const [what, inputs, refused] of diagnosticMistakes) {
    it(`refuses a diagnostic setting with ${what}`, async () => {
      await assert.rejects(session.create(DIAGNOSTICS, inputs()), refused);
      assert.deepEqual(session.tenant.vaults.diagnosticSettings.of(vault.id), []);
    });
  }

  it("refuses the same events to the same workspace twice, and a sixth setting", async () => {
    await session.create(DIAGNOSTICS, setting({ logs: [{ categoryGroup: "allLogs", enabled: true }] }));
    await assert.rejects(
      session.create(DIAGNOSTICS, setting({ name: "again" })),
      /Status=409 Code="Conflict" Message="Data sink '.*logs' is already used in diagnostic setting 'audit' for category 'AuditEvent'/,
    );
    const other = (index: number): PropertyMap =>
      setting({
        name: `s${index}`,
        workspaceId: id(`Microsoft.OperationalInsights/workspaces/logs-${index}`),
      });
    for (const index of [1, 2, 3, 4]) await session.create(DIAGNOSTICS, other(index));
    await assert.rejects(
      session.create(DIAGNOSTICS, other(5)),
      /The limit of 5 diagnostic settings was reached/,
    );
  });

  it("connects a private endpoint to the vault, with its name in a zone, until it is deleted", async () => {
    const created = await session.create(ENDPOINT, endpoint());
    assert.equal(created.id, id("Microsoft.Network/privateEndpoints/kv-billing-endpoint"));
    const zones = {
      resourceGroupName: "identity",
      privateEndpointName: "kv-billing-endpoint",
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [
        {
          name: "vault",
          privateDnsZoneId: id("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"),
        },
      ],
    };
    const named = await session.create(ZONES, zones);
    assert.equal(named.id, `${created.id}/privateDnsZoneGroups/default`);
    assert.equal((await session.diff(created, endpoint())).changed, false);
    assert.equal((await session.diff(named, zones)).changed, false);
    assert.deepEqual(await session.refresh(created), created);
    const refreshed = await session.refresh(vault);
    assert.ok(refreshed);
    const { privateEndpointConnections } = plain(refreshed)["properties"] as Record<string, PropertyMap[]>;
    assert.deepEqual(
      privateEndpointConnections?.map(({ privateEndpoint }) => privateEndpoint),
      [{ id: created.id }],
    );
    assert.equal((await session.diff(refreshed, vaultInputs())).changed, false);
    await session.delete(created);
    assert.equal(await session.refresh(named), undefined);
    assert.deepEqual(session.tenant.vaults.privateEndpoints.leadingTo(vault.id), []);
  });

  const endpointMistakes: readonly (readonly [string, () => PropertyMap, RegExp])[] = [
    ["a part vaults do not have", () => endpoint({ groupIds: ["keyvault"] }), /'keyvault' are not valid/],
    [
      "a vault that does not exist",
      () => endpoint({ privateLinkServiceId: `${vault.id}x` }),
      /Code="ResourceNotFound"/,
    ],
    [
      "a network instead of a subnet",
      () => endpoint({}, { subnet: { id: id("Microsoft.Network/virtualNetworks/hub") } }),
      /Code="LinkedInvalidPropertyId".*at path 'properties\.subnet\.id'/,
    ],
    [
      "no connection",
      () => endpoint({}, { privateLinkServiceConnections: [] }),
      /exactly one private link service connection; given 0/,
    ],
    [
      "a group that does not exist",
      () => endpoint({}, { resourceGroupName: "none" }),
      /ResourceGroupNotFound/,
    ],
  ];
  for (const [what, inputs, refused] of endpointMistakes) {
    it(`refuses a private endpoint with ${what}`, async () => {
      await assert.rejects(session.create(ENDPOINT, inputs()), refused);
    });
  }

  it("refuses a zone for an endpoint that does not exist", async () => {
    await assert.rejects(
      session.create(ZONES, {
        resourceGroupName: "identity",
        privateEndpointName: "none",
        privateDnsZoneGroupName: "default",
        privateDnsZoneConfigs: [],
      }),
      /Code="ResourceNotFound"/,
    );
  });

  it("keeps a topic and its subscription, and never answers the whole address of a webhook", async () => {
    const created = await session.create(TOPIC, topic());
    const webhook = subscription({
      eventDeliverySchema: "EventGridSchema",
      destination: {
        endpointType: "WebHook",
        endpointUrl: new Secret("https://hooks.contoso.com/expiry?code=CANARY"),
      },
    });
    const subscribed = await session.create(SUBSCRIPTION, webhook);
    assert.equal(subscribed.id, `${created.id}/eventSubscriptions/expiry-alert`);
    assert.doesNotMatch(JSON.stringify(plain(subscribed)), /CANARY/);
    assert.deepEqual(
      (plain(subscribed)["destination"] as PropertyMap)["endpointBaseUrl"],
      "https://hooks.contoso.com/expiry",
    );
    assert.equal((await session.diff(created, topic())).changed, false);
    assert.equal((await session.diff(subscribed, webhook)).changed, false);
    assert.deepEqual(await session.refresh(created), created);
    await session.delete(created);
    assert.equal(await session.refresh(subscribed), undefined);
  });

  it("knows no topic that is not made yet", async () => {
    const outputs = await session.preview(TOPIC, topic({ source: UNKNOWN }));
    assert.deepEqual([outputs["name"], outputs["systemData"]], ["kv-billing-events", UNKNOWN]);
    assert.equal(
      session.tenant.vaults.events.topic(id("Microsoft.EventGrid/systemTopics/kv-billing-events")),
      undefined,
    );
  });

  it("refuses a second topic of a vault, one elsewhere, one of another kind, and one of no vault", async () => {
    await assert.rejects(session.create(TOPIC, topic({ location: "northeurope" })), /'westeurope'/);
    await assert.rejects(
      session.create(TOPIC, topic({ topicType: "Microsoft.Storage.StorageAccounts" })),
      /does not fit the source/,
    );
    await assert.rejects(session.create(TOPIC, topic({ source: `${vault.id}x` })), /ResourceNotFound/);
    await session.create(TOPIC, topic());
    await assert.rejects(
      session.create(TOPIC, topic({ systemTopicName: "again" })),
      /Code="InvalidRequest" Message="There is an existing tracked system topic for the given source .* Only one system topic is allowed per source\."/,
    );
  });

  const subscriptionMistakes: readonly (readonly [string, PropertyMap, RegExp])[] = [
    ["no destination", { destination: undefined }, /destination of the event subscription is required/],
    [
      "an alert in the wrong schema",
      { eventDeliverySchema: "EventGridSchema" },
      /supports the event delivery schema CloudEventSchemaV1_0 only/,
    ],
    [
      "an alert without severity",
      { destination: { ...alert, severity: undefined } },
      /severity .* must be provided/,
    ],
    [
      "an event nobody sends",
      { filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpired"] } },
      /Microsoft\.KeyVault\.SecretNearExpired are not supported/,
    ],
    [
      "a webhook without TLS",
      { destination: { endpointType: "WebHook", endpointUrl: "http://hooks.contoso.com" } },
      /starts with https/,
    ],
    [
      "a queue that is none",
      { destination: { endpointType: "ServiceBusQueue", resourceId: "/queues/x" } },
      /must be the id of a microsoft\.servicebus\/namespaces\/queues/,
    ],
    [
      "a kind of place that does not exist",
      { destination: { endpointType: "Pigeon" } },
      /'Pigeon' is not supported/,
    ],
    ["a topic that does not exist", { systemTopicName: "none" }, /Code="ResourceNotFound"/],
  ];
  for (const [what, inputs, refused] of subscriptionMistakes) {
    it(`refuses a subscription with ${what}`, async () => {
      await session.create(TOPIC, topic());
      await assert.rejects(session.create(SUBSCRIPTION, subscription(inputs)), refused);
    });
  }

  describe("announces the end of secrets", () => {
    const write = (name: string, expires: Date): Promise<Deployed> =>
      session.create(SECRET, {
        resourceGroupName: "identity",
        vaultName: "kv-billing",
        secretName: name,
        properties: { value: new Secret("x"), attributes: { expires: expires.getTime() / 1000 } },
      });
    const heard = (): string[] =>
      session.tenant.vaults.events
        .announcedBy(vault.id, now)
        .map(({ type, subject }) => `${type} ${subject}`);
    const inDays = (days: number): Date => new Date(Date.parse("2026-03-01T12:00:00Z") + days * DAY_MS);

    it("thirty days before and at the end, of versions younger than the subscription", async () => {
      await write("older", inDays(60));
      await session.create(TOPIC, topic());
      await session.create(SUBSCRIPTION, subscription());
      await write("younger", inDays(60));
      now = new Date(inDays(30).getTime() - 1);
      assert.deepEqual(heard(), []);
      now = inDays(30);
      assert.deepEqual(heard(), ["Microsoft.KeyVault.SecretNearExpiry younger"]);
      now = inDays(60);
      assert.deepEqual(heard(), [
        "Microsoft.KeyVault.SecretNearExpiry younger",
        "Microsoft.KeyVault.SecretExpired younger",
      ]);
    });

    it("not of a version that another has taken the place of", async () => {
      await session.create(TOPIC, topic());
      await session.create(SUBSCRIPTION, subscription());
      const written = await write("billing", inDays(60));
      now = inDays(29);
      await session.update(written, {
        ...written.inputs,
        properties: { value: new Secret("y"), attributes: { expires: inDays(120).getTime() / 1000 } },
      });
      now = inDays(89);
      assert.deepEqual(heard(), []);
      now = inDays(90);
      assert.deepEqual(heard(), ["Microsoft.KeyVault.SecretNearExpiry billing"]);
    });
  });
});
