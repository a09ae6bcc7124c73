import { ResourceInput, unknown } from "../harness/wire";
import { canary, undecided, violation } from "../rule-cases";
import { application, change, tlsPrivateKey } from "../samples";
import { fed, outputs, testStackRule } from "../stack-cases";

const rule = "no-client-secret-flow";
const remedy = "sign in with a federated credential or a certificate, and hand nothing over.";
const reaches = (path: string, source = "billing-api") =>
  violation(rule, `Client secret "${source}" reaches ${path}; ${remedy}`);

const password: ResourceInput = {
  type: "azuread:index/applicationPassword:ApplicationPassword",
  name: "billing-api",
  props: { applicationId: "/applications/33333333-3333-3333-3333-333333333333", value: unknown.string },
};
const known = { ...password, props: { ...password.props, value: "a-value-that-entra-has-made-1234567890" } };
const of = (type: string, name: string, props: ResourceInput["props"] = {}): ResourceInput => ({
  type,
  name,
  props,
});
const secretTypes = [
  "azure-native:keyvault:Secret",
  "azure-native:keyvault/v20230701:Secret",
  "azure-native_keyvault_v20230701:keyvault:Secret",
  "azure:keyvault/secret:Secret",
];
const properties = { properties: unknown.object };
const setting = of("azure-native:web:WebAppApplicationSettings", "web", properties);
const pod = of("kubernetes:core/v1:Secret", "pod", { stringData: { key: unknown.string } });
const variables = of("azuredevops:index/variableGroup:VariableGroup", "build", { variables: unknown.array });
const command = of("command:local:Command", "encode", { stdin: unknown.string });
const secret = of("azure-native:keyvault:Secret", "kept", properties);
const step = (property: string, { name, type }: ResourceInput) => `"${property}" of "${name}" (${type})`;

const byName = (path: string, subject = "This stack") =>
  violation(rule, `${subject} has "${path}" among its outputs, by its name a client secret; ${remedy}`);
const byValue = (path: string, subject = "This stack") =>
  violation(rule, `${subject} has "${path}" among its outputs, which holds a client secret; ${remedy}`);
const component = (props: ResourceInput["props"]): ResourceInput => ({
  ...of("shop:index:Billing", "billing", props),
  isComponent: true,
});

testStackRule(rule, [
  ...secretTypes.map((type) => ({
    title: `follows a secret whose value is not known into ${type}`,
    resources: [password, fed({ ...secret, type }, "properties", password)],
    expect: [reaches(`vault secret: "properties" of "kept" (${type})`)],
  })),
  {
    title: "follows it into an app setting",
    resources: [password, fed(setting, "properties", password)],
    expect: [reaches(`app setting: ${step("properties", setting)}`)],
  },
  {
    title: "follows it into a Kubernetes Secret",
    resources: [password, fed(pod, "stringData", password)],
    expect: [reaches(`Kubernetes object: ${step("stringData", pod)}`)],
  },
  {
    title: "follows it into a pipeline variable",
    resources: [password, fed(variables, "variables", password)],
    expect: [reaches(`pipeline variable: ${step("variables", variables)}`)],
  },
  {
    title: "names what takes it directly, whatever that is",
    resources: [password, fed(command, "stdin", password)],
    expect: [reaches(`another resource: ${step("stdin", command)}`)],
  },
  {
    title: "follows it through a chain, and names every step",
    resources: [password, fed(command, "stdin", password), fed(secret, "properties", command)],
    expect: [
      reaches(`another resource: ${step("stdin", command)}`),
      reaches(`vault secret: ${step("stdin", command)}, then ${step("properties", secret)}`),
    ],
  },
  {
    title: "takes the shortest of several ways",
    resources: [password, fed(command, "stdin", password), fed(secret, "properties", command, password)],
    expect: [
      reaches(`vault secret: ${step("properties", secret)}`),
      reaches(`another resource: ${step("stdin", command)}`),
    ],
  },
  {
    title: "comes to an end in a circle",
    resources: [fed(password, "rotateWhenChanged", command), fed(command, "stdin", password)],
    expect: [reaches(`another resource: ${step("stdin", command)}`)],
  },
  {
    title: "follows each of two secrets",
    resources: [
      password,
      {
        ...password,
        type: "azuread:index/servicePrincipalPassword:ServicePrincipalPassword",
        name: "orders",
      },
      fed(secret, "properties", password, {
        ...password,
        type: "azuread:index/servicePrincipalPassword:ServicePrincipalPassword",
        name: "orders",
      }),
    ],
    expect: [
      reaches(`vault secret: ${step("properties", secret)}`),
      reaches(`vault secret: ${step("properties", secret)}`, "orders"),
    ],
  },
  {
    title: "finds the value of a secret in an output of the stack",
    resources: [known, outputs({ app: { connection: `id;${known.props.value}`, other: "nothing" } })],
    expect: [
      violation(
        rule,
        `This stack has "app.connection" among its outputs, which holds a client secret; ${remedy}`,
      ),
    ],
  },
  {
    title: "finds the value of a secret inside an application in an output of the stack",
    resources: [
      {
        ...application,
        props: { ...application.props, password: { displayName: "one", value: known.props.value } },
      },
      outputs({ key: known.props.value }),
    ],
    expect: [
      violation(rule, `This stack has "key" among its outputs, which holds a client secret; ${remedy}`),
    ],
  },
  {
    title: "finds a secret that was made elsewhere and is passed through, by name, by format and in a text",
    resources: [
      outputs({
        azureClientSecret: unknown.string,
        entra: { client_secret: "passed-through" },
        file: "ARM_CLIENT_SECRET=passed-through",
        other: "abC8Q~passedThroughPassedThroughPassed12",
        clientSecretName: "vault-entry",
        googleClientSecret: "of somebody else",
      }),
    ],
    expect: [byName("azureClientSecret"), byName("entra.client_secret"), byValue("file"), byValue("other")],
  },
  {
    title: "accepts the id of a secret among the outputs",
    resources: [password, outputs({ passwordKeyId: unknown.string })],
    expect: [undecided(rule, "This stack", "passwordKeyId")],
  },
  {
    title: "goes by the name of an output while its value is not known, and waits for others",
    resources: [password, outputs({ clientSecret: unknown.string, url: unknown.string, fixed: "value" })],
    expect: [
      violation(
        rule,
        `This stack has "clientSecret" among its outputs, by its name a client secret; ${remedy}`,
      ),
      undecided(rule, "This stack", "url"),
    ],
  },
  {
    title: "finds the value of a secret in base64",
    resources: [known, outputs({ key: Buffer.from(known.props.value).toString("base64") })],
    expect: [byValue("key")],
  },
  {
    title: "finds what the stack has not made: from its configuration, another stack, or a function",
    resources: [
      outputs({ app: { azureClientSecret: "kept-elsewhere" }, key: canary, url: "https://localhost" }),
    ],
    expect: [byName("app.azureClientSecret"), byValue("key")],
  },
  {
    title: "finds it inside texts",
    resources: [
      outputs({
        file: "export AZURE_CLIENT_SECRET=kept-elsewhere",
        json: JSON.stringify({ azureClientSecret: "kept-elsewhere" }),
        encoded: Buffer.from("AZURE_CLIENT_SECRET=kept-elsewhere").toString("base64"),
      }),
    ],
    expect: [byValue("encoded"), byValue("file"), byName("json")],
  },
  {
    title: "goes by a name that leaves no doubt while the value is not known",
    resources: [outputs({ azureClientSecret: unknown.string, id: unknown.string })],
    expect: [byName("azureClientSecret")],
  },
  {
    title: "finds it among the outputs of a component",
    resources: [outputs({}), component({ azureClientSecret: "kept-elsewhere", key: canary })],
    expect: [
      byName("azureClientSecret", 'shop:index:Billing "billing"'),
      byValue("key", 'shop:index:Billing "billing"'),
    ],
  },
  {
    title: "leaves outputs of other resources to the rules about these",
    resources: [outputs({}), of("shop:index:Api", "billing", { key: canary })],
    expect: "passes",
  },
  {
    title: "accepts the names of places, and client secrets of others",
    resources: [
      outputs({
        azureClientSecretName: "billing",
        githubClientSecret: "issued-by-github",
        clientSecret: "of-nobody-in-particular",
      }),
    ],
    expect: "passes",
  },
  {
    title: "follows it into an output where the engine tells",
    resources: [password, fed(outputs({ key: "short" }), "key", password)],
    expect: [reaches('stack output: "key" of "certlock-tenant-dev" (pulumi:pulumi:Stack)')],
  },
  {
    title: "says nothing of resources that only wait for the secret",
    resources: [password, { ...secret, dependencies: ["urn:pulumi:dev::certlock-tenant::a::b"] }],
    expect: "passes",
  },
  {
    title: "does not mistake a short value for a secret",
    resources: [
      { ...password, props: { ...password.props, value: "none" } },
      outputs({ text: "none of that" }),
    ],
    expect: "passes",
  },
  {
    title: "accepts unknown outputs of applications without a secret",
    resources: [
      change(application, "singlePageApplication", { redirectUris: ["https://localhost/"] }),
      outputs({ clientSecret: unknown.string }),
    ],
    expect: "passes",
  },
  { title: "leaves stacks without applications alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
