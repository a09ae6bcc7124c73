import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { lateRefusalOfMany } from "./late-refusal";
import { Recorder, SUBSCRIPTION } from "./recorder";
import { refusal } from "./refusal";
import {
  CERTIFICATE,
  declareVault as declare,
  HOST,
  KEY,
  PFX,
  STORED,
  VAULT_ID,
  WORKSPACE,
} from "./vault-declaration";

describe("arguments of CredentialVault", () => {
  it("are refused all at once, each with its place", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          vaultName: "kv--x",
          tenantId: "contoso.onmicrosoft.com",
          sku: "gold",
          softDeleteDays: 91,
          allowedNetworks: ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"],
          allowedSubnetIds: [VAULT_ID],
          bypass: "Everything",
          privateEndpoint: {
            subnetId: "jobs",
            privateDnsZoneId: VAULT_ID,
            location: "West Europe",
            resourceGroupName: "rg.",
          },
          owner: "",
          rotation: "x".repeat(257),
          tags: { Owner: "somebody" },
          auditLog: { workspaceId: "log-central", events: "some" },
          expiryAlert: { to: "pigeon" },
          credentials: { "bad name": STORED, none: undefined },
          readers: { host: { principalId: "x", principalType: "Device" } },
        }),
      ),
      [
        "vaultName invalid-name",
        "tenantId invalid-id",
        "sku out-of-range",
        "softDeleteDays out-of-range",
        "allowedNetworks[0] network-not-public",
        "allowedNetworks[1] network-family",
        "allowedNetworks[2] network-too-wide",
        "allowedSubnetIds[0] invalid-id",
        "bypass out-of-range",
        "privateEndpoint.subnetId invalid-id",
        "privateEndpoint.privateDnsZoneId invalid-id",
        "privateEndpoint.location invalid-name",
        "privateEndpoint.resourceGroupName invalid-name",
        "allowedNetworks choose-one",
        "allowedSubnetIds choose-one",
        "owner missing",
        "rotation too-long",
        'tags["Owner"] duplicate',
        "auditLog.workspaceId invalid-id",
        "auditLog.events out-of-range",
        "expiryAlert.to out-of-range",
        'credentials["bad name"] invalid-name',
        'credentials["none"] missing',
        'readers["host"].principalId invalid-id',
        'readers["host"].principalType out-of-range',
      ],
    );
  });

  it("are refused where they are missing, null, misspelt or of another type", async () => {
    assert.deepEqual(
      [
        await refusal(() => declare({ tenantId: undefined, resourceGroupName: null, audit: {}, sku: null })),
        await refusal(() =>
          declare({ auditLog: {}, privateEndpoint: {}, readers: { host: {}, none: null } }),
        ),
        await refusal(() =>
          declare({
            auditLog: { workspaceID: WORKSPACE },
            expiryAlert: { to: "webhook", uri: "https://hooks.contoso.com/?code=CANARY" },
            readers: { host: { principalId: HOST, type: "User" } },
          }),
        ),
        await refusal(() =>
          declare({
            credentials: [],
            readers: "host",
            allowedNetworks: "198.51.100.0/24",
            expiryAlert: "mail",
          }),
        ),
        await refusal(() => declare({ expiryAlert: { to: "actionGroups" }, cloud: "germany" })),
        await refusal(() => declare({ tenantId: null, auditLog: null })),
      ].map((found) => found.toSorted()),
      [
        ["audit unknown-key", "resourceGroupName missing", "sku missing", "tenantId missing"],
        [
          "auditLog.workspaceId missing",
          "privateEndpoint.subnetId missing",
          'readers["host"].principalId missing',
          'readers["none"] wrong-type',
        ],
        [
          "auditLog.workspaceID unknown-key",
          "auditLog.workspaceId missing",
          "expiryAlert.uri unknown-key",
          "expiryAlert.url invalid-url",
          'readers["host"].type unknown-key',
        ],
        [
          "allowedNetworks wrong-type",
          "credentials wrong-type",
          "expiryAlert wrong-type",
          "readers wrong-type",
        ],
        ["cloud out-of-range", "expiryAlert.actionGroupIds missing"],
        ["auditLog missing", "tenantId missing"],
      ],
    );
  });

  it("are refused where one secret or one reader has two names", async () => {
    const principalId = HOST.toUpperCase();
    assert.deepEqual(
      await refusal(() =>
        declare({
          credentials: { Billing: STORED, billing: STORED },
          readers: { host: { principalId: HOST }, machine: { principalId } },
        }),
      ),
      ['credentials["billing"] duplicate', 'readers["machine"].principalId duplicate'],
    );
  });

  it("are refused in words that say what was given, what is allowed and what to do", async () => {
    await Recorder.start();
    const url = "http://hooks.contoso.com/?code=CANARY";
    assert.throws(
      () =>
        declare({ sku: "gold", auditLog: { workspaceId: VAULT_ID }, expiryAlert: { to: "webhook", url } }),
      {
        message: [
          'CERTLOCK_ARGUMENTS: CredentialVault "billing-nightly" has 3 problems in its arguments; it was not registered.',
          "",
          "  sku [out-of-range]",
          '    given:   "gold"',
          "    allowed: one of standard, premium",
          "    remedy:  choose one of these, spelt like this",
          "",
          "  auditLog.workspaceId [invalid-id]",
          "    given:   the id of a Microsoft.KeyVault/vaults",
          "    allowed: the id of a Microsoft.OperationalInsights/workspaces: /subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…",
          "    remedy:  take the id of the Microsoft.OperationalInsights/workspaces itself",
          "",
          "  expiryAlert.url [invalid-url]",
          "    given:   an address of http:",
          "    allowed: an address that starts with https:// and holds no user name or password",
          "    remedy:  copy the address of the webhook; events are delivered over TLS only",
        ].join("\n"),
      },
    );
  });

  it("refuse retention days one beyond Azure's limits, and take those at them", async () => {
    for (const softDeleteDays of [6, 91, 7.5, NaN]) {
      assert.deepEqual(await refusal(() => declare({ softDeleteDays })), ["softDeleteDays out-of-range"]);
    }
    for (const softDeleteDays of [7, 90]) {
      const recorder = await Recorder.start();
      declare({ softDeleteDays });
      const vault = (await recorder.all()).find(({ type }) => type === "azure-native:keyvault:Vault");
      const properties = vault?.inputs["properties"] as { softDeleteRetentionInDays: number };
      assert.equal(properties.softDeleteRetentionInDays, softDeleteDays);
    }
  });

  it("refuse a credential that has not what its form needs, and forms nobody reads", async () => {
    const credentials = {
      born: { ...STORED, privateKeyPem: undefined },
      pfx: { ...STORED, contentType: "application/x-pkcs12" },
      text: { ...STORED, contentType: "text/plain" },
    };
    assert.deepEqual(await refusal(() => declare({ credentials })), [
      'credentials["born"] missing',
      'credentials["pfx"] missing',
      'credentials["text"] out-of-range',
    ]);
  });

  it("refuse whatever is no key with its certificate: a client secret finds no place here", async () => {
    const secret = "abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789ab";
    const pfx = { ...STORED, contentType: "application/x-pkcs12" };
    const credentials = {
      secret: { ...STORED, privateKeyPem: secret },
      number: { ...STORED, privateKeyPem: 7 },
      encrypted: { ...STORED, privateKeyPem: KEY.replaceAll("PRIVATE", "ENCRYPTED PRIVATE") },
      beside: { ...STORED, privateKeyPem: `${KEY}\n${secret}` },
      bundle: { ...STORED, certificatePem: KEY + CERTIFICATE },
      chain: { ...STORED, chainPem: secret },
      pfx: { ...pfx, pfxBase64: Buffer.from(secret).toString("base64") },
      whole: null,
      text: "text",
      good: { ...pfx, pfxBase64: PFX, privateKeyPem: undefined },
    };
    assert.deepEqual(await refusal(() => declare({ credentials })), [
      'credentials["secret"].privateKeyPem private-key',
      'credentials["number"].privateKeyPem private-key',
      'credentials["encrypted"].privateKeyPem private-key',
      'credentials["beside"].privateKeyPem private-key',
      'credentials["bundle"].certificatePem invalid-certificate',
      'credentials["chain"].chainPem invalid-certificate',
      'credentials["pfx"].pfxBase64 private-key',
      'credentials["whole"] missing',
      'credentials["text"] wrong-type',
    ]);
  });

  it("refuse dates in the wrong order, and all of it also where it becomes known later", async () => {
    const { validFrom, validUntil, privateKeyPem } = STORED;
    const turned = { ...STORED, validFrom: validUntil, validUntil: validFrom };
    for (const wrong of [turned, { ...STORED, validUntil: validFrom }, { ...STORED, validFrom: "today" }])
      assert.deepEqual(await refusal(() => declare({ credentials: { turned: wrong } })), [
        'credentials["turned"] invalid-date',
      ]);
    const later = [
      [{ ...turned, validFrom: pulumi.output(validUntil) }, /credentials\["late"\] \[invalid-date\]/],
      [
        { ...STORED, privateKeyPem: pulumi.secret(privateKeyPem.replaceAll("PRIVATE KEY", "CANARY")) },
        /credentials\["late"\]\.privateKeyPem \[private-key\]/,
      ],
    ] as const;
    for (const [credential, expected] of later) {
      const { errors, registered } = await lateRefusalOfMany(() =>
        declare({ credentials: { late: credential } }),
      );
      assert.match(errors.join("\n"), expected);
      assert.doesNotMatch(errors.join("\n"), /CANARY/);
      assert.deepEqual(
        registered.filter(({ type }) => type === "azure-native:keyvault:Secret"),
        [],
      );
    }
  });

  it("refuse what is no text where a text or an id belongs", async () => {
    const alert = { to: "webhook", url: 7, entraApplicationId: {}, entraTenantId: [] };
    const found = await refusal(() =>
      declare({
        resourceGroupName: 7,
        location: "West Europe",
        auditLog: { workspaceId: 7 },
        expiryAlert: alert,
        privateEndpoint: { subnetId: 7, privateDnsZoneId: {} },
        tags: ["x"],
      }),
    );
    assert.deepEqual(found.toSorted(), [
      "auditLog.workspaceId invalid-id",
      "expiryAlert.entraApplicationId wrong-type",
      "expiryAlert.entraTenantId invalid-id",
      "expiryAlert.url invalid-url",
      "location invalid-name",
      "privateEndpoint.privateDnsZoneId invalid-id",
      "privateEndpoint.subnetId invalid-id",
      "resourceGroupName invalid-name",
      "tags wrong-type",
    ]);
  });

  it("refuse more subnets than the firewall holds, and one that is named twice", async () => {
    const subnet = (index: number): string =>
      `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s${index}`;
    const most = Array.from({ length: 200 }, (_, index) => subnet(index));
    const recorder = await Recorder.start();
    declare({ allowedSubnetIds: most });
    assert.equal((await recorder.all()).length, 3);
    assert.deepEqual(await refusal(() => declare({ allowedSubnetIds: [...most, subnet(200)] })), [
      "allowedSubnetIds too-many",
    ]);
    assert.deepEqual(
      await refusal(() => declare({ allowedSubnetIds: [subnet(1), subnet(1).toUpperCase()] })),
      ["allowedSubnetIds[1] duplicate"],
    );
  });

  it("refuse vault names one character too short or long, and those Azure does not take", async () => {
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
