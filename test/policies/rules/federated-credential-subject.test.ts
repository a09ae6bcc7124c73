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
const flexible = (problem: string) =>
  says(
    `${problem}; name one workload in "claimsMatchingExpression".`,
    'Flexible federated credential "billing-api"',
  );
const judging = (text: string, issuer = "https://token.actions.githubusercontent.com") =>
  change(change(flexibleFederatedCredential, "claimsMatchingExpression", text), "issuer", issuer);
const matching = (pattern: string, issuer?: string) => judging(`claims['sub'] matches '${pattern}'`, issuer);
const [gitlab, terraform] = ["https://gitlab.com", "https://app.terraform.io"];
const openToStrangers = flexible("trusts every pull request of a repository, also those of strangers");

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
  ...[
    "repo:contoso/billing:pull_request",
    "repo:contoso/billing:ref:refs/pull/7/merge",
    "Repo:a/b:pull_request",
  ].map((value) => ({ title: `rejects ${value}`, resource: subject(value), expect: strangers })),
  ...["https://token.actions.contoso.ghe.com", "https://github.contoso.com/_services/token"].map(
    (issuer) => ({
      title: `rejects pull requests from ${issuer}`,
      resource: subject("repo:contoso/billing:pull_request", issuer),
      expect: strangers,
    }),
  ),
  ...["repository_owner:contoso", "environment:production", "ref:refs/heads/main"].map((value) => ({
    title: `rejects ${value}, which every repository of an organisation has`,
    resource: subject(value),
    expect: nothing,
  })),
  {
    title: "accepts claims that an organisation has chosen where the repository is among them",
    resource: subject("repository_owner:contoso:repository_id:4711:environment:production"),
    expect: "passes",
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
  ...[
    ["repo:contoso/billing:ref:refs/heads/*", undefined],
    ["repo:contoso/billing:environment:*", undefined],
    ["repo:contoso/billing:environment:production", undefined],
    ["project_path:contoso/billing:ref_type:branch:ref:*", gitlab],
    ["organization:contoso:project:a:workspace:w:run_phase:*", terraform],
  ].map(([pattern = "", issuer]) => ({
    title: `accepts the pattern ${pattern}`,
    resource: matching(pattern, issuer),
    expect: "passes" as const,
  })),
  ...[
    "claims['sub'] matches 'repo:contoso/contoso-repo:ref:refs/heads/*' and claims['job_workflow_ref'] matches 'foo-org/bar-repo/.github/workflows/*@refs/heads/main'",
    "claims['sub'] matches 'repo:contoso/contoso-repo:ref:refs/heads/*' and claims['repository_id'] eq '456789'",
    "claims['job_workflow_ref'] matches 'contoso/workflows/.github/workflows/*@refs/heads/main'",
    "claims['repository_id'] eq '456789'",
    "claims['sub'] eq 'repo:contoso/billing:environment:production'",
    'claims["sub"] matches "repo:contoso/billing:ref:refs/tags/v*"',
    "claims['sub'] matches 'repo:contoso/*' and claims['sub'] matches 'repo:contoso/billing:ref:refs/heads/*'",
  ].map((text) => ({ title: `accepts ${text}`, resource: judging(text), expect: "passes" as const })),
  ...["repo:contoso/*", "repo:contoso/billing-*:environment:production", "*"].map((pattern) => ({
    title: `rejects the pattern ${pattern}`,
    resource: matching(pattern),
    expect: flexible("has a wildcard in place of a repository"),
  })),
  ...[
    "repo:contoso/billing:*",
    "repo:contoso/billing:pull_request*",
    "repo:contoso/billing:ref:refs/*",
    "repo:contoso/billing:ref:refs/pull/*",
    "repo:contoso/billing:pull_request",
  ].map((pattern) => ({
    title: `rejects the pattern ${pattern}, which lets pull requests in`,
    resource: matching(pattern),
    expect: openToStrangers,
  })),
  {
    title: "rejects a pull request that is named exactly",
    resource: judging("claims['sub'] eq 'repo:contoso/billing:pull_request'"),
    expect: openToStrangers,
  },
  {
    title: "accepts a pattern for pull requests where that is meant",
    resource: matching("repo:contoso/billing:*"),
    options: { allowPullRequests: true },
    expect: "passes",
  },
  ...[
    ["project_path:contoso/*", gitlab],
    ["organization:contoso:project:a:*", terraform],
    ["a:b:*", "https://token.example.com"],
  ].map(([pattern = "", issuer]) => ({
    title: `rejects the pattern ${pattern}`,
    resource: matching(pattern, issuer),
    expect: flexible("has a wildcard in place of a project or workspace"),
  })),
  ...[
    "1 eq 1",
    "claims['aud'] eq 'api://AzureADTokenExchange'",
    "claims['job_workflow_ref'] matches '*'",
  ].map((text) => ({
    title: `rejects ${text}, which is true of everybody`,
    resource: judging(text),
    expect: flexible("compares no claim that names a workload"),
  })),
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
