import assert from "node:assert/strict";
import { FederatedCredential, type GitHubWorkflow, type FederatedCredentialArgs } from "../../components";
import { Recorder, valueOf } from "./recorder";
import { refusal } from "./refusal";

const applicationId = "/applications/7e0a0000-0000-4000-8000-00000000000a";
const declare = (
  args: Partial<FederatedCredentialArgs> & object,
  name = "deploy-pipeline",
): FederatedCredential =>
  new FederatedCredential(name, { applicationId, ...args } as FederatedCredentialArgs);
const github = (workflow: object): FederatedCredential => declare({ github: workflow as GitHubWorkflow });

describe("FederatedCredential", () => {
  it("registers one credential with the exact issuer, subject and audience", async () => {
    const recorder = await Recorder.start();
    const credential = github({ repository: "contoso/platform", environment: "production" });
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs })),
      [
        {
          type: "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
          name: "deploy-pipeline-credential",
          parent: "deploy-pipeline",
          inputs: {
            applicationId,
            displayName: "deploy-pipeline",
            description: "GitHub Actions: repo:contoso/platform:environment:production",
            issuer: "https://token.actions.githubusercontent.com",
            subject: "repo:contoso/platform:environment:production",
            audiences: ["api://AzureADTokenExchange"],
          },
        },
        { type: "certlock:components:FederatedCredential", name: "deploy-pipeline", parent: "", inputs: {} },
      ],
    );
    assert.deepEqual(await valueOf(credential.subject), {
      value: "repo:contoso/platform:environment:production",
      secret: false,
    });
  });

  it("spells the subject of every kind of run as GitHub does", async () => {
    const ids = { repository: "octo-org/octo-repo", ownerId: 123456, repositoryId: 456789 };
    const cases: readonly (readonly [GitHubWorkflow, string])[] = [
      [{ repository: "contoso/platform", branch: "main" }, "repo:contoso/platform:ref:refs/heads/main"],
      [
        { repository: "contoso/platform", branch: "feature/a+b" },
        "repo:contoso/platform:ref:refs/heads/feature/a+b",
      ],
      [{ repository: "contoso/platform", tag: "v1.0" }, "repo:contoso/platform:ref:refs/tags/v1.0"],
      [{ repository: "Contoso/.github", pullRequest: true }, "repo:Contoso/.github:pull_request"],
      [
        { repository: "octo-org/octo-repo", environment: "Production:V1" },
        "repo:octo-org/octo-repo:environment:Production%3AV1",
      ],
      [{ ...ids, branch: "main" }, "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"],
      [
        { repository: "contoso/platform", environment: "prod", pullRequest: false },
        "repo:contoso/platform:environment:prod",
      ],
    ];
    const recorder = await Recorder.start();
    const subjects = cases.map(([workflow], index) => declare({ github: workflow }, `case-${index}`).subject);
    await recorder.all();
    const values = await Promise.all(subjects.map(async (subject) => (await valueOf(subject)).value));
    assert.deepEqual(
      values,
      cases.map(([, subject]) => subject),
    );
  });

  it("takes any issuer, subject and audience, letter by letter", async () => {
    const recorder = await Recorder.start();
    declare({
      issuer: "https://api.pulumi.com/oidc",
      subject: "pulumi:deploy:org:contoso:project:tenant:stack:dev:operation:update:scope:write",
      audience: "contoso",
      displayName: "pulumi_update",
      description: "Pulumi Deployments",
    });
    const inputs = (await recorder.all())[0]?.inputs;
    assert.deepEqual(inputs, {
      applicationId,
      displayName: "pulumi_update",
      description: "Pulumi Deployments",
      issuer: "https://api.pulumi.com/oidc",
      subject: "pulumi:deploy:org:contoso:project:tenant:stack:dev:operation:update:scope:write",
      audiences: ["contoso"],
    });
  });

  it("refuses wildcards wherever they stand", async () => {
    assert.deepEqual(
      [
        await refusal(() => github({ repository: "contoso/*", branch: "release/*" })),
        await refusal(() => github({ repository: "contoso/platform", environment: "*" })),
        await refusal(() => github({ repository: "contoso/platform", tag: "v?" })),
        await refusal(() =>
          declare({ issuer: "https://*.example.com", subject: "repo:contoso/*", audience: "*" }),
        ),
      ],
      [
        ["github.repository wildcard", "github.branch wildcard"],
        ["github.environment wildcard"],
        ["github.tag wildcard"],
        ["audience wildcard", "issuer wildcard", "subject wildcard"],
      ],
    );
  });

  it("refuses repositories, branches and tags that cannot exist", async () => {
    const repositories = [
      "platform",
      "a/b/c",
      "https://github.com/a/b",
      "-a/b",
      "a/..",
      "a/b.git",
      "a b/c",
      "",
    ];
    for (const repository of repositories) {
      assert.deepEqual(
        await refusal(() => github({ repository, branch: "main" })),
        ["github.repository invalid-name"],
        repository,
      );
    }
    const branches = [
      "refs/heads/main",
      "",
      "a..b",
      "a b",
      "/a",
      "a/",
      "a.lock",
      ".a",
      "a~1",
      "a:b",
      "@",
      "a\u0000",
    ];
    for (const branch of branches) {
      assert.deepEqual(
        await refusal(() => github({ repository: "a/b", branch })),
        ["github.branch invalid-name"],
        JSON.stringify(branch),
      );
    }
    assert.deepEqual(await refusal(() => github({ repository: "a/b", tag: "refs/tags/v1" })), [
      "github.tag invalid-name",
    ]);
    assert.deepEqual(await refusal(() => github({ repository: "a/b", environment: "x".repeat(256) })), [
      "github.environment invalid-name",
    ]);
  });

  it("refuses none or two kinds of runs, and half of the ids", async () => {
    assert.deepEqual(
      [
        await refusal(() => github({ repository: "a/b" })),
        await refusal(() => github({ repository: "a/b", branch: "main", pullRequest: true })),
        await refusal(() => github({ repository: "a/b", branch: "main", ownerId: 1 })),
        await refusal(() => github({ repository: "a/b", branch: "main", ownerId: 0, repositoryId: 1.5 })),
        await refusal(() =>
          declare({
            github: { repository: "a/b", branch: "main" },
            issuer: "https://x.example",
            subject: "y",
          }),
        ),
      ],
      [
        ["github choose-one"],
        ["github choose-one"],
        ["github invalid-id"],
        ["github invalid-id"],
        ["issuer choose-one"],
      ],
    );
  });

  it("refuses every bad argument at once", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare(
          {
            applicationId: "7e0a0000-0000-4000-8000-00000000000a",
            displayName: "no spaces",
            description: "x".repeat(601),
            issuer: "http://issuer.example/#x",
            subject: "s".repeat(601),
          },
          "x",
        ),
      ),
      [
        "applicationId invalid-id",
        "displayName invalid-name",
        "description too-long",
        "issuer invalid-text",
        "subject too-long",
      ],
    );
  });

  it("accepts the longest subject of 600 characters and refuses one more", async () => {
    const recorder = await Recorder.start();
    declare({ issuer: "https://issuer.example", subject: "s".repeat(600) });
    assert.equal((await recorder.all()).length, 2);
    assert.deepEqual(
      await refusal(() => declare({ issuer: "https://issuer.example", subject: "s".repeat(601) })),
      ["subject too-long"],
    );
  });
});
