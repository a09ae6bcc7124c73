import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CredentialVault, type CredentialVaultArgs, SecretFreeApplication } from "../../components";
import { Recorder, SUBSCRIPTION, valueOf } from "./recorder";
import { refusal } from "./refusal";

const TENANT = "7e0a0000-0000-4000-8000-000000000001";
const HOST = "0a0e0000-0000-4000-8000-0000000000a1";
const KEY = "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nPUBLIC\n-----END CERTIFICATE-----\n";
const stored = {
  privateKeyPem: KEY,
  certificatePem: CERTIFICATE,
  validFrom: "2026-11-21T02:00:00Z",
  validUntil: "2027-02-19T02:00:00.900Z",
};
const base = {
  vaultName: "kv-billing-nightly",
  resourceGroupName: "rg-identities",
  location: "westeurope",
  tenantId: TENANT,
  credentials: { "billing-nightly": stored },
} satisfies CredentialVaultArgs;
const declare = (args: object = {}): CredentialVault =>
  new CredentialVault("billing-nightly", { ...base, ...args });

const vaultId = `${SUBSCRIPTION}/resourceGroups/rg-identities/providers/Microsoft.KeyVault/vaults/kv-billing-nightly`;
const hardened = {
  tenantId: TENANT,
  sku: { family: "A", name: "standard" },
  enableRbacAuthorization: true,
  enablePurgeProtection: true,
  enableSoftDelete: true,
  softDeleteRetentionInDays: 90,
  enabledForDeployment: false,
  enabledForDiskEncryption: false,
  enabledForTemplateDeployment: false,
  accessPolicies: [],
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
            roleAssignmentName: registered[0]?.plain["roleAssignmentName"],
            scope: `${vaultId}/secrets/billing-nightly`,
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
              ...hardened,
              publicNetworkAccess: "Enabled",
              networkAcls: {
                defaultAction: "Deny",
                bypass: "None",
                ipRules: [{ value: "198.51.100.0/24" }],
                virtualNetworkRules: [],
              },
            },
          },
        },
        { type: "certlock:components:CredentialVault", name: "billing-nightly", parent: "", plain: {} },
      ],
    );
    assert.deepEqual(await valueOf(vault.vaultUri), {
      value: "https://kv-billing-nightly.vault.azure.net/",
      secret: false,
    });
    assert.deepEqual(await valueOf(pulumi.output(vault.secretUris)), {
      value: { "billing-nightly": "https://kv-billing-nightly.vault.azure.net/secrets/billing-nightly" },
      secret: false,
    });
  });

  it("closes the public door altogether where no network is named", async () => {
    const recorder = await Recorder.start();
    declare({ bypass: "AzureServices" });
    const vault = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Vault");
    assert.deepEqual(vault?.inputs["properties"], {
      ...hardened,
      publicNetworkAccess: "Disabled",
      networkAcls: { defaultAction: "Deny", bypass: "AzureServices", ipRules: [], virtualNetworkRules: [] },
    });
  });

  it("sends the key as a secret, even where it was given in plain", async () => {
    const recorder = await Recorder.start();
    declare();
    const inputs = (await recorder.all()).map((registered) => registered.inputs);
    assert.doesNotMatch(JSON.stringify(inputs), /CANARY/);
  });

  it("stores an application's key only after its certificate is registered, under a name without generation", async () => {
    const recorder = await Recorder.start();
    const application = new SecretFreeApplication("billing-nightly", {
      description: "Nightly billing run",
      owners: [HOST],
      certificate: { keyBits: 2048, generation: 7 },
    });
    declare({ credentials: { "billing-nightly": application.certificate } });
    const secret = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Secret");
    assert.deepEqual(secret?.dependencies, [
      "billing-nightly-certificate-g7",
      "billing-nightly-credential-g7",
      "billing-nightly-key-g7",
      "billing-nightly-vault",
    ]);
    assert.equal(secret.name, "billing-nightly-secret-billing-nightly");
    assert.match(
      (secret.plain["properties"] as { value: string }).value,
      /^-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n$/,
    );
  });

  it("leaves secrets in the vault when they leave the stack, but never the vault or a role", async () => {
    const recorder = await Recorder.start();
    declare({ readers: { host: { principalId: HOST } } });
    const retained = (await recorder.all()).filter(({ retainOnDelete }) => retainOnDelete);
    assert.deepEqual(
      retained.map(({ type }) => type),
      ["azure-native:keyvault:Secret"],
    );
  });

  it("names a role assignment by what it grants: the same on every run, different for each reader", async () => {
    const assignments = async (): Promise<unknown[]> => {
      const recorder = await Recorder.start();
      declare({
        readers: { host: { principalId: HOST }, team: { principalId: TENANT, principalType: "Group" } },
      });
      return (await recorder.all())
        .filter(({ type }) => type.endsWith(":RoleAssignment"))
        .map(({ inputs }) => inputs["roleAssignmentName"]);
    };
    const once = await assignments();
    assert.deepEqual(once, await assignments());
    assert.equal(new Set(once).size, 2);
    for (const name of once) assert.match(String(name), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/);
  });

  it("knows a reader and a secret again in other letters, as Azure does", async () => {
    const assignment = async (secretName: string, principalId: string) => {
      const recorder = await Recorder.start();
      declare({ credentials: { [secretName]: stored }, readers: { host: { principalId } } });
      const { inputs } = (await recorder.all()).find(({ type }) => type.endsWith(":RoleAssignment")) ?? {};
      return [inputs?.["roleAssignmentName"], inputs?.["principalId"]];
    };
    const declared = await assignment("billing-nightly", HOST);
    assert.equal(declared[1], HOST);
    assert.deepEqual(await assignment("billing-nightly", HOST.toUpperCase()), declared);
    assert.deepEqual(await assignment("Billing-Nightly", HOST), declared);
  });

  it("takes ids that are not known before the update", async () => {
    const recorder = await Recorder.start();
    declare({
      tenantId: pulumi.output(TENANT),
      readers: { host: { principalId: pulumi.output(HOST) } },
    });
    const role = (await recorder.all()).find(({ type }) => type.endsWith(":RoleAssignment"));
    assert.equal(role?.inputs["principalId"], HOST);
  });

  it("refuses every bad argument at once", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          vaultName: "kv--x",
          tenantId: "contoso.onmicrosoft.com",
          allowedNetworks: ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"],
          bypass: "Everything",
          credentials: { "bad name": stored, none: undefined },
          readers: { host: { principalId: "x", principalType: "Device" } },
        }),
      ),
      [
        "vaultName invalid-name",
        "tenantId invalid-id",
        "allowedNetworks[0] network-not-public",
        "allowedNetworks[1] network-family",
        "allowedNetworks[2] network-too-wide",
        "bypass out-of-range",
        'credentials["bad name"] invalid-name',
        'credentials["none"] missing',
        'readers["host"].principalId invalid-id',
        'readers["host"].principalType out-of-range',
      ],
    );
    assert.deepEqual(await refusal(() => declare({ credentials: {} })), ["credentials missing"]);
  });

  it("refuses vault names one character too short or long, and those Azure does not take", async () => {
    const refused = ["kv", "k".repeat(25), "1kv", "kv-", "kv_x", "-kv", ""];
    for (const vaultName of refused) {
      assert.deepEqual(await refusal(() => declare({ vaultName })), ["vaultName invalid-name"], vaultName);
    }
    for (const vaultName of ["kv1", "k".repeat(24), "K-v-1"]) {
      const recorder = await Recorder.start();
      declare({ vaultName });
      assert.equal((await recorder.all()).length, 3, vaultName);
    }
  });
});
