import { ResourceInput, unknown } from "../harness/wire";
import { keptElsewhere, testRule, violation } from "../rule-cases";
import { azureadProvider, change } from "../samples";

const rule = "no-client-secret-in-settings";
const found = (path: string) =>
  violation(
    rule,
    `Resource "shop" passes on a client secret in "${path}", going by its name; sign in with a managed identity or by federation instead.`,
  );

const settings: ResourceInput = {
  type: "azure-native:web:WebAppApplicationSettings",
  name: "shop",
  props: { name: "shop", properties: { AZURE_CLIENT_ID: "x", AZURE_CLIENT_SECRET: "" } },
};
const path = "properties.AZURE_CLIENT_SECRET";
const tokens = [
  "azure-native:web:WebAppApplicationSettings",
  "azure-native:web/v20220301:WebAppApplicationSettings",
  "azure-native_web_v20220301:web:WebAppApplicationSettings",
  "azure-nextgen:web/latest:WebAppApplicationSettings",
];
const listed = (name: unknown, value: unknown): ResourceInput => ({
  type: "azure-native:web:WebApp",
  name: "shop",
  props: { siteConfig: { appSettings: [{ name, value }] } },
});
/** A vault's secret with an end, so that the rule about that has nothing to say. */
const expires = Math.round(Date.now() / 1000) + 90 * 86_400;
const inList = "siteConfig.appSettings[0].value";
const kubernetesSecret = (name: string, stringData: object): ResourceInput => ({
  type: "kubernetes:core/v1:Secret",
  name: "shop",
  props: { metadata: { name }, stringData },
});

testRule(rule, [
  { title: "accepts a setting that is explicitly empty", resource: settings, expect: "passes" },
  ...tokens.map((type) => ({
    title: `rejects a client secret among the settings of ${type}`,
    resource: { ...change(settings, path, "x"), type },
    expect: [found(path)],
  })),
  {
    title: "rejects a value that is not known yet",
    resource: change(settings, path, unknown.string),
    expect: [found(path)],
  },
  {
    title: "rejects a value that is encrypted in stored state",
    resource: change(settings, path, "[secret]"),
    expect: [found(path)],
  },
  {
    title: "accepts a reference to a vault",
    resource: change(settings, path, "@Microsoft.KeyVault(VaultName=shop;SecretName=app)"),
    expect: "passes",
    others: [keptElsewhere(path)],
  },
  {
    title: "rejects a name and a value side by side",
    resource: listed("AzureAd__ClientSecret", "x"),
    expect: [found(inList)],
  },
  {
    title: "rejects a value beside a known name that is not known yet",
    resource: listed("AZURE_CLIENT_SECRET", unknown.string),
    expect: [found(inList)],
  },
  { title: "accepts a name that is not known yet", resource: listed(unknown.string, "x"), expect: "passes" },
  {
    title: "accepts the setting of another provider",
    resource: listed("GOOGLE_CLIENT_SECRET", "x"),
    expect: "passes",
  },
  {
    title: "accepts the name of a secret",
    resource: listed("AZURE_CLIENT_SECRET_NAME", "x"),
    expect: "passes",
  },
  {
    title: "accepts the password of a certificate",
    resource: listed("AZURE_CLIENT_CERTIFICATE_PASSWORD", "x"),
    expect: "passes",
  },
  {
    title: "accepts a sidecar's variable, whose value is the name of a setting",
    resource: {
      type: "azure-native:web:WebAppSiteContainer",
      name: "shop",
      props: { environmentVariables: [{ name: "AZURE_CLIENT_SECRET", value: "AZURE_CLIENT_SECRET" }] },
    },
    expect: "passes",
  },
  {
    title: "rejects a vault's secret with the name of a client secret",
    resource: {
      type: "azure-native:keyvault:Secret",
      name: "shop",
      props: {
        secretName: "graph-client-secret",
        properties: { value: "x", contentType: "text/plain", attributes: { expires } },
      },
    },
    expect: [found("properties.value")],
  },
  {
    title: "accepts a vault's secret that holds a certificate",
    resource: {
      type: "azure-native:keyvault:Secret",
      name: "shop",
      props: {
        secretName: "graph-client-secret",
        properties: { value: "x", contentType: "application/x-pkcs12", attributes: { expires } },
      },
    },
    expect: "passes",
  },
  {
    title: "rejects a general name where the object's own name speaks of Azure",
    resource: kubernetesSecret("azure-secret-sp", { ClientSecret: "x" }),
    expect: [found("stringData.ClientSecret")],
  },
  {
    title: "accepts a general name where nothing does",
    resource: kubernetesSecret("dex", { ClientSecret: "x" }),
    expect: "passes",
  },
  {
    title: "accepts a general name beside another provider's client",
    resource: kubernetesSecret("sso", { "client-id": "x.apps.googleusercontent.com", "client-secret": "x" }),
    expect: "passes",
  },
  {
    title: "rejects the encrypted value of a pipeline's secret",
    resource: {
      type: "github:index/actionsSecret:ActionsSecret",
      name: "shop",
      props: { secretName: "AZURE_CLIENT_SECRET", encryptedValue: "bm90LXJlYWw=" },
    },
    expect: [found("encryptedValue")],
  },
  { title: "leaves providers to their own rule", resource: azureadProvider, expect: "not applicable" },
]);
