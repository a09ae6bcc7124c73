/** The repository's own program, loaded as Pulumi's Automation API loads it, against a stand-in for the engine. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import {
  DEPLOYER,
  idOf,
  Recorder,
  type Registered,
  SUBSCRIPTION,
  TENANT_ID,
  valueOf,
} from "./components/recorder";
import { issueCertificate } from "./policies/certificates";
import { generationsOn } from "./generations";

const ROOT = join(__dirname, "..");
const TODAY = new Date().toISOString().slice(0, 10);
type Exports = Readonly<Record<string, unknown>>;

/** Configuration of the stack dev, with some keys changed. */
function config(change: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const file = parse(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries({ ...file.config, ...change }).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** Loads the program anew: it registers while it is loaded. */
function load(change?: Readonly<Record<string, unknown>>): Exports {
  pulumi.runtime.setAllConfig(config(change));
  for (const file of ["index.ts", "settings.ts"]) Reflect.deleteProperty(require.cache, join(ROOT, file));
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it once only
  return require(join(ROOT, "index.ts")) as Exports;
}

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

  it("offers every component: shared networks, risk, permissions, identities, keys born in a vault or kept elsewhere", async () => {
    const recorder = await Recorder.start();
    const { pem } = await issueCertificate("rsa2048", 3000, new Date());
    const contact = {
      team: "Finance platform",
      repository: "https://github.com/contoso/identities",
      ticket: "FIN-1",
    };
    const described = (name: string) => ({ name, description: `The ${name} of contoso`, contact });
    load({
      "certlock-tenant:conditionalAccess": {
        networks: { offices: { ranges: ["198.51.100.0/24"], mode: "enforced" } },
        risk: { levels: ["high"] },
      },
      "certlock-tenant:vaults": { sku: "premium", softDeleteDays: 30, tags: { stage: "prod" } },
      "certlock-tenant:identities": [{ name: "host", graphRoles: ["User.Read.All"] }],
      "certlock-tenant:applications": [
        {
          ...described("one"),
          networks: "offices",
          graphRoles: [{ role: "Application.ReadWrite.All", reason: "registers the others" }],
          certificate: { key: "vault", vault: "kv-one", readers: ["host"], rotation: { epoch: TODAY } },
        },
        {
          ...described("two"),
          networks: "offices",
          ownership: "none",
          certificate: { key: "external", certificates: [pem] },
        },
        {
          ...described("three"),
          networks: ["203.0.113.0/24", "192.0.2.0/24"],
          federation: { identity: "host" },
        },
        {
          ...described("four"),
          networks: ["192.0.2.0/24", "203.0.113.0/24"],
          federatedCredentials: {
            plan: {
              terraformCloud: { organization: "contoso", workspace: "net", project: "hub", runPhase: "plan" },
            },
            cluster: {
              kubernetes: { issuer: "https://oidc.example.com/", namespace: "a", serviceAccount: "b" },
            },
          },
        },
        {
          ...described("five"),
          signInAudience: "AzureADMultipleOrgs",
          federation: { gitlab: { project: "contoso/net", branch: "main" } },
        },
      ],
    });
    const registered = await recorder.all();
    const of = (type: string) =>
      registered.filter((one) => one.type.endsWith(`:${type}`)).map(({ name }) => name);
    const inputs = (name: string): Readonly<Record<string, unknown>> =>
      registered.find((one) => one.name === name)?.inputs ?? assert.fail(`no ${name}`);
    const targets = (name: string): unknown => {
      const { conditions, state } = inputs(name) as {
        readonly state: string;
        readonly conditions: { readonly clientApplications: { readonly includedServicePrincipals: unknown } };
      };
      return [state, conditions.clientApplications.includedServicePrincipals];
    };
    const principals = (...names: string[]) =>
      names.map((name) =>
        idOf("azuread:index/servicePrincipal:ServicePrincipal", `${name}-service-principal`),
      );
    assert.deepEqual(of("ConditionalAccessPolicy"), [
      "applications-at-risk-policy",
      "offices-policy",
      "three-policy",
    ]);
    assert.deepEqual(of("NamedLocation"), ["offices-location", "three-location"]);
    const reportOnly = "enabledForReportingButNotEnforced";
    assert.deepEqual(targets("offices-policy"), ["enabled", principals("one", "two")]);
    assert.deepEqual(targets("three-policy"), [reportOnly, principals("three", "four")]);
    assert.deepEqual(targets("applications-at-risk-policy"), [
      reportOnly,
      principals("one", "two", "three", "four"),
    ]);
    assert.deepEqual(of("AppRoleAssignment"), [
      "host-role-User.Read.All",
      "one-role-Application.ReadWrite.All",
    ]);
    assert.match(
      String(inputs("one-registration")["notes"]),
      /^Owner: Finance platform\n[^]*registers the others$/,
    );
    assert.deepEqual(
      of("ApplicationOwner").filter((name) => name.startsWith("two-")),
      [],
    );
    // The key is born in the vault: the pipeline makes it, the host's identity reads it, and the stack holds none.
    assert.deepEqual(
      ["one-issuer-one-pipeline", "one-reader-one-host"].map((name) => inputs(name)["principalId"]),
      [DEPLOYER, idOf("azure-native:managedidentity:UserAssignedIdentity", "host-identity")],
    );
    assert.deepEqual(
      [of("PrivateKey"), of("Secret"), of("VaultCertificate")],
      [[], [], ["one-certificate-g1"]],
    );
    const { properties, tags } = inputs("one-vault") as {
      readonly properties: {
        readonly sku: { readonly name: string };
        readonly softDeleteRetentionInDays: number;
      };
      readonly tags: object;
    };
    assert.deepEqual(
      [properties.sku.name, properties.softDeleteRetentionInDays, tags],
      ["premium", 30, { stage: "prod", owner: "Finance platform", rotation: "by deployment" }],
    );
    assert.deepEqual(of("ApplicationFederatedIdentityCredential"), [
      "five-credential",
      "four-cluster-credential",
      "four-plan-credential",
      "three-credential",
    ]);
    assert.equal(
      inputs("three-credential")["subject"],
      idOf("azure-native:managedidentity:UserAssignedIdentity", "host-identity"),
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
