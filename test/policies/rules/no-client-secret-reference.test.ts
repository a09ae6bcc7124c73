import { ResourceInput } from "../harness/wire";
import { testRule, violation } from "../rule-cases";
import { azureadProvider } from "../samples";

const rule = "no-client-secret-reference";
const found = (path: string, level?: "mandatory") =>
  violation(
    rule,
    `Resource "shop" uses a client secret that is kept elsewhere, by "${path}"; use a managed identity or a certificate instead.`,
    level,
  );

const setting = (value: unknown): ResourceInput => ({
  type: "azure-native:web:WebApp",
  name: "shop",
  props: { siteConfig: { appSettings: [{ name: "AZURE_CLIENT_SECRET", value }] } },
});
const registration = (clientSecretSettingName: string): ResourceInput => ({
  type: "azure-native_web_v20220301:web:WebAppAuthSettingsV2",
  name: "shop",
  props: { identityProviders: { azureActiveDirectory: { registration: { clientSecretSettingName } } } },
});
const passedOn = violation(
  "no-client-secret-in-settings",
  'Resource "shop" passes on a client secret in "siteConfig.appSettings[0].value", going by its name; sign in with a managed identity or by federation instead.',
);
const path = "siteConfig.appSettings[0].value";
const inRegistration = "identityProviders.azureActiveDirectory.registration.clientSecretSettingName";
const reference = "@Microsoft.KeyVault(VaultName=shop;SecretName=app)";

testRule(rule, [
  { title: "advises about a reference to a vault", resource: setting(reference), expect: [found(path)] },
  {
    title: "refuses it in strict mode",
    resource: setting(reference),
    level: "mandatory",
    expect: [found(path, "mandatory")],
  },
  { title: "leaves values to the other rules", resource: setting("x"), expect: "passes", others: [passedOn] },
  { title: "accepts an empty setting", resource: setting(""), expect: "passes" },
  {
    title: "advises about the name of a setting",
    resource: registration("APP_SECRET"),
    expect: [found(inRegistration)],
  },
  {
    title: "accepts the setting that stands for a managed identity",
    resource: registration("OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID"),
    expect: "passes",
  },
  {
    title: "advises about a variable from a Kubernetes Secret",
    resource: {
      type: "kubernetes:core/v1:Pod",
      name: "shop",
      props: {
        env: [{ name: "AZURE_CLIENT_SECRET", valueFrom: { secretKeyRef: { name: "sp", key: "secret" } } }],
      },
    },
    expect: [found("env[0].valueFrom")],
  },
  {
    title: "advises about a variable in a text",
    resource: {
      type: "github:index/repositoryFile:RepositoryFile",
      name: "shop",
      props: { content: "env:\n  AZURE_CLIENT_SECRET: ${{ secrets.AZURE_CLIENT_SECRET }}\n" },
    },
    expect: [found("content")],
  },
  { title: "leaves providers alone", resource: azureadProvider, expect: "not applicable" },
]);
