import { issueCertificate } from "../certificates";
import { ResourceInput, unknown } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { tlsPrivateKey } from "../samples";
import { fed, outputs, testStackRule } from "../stack-cases";

const rule = "no-plaintext-key-output";
const remedy = "hand it over by a key vault, and output the address of the secret.";
const held = (output: string) =>
  violation(rule, `This stack has a private key in output "${output}"; ${remedy}`);
const named = (output: string) =>
  violation(rule, `This stack has by its name a private key in output "${output}"; ${remedy}`);
const placed = (subject: string, path: string) =>
  violation(rule, `${subject} holds a private key in "${path}"; ${remedy}`);

const issued = issueCertificate();
const pem = issued.then(({ privateKeyPem }) => privateKeyPem);
const places: readonly (readonly [string, string, string])[] = [
  ["ConfigMap", "kubernetes:core/v1:ConfigMap", "data"],
  ["Local file", "local:index/file:File", "content"],
  ["Pipeline variable", "github:index/actionsVariable:ActionsVariable", "value"],
  ["Automation variable", "azure-native:automation:Variable", "value"],
  ["Automation variable", "azure-native:automation/v20230516preview:Variable", "value"],
  ["Automation variable", "azure-native_automation_v20230516preview:automation:Variable", "value"],
  ["Automation variable", "azure:automation/stringVariable:StringVariable", "value"],
  ["Automation variable", "azurerm:index/automationVariableString:AutomationVariableString", "value"],
  ["Automation variable", "jobs:tf:azurerm_automation_variable_string", "value"],
];
const place = (type: string, props: ResourceInput["props"]): ResourceInput => ({
  type,
  name: "billing",
  props,
});

testStackRule(rule, [
  {
    title: "accepts outputs that hold no key",
    resources: issued.then((each) => [
      outputs({
        certificatePem: each.pem,
        privateKeyId: unknown.string,
        keyIn: "https://kv.vault.azure.net/secrets/a",
      }),
    ]),
    expect: "passes",
  },
  {
    title: "rejects a key in an output, however deep",
    resources: pem.then((key) => [outputs({ identities: [{ pem: `\n${key}` }] })]),
    expect: [held("identities[0].pem")],
  },
  {
    title: "rejects a key behind its certificate",
    resources: issued.then((each) => [outputs({ bundle: each.pem + each.privateKeyPem })]),
    expect: [held("bundle")],
  },
  {
    title: "rejects a key in base64",
    resources: pem.then((key) => [outputs({ bundle: Buffer.from(key).toString("base64") })]),
    expect: [held("bundle")],
  },
  {
    title: "rejects the DER form of a key in base64",
    resources: issued.then((each) => [
      outputs({ bundle: each.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64") }),
    ]),
    expect: [held("bundle")],
  },
  {
    title: "accepts a certificate in base64",
    resources: issued.then((each) => [outputs({ bundle: each.der.toString("base64") })]),
    expect: "passes",
  },
  ...["privateKeyPem", "private_key", "keyPem", "clientPfx", "pkcs12"].map((name) => ({
    title: `rejects an output named ${name} while its value is not known`,
    resources: [outputs({ [name]: unknown.string })],
    expect: [named(name)],
  })),
  {
    title: "rejects an output by its name where stored state hides the value",
    resources: [outputs({ billing: { privateKey: "[secret]" } })],
    expect: [named("billing.privateKey")],
  },
  {
    title: "accepts a known value that only sounds like a key",
    resources: [outputs({ privateKey: "none" })],
    expect: "passes",
  },
  ...["privateKeyUri", "privateKeySecretName", "pfxThumbprint", "publicKeyPem", "url"].map((name) => ({
    title: `accepts an output named ${name} while its value is not known`,
    resources: [outputs({ [name]: unknown.string })],
    expect: "passes" as const,
  })),
  ...places.map(([label, type, property]) => ({
    title: `rejects a key in ${type}`,
    resources: pem.then((key) => [place(type, { [property]: { key } })]),
    expect: [placed(`${label} "billing"`, `${property}.key`)],
  })),
  {
    title: "accepts a key in an encrypted automation variable",
    resources: pem.then((key) => [
      place("azure-native:automation:Variable", { value: key, isEncrypted: true }),
    ]),
    expect: "passes",
  },
  {
    title: "accepts a key in an encrypted classic automation variable",
    resources: pem.then((key) => [
      place("azure:automation/stringVariable:StringVariable", { value: key, encrypted: true }),
    ]),
    expect: "passes",
  },
  {
    title: "accepts a key in a Kubernetes Secret",
    resources: pem.then((key) => [place("kubernetes:core/v1:Secret", { data: { key } }), outputs({})]),
    expect: "passes",
  },
  {
    title: "waits for what comes from a key, for it may be the public half",
    resources: [
      tlsPrivateKey,
      fed(place("kubernetes:core/v1:ConfigMap", { data: { key: unknown.string } }), "data", tlsPrivateKey),
    ],
    expect: [undecided(rule, 'ConfigMap "billing"', "data.key")],
  },
  { title: "leaves stacks without outputs alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
