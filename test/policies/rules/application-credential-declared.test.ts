import { federatedCredential, flexibleFederatedCredential, registration } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { violation } from "../rule-cases";
import { application, certificateCredential, change, vault } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "application-credential-declared";
const none = [
  violation(
    rule,
    'Application "billing-api" has no credential in this stack; add a federated credential or a certificate.',
  ),
];
const principal: ResourceInput = {
  type: "azuread:index/servicePrincipal:ServicePrincipal",
  name: "billing-api",
  props: {
    clientId: "66666666-6666-6666-6666-666666666666",
    objectId: "44444444-4444-4444-4444-444444444444",
  },
};
const onPrincipal: ResourceInput = {
  type: "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate",
  name: "billing-api",
  props: {
    servicePrincipalId: "/servicePrincipals/44444444-4444-4444-4444-444444444444",
    value: unknown.string,
  },
};
const elsewhere = change(federatedCredential, "applicationId", "/applications/4");

testStackRule(rule, [
  {
    title: "accepts a federated credential",
    resources: [registration, federatedCredential],
    expect: "passes",
  },
  {
    title: "accepts a flexible federated credential",
    resources: [registration, flexibleFederatedCredential],
    expect: "passes",
  },
  {
    title: "accepts a certificate",
    resources: certificateCredential().then((certificate) => [registration, certificate]),
    expect: "passes",
  },
  {
    title: "accepts a certificate on the service principal",
    resources: [registration, principal, onPrincipal],
    expect: "passes",
  },
  {
    title: "knows a service principal by where its client id comes from",
    resources: [
      change(registration, "clientId", unknown.string),
      fed(change(principal, "clientId", unknown.string), "clientId", registration),
      onPrincipal,
    ],
    expect: "passes",
  },
  {
    title: "knows a credential by where its application comes from",
    resources: [
      change(registration, "objectId", unknown.string),
      fed(change(federatedCredential, "applicationId", unknown.string), "applicationId", registration),
    ],
    expect: "passes",
  },
  { title: "rejects a registration without any", resources: [registration], expect: none },
  { title: "rejects an application without any", resources: [application], expect: none },
  {
    title: "does not count the credential of another application",
    resources: [registration, elsewhere],
    expect: none,
  },
  {
    title: "does not count the service principal of another application",
    resources: [registration, change(principal, "clientId", "4"), onPrincipal],
    expect: none,
  },
  ...["singlePageApplication", "publicClient"].map((name) => ({
    title: `accepts an application with ${name}`,
    resources: [change(application, name, { redirectUris: ["https://localhost/"] })],
    expect: "passes" as const,
  })),
  {
    title: "leaves declared passwords to the rule about them",
    resources: [change(application, "password", { displayName: "one" })],
    expect: "passes",
  },
  { title: "leaves stacks without applications alone", resources: [vault], expect: "not applicable" },
]);
