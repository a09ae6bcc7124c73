import assert from "node:assert/strict";
import type { EntraCloud } from "../../../components";
import { tokenExchangeAudience } from "../../../components";
import { claimsOf, FEDERATION_KINDS, type FederationSource } from "../../../components/federation/sources";
import { checkSource } from "../../../components/federation/sources";
import { Problems } from "../../../components/problems";

const TENANT = "66946bae-c7f1-4099-b768-6ec1ac684280";
const ORGANIZATION = "23609cc8-ca30-4d7d-a018-0a285693d227";
const CONNECTION = "b840b286-3e83-43e4-8e02-b8e8c0db0545";
const PRINCIPAL = "0a0e0000-0000-4000-8000-00000000000A";
const AWS = "https://a103a2cc-b461-473d-84fe-6c4f6d45af88.tokens.sts.global.api.aws";
const PULUMI = { organization: "contoso", project: "tenant" };
const TERRAFORM = { organization: "contoso", project: "Default Project", workspace: "tenant" };

/** Issuer, subject and, where it is not the one of the token exchange, audience. */
type Expected = readonly [issuer: string, subject: string, audience?: string];

const sources: readonly (readonly [string, FederationSource, Expected])[] = [
  [
    "a GitHub environment",
    { github: { repository: "contoso/platform", environment: "production" } },
    ["https://token.actions.githubusercontent.com", "repo:contoso/platform:environment:production"],
  ],
  [
    "a GitHub workflow of an enterprise with an issuer of its own",
    { github: { repository: "contoso/platform", branch: "main", enterprise: "contoso-inc" } },
    ["https://token.actions.githubusercontent.com/contoso-inc", "repo:contoso/platform:ref:refs/heads/main"],
  ],
  [
    "a GitHub workflow of an enterprise with data residency",
    { github: { repository: "contoso/platform", tag: "v1", dataResidency: "contoso" } },
    ["https://token.actions.contoso.ghe.com", "repo:contoso/platform:ref:refs/tags/v1"],
  ],
  [
    "a service connection of Azure DevOps",
    {
      azureDevOps: {
        tenantId: TENANT.toUpperCase(),
        organizationId: ORGANIZATION.toUpperCase(),
        connectionId: CONNECTION.toUpperCase(),
      },
    },
    [
      `https://login.microsoftonline.com/${TENANT}/v2.0`,
      // As a connection shows it: tenant and application in the byte order of .NET.
      `/eid1/c/pub/t/rmuUZvHHmUC3aG7BrGhCgA/a/rISbSSETf0KqFyZ8ppdXmA/sc/${ORGANIZATION}/${CONNECTION}`,
    ],
  ],
  [
    "an old service connection of Azure DevOps",
    {
      azureDevOps: {
        organizationId: ORGANIZATION,
        organization: "contoso",
        project: "Platform Team",
        connection: "azure-production",
      },
    },
    [`https://vstoken.dev.azure.com/${ORGANIZATION}`, "sc://contoso/Platform Team/azure-production"],
  ],
  [
    "a branch on GitLab",
    { gitlab: { project: "contoso/billing/service", branch: "release/1.0" } },
    ["https://gitlab.com", "project_path:contoso/billing/service:ref_type:branch:ref:release/1.0"],
  ],
  [
    "a tag on a GitLab of one's own, project by its id",
    { gitlab: { project: 57382910, tag: "v1.0", url: "https://gitlab.contoso.com" } },
    ["https://gitlab.contoso.com", "project_id:57382910:ref_type:tag:ref:v1.0"],
  ],
  [
    "a plan of HCP Terraform",
    { terraformCloud: { ...TERRAFORM, runPhase: "plan" } },
    [
      "https://app.terraform.io",
      "organization:contoso:project:Default Project:workspace:tenant:run_phase:plan",
    ],
  ],
  [
    "an apply of HCP Terraform in Europe",
    { terraformCloud: { ...TERRAFORM, runPhase: "apply", host: "app.eu.terraform.io" } },
    [
      "https://app.eu.terraform.io",
      "organization:contoso:project:Default Project:workspace:tenant:run_phase:apply",
    ],
  ],
  [
    "an update by Pulumi Deployments",
    { pulumiDeployment: { ...PULUMI, stack: "dev", operation: "update" } },
    [
      "https://api.pulumi.com/oidc",
      "pulumi:deploy:org:contoso:project:tenant:stack:dev:operation:update:scope:write",
      "contoso",
    ],
  ],
  [
    "an environment of Pulumi ESC",
    { pulumiEnvironment: { ...PULUMI, environment: "production" } },
    ["https://api.pulumi.com/oidc", "pulumi:environments:org:contoso:env:tenant/production", "azure:contoso"],
  ],
  [
    "an environment of Pulumi ESC in the project default",
    { pulumiEnvironment: { organization: "contoso", project: "default", environment: "production" } },
    ["https://api.pulumi.com/oidc", "pulumi:environments:org:contoso:env:production", "contoso"],
  ],
  [
    "an environment of Pulumi ESC opened by one user",
    {
      pulumiEnvironment: {
        ...PULUMI,
        environment: "development",
        subjectAttributes: [
          { attribute: "currentEnvironment.name", value: "tenant/development" },
          { attribute: "pulumi.user.login", value: "personA" },
        ],
      },
    },
    [
      "https://api.pulumi.com/oidc",
      "pulumi:environments:pulumi.organization.login:contoso:currentEnvironment.name:tenant/development:pulumi.user.login:personA",
      "azure:contoso",
    ],
  ],
  [
    "a service account of a cluster, its issuer with the slash AKS puts there",
    {
      kubernetes: {
        issuer: `https://westeurope.oic.prod-aks.azure.com/${TENANT}/${CONNECTION}/`,
        namespace: "billing",
        serviceAccount: "nightly.run",
      },
    },
    [
      `https://westeurope.oic.prod-aks.azure.com/${TENANT}/${CONNECTION}/`,
      "system:serviceaccount:billing:nightly.run",
    ],
  ],
  [
    "a service account of Google Cloud",
    { googleCloud: { uniqueId: "112233445566778899001" } },
    ["https://accounts.google.com", "112233445566778899001"],
  ],
  [
    "a role of AWS",
    { aws: { issuer: AWS, roleArn: "arn:aws:iam::123456789012:role/jobs/BillingNightly" } },
    [AWS, "arn:aws:iam::123456789012:role/jobs/BillingNightly"],
  ],
  [
    "a managed identity",
    { managedIdentity: { tenantId: TENANT.toUpperCase(), principalId: PRINCIPAL } },
    [`https://login.microsoftonline.com/${TENANT}/v2.0`, PRINCIPAL.toLowerCase()],
  ],
  [
    "any other issuer",
    { issuer: "https://oidc.example.com/team", subject: "workload:billing" },
    ["https://oidc.example.com/team", "workload:billing"],
  ],
];

describe("federation: who may be trusted", () => {
  for (const [situation, source, [issuer, subject, audience]] of sources) {
    it(`spells the claims of ${situation} as its tokens do`, () => {
      assert.deepEqual(refused(source), []);
      const claims = claimsOf(source, "public");
      assert.deepEqual(
        { issuer: claims.issuer, subject: claims.subject, audience: claims.audience },
        { issuer, subject, audience },
      );
    });
  }

  it("has a case of every kind here", () => {
    const shown = new Set(sources.flatMap(([, source]) => Object.keys(source)));
    assert.deepEqual(
      FEDERATION_KINDS.filter((kind) => !shown.has(kind)),
      [],
    );
  });

  it("knows the audience and the issuer of each cloud", () => {
    const source = { managedIdentity: { tenantId: TENANT, principalId: PRINCIPAL } };
    assert.deepEqual(
      (["public", "usgovernment", "china"] as const).map((cloud) => [
        claimsOf(source, cloud).issuer,
        tokenExchangeAudience(cloud),
      ]),
      [
        [`https://login.microsoftonline.com/${TENANT}/v2.0`, "api://AzureADTokenExchange"],
        [`https://login.microsoftonline.us/${TENANT}/v2.0`, "api://AzureADTokenExchangeUSGov"],
        [`https://login.partner.microsoftonline.cn/${TENANT}/v2.0`, "api://AzureADTokenExchangeChina"],
      ],
    );
  });

  const wrong: readonly (readonly [string, object, readonly string[]])[] = [
    [
      "a wildcard in every name",
      { gitlab: { project: "contoso/*", branch: "release/*", url: "https://*.contoso.com" } },
      ["gitlab.project wildcard", "gitlab.branch wildcard", "gitlab.url wildcard"],
    ],
    [
      "a wildcard in a subject of Terraform",
      { terraformCloud: { ...TERRAFORM, workspace: "*", runPhase: "*" } },
      ["terraformCloud.workspace wildcard", "terraformCloud.runPhase out-of-range"],
    ],
    [
      "colons that would add a part to the subject",
      {
        pulumiDeployment: {
          organization: "contoso:project:other",
          project: "a:b",
          stack: "s:t",
          operation: "up",
        },
      },
      [
        "pulumiDeployment.organization invalid-name",
        "pulumiDeployment.project invalid-name",
        "pulumiDeployment.stack invalid-name",
        "pulumiDeployment.operation out-of-range",
      ],
    ],
    [
      "an environment that could be any",
      { pulumiEnvironment: { ...PULUMI, environment: "<yaml>", subjectAttributes: [] } },
      ["pulumiEnvironment.environment invalid-name", "pulumiEnvironment.subjectAttributes missing"],
    ],
    [
      "attributes Pulumi does not sign",
      {
        pulumiEnvironment: {
          ...PULUMI,
          environment: "dev",
          subjectAttributes: [{ attribute: "pulumi.user.email", value: "a:b" }],
        },
      },
      [
        "pulumiEnvironment.subjectAttributes[0].attribute out-of-range",
        "pulumiEnvironment.subjectAttributes[0].value invalid-name",
      ],
    ],
    [
      "a cluster nobody can reach",
      {
        kubernetes: { issuer: "https://kubernetes.default.svc", namespace: "Billing", serviceAccount: "-x" },
      },
      [
        "kubernetes.issuer invalid-text",
        "kubernetes.namespace invalid-name",
        "kubernetes.serviceAccount invalid-name",
      ],
    ],
    ...[
      "https://10.0.0.1:6443",
      "https://[fd00::1]",
      "https://127.0.0.1",
      "https://oidc.contoso.internal/x",
      "https://kubernetes.default.svc.",
    ].map((issuer): readonly [string, object, readonly string[]] => [
      `an issuer inside one network, ${issuer}`,
      { issuer, subject: "workload:billing" },
      ["issuer invalid-text"],
    ]),
    ...["https:oidc.contoso.com", "HTTPS://oidc.contoso.com", "https://oidc.contoso.com/a b"].map(
      (issuer): readonly [string, object, readonly string[]] => [
        `an issuer no token could name, ${issuer}`,
        { issuer, subject: "workload:billing" },
        ["issuer invalid-text"],
      ],
    ),
    [
      "a GitLab nobody can reach",
      { gitlab: { project: 1, branch: "main", url: "https://gitlab.contoso.local" } },
      ["gitlab.url invalid-text"],
    ],
    [
      "a Terraform Enterprise nobody can reach",
      { terraformCloud: { ...TERRAFORM, runPhase: "plan", host: "tfe.contoso.internal" } },
      ["terraformCloud.host invalid-text"],
    ],
    ...["false", "no", 0].map((pullRequest): readonly [string, object, readonly string[]] => [
      `pull requests that are said to be ${JSON.stringify(pullRequest)}`,
      { github: { repository: "contoso/platform", pullRequest } },
      ["github.pullRequest wrong-type"],
    ]),
    [
      "a connection of Azure DevOps by id and by name at once",
      {
        azureDevOps: {
          organizationId: ORGANIZATION,
          tenantId: TENANT,
          connectionId: CONNECTION,
          organization: "contoso",
          project: "platform",
          connection: "azure",
        },
      },
      ["azureDevOps choose-one"],
    ],
    [
      "a service account of Google by its address, or by a number that lost digits",
      { googleCloud: { uniqueId: "job@project.iam.gserviceaccount.com" } },
      ["googleCloud.uniqueId invalid-id"],
    ],
    [
      "a number where digits must be text",
      { googleCloud: { uniqueId: 112233445566778899001 } },
      ["googleCloud.uniqueId invalid-id"],
    ],
    [
      "a session and a user of AWS",
      { aws: { issuer: `${AWS}/`, roleArn: "arn:aws:sts::123456789012:assumed-role/Job/session" } },
      ["aws.issuer invalid-name", "aws.roleArn invalid-name"],
    ],
    [
      "ids of Azure DevOps that are none",
      { azureDevOps: { tenantId: "contoso", organizationId: "contoso", connectionId: "azure" } },
      [
        "azureDevOps.organizationId invalid-id",
        "azureDevOps.tenantId invalid-id",
        "azureDevOps.connectionId invalid-id",
      ],
    ],
    [
      "names of Azure DevOps that would add a part to the subject",
      {
        azureDevOps: { organizationId: ORGANIZATION, organization: "a/b", project: " p", connection: "c/*" },
      },
      [
        "azureDevOps.organization invalid-name",
        "azureDevOps.project invalid-name",
        "azureDevOps.connection wildcard",
      ],
    ],
    [
      "a slash GitLab does not write, and a path of one part",
      { gitlab: { project: "service", tag: "refs/tags/v1", url: "https://gitlab.contoso.com/" } },
      ["gitlab.project invalid-name", "gitlab.tag invalid-name", "gitlab.url invalid-text"],
    ],
    ["a branch and a tag", { gitlab: { project: 1, branch: "main", tag: "v1" } }, ["gitlab choose-one"]],
    [
      "an enterprise twice",
      { github: { repository: "a/b", branch: "main", enterprise: "a", dataResidency: "A.b" } },
      ["github.dataResidency invalid-name", "github.enterprise choose-one"],
    ],
    [
      "an identity by its path",
      { managedIdentity: { tenantId: undefined, principalId: "/servicePrincipals/x" } },
      ["managedIdentity.tenantId invalid-id", "managedIdentity.principalId invalid-id"],
    ],
    [
      "an application of Entra",
      { issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`, subject: PRINCIPAL },
      ["issuer entra-issuer"],
    ],
    [
      "another tenant by the address of old tokens",
      { issuer: `https://sts.windows.net/${TENANT}/`, subject: PRINCIPAL },
      ["issuer entra-issuer"],
    ],
    [
      "two kinds at once",
      {
        aws: { issuer: AWS, roleArn: "arn:aws:iam::123456789012:role/x" },
        github: { repository: "a/b", tag: "v" },
      },
      ["github choose-one"],
    ],
    ["nobody", {}, ["issuer choose-one"]],
    ["text where options must be", { kubernetes: "system:serviceaccount:a:b" }, ["kubernetes wrong-type"]],
  ];
  for (const [situation, source, problems] of wrong) {
    it(`refuses ${situation}`, () => {
      assert.deepEqual(refused(source as FederationSource), problems);
    });
  }

  it("lets services of Microsoft through, whose tokens Entra does exchange", () => {
    const subject = "/eid1/c/pub/t/rmuUZvHHmUC3aG7BrGhCgA/a/qzXoWDkuqUa3l6zM5mM0Rw/n/plugin/e/x/h/y";
    assert.deepEqual(refused({ issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`, subject }), []);
  });

  it("wants names of Azure DevOps in national clouds, where Entra does not issue its tokens", () => {
    const byId = { tenantId: TENANT, organizationId: ORGANIZATION, connectionId: CONNECTION };
    const byName = { organizationId: ORGANIZATION, organization: "a", project: "b", connection: "c" };
    assert.deepEqual(
      [refused({ azureDevOps: byId }, "china"), refused({ azureDevOps: byName }, "china")],
      [["azureDevOps.connectionId choose-one"], []],
    );
  });
});

function refused(source: FederationSource, cloud: EntraCloud = "public"): string[] {
  const problems = new Problems();
  checkSource("", source, cloud, problems);
  return problems.found.map(({ at, code }) => `${at} ${code}`);
}
