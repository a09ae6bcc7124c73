import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication } from "../../components";
import { Recorder, SUBSCRIPTION, valueOf } from "./recorder";
import {
  CERTIFICATE,
  declareVault as declare,
  fullArguments,
  HARDENED,
  HOST,
  KEY,
  PFX,
  STORED,
  TENANT,
  VAULT_ID,
  WORKSPACE,
} from "./vault-declaration";

const TAGS = { owner: "finance-platform@contoso.com", rotation: "every 60 days", costs: "4711" };
const closed = {
  publicNetworkAccess: "Disabled",
  networkAcls: { defaultAction: "Deny", bypass: "None", ipRules: [], virtualNetworkRules: [] },
};

describe("CredentialVault", () => {
  it("registers a closed vault, the secret, and the reader's role on the one secret", async () => {
    const recorder = await Recorder.start();
    const vault = declare({
      allowedNetworks: ["198.51.100.0/24"],
      readers: { host: { principalId: HOST } },
    });
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ type, name, parent, plain }) => ({ type, name, parent, plain })),
      [
        {
          type: "azure-native:authorization:RoleAssignment",
          name: "billing-nightly-reader-billing-nightly-host",
          parent: "billing-nightly",
          plain: {
            // Fixed: another name would replace the grant of every vault there is.
            roleAssignmentName: "67649d66-25da-5cda-9418-c6b820112eca",
            scope: `${VAULT_ID}/secrets/billing-nightly`,
            principalId: HOST,
            principalType: "ServicePrincipal",
            roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`,
          },
        },
        {
          type: "azure-native:keyvault:Secret",
          name: "billing-nightly-secret-billing-nightly",
          parent: "billing-nightly",
          plain: {
            vaultName: "kv-billing-nightly",
            resourceGroupName: "rg-identities",
            secretName: "billing-nightly",
            properties: {
              value: `${KEY}\n${CERTIFICATE}`,
              contentType: "application/x-pem-file",
              attributes: { enabled: true, notBefore: 1795226400, expires: 1803002400 },
            },
            tags: { rotation: "by deployment" },
          },
        },
        {
          type: "azure-native:keyvault:Vault",
          name: "billing-nightly-vault",
          parent: "billing-nightly",
          plain: {
            vaultName: "kv-billing-nightly",
            resourceGroupName: "rg-identities",
            location: "westeurope",
            properties: {
              ...HARDENED,
              publicNetworkAccess: "Enabled",
              networkAcls: {
                defaultAction: "Deny",
                bypass: "None",
                ipRules: [{ value: "198.51.100.0/24" }],
                virtualNetworkRules: [],
              },
            },
            tags: { rotation: "by deployment" },
          },
        },
        { type: "certlock:components:CredentialVault", name: "billing-nightly", parent: "", plain: {} },
      ],
    );
    assert.deepEqual(await valueOf(vault.vaultUri), {
      value: "https://kv-billing-nightly.vault.azure.net/",
      secret: false,
    });
    assert.deepEqual(await valueOf(vault.vaultId), { value: VAULT_ID, secret: false });
    assert.deepEqual(await valueOf(pulumi.output(vault.secretUris)), {
      value: { "billing-nightly": "https://kv-billing-nightly.vault.azure.net/secrets/billing-nightly" },
      secret: false,
    });
  });

  it("names in a preview the address its cloud will give it", async () => {
    const addressIn = async (args: object): Promise<string> => {
      const recorder = await Recorder.start("certlock-tenant", true);
      const vault = declare({ vaultName: "KV-Billing", ...args });
      await recorder.all();
      return (await valueOf(vault.vaultUri)).value;
    };
    assert.deepEqual(
      [await addressIn({}), await addressIn({ cloud: "usgovernment" }), await addressIn({ cloud: "china" })],
      [
        "https://kv-billing.vault.azure.net/",
        "https://kv-billing.vault.usgovcloudapi.net/",
        "https://kv-billing.vault.azure.cn/",
      ],
    );
  });

  it("registers with every option the audit log, the alert, the private endpoint and its name, and no more", async () => {
    const recorder = await Recorder.start();
    declare(fullArguments());
    const registered = await recorder.all();
    const group = `${SUBSCRIPTION}/resourceGroups`;
    assert.deepEqual(
      Object.fromEntries(registered.map(({ type, name, plain }) => [`${type} ${name}`, plain])),
      {
        "azure-native:authorization:RoleAssignment billing-nightly-reader-billing-nightly-host": {
          ...registered[0]?.plain,
          scope: `${VAULT_ID}/secrets/billing-nightly`,
        },
        "azure-native:eventgrid:SystemTopic billing-nightly-events": {
          systemTopicName: "kv-billing-nightly-events",
          resourceGroupName: "rg-identities",
          location: "westeurope",
          source: VAULT_ID,
          topicType: "Microsoft.KeyVault.vaults",
          tags: TAGS,
        },
        "azure-native:eventgrid:SystemTopicEventSubscription billing-nightly-expiry-alert": {
          eventSubscriptionName: "expiry-alert",
          systemTopicName: "kv-billing-nightly-events",
          resourceGroupName: "rg-identities",
          destination: {
            endpointType: "MonitorAlert",
            actionGroups: [`${group}/rg-monitoring/providers/Microsoft.Insights/actionGroups/on-call`],
            severity: "Sev1",
            description:
              "A credential in the key vault kv-billing-nightly ends within 30 days or has ended: it was not renewed in time. Run the deployment that issues it.",
          },
          eventDeliverySchema: "CloudEventSchemaV1_0",
          filter: {
            includedEventTypes: [
              "Microsoft.KeyVault.SecretNearExpiry",
              "Microsoft.KeyVault.SecretExpired",
              "Microsoft.KeyVault.CertificateNearExpiry",
              "Microsoft.KeyVault.CertificateExpired",
            ],
            isSubjectCaseSensitive: false,
          },
          retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        },
        "azure-native:keyvault:Secret billing-nightly-secret-billing-nightly": {
          vaultName: "kv-billing-nightly",
          resourceGroupName: "rg-identities",
          secretName: "billing-nightly",
          properties: {
            value: `${KEY}\n${CERTIFICATE}`,
            contentType: "application/x-pem-file",
            attributes: { enabled: true, notBefore: 1795226400, expires: 1803002400 },
          },
          tags: {
            ...TAGS,
            generation: "7",
            "rotates-on": "2027-01-20",
            "thumbprint-sha256": "AB".repeat(32),
          },
        },
        "azure-native:keyvault:Vault billing-nightly-vault": {
          vaultName: "kv-billing-nightly",
          resourceGroupName: "rg-identities",
          location: "westeurope",
          properties: {
            ...HARDENED,
            ...closed,
            sku: { family: "A", name: "premium" },
            softDeleteRetentionInDays: 30,
          },
          tags: TAGS,
        },
        "azure-native:monitor:DiagnosticSetting billing-nightly-audit-log": {
          name: "audit",
          resourceUri: VAULT_ID,
          workspaceId: WORKSPACE,
          logAnalyticsDestinationType: "Dedicated",
          logs: [{ category: "AuditEvent", enabled: true }],
        },
        "azure-native:network:PrivateDnsZoneGroup billing-nightly-endpoint-dns": {
          privateDnsZoneGroupName: "default",
          privateEndpointName: "kv-billing-nightly-endpoint",
          resourceGroupName: "rg-network",
          privateDnsZoneConfigs: [
            {
              name: "vault",
              privateDnsZoneId: `${group}/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net`,
            },
          ],
        },
        "azure-native:network:PrivateEndpoint billing-nightly-endpoint": {
          privateEndpointName: "kv-billing-nightly-endpoint",
          resourceGroupName: "rg-network",
          location: "northeurope",
          subnet: {
            id: `${group}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jobs`,
            // Azure Native's own defaults; of a subnet that is referred to Azure reads the id alone.
            privateEndpointNetworkPolicies: "Disabled",
            privateLinkServiceNetworkPolicies: "Enabled",
          },
          privateLinkServiceConnections: [
            { name: "kv-billing-nightly", privateLinkServiceId: VAULT_ID, groupIds: ["vault"] },
          ],
          tags: TAGS,
        },
        "certlock:components:CredentialVault billing-nightly": {},
      },
    );
    for (const { parent, type } of registered) {
      assert.equal(parent, type.startsWith("certlock:") ? "" : "billing-nightly");
    }
  });

  it("closes the public door altogether where no network is named", async () => {
    const recorder = await Recorder.start();
    declare({ bypass: "AzureServices" });
    const vault = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Vault");
    assert.deepEqual(vault?.inputs["properties"], {
      ...HARDENED,
      publicNetworkAccess: "Disabled",
      networkAcls: { defaultAction: "Deny", bypass: "AzureServices", ipRules: [], virtualNetworkRules: [] },
    });
  });

  it("lets named subnets through, and nobody else", async () => {
    const recorder = await Recorder.start();
    const subnet = `${SUBSCRIPTION}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jobs`;
    declare({ allowedSubnetIds: [subnet, pulumi.output(`${subnet}-2`)] });
    const vault = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Vault");
    assert.deepEqual(vault?.inputs["properties"], {
      ...HARDENED,
      publicNetworkAccess: "Enabled",
      networkAcls: {
        defaultAction: "Deny",
        bypass: "None",
        ipRules: [],
        virtualNetworkRules: [{ id: subnet }, { id: `${subnet}-2` }],
      },
    });
  });

  it("sends all events where all are asked for", async () => {
    const recorder = await Recorder.start();
    declare({ auditLog: { workspaceId: WORKSPACE, events: "all" } });
    const log = (await recorder.all()).find(({ type }) => type.endsWith(":DiagnosticSetting"));
    assert.deepEqual(log?.inputs["logs"], [{ categoryGroup: "allLogs", enabled: true }]);
  });

  it("sends the key as a secret, even where it was given in plain", async () => {
    const recorder = await Recorder.start();
    declare(fullArguments());
    const inputs = (await recorder.all()).map((registered) => registered.inputs);
    assert.doesNotMatch(JSON.stringify(inputs), /CANARY/);
  });

  it("stores a PFX as it is, with its own content type, and as a secret", async () => {
    const recorder = await Recorder.start();
    const pfx = { ...STORED, contentType: "application/x-pkcs12", pfxBase64: PFX };
    declare({ credentials: { "billing-nightly": pfx } });
    const secret = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Secret");
    const attributes = { enabled: true, notBefore: 1795226400, expires: 1803002400 };
    const contentType = "application/x-pkcs12";
    assert.deepEqual(secret?.plain["properties"], { value: PFX, contentType, attributes });
    assert.ok(!JSON.stringify(secret.inputs).includes(PFX));
  });

  it("stores the issuers' certificates behind the application's own", async () => {
    const recorder = await Recorder.start();
    declare({
      credentials: { "billing-nightly": { ...STORED, chainPem: `\n${CERTIFICATE}${CERTIFICATE}` } },
    });
    const secret = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Secret");
    const { value } = secret?.plain["properties"] as { value: string };
    assert.equal(value, `${KEY}\n${CERTIFICATE}${CERTIFICATE}${CERTIFICATE}`);
  });

  it("stores an application's key only after its certificate is registered, under a name without generation", async () => {
    const recorder = await Recorder.start();
    const application = new SecretFreeApplication("billing-nightly", {
      description: "Nightly billing run",
      owners: [HOST, "0a0e0000-0000-4000-8000-0000000000a2"],
      certificate: { keyBits: 2048, rotation: { epoch: "2026-11-21" } },
      now: new Date("2026-11-21T02:00:00Z"),
    });
    declare({ credentials: { "billing-nightly": application.certificate } });
    const secret = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Secret");
    assert.deepEqual(secret?.dependencies, [
      "billing-nightly-certificate-g1",
      "billing-nightly-credential-g1",
      "billing-nightly-key-g1",
      "billing-nightly-vault",
    ]);
    assert.equal(secret.name, "billing-nightly-secret-billing-nightly");
    assert.match(
      (secret.plain["properties"] as { value: string }).value,
      /^-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n$/,
    );
  });

  it("stores nothing before the log is kept and the alert is set, and waits for no private endpoint", async () => {
    const recorder = await Recorder.start();
    const vault = declare(fullArguments());
    const secret = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Secret");
    assert.deepEqual(secret?.dependencies, [
      "billing-nightly-audit-log",
      "billing-nightly-expiry-alert",
      "billing-nightly-vault",
    ]);
    const waits = (
      vault.vaultUri as unknown as { allResources(): Promise<Set<pulumi.Resource>> }
    ).allResources();
    const names = [...(await waits)].map((resource) => resource.urn);
    const urns = (await valueOf(pulumi.all(names))).value.map((urn) => urn.split("::").at(-1));
    assert.deepEqual(urns.sort(), [
      "billing-nightly-audit-log",
      "billing-nightly-endpoint",
      "billing-nightly-endpoint-dns",
      "billing-nightly-expiry-alert",
      "billing-nightly-vault",
    ]);
  });

  it("leaves secrets in the vault when they leave the stack, but never the vault, an alert or a role", async () => {
    const recorder = await Recorder.start();
    declare(fullArguments());
    const retained = (await recorder.all()).filter(({ retainOnDelete }) => retainOnDelete);
    assert.deepEqual(
      retained.map(({ type }) => type),
      ["azure-native:keyvault:Secret"],
    );
  });

  it("takes ids that are not known before the update", async () => {
    const recorder = await Recorder.start();
    declare({
      tenantId: pulumi.output(TENANT),
      readers: { host: { principalId: pulumi.output(HOST) } },
      auditLog: { workspaceId: pulumi.output(WORKSPACE) },
    });
    const role = (await recorder.all()).find(({ type }) => type.endsWith(":RoleAssignment"));
    assert.equal(role?.inputs["principalId"], HOST);
  });
});
