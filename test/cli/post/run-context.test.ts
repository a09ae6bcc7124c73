import assert from "node:assert/strict";
import { detectHost, readRunContext } from "../../../cli/post";
import { HEAD, REPOSITORY } from "./github-server";

const MERGE = "e".repeat(40);
const noFile = (): Promise<string> => Promise.reject(new Error("no file"));

describe("the context of a run", () => {
  const gitHub = {
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_RUN_ID: "12",
    GITHUB_RUN_ATTEMPT: "3",
    GITHUB_SERVER_URL: "https://ghe.contoso.example",
    GITHUB_SHA: MERGE,
  };

  it("of a pull request on GitHub is its head, not the merge commit of the run", async () => {
    const pull = { number: 7, head: { sha: HEAD, repo: { id: 2 } }, base: { repo: { id: 1 } } };
    const environment = { ...gitHub, GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: "event.json" };
    assert.deepEqual(
      await readRunContext("github", environment, () =>
        Promise.resolve(JSON.stringify({ pull_request: pull })),
      ),
      {
        host: "github",
        repository: REPOSITORY,
        runId: "12",
        attempt: 3,
        repositoryUrl: `https://ghe.contoso.example/${REPOSITORY}`,
        runUrl: `https://ghe.contoso.example/${REPOSITORY}/actions/runs/12`,
        fork: true,
        pullRequest: 7,
        headSha: HEAD,
      },
    );
  });

  it("of a deleted fork is still that of a fork", async () => {
    const pull = { number: 7, head: { sha: HEAD, repo: null }, base: { repo: { id: 1 } } };
    const environment = {
      ...gitHub,
      GITHUB_EVENT_NAME: "pull_request_target",
      GITHUB_EVENT_PATH: "event.json",
    };
    const context = await readRunContext("github", environment, () =>
      Promise.resolve(JSON.stringify({ pull_request: pull })),
    );
    assert.equal(context.fork, true);
  });

  it("of a scheduled run on GitHub has no pull request", async () => {
    const context = await readRunContext("github", { ...gitHub, GITHUB_EVENT_NAME: "schedule" }, noFile);
    assert.deepEqual([context.pullRequest, context.headSha], [undefined, MERGE]);
  });

  it("names every variable that is missing", async () => {
    await assert.rejects(readRunContext("github", { GITHUB_EVENT_NAME: "pull_request" }, noFile), {
      code: "POST_CONFIGURATION",
      message:
        "Cannot post to GitHub: GITHUB_REPOSITORY is not set: owner/name of the repository. GITHUB_RUN_ID is not set: the number of the run. GITHUB_EVENT_PATH is not set: the file with the event. GITHUB_EVENT_PATH does not hold the pull request of the event pull_request. docs/pipelines.md has a working set-up for each host.",
    });
  });

  it("of a build of Azure DevOps is the head of the pull request; every repeated part counts", async () => {
    const context = await readRunContext(
      "azure-devops",
      {
        SYSTEM_COLLECTIONURI: "https://tfs.contoso.example/tfs/Identity",
        SYSTEM_TEAMPROJECT: "Identity Platform",
        BUILD_BUILDID: "50",
        BUILD_SOURCEVERSION: MERGE,
        BUILD_REPOSITORY_NAME: "identities",
        BUILD_REPOSITORY_URI: "https://tfs.contoso.example/tfs/Identity/_git/identities",
        SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
        SYSTEM_PULLREQUEST_SOURCECOMMITID: HEAD,
        SYSTEM_PULLREQUEST_ISFORK: "True",
        SYSTEM_STAGEATTEMPT: "2",
        SYSTEM_JOBATTEMPT: "2",
      },
      noFile,
    );
    assert.deepEqual(context, {
      host: "azure-devops",
      repository: "identities",
      pullRequest: 7,
      headSha: HEAD,
      runId: "50",
      attempt: 3,
      runUrl: "https://tfs.contoso.example/tfs/Identity/Identity%20Platform/_build/results?buildId=50",
      repositoryUrl: "https://tfs.contoso.example/tfs/Identity/_git/identities",
      fork: true,
    });
  });

  it("of a build outside of a pull request ignores macros that were not expanded", async () => {
    const context = await readRunContext(
      "azure-devops",
      {
        BUILD_BUILDID: "50",
        BUILD_SOURCEVERSION: MERGE,
        SYSTEM_PULLREQUEST_PULLREQUESTID: "$(System.PullRequest.PullRequestId)",
      },
      noFile,
    );
    assert.deepEqual([context.pullRequest, context.headSha], [undefined, MERGE]);
  });

  it("of a GitLab job counts each retried job as a run", async () => {
    const context = await readRunContext(
      "gitlab",
      {
        CI_PROJECT_PATH: "contoso/identities",
        CI_COMMIT_SHA: MERGE,
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD,
        CI_MERGE_REQUEST_IID: "7",
        CI_MERGE_REQUEST_PROJECT_ID: "5",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "5",
        CI_JOB_ID: "900",
        CI_JOB_URL: "https://gitlab.contoso.example/gitlab/contoso/identities/-/jobs/900",
      },
      noFile,
    );
    assert.deepEqual(
      [context.headSha, context.runId, context.pullRequest, context.fork],
      [HEAD, "900", 7, false],
    );
  });

  it("knows its host by the variable each of them sets", () => {
    assert.equal(detectHost({ GITHUB_ACTIONS: "true" }), "github");
    assert.equal(detectHost({ TF_BUILD: "True" }), "azure-devops");
    assert.equal(detectHost({ GITLAB_CI: "true" }), "gitlab");
    assert.equal(detectHost({}), undefined);
  });
});
