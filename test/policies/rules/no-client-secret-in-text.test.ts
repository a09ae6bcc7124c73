import { ResourceInput, unknown } from "../harness/wire";
import { keptElsewhere, testRule, violation } from "../rule-cases";
import { azureadProvider } from "../samples";

const rule = "no-client-secret-in-text";
const found = (path = "data.file") =>
  violation(
    rule,
    `Resource "shop" holds a client secret in the text of "${path}"; sign in with a managed identity or a certificate instead.`,
  );

const file = (text: unknown): ResourceInput => ({
  type: "kubernetes:core/v1:ConfigMap",
  name: "shop",
  props: { data: { file: text } },
});
const base64 = (text: string) => Buffer.from(text).toString("base64");
const dataverse = "AuthType=ClientSecret;Url=https://o.crm.dynamics.com;ClientId=x;ClientSecret=";
const rejected: Readonly<Record<string, string>> = {
  "a connection string": `${dataverse}x`,
  "a form": "client_id=x&amp;client_secret=y for https://login.microsoftonline.com/common/oauth2/token",
  "an environment file": "A=b\nAZURE_CLIENT_SECRET=x\n",
  "a file of Terraform": 'provider "azurerm" {\n  client_secret = "x"\n}',
  "a file of YAML": "azure:\n  tenantId: x\n  clientSecret: y\n",
  "a manifest": "env:\n- name: AZURE_CLIENT_SECRET\n  value: x\n",
  "a file of XML": '<add key="ida:ClientSecret" value="x" />',
  code: "const azureClientSecret = 'x';",
  "a script": "export ARM_CLIENT_SECRET=$SECRET",
  "a database connection as a service principal":
    "Server=x;Authentication=Active Directory Service Principal;User Id=x;Password=y",
  "anything in the format of a client secret": "see aB38Q~xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  base64: base64(`${dataverse}x`),
  "base64 within base64": base64(base64(`${dataverse}x`)),
};
const accepted: Readonly<Record<string, string>> = {
  "a connection string without a secret": dataverse,
  "a database connection as a user": "Server=x.database.windows.net;User Id=sa;Password=y",
  documentation: "Set AZURE_CLIENT_SECRET to the client secret of the application.",
  "another provider's form": "client_secret=y for https://tenant.auth0.com/oauth/token",
  "a type in code": "interface Azure { clientSecret: string }",
};

const references: Readonly<Record<string, string>> = {
  "a variable in a file": "env:\n  AZURE_CLIENT_SECRET: ${{ secrets.AZURE_CLIENT_SECRET }}\n",
  "a variable of Terraform": 'provider "azurerm" {\n  client_secret = var.client_secret\n}',
};

testRule(rule, [
  { title: "accepts a text about something else", resource: file("hello, world"), expect: "passes" },
  ...Object.entries(rejected).map(([what, text]) => ({
    title: `rejects a client secret in ${what}`,
    resource: file(text),
    expect: [found()],
  })),
  ...Object.entries(accepted).map(([what, text]) => ({
    title: `accepts ${what}`,
    resource: file(text),
    expect: "passes" as const,
  })),
  ...Object.entries(references).map(([what, text]) => ({
    title: `leaves ${what} to the rule about references`,
    resource: file(text),
    expect: "passes" as const,
    others: [keptElsewhere("data.file")],
  })),
  { title: "accepts a text that is not known yet", resource: file(unknown.string), expect: "passes" },
  { title: "accepts a text that is encrypted in stored state", resource: file("[secret]"), expect: "passes" },
  { title: "leaves providers to their own rule", resource: azureadProvider, expect: "not applicable" },
]);
