import { federatedCredential, flexibleFederatedCredential, nativeTokens } from "../access-samples";
import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { application, change } from "../samples";

const rule = "federated-credential-subject";
const name = 'Federated credential "billing-api"';
const says = (what: string, subject = name) => [violation(rule, `${subject} ${what}`)];
const one = (problem: string) => says(`${problem}; name one workload in "subject".`);
const wildcard = one("has a wildcard in its subject, which Entra ID takes for a letter");
const nothing = one("does not name one repository and what runs in it");
const strangers = one("trusts every pull request of a repository, also those of strangers");
const subject = (value: unknown, issuer?: string) => {
  const resource = change(federatedCredential, "subject", value);
  return issuer === undefined ? resource : change(resource, "issuer", issuer);
};
const wide = says(
  'has a wildcard in place of a repository or of what runs in it; name one workload in "claimsMatchingExpression".',
  'Flexible federated credential "billing-api"',
);
const expression = (pattern: string) =>
  change(flexibleFederatedCredential, "claimsMatchingExpression", `claims['sub'] matches '${pattern}'`);

testRule(rule, [
  { title: "accepts a repository with an environment", resource: federatedCredential, expect: "passes" },
  ...[
    "repo:contoso/billing:ref:refs/heads/main",
    "repo:contoso@61234567/platform@987654321:environment:production",
    "job_workflow_ref:contoso/a/.github/workflows/b.yml@refs/heads/main",
  ].map((value) => ({
    title: `accepts ${value}`,
    resource: subject(value),
    expect: "passes" as const,
  })),
  ...["repo:contoso/*:environment:production", "repo:contoso/billing:ref:refs/heads/*", "*"].map((value) => ({
    title: `rejects ${value}`,
    resource: subject(value),
    expect: wildcard,
  })),
  ...["repo:contoso", "repo:contoso/billing", "repo:contoso/billing:"].map((value) => ({
    title: `rejects ${value}`,
    resource: subject(value),
    expect: nothing,
  })),
  {
    title: "rejects pull requests",
    resource: subject("repo:contoso/billing:pull_request"),
    expect: strangers,
  },
  {
    title: "accepts pull requests where that is meant",
    resource: subject("repo:contoso/billing:pull_request"),
    options: { allowPullRequests: true },
    expect: "passes",
  },
  {
    title: "lets other issuers write subjects in their own way",
    resource: subject(
      "system:serviceaccount:billing:nightly",
      "https://westeurope.oic.prod-aks.azure.com/a/b/",
    ),
    expect: "passes",
  },
  {
    title: "rejects a wildcard of another issuer",
    resource: subject("project_path:contoso/*", "https://gitlab.com"),
    expect: wildcard,
  },
  {
    title: "rejects a missing subject",
    resource: subject(undefined),
    expect: says('trusts no workload; set "subject".'),
  },
  ...["http://token.example", "", 5].map((issuer) => ({
    title: `rejects ${JSON.stringify(issuer)} as an issuer`,
    resource: change(federatedCredential, "issuer", issuer),
    expect: says('trusts no https address; set "issuer".'),
  })),
  {
    title: "rejects an issuer that is not in the list",
    resource: federatedCredential,
    options: { allowedIssuers: ["https://gitlab.com"] },
    expect: says('trusts another issuer than those in "allowedIssuers"; see "issuer".'),
  },
  {
    title: "accepts an issuer in the list",
    resource: federatedCredential,
    options: { allowedIssuers: ["https://gitlab.com", "https://token.actions.githubusercontent.com"] },
    expect: "passes",
  },
  ...[[], ["a", "b"]].map((audiences) => ({
    title: `rejects ${audiences.length} audiences`,
    resource: change(federatedCredential, "audiences", audiences),
    expect: says('must have exactly one audience in "audiences".'),
  })),
  {
    title: "waits for a subject that is decided in the update",
    resource: subject(unknown.string),
    expect: [undecided(rule, name, "subject")],
  },
  {
    title: "waits for an issuer that is decided in the update",
    resource: change(federatedCredential, "issuer", unknown.string),
    expect: [undecided(rule, name, "issuer")],
  },
  ...[
    ...nativeTokens("managedidentity", "FederatedIdentityCredential"),
    "azure:armmsi/federatedIdentityCredential:FederatedIdentityCredential",
  ].map((type) => ({
    title: `rejects a wildcard in ${type}`,
    resource: { ...subject("repo:contoso/*"), type },
    expect: wildcard,
  })),
  {
    title: "accepts a wildcard behind a branch prefix",
    resource: flexibleFederatedCredential,
    expect: "passes",
  },
  {
    title: "accepts an expression without a wildcard",
    resource: expression("repo:contoso/billing:environment:production"),
    expect: "passes",
  },
  ...["repo:contoso/*", "repo:contoso/billing-*:environment:production", "repo:contoso/billing:*", "*"].map(
    (pattern) => ({
      title: `rejects the expression ${pattern}`,
      resource: expression(pattern),
      expect: wide,
    }),
  ),
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
