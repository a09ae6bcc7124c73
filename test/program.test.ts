/** The repository's own program, loaded as Pulumi's Automation API loads it, against a stand-in for the engine. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { idOf, Recorder, type Registered, SUBSCRIPTION, TENANT_ID, valueOf } from "./components/recorder";
import { generationsOn } from "./generations";
import { load } from "./loaded-program";

const outline = ({ type, name, parent }: Registered): string => `${parent} > ${name}: ${type}`;

const AZUREAD = {
  certificate: "azuread:index/applicationCertificate:ApplicationCertificate",
  federated: "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
  owner: "azuread:index/applicationOwner:ApplicationOwner",
  registration: "azuread:index/applicationRegistration:ApplicationRegistration",
  principal: "azuread:index/servicePrincipal:ServicePrincipal",
};

function applicationWith(name: string, others: readonly string[]): string[] {
  return [
    ` > ${name}: certlock:components:SecretFreeApplication`,
    `${name} > ${name}-registration: ${AZUREAD.registration}`,
    `${name} > ${name}-service-principal: ${AZUREAD.principal}`,
    `${name} > ${name}-owner-0a0e0000-0000-4000-8000-000000000001: ${AZUREAD.owner}`,
    `${name} > ${name}-owner-0a0e0000-0000-4000-8000-000000000002: ${AZUREAD.owner}`,
    ...others,
  ];
}

/** Both applications count from the first of January 2026, so there are two generations on every day since March. */
const GENERATIONS = generationsOn();

function keyInVault(name: string, secrets: readonly string[] = [name]): string[] {
  return [
    ...GENERATIONS.declared.flatMap(({ number }) => [
      `${name} > ${name}-key-g${number}: tls:index/privateKey:PrivateKey`,
      `${name} > ${name}-certificate-g${number}: tls:index/selfSignedCert:SelfSignedCert`,
      `${name} > ${name}-credential-g${number}: ${AZUREAD.certificate}`,
    ]),
    ` > ${name}: certlock:components:CredentialVault`,
    `${name} > ${name}-vault: azure-native:keyvault:Vault`,
    `${name} > ${name}-audit-log: azure-native:monitor:DiagnosticSetting`,
    `${name} > ${name}-events: azure-native:eventgrid:SystemTopic`,
    `${name} > ${name}-expiry-alert: azure-native:eventgrid:SystemTopicEventSubscription`,
    ...secrets.map((secret) => `${name} > ${name}-secret-${secret}: azure-native:keyvault:Secret`),
  ];
}

/** Every resource of the stack dev. */
const EVERYTHING = [
  " > tenant-credentials: certlock:components:TenantCredentialPolicy",
  "tenant-credentials > tenant-credentials-policy: certlock:index:TenantAppManagementPolicy",
  " > invoice-archive: certlock:components:WorkloadIdentity",
  "invoice-archive > invoice-archive-identity: azure-native:managedidentity:UserAssignedIdentity",
  "invoice-archive > invoice-archive-federated-nightly: azure-native:managedidentity:FederatedIdentityCredential",
  ...applicationWith("billing-nightly", keyInVault("billing-nightly")),
  ...applicationWith("deploy-pipeline", [
    " > deploy-pipeline: certlock:components:FederatedCredential",
    `deploy-pipeline > deploy-pipeline-credential: ${AZUREAD.federated}`,
  ]),
  ...applicationWith("partner-daemon", [
    ...keyInVault("partner-daemon", ["partner-daemon", "partner-daemon-pfx"]),
    " > partner-daemon: certlock:components:WorkloadAccessPolicy",
    "partner-daemon > partner-daemon-location: azuread:index/namedLocation:NamedLocation",
    "partner-daemon > partner-daemon-policy: azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
  ]),
].sort();

describe("the program", () => {
  it("registers the tenant, and nothing else", async () => {
    const recorder = await Recorder.start();
    load();
    const registered = await recorder.all();
    assert.deepEqual(registered.map(outline).sort(), EVERYTHING);
  });

  it("exports what reviewers need of each application, and nothing secret", async () => {
    const recorder = await Recorder.start();
    const exported = load();
    await recorder.all();
    assert.deepEqual(Object.keys(exported), ["identities", "managedIdentities"]);
    const { value, secret } = await valueOf(pulumi.output(exported["identities"]));
    assert.equal(secret, false);
    const identities = value as Record<string, Record<string, unknown>>;
    /** What is read from certificates: it is checked by its form, and what it must equal elsewhere. */
    const read = (name: string) => {
      const { thumbprintSha1, thumbprintSha256, certificates } = identities[name] as {
        readonly thumbprintSha1: string;
        readonly thumbprintSha256: string;
        readonly certificates: readonly { readonly thumbprintSha256: string }[];
      };
      assert.match(thumbprintSha1, /^[0-9A-F]{40}$/);
      for (const { thumbprintSha256: each } of certificates) assert.match(each, /^[0-9A-F]{64}$/);
      assert.equal(new Set(certificates.map((each) => each.thumbprintSha256)).size, certificates.length);
      assert.equal(certificates.at(-1)?.thumbprintSha256, thumbprintSha256);
      return {
        thumbprintSha1,
        thumbprintSha256,
        certificates: GENERATIONS.declared.map(({ number }, index) => ({
          generation: number,
          thumbprintSha256: certificates[index]?.thumbprintSha256,
          validUntil: "2027-03-26T02:00:00Z",
        })),
      };
    };
    const withCertificate = (name: string, networks: readonly string[]) => ({
      tenantId: TENANT_ID,
      clientId: idOf("client", `${name}-registration`),
      contentType: "application/x-pem-file",
      credential: "certificate",
      networks,
      ...read(name),
      rotatesOn: GENERATIONS.current.ends,
      vaultSecretUri: `https://kv-${name}.vault.azure.net/secrets/${name}`,
    });
    assert.deepEqual(identities, {
      "billing-nightly": withCertificate("billing-nightly", []),
      "deploy-pipeline": {
        tenantId: TENANT_ID,
        clientId: idOf("client", "deploy-pipeline-registration"),
        credential: "federation",
        networks: [],
        subjects: { "deploy-pipeline": "repo:contoso@61234567/platform@987654321:environment:production" },
      },
      "partner-daemon": withCertificate("partner-daemon", ["198.51.100.0/24", "203.0.113.0/24"]),
    });
    assert.deepEqual(await valueOf(pulumi.output(exported["managedIdentities"])), {
      value: {
        "invoice-archive": {
          clientId: idOf("client", "invoice-archive-identity"),
          resourceId: `${SUBSCRIPTION}/resourceGroups/rg-identities/providers/Microsoft.ManagedIdentity/userAssignedIdentities/invoice-archive`,
        },
      },
      secret: false,
    });
  });

  it("declares no client secret, and shows no private key in any input or output", async () => {
    const recorder = await Recorder.start();
    const exported = load();
    const registered = await recorder.all();
    assert.deepEqual(
      registered.filter(({ type }) => /password|synchronization|symmetric/i.test(type)),
      [],
    );
    const shown = JSON.stringify([
      registered.map(({ inputs }) => inputs),
      (await valueOf(pulumi.output(exported["identities"]))).value,
    ]);
    assert.doesNotMatch(shown, /PRIVATE KEY/);
    // The same search finds the keys where secrets are in plain: it is no idle search.
    assert.match(JSON.stringify(registered.map(({ plain }) => plain)), /PRIVATE KEY/);
  });

  it("carries limit, mode and networks of the configuration through to the tenant", async () => {
    const recorder = await Recorder.start();
    load({
      "certlock-tenant:certificateMaxLifetimeDays": 130,
      "certlock-tenant:conditionalAccess": { mode: "enforced" },
    });
    const registered = await recorder.all();
    const inputs = (name: string): Readonly<Record<string, unknown>> =>
      registered.find((one) => one.name === name)?.inputs ?? {};
    assert.match(JSON.stringify(inputs("tenant-credentials-policy")), /"maxLifetime":"P130D"/);
    assert.equal(inputs("partner-daemon-policy")["state"], "enabled");
    assert.deepEqual(inputs("partner-daemon-location")["ip"], {
      ipRanges: ["198.51.100.0/24", "203.0.113.0/24"],
      trusted: false,
    });
    assert.match(
      JSON.stringify(inputs("billing-nightly-vault")),
      /"ipRules":\[\{"value":"198\.51\.100\.0\/24"\}\]/,
    );
  });

  it("gives the readers of the configuration their role", async () => {
    const recorder = await Recorder.start();
    const reader = "0a0e0000-0000-4000-8000-0000000000a1";
    load({
      "certlock-tenant:applications": [
        {
          name: "billing-nightly",
          description: "Nightly billing run",
          certificate: { vault: "kv-billing-nightly", readers: [reader] },
        },
      ],
    });
    const roles = (await recorder.all()).filter(({ type }) => type.endsWith(":RoleAssignment"));
    assert.deepEqual(
      roles.map(({ name, inputs }) => [name, inputs["principalId"], inputs["principalType"]]),
      [[`billing-nightly-reader-billing-nightly-${reader}`, reader, "ServicePrincipal"]],
    );
  });

  it("gives a reader the same role whatever letters its id is written in", async () => {
    const roles = async (reader: string): Promise<unknown[]> => {
      const recorder = await Recorder.start();
      load({
        "certlock-tenant:applications": [
          {
            name: "billing-nightly",
            description: "Nightly billing run",
            certificate: { vault: "kv-billing-nightly", readers: [reader] },
          },
        ],
      });
      const all = await recorder.all();
      return all
        .filter(({ type }) => type.endsWith(":RoleAssignment"))
        .map(({ name, inputs }) => [name, inputs]);
    };
    const reader = "0a0e0000-0000-4000-8000-0000000000a1";
    const declared = await roles(reader);
    assert.equal(declared.length, 1);
    assert.deepEqual(await roles(reader.toUpperCase()), declared);
  });

  it("takes rotation, size of the key and PFX from the configuration", async () => {
    const recorder = await Recorder.start();
    load({
      "certlock-tenant:applications": [
        {
          name: "billing-nightly",
          description: "Nightly billing run",
          certificate: {
            vault: "kv-billing-nightly",
            rotation: { epoch: new Date().toISOString().slice(0, 10), periodDays: 40 },
            keyBits: 2048,
            pfx: true,
          },
        },
      ],
    });
    const registered = await recorder.all();
    const inputs = (name: string) => registered.find((one) => one.name === `billing-nightly-${name}`)?.plain;
    assert.equal(inputs("key-g1")?.["rsaBits"], 2048);
    assert.equal(inputs("certificate-g1")?.["validityPeriodHours"], 85 * 24);
    assert.match(JSON.stringify(inputs("secret-billing-nightly")), /"contentType":"application\/x-pem-file"/);
    assert.match(
      JSON.stringify(inputs("secret-billing-nightly-pfx")),
      /"contentType":"application\/x-pkcs12"/,
    );
  });

  it("registers everything anew each time it is loaded", async () => {
    for (let times = 0; times < 2; times++) {
      const recorder = await Recorder.start();
      load();
      assert.deepEqual((await recorder.all()).map(outline).sort(), EVERYTHING);
    }
  });

  it("can be previewed, when no id is known yet", async () => {
    const recorder = await Recorder.start("certlock-tenant", true);
    load();
    assert.deepEqual((await recorder.all()).map(outline).sort(), EVERYTHING);
  });

  it("registers nothing when the configuration is wrong", async () => {
    const recorder = await Recorder.start();
    assert.throws(() => load({ "certlock-tenant:location": "", "certlock-tenant:ownerz": [] }), {
      name: "SettingsError",
      code: "CERTLOCK_SETTINGS",
    });
    assert.deepEqual(await recorder.all(), []);
  });
});
