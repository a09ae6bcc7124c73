import { ResourceInput, unknown } from "../harness/wire";
import { keptElsewhere, testRule, violation } from "../rule-cases";
import { application, azureadProvider, change, vault } from "../samples";

const rule = "no-client-secret-input";
const found = (path: string) =>
  violation(
    rule,
    `Resource "shop" takes a client secret in "${path}"; use a managed identity, a federated credential or a certificate instead.`,
  );

const cluster: ResourceInput = {
  type: "azure-native:containerservice:ManagedCluster",
  name: "shop",
  props: { servicePrincipalProfile: { clientId: "msi" }, identity: { type: "SystemAssigned" } },
};
const secret = "servicePrincipalProfile.secret";
const clusterTokens = [
  "azure-native:containerservice:ManagedCluster",
  "azure-native:containerservice/v20230401:ManagedCluster",
  "azure-native_containerservice_v20230401:containerservice:ManagedCluster",
  "azure-nextgen:containerservice/latest:ManagedCluster",
];

const of = (type: string, props: ResourceInput["props"]): ResourceInput => ({ type, name: "shop", props });
const linkedService = "azure-native:datafactory:LinkedService";
const oidc = (tokenUrl: string) =>
  of("keycloak:oidc/identityProvider:IdentityProvider", { alias: "corp", tokenUrl, clientSecret: "x" });

testRule(rule, [
  { title: "accepts a cluster with a managed identity", resource: cluster, expect: "passes" },
  ...clusterTokens.map((type) => ({
    title: `rejects the secret of a service principal in ${type}`,
    resource: { ...change(cluster, secret, "x"), type },
    expect: [found(secret)],
  })),
  {
    title: "rejects a secret that is not known yet",
    resource: change(cluster, secret, unknown.string),
    expect: [found(secret)],
  },
  {
    title: "rejects a secret that is encrypted in stored state",
    resource: change(cluster, secret, "[secret]"),
    expect: [found(secret)],
  },
  { title: "accepts an empty secret", resource: change(cluster, secret, ""), expect: "passes" },
  { title: "accepts no secret", resource: change(cluster, secret, null), expect: "passes" },
  {
    title: "rejects a secret wrapped in an object, as Data Factory has it",
    resource: of(linkedService, {
      properties: { type: "AzureBlobFS", servicePrincipalKey: { type: "SecureString", value: "x" } },
    }),
    expect: [found("properties.servicePrincipalKey")],
  },
  {
    title: "accepts a reference to a vault in its place",
    resource: of(linkedService, {
      properties: {
        type: "AzureBlobFS",
        servicePrincipalKey: { type: "AzureKeyVaultSecret", secretName: "x" },
      },
    }),
    expect: "passes",
    others: [keptElsewhere("properties.servicePrincipalKey")],
  },
  {
    title: "accepts a credential that is called a certificate beside it",
    resource: of(linkedService, {
      properties: {
        type: "AzureBlobFS",
        servicePrincipalCredentialType: "ServicePrincipalCert",
        servicePrincipalCredential: { type: "SecureString", value: "x" },
      },
    }),
    expect: "passes",
  },
  {
    title: "rejects a password beside the ids of an application and its tenant",
    resource: of("octopusdeploy:index/azureServicePrincipal:AzureServicePrincipal", {
      applicationId: "44444444-4444-4444-4444-444444444444",
      tenantId: "11111111-1111-1111-1111-111111111111",
      password: "x",
    }),
    expect: [found("password")],
  },
  {
    title: "rejects a password whose user is an application",
    resource: of("azure-native:automation:Credential", {
      userName: "44444444-4444-4444-4444-444444444444",
      password: "x",
    }),
    expect: [found("password")],
  },
  {
    title: "accepts the password of a person",
    resource: of("azure-native:automation:Credential", { userName: "CONTOSO\\svc", password: "x" }),
    expect: "passes",
  },
  {
    title: "rejects the secret of a sign-in whose token endpoint is that of Entra ID",
    resource: oidc("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
    expect: [found("clientSecret")],
  },
  {
    title: "accepts the secret of a sign-in elsewhere",
    resource: oidc("https://idp.example.com/token"),
    expect: "passes",
  },
  {
    title: "accepts the secret of another identity provider in an Azure resource",
    resource: of("azure-native:web:WebAppAuthSettings", { googleClientSecret: "x", facebookAppSecret: "x" }),
    expect: "passes",
  },
  {
    title: "rejects a secret in JSON, and names only the text it stands in",
    resource: of("azure:datafactory/linkedCustomService:LinkedCustomService", {
      typePropertiesJson: JSON.stringify({ servicePrincipalId: "x", servicePrincipalKey: { value: "x" } }),
    }),
    expect: [found("typePropertiesJson")],
  },
  {
    title: "reports every place",
    resource: of("azure-native:web:WebAppAuthSettings", {
      clientSecret: "x",
      microsoftAccountClientSecret: "x",
    }),
    expect: [found("clientSecret"), found("microsoftAccountClientSecret")],
  },
  {
    title: "accepts a name that is no longer one, and one that the prototype has",
    resource: of("azure-native:web:WebApp", { [`clientSecret${"x".repeat(200)}`]: "x", constructor: "x" }),
    expect: "passes",
  },
  { title: "accepts an application", resource: application, expect: "passes" },
  { title: "accepts a vault", resource: vault, expect: "passes" },
  {
    title: "leaves providers to their own rule",
    resource: change(azureadProvider, "clientSecret", "x"),
    expect: "not applicable",
    others: [
      violation(
        "no-provider-client-secret",
        'Provider "tenant" of package azuread is given "clientSecret"; sign in with workload identity federation (useOidc) or a certificate instead.',
      ),
    ],
  },
]);
