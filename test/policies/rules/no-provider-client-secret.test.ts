import assert from "node:assert/strict";
import { packDirectory, stackResource, buildPack } from "../harness/compiled-pack";
import { startPack } from "../harness/pack";
import { Finding, ResourceInput, unknown } from "../harness/wire";
import { canary, testRule, violation } from "../rule-cases";
import { application, azureadProvider, change } from "../samples";

const rule = "no-provider-client-secret";
const remedy = "sign in with workload identity federation (useOidc) or a certificate instead.";
const found = (name: string, input = "clientSecret") =>
  violation(rule, `Provider "tenant" of package ${name} is given "${input}"; ${remedy}`);
const withSecret = change(azureadProvider, "clientSecret", "not-a-real-secret");
const ofPackage = (name: string, input = "clientSecret"): ResourceInput => ({
  ...change(azureadProvider, input, "not-a-real-secret"),
  type: `pulumi:providers:${name}`,
});

const packages = [
  "azuread",
  "azure",
  "azure-native",
  "azure-native_keyvault_v20230701",
  "azapi",
  "azuredevops",
  "azurerm",
  "fabric",
  "msgraph",
  "powerplatform",
];

testRule(rule, [
  { title: "accepts a provider that federates", resource: azureadProvider, expect: "passes" },
  ...packages.map((name) => ({
    title: `rejects a client secret for ${name}`,
    resource: ofPackage(name),
    expect: [found(name)],
  })),
  {
    title: "rejects the path of a file with a client secret",
    resource: ofPackage("azuread", "clientSecretFilePath"),
    expect: [found("azuread", "clientSecretFilePath")],
  },
  {
    title: "rejects the path that the Azure DevOps provider takes",
    resource: ofPackage("azuredevops", "clientSecretPath"),
    expect: [found("azuredevops", "clientSecretPath")],
  },
  {
    title: "rejects the Entra secret of the Databricks provider",
    resource: ofPackage("databricks", "azureClientSecret"),
    expect: [found("databricks", "azureClientSecret")],
  },
  {
    title: "accepts the secret that Databricks itself issued",
    resource: ofPackage("databricks"),
    expect: "passes",
  },
  {
    title: "reports every input",
    resource: change(withSecret, "clientSecretFilePath", "/run/secret"),
    expect: [found("azuread"), found("azuread", "clientSecretFilePath")],
  },
  {
    title: "rejects a client secret that is not known yet",
    resource: change(azureadProvider, "clientSecret", unknown.string),
    expect: [found("azuread")],
  },
  {
    title: "rejects a client secret that is encrypted in stored state",
    resource: change(azureadProvider, "clientSecret", "[secret]"),
    expect: [found("azuread")],
  },
  {
    title: "accepts an empty client secret",
    resource: change(azureadProvider, "clientSecret", ""),
    expect: "passes",
  },
  {
    title: "accepts a certificate with a password",
    resource: change(
      change(azureadProvider, "clientCertificatePath", "c.pfx"),
      "clientCertificatePassword",
      "x",
    ),
    expect: "passes",
  },
  {
    title: "rejects a client secret in a block of a Terraform module's provider, whatever the spelling",
    resource: {
      type: "pulumi:providers:network",
      name: "tenant",
      props: {
        azurerm: { features: {}, client_secret: unknown.string },
        azuread: [{ client_secret_file_path: "/run/secret" }],
        auth0: { client_id: "x", client_secret: "not-a-real-secret" },
      },
    },
    expect: [
      found("network", "azuread[0].client_secret_file_path"),
      found("network", "azurerm.client_secret"),
    ],
  },
  {
    title: "rejects a client secret under another variable's name",
    resource: change(azureadProvider, "__internal", {
      envVarMappings: { TENANT_A: "ARM_CLIENT_SECRET", TENANT_B: "ARM_OIDC_TOKEN" },
    }),
    expect: [
      violation(
        rule,
        `Provider "tenant" of package azuread is given ARM_CLIENT_SECRET by envVarMappings; ${remedy}`,
      ),
    ],
  },
  {
    title: "rejects a cluster's sign-in with a client secret",
    resource: {
      type: "pulumi:providers:kubernetes",
      name: "tenant",
      props: {
        kubeconfig: JSON.stringify({
          users: [
            {
              user: {
                exec: { command: "kubelogin", args: ["get-token", "--login", "spn", "--client-secret", "x"] },
              },
            },
          ],
        }),
      },
    },
    expect: [found("kubernetes", "kubeconfig")],
  },
  {
    title: "leaves secrets of other identity providers alone",
    resource: ofPackage("auth0"),
    expect: "passes",
  },
  { title: "is not about applications", resource: application, expect: "not applicable" },
]);

describe(`rule ${rule}, about the run`, () => {
  async function findings(
    environment: Record<string, string>,
    resources: readonly ResourceInput[],
  ): Promise<Finding[][]> {
    buildPack();
    const pack = await startPack({ directory: packDirectory, environment });
    try {
      const analyses = [];
      for (const resource of resources) analyses.push(await pack.analyze(resource));
      const everything = JSON.stringify(analyses) + pack.log();
      assert.ok(!everything.includes(canary), "a value has been repeated");
      return analyses.map((analysis) => [...analysis.findings]);
    } finally {
      await pack.stop();
    }
  }

  const inEnvironment = (variable: string) =>
    violation(rule, `This run has ${variable} in its environment; ${remedy}`);
  const inConfiguration = (key: string) =>
    violation(rule, `This run has "${key}" in its stack configuration; ${remedy}`);
  const config = (values: object) => ({ PULUMI_CONFIG: JSON.stringify(values) });
  const defaultProvider = { ...change(azureadProvider, "clientSecret", canary), name: "default_6_9_1" };

  it("accepts a run without client secrets, with all that providers need otherwise", async () => {
    const environment = {
      ARM_TENANT_ID: "11111111-1111-1111-1111-111111111111",
      ARM_CLIENT_ID: "44444444-4444-4444-4444-444444444444",
      ARM_CLIENT_CERTIFICATE_PATH: "/run/certificate.pem",
      ARM_CLIENT_SECRET: "",
      ...config({
        "azuread:tenantId": "x",
        "azuread:clientSecret": "",
        "auth0:clientSecret": "x",
        "billing:clientSecret": "x",
      }),
    };
    assert.deepEqual(await findings(environment, [stackResource, azureadProvider]), [[], []]);
  });

  it("reports the environment once, with the first resource", async () => {
    const environment = {
      AZURE_CLIENT_SECRET: canary,
      ARM_CLIENT_SECRET_FILE_PATH: canary,
      ARM_CLIENT_SECRET: canary,
    };
    const expected = ["ARM_CLIENT_SECRET", "ARM_CLIENT_SECRET_FILE_PATH", "AZURE_CLIENT_SECRET"].map(
      inEnvironment,
    );
    assert.deepEqual(await findings(environment, [stackResource, application, azureadProvider]), [
      expected,
      [],
      [],
    ]);
  });

  it("reports what other programs take from the environment, and not what a federated sign-in needs", async () => {
    const environment = {
      AAD_CLIENT_SECRET: canary,
      AZURE_CREDENTIALS: JSON.stringify({ clientId: "x", clientSecret: "kept-elsewhere" }),
      AZURE_LOGIN_CREDENTIALS: JSON.stringify({ clientId: "x", tenantId: "y" }),
      GOOGLE_CLIENT_SECRET: "issued-by-google",
    };
    const expected = ["AAD_CLIENT_SECRET", "AZURE_CREDENTIALS"].map(inEnvironment);
    assert.deepEqual(await findings(environment, [stackResource]), [expected]);
  });

  it("reports structured configuration, and the format of a secret under any name", async () => {
    const environment = config({
      "shop:app": JSON.stringify({ azureClientSecret: "x" }),
      "shop:other": canary,
      "shop:google": JSON.stringify({ googleClientSecret: "x" }),
      "auth0:clientSecret": "x",
    });
    assert.deepEqual(await findings(environment, [stackResource]), [
      ["shop:app", "shop:other"].map(inConfiguration),
    ]);
  });

  it("reports variables that say Entra ID, and those with a client secret in their value", async () => {
    const environment = {
      AAD_CLIENT_SECRET: canary,
      AZUREAD_CLIENT_SECRET: "kept-elsewhere",
      AZURE_CREDENTIALS: JSON.stringify({ clientId: "x", tenantId: "y", clientSecret: "kept-elsewhere" }),
      DEPLOY_KEY: canary,
      TF_VAR_client_secret: "kept-elsewhere",
      TF_VAR_tenant_id: "11111111-1111-1111-1111-111111111111",
    };
    assert.deepEqual(await findings(environment, [stackResource]), [
      [
        "AAD_CLIENT_SECRET",
        "AZUREAD_CLIENT_SECRET",
        "AZURE_CREDENTIALS",
        "DEPLOY_KEY",
        "TF_VAR_client_secret",
      ].map(inEnvironment),
    ]);
  });

  it("accepts variables of others, of places, and with only ids in them", async () => {
    const environment = {
      ARM_TENANT_ID: "11111111-1111-1111-1111-111111111111",
      AZURE_TENANT_ID: "11111111-1111-1111-1111-111111111111",
      AZURE_CLIENT_ID: "44444444-4444-4444-4444-444444444444",
      AZURE_CREDENTIALS: JSON.stringify({ clientId: "x", tenantId: "y", subscriptionId: "z" }),
      AZURE_CLIENT_SECRET_NAME: "billing",
      GITHUB_CLIENT_SECRET: "x",
      OAUTH_CLIENT_SECRET: "x",
      SLACK_CLIENT_SECRET: "x",
      AWS_SECRET_ACCESS_KEY: "x",
      DATABASE_PASSWORD: "x",
      TF_VAR_github_client_secret: "x",
    };
    assert.deepEqual(await findings(environment, [stackResource]), [[]]);
  });

  it("reports configuration for what stands in it, by names and by format", async () => {
    const environment = config({
      "shop:foo": canary,
      "shop:app": JSON.stringify({ azureClientSecret: "kept-elsewhere" }),
      "shop:database": JSON.stringify({ password: "x", host: "y" }),
      "login:tenantId": "11111111-1111-1111-1111-111111111111",
      "login:clientSecret": "kept-elsewhere",
      "social:clientSecret": "issued-by-somebody",
    });
    assert.deepEqual(await findings(environment, [stackResource]), [
      ["login:clientSecret", "shop:app", "shop:foo"].map(inConfiguration),
    ]);
  });

  it("repeats the answer when the first resource is asked about again", async () => {
    const expected = [inEnvironment("ARM_CLIENT_SECRET")];
    assert.deepEqual(
      await findings({ ARM_CLIENT_SECRET: canary }, [application, stackResource, application]),
      [expected, [], expected],
    );
  });

  it("reports stack configuration once, and not again for the default provider that mirrors it", async () => {
    const environment = config({
      "azuread:clientSecret": canary,
      "azure-native:config:clientSecret": canary,
    });
    assert.deepEqual(await findings(environment, [stackResource, defaultProvider]), [
      [inConfiguration("azure-native:clientSecret"), inConfiguration("azuread:clientSecret")],
      [],
    ]);
  });

  it("reports a default provider where the configuration is not handed to the pack", async () => {
    assert.deepEqual(await findings({}, [stackResource, defaultProvider]), [
      [],
      [violation(rule, `Provider "default_6_9_1" of package azuread is given "clientSecret"; ${remedy}`)],
    ]);
  });

  it("reports an explicit provider beside the configuration", async () => {
    const environment = config({ "azuread:clientSecret": canary });
    const explicit = change(azureadProvider, "clientSecret", canary);
    assert.deepEqual(await findings(environment, [stackResource, explicit]), [
      [inConfiguration("azuread:clientSecret")],
      [found("azuread")],
    ]);
  });

  it("fails closed when the configuration cannot be read, without quoting it", async () => {
    const unreadable = (title: string) =>
      violation(
        rule,
        `${title} could not be evaluated by rule "${rule}", which counts as a violation; ` +
          "please report this to the maintainers of certlock.",
      );
    assert.deepEqual(
      await findings({ PULUMI_CONFIG: `{"azuread:clientSecret": ${canary}` }, [
        stackResource,
        azureadProvider,
      ]),
      [
        [unreadable("This run (pulumi:pulumi:Stack)")],
        [unreadable('Provider "tenant" (pulumi:providers:azuread)')],
      ],
    );
  });
});
