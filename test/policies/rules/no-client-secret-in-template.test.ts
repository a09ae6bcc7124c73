import { ResourceInput, unknown } from "../harness/wire";
import { keptElsewhere, testRule, violation } from "../rule-cases";
import { azureadProvider, tenantPolicy } from "../samples";

const rule = "no-client-secret-in-template";
const found = (what: string, path: string) =>
  violation(
    rule,
    `Resource "shop" declares ${what} in "${path}"; use a managed identity, a federated credential or a certificate instead.`,
  );

const deployment = (
  properties: object,
  parameters: object = {},
  type = "azure-native:resources:Deployment",
): ResourceInput => ({
  type,
  name: "shop",
  props: {
    properties: {
      template: {
        contentVersion: "1.0.0.0",
        resources: [{ type: "Microsoft.Graph/applications", properties }],
      },
      parameters,
    },
  },
});
const place = "properties.template.resources[0].properties";
const profile = (secret: unknown) => ({ servicePrincipalProfile: { clientId: "x", secret } });
const tokens = [
  "azure-native:resources:Deployment",
  "azure-native:resources/v20240301:Deployment",
  "azure-native_resources_v20240301:resources:Deployment",
  "azure-nextgen:resources/latest:Deployment",
];

testRule(rule, [
  {
    title: "accepts a template without secrets",
    resource: deployment({ displayName: "x" }),
    expect: "passes",
  },
  ...tokens.map((type) => ({
    title: `rejects an application's password in ${type}`,
    resource: deployment({ passwordCredentials: [{ displayName: "ci" }] }, {}, type),
    expect: [found("passwordCredentials", place)],
  })),
  {
    title: "rejects passwords that are not known yet",
    resource: deployment({ passwordCredentials: unknown.array }),
    expect: [found("passwordCredentials", place)],
  },
  {
    title: "rejects passwords that are encrypted in stored state",
    resource: deployment({ passwordCredentials: "[secret]" }),
    expect: [found("passwordCredentials", place)],
  },
  {
    title: "accepts an empty list of passwords",
    resource: deployment({ passwordCredentials: [] }),
    expect: "passes",
  },
  {
    title: "rejects a symmetric key",
    resource: deployment({ keyCredentials: [{ type: "Symmetric", usage: "Sign" }] }),
    expect: [found("keyCredentials", place)],
  },
  {
    title: "rejects a client secret behind a thousand other properties",
    resource: deployment({
      ...Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`tag${index}`, "x"])),
      passwordCredentials: [{ displayName: "ci" }],
    }),
    expect: [found("passwordCredentials", place)],
  },
  {
    title: "names the list when it stands at the top of the resource",
    resource: { ...deployment({}), props: { passwordCredentials: [{ displayName: "ci" }] } },
    expect: [found("passwordCredentials", "passwordCredentials")],
  },
  {
    title: "accepts a certificate",
    resource: deployment({ keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify" }] }),
    expect: "passes",
  },
  {
    title: "rejects the secret of a service principal",
    resource: deployment(profile("x")),
    expect: [found("a client secret", `${place}.servicePrincipalProfile.secret`)],
  },
  {
    title: "rejects a parameter in its place that has a value",
    resource: deployment(profile("[parameters('s')]"), { s: { value: unknown.string } }),
    expect: [found("a client secret", `${place}.servicePrincipalProfile.secret`)],
  },
  {
    title: "accepts a parameter that leads to a vault",
    resource: deployment(profile("[parameters('s')]"), {
      s: { reference: { keyVault: { id: "x" }, secretName: "y" } },
    }),
    expect: "passes",
    others: [keptElsewhere(`${place}.servicePrincipalProfile.secret`)],
  },
  {
    title: "rejects a template as text, and names only that text",
    resource: {
      type: "azure:core/resourceGroupTemplateDeployment:ResourceGroupTemplateDeployment",
      name: "shop",
      props: {
        templateContent: JSON.stringify({
          contentVersion: "1.0.0.0",
          resources: [{ properties: profile("x") }],
        }),
      },
    },
    expect: [found("a client secret", "templateContent")],
  },
  {
    title: "rejects a request to Microsoft Graph",
    resource: {
      type: "msgraph:index/updateResource:UpdateResource",
      name: "shop",
      props: { url: "applications/x", body: { passwordCredentials: [{ displayName: "ci" }] } },
    },
    expect: [found("passwordCredentials", "body")],
  },
  { title: "accepts restrictions of the same name", resource: tenantPolicy, expect: "passes" },
  { title: "leaves providers alone", resource: azureadProvider, expect: "not applicable" },
]);
