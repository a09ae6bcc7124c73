import {
  federatedCredential,
  flexibleFederatedCredential,
  registration,
  registrationOwner,
} from "../access-samples";
import { ResourceInput, unknown, urnOf } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { application, certificateCredential, change, tlsPrivateKey } from "../samples";
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
const owned = [registration, registrationOwner];
/** What is said of a certificate that is not known yet. */
const undated = ["certificate-key-strength", "certificate-max-lifetime", "certificate-rotation-overlap"].map(
  (id) => undecided(id, 'Certificate credential "billing-api"', "value"),
);
const beside = (type: string, props: object): ResourceInput => ({
  type: `azuread:index/x:${type}`,
  name: "billing-api",
  props: { ...props, applicationId: "/applications/33333333-3333-3333-3333-333333333333" },
});
const elsewhere = change(federatedCredential, "applicationId", "/applications/4");

const account: ResourceInput = {
  type: "azure-native:automation:AutomationAccount",
  name: "rotation",
  props: { identity: { type: "SystemAssigned" }, disableLocalAuth: true },
};
const ownedBy = (owner: ResourceInput): ResourceInput => ({
  ...registrationOwner,
  name: "rotation",
  propertyDependencies: { ownerObjectId: [urnOf(owner)] },
});

testStackRule(rule, [
  {
    title: "leaves applications alone that an automation account owns, whose runbook rotates them",
    resources: [...owned, account, ownedBy(account)],
    expect: "passes",
  },
  {
    title: "reports one that only people own, beside an automation account",
    resources: [...owned, account],
    expect: none,
  },
  {
    title: "accepts a federated credential",
    resources: [...owned, federatedCredential],
    expect: "passes",
  },
  {
    title: "accepts a flexible federated credential",
    resources: [...owned, flexibleFederatedCredential],
    expect: "passes",
  },
  {
    title: "accepts a certificate",
    resources: certificateCredential(new Date()).then((certificate) => [...owned, certificate]),
    expect: "passes",
  },
  {
    title: "accepts a certificate on the service principal",
    resources: [...owned, principal, onPrincipal],
    expect: "passes",
    others: undated,
  },
  {
    title: "knows a service principal by where its client id comes from",
    resources: [
      change(registration, "clientId", unknown.string),
      registrationOwner,
      fed(change(principal, "clientId", unknown.string), "clientId", registration),
      onPrincipal,
    ],
    expect: "passes",
    others: undated,
  },
  {
    title: "knows a credential by where its application comes from",
    resources: [
      change(registration, "objectId", unknown.string),
      fed(change(registrationOwner, "applicationId", unknown.string), "applicationId", registration),
      fed(change(federatedCredential, "applicationId", unknown.string), "applicationId", registration),
    ],
    expect: "passes",
  },
  { title: "rejects a registration without any", resources: owned, expect: none },
  { title: "rejects an application without any", resources: [application], expect: none },
  {
    title: "does not count the credential of another application",
    resources: [...owned, elsewhere],
    expect: none,
  },
  {
    title: "does not count the service principal of another application",
    resources: [...owned, change(principal, "clientId", "4"), onPrincipal],
    expect: none,
    others: undated,
  },
  ...["singlePageApplication", "publicClient"].map((name) => ({
    title: `accepts an application with ${name}`,
    resources: [change(application, name, { redirectUris: ["https://localhost/"] })],
    expect: "passes" as const,
  })),
  {
    title: "accepts an application that is a public client in its fallback",
    resources: [change(application, "fallbackPublicClientEnabled", true)],
    expect: "passes",
  },
  ...(
    [
      ["ApplicationRedirectUris", { type: "SPA" }],
      ["ApplicationRedirectUris", { type: "PublicClient" }],
      ["ApplicationFallbackPublicClient", { enabled: true }],
    ] as const
  ).map(([type, props]) => ({
    title: `accepts a registration with ${type} ${JSON.stringify(props)}`,
    resources: [...owned, beside(type, props)],
    expect: "passes" as const,
  })),
  ...(
    [
      ["ApplicationRedirectUris", { type: "Web" }],
      ["ApplicationFallbackPublicClient", { enabled: false }],
    ] as const
  ).map(([type, props]) => ({
    title: `rejects a registration with ${type} ${JSON.stringify(props)} alone`,
    resources: [...owned, beside(type, props)],
    expect: none,
  })),
  {
    title: "leaves declared passwords to the rule about them",
    resources: [change(application, "password", { displayName: "one" })],
    expect: "passes",
  },
  { title: "leaves stacks without applications alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
