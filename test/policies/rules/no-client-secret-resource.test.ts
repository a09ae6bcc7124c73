import { unknown } from "../harness/wire";
import { testRule, violation } from "../rule-cases";
import { application } from "../samples";

const rule = "no-client-secret-resource";
const found = violation(
  rule,
  'Client secret "ci" must not be created; use a federated credential or a certificate instead.',
);

const tokens = [
  "azuread:index/applicationPassword:ApplicationPassword",
  "azuread:index/servicePrincipalPassword:ServicePrincipalPassword",
  "azuread:index:ApplicationPassword",
  "azure:ad/applicationPassword:ApplicationPassword",
  "azure:ad/servicePrincipalPassword:ServicePrincipalPassword",
  "microsoft365:index/graphBetaApplicationsApplicationPasswordCredential:GraphBetaApplicationsApplicationPasswordCredential",
  "identities:tf:azuread_application_password",
  "identities:tf:azuread_service_principal_password",
];

const props = { applicationId: "/applications/33333333-3333-3333-3333-333333333333", displayName: "ci" };
const secret = { type: tokens[0] ?? "", name: "ci", props };

testRule(rule, [
  ...tokens.map((type) => ({ title: `rejects ${type}`, resource: { ...secret, type }, expect: [found] })),
  {
    title: "rejects a secret with nothing but its type",
    resource: { ...secret, props: {} },
    expect: [found],
  },
  {
    title: "rejects a secret whose application is not known yet",
    resource: { ...secret, props: { applicationId: unknown.string } },
    expect: [found],
  },
  {
    title: "rejects a secret in stored state with encrypted outputs",
    resource: { ...secret, props: { ...props, value: "[secret]" } },
    expect: [found],
  },
  {
    title: "is as loud as it is told to be",
    resource: secret,
    level: "advisory",
    expect: [{ ...found, level: "advisory" }],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
  {
    title: "leaves the certificate that signs SAML tokens alone",
    resource: {
      type: "azuread:index/servicePrincipalTokenSigningCertificate:ServicePrincipalTokenSigningCertificate",
      name: "saml",
      props: {},
    },
    expect: "not applicable",
  },
  {
    title: "leaves passwords of other systems alone",
    resource: { type: "random:index/randomPassword:RandomPassword", name: "sql", props: { length: 32 } },
    expect: "not applicable",
  },
]);
