/** What the variables of a run say about the run itself: which commit, which pull request, which attempt. */
import { linkTarget } from "./endpoint";
import type { HostName } from "./posting";
import { COMMIT, type Environment, NUMBER, type ReadFile, Variables } from "./variables";

/** One run of a pipeline. */
export interface RunContext {
  readonly host: HostName;
  /** `owner/name` on GitHub, the path of the project on GitLab, the repository's name on Azure DevOps. */
  readonly repository: string;
  /** Absent when the run belongs to no pull request, or when only the API can tell which (`origin`). */
  readonly pullRequest?: number | undefined;
  /** Head of the pull request, else the commit of the run. Never the merge commit a host makes for a run. */
  readonly headSha: string;
  readonly runId: string;
  /** From 1. */
  readonly attempt: number;
  readonly runUrl?: string | undefined;
  readonly repositoryUrl?: string | undefined;
  /** The pull request comes from another repository, so the run has no secrets and a token that cannot write. */
  readonly fork: boolean;
  /**
   * Set in a `workflow_run` event only: this run posts what another run made, and that run executed the code of a
   * pull request. Its report is data from a stranger.
   */
  readonly origin?:
    { readonly owner: string; readonly branch: string; readonly repositoryId: number } | undefined;
}

/**
 * Reads the context of a run from the variables its host sets.
 *
 * @param readFile reads GitHub's event payload.
 * @throws PostConfigurationError naming every variable that is missing or wrong.
 */
export async function readRunContext(
  host: HostName,
  environment: Environment,
  readFile: ReadFile,
): Promise<RunContext> {
  const variables = new Variables(environment);
  const context = await contextOf(host, variables, readFile);
  variables.assertComplete(DISPLAY_NAMES[host]);
  return context;
}

export const DISPLAY_NAMES: Readonly<Record<HostName, string>> = {
  github: "GitHub",
  "azure-devops": "Azure DevOps",
  gitlab: "GitLab",
};

/** The host whose pipeline this process runs in, by the variable each of them always sets. */
export function detectHost(environment: Environment): HostName | undefined {
  if (environment["GITHUB_ACTIONS"] === "true") return "github";
  if (environment["TF_BUILD"]?.toLowerCase() === "true") return "azure-devops";
  if (environment["GITLAB_CI"] === "true") return "gitlab";
  return undefined;
}

/** As `readRunContext`, with the problems left in `variables` for a caller that reads more of them. */
export function contextOf(host: HostName, variables: Variables, readFile: ReadFile): Promise<RunContext> {
  if (host === "github") return gitHubContext(variables, readFile);
  return Promise.resolve(host === "gitlab" ? gitLabContext(variables) : azureContext(variables));
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/variables */
async function gitHubContext(variables: Variables, readFile: ReadFile): Promise<RunContext> {
  const repository = variables.required(
    "GITHUB_REPOSITORY",
    /^[\w.-]+\/[\w.-]+$/,
    "owner/name of the repository",
  );
  const runId = variables.required("GITHUB_RUN_ID", NUMBER, "the number of the run");
  const attempt = Number(variables.optional("GITHUB_RUN_ATTEMPT") ?? "1");
  const server = linkTarget(variables.optional("GITHUB_SERVER_URL"))?.replace(/\/$/, "");
  const repositoryUrl = server === undefined ? undefined : `${server}/${repository}`;
  const base = {
    host: "github" as const,
    repository,
    runId,
    attempt: Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1,
    repositoryUrl,
    runUrl: repositoryUrl === undefined ? undefined : `${repositoryUrl}/actions/runs/${runId}`,
    fork: false,
  };
  const event = variables.optional("GITHUB_EVENT_NAME") ?? "";
  if (event === "workflow_run")
    return { ...base, ...originOf(await payload(variables, readFile), variables) };
  if (!event.startsWith("pull_request")) {
    return { ...base, headSha: variables.required("GITHUB_SHA", COMMIT, "the commit of the run") };
  }
  const pull = record((await payload(variables, readFile))["pull_request"]);
  const head = record(pull["head"]);
  const pullRequest = pull["number"];
  const headSha = head["sha"];
  if (!isPositive(pullRequest) || typeof headSha !== "string" || !COMMIT.test(headSha)) {
    variables.problems.push(`GITHUB_EVENT_PATH does not hold the pull request of the event ${event}.`);
    return { ...base, headSha: "" };
  }
  // `head.repo` is null once a fork has been deleted.
  const fork = record(head["repo"])["id"] !== record(record(pull["base"])["repo"])["id"];
  return { ...base, pullRequest, headSha, fork };
}

/** The run that `workflow_run` tells of. Its pull request is not in the payload when it comes from a fork. */
function originOf(
  event: Record<string, unknown>,
  variables: Variables,
): Omit<RunContext, "host" | "repository"> {
  const run = record(event["workflow_run"]);
  const head = record(run["head_repository"]);
  const [id, attempt, sha, branch] = [run["id"], run["run_attempt"], run["head_sha"], run["head_branch"]];
  const owner = record(head["owner"])["login"];
  const repositoryId = head["id"];
  const usable =
    isPositive(id) &&
    isPositive(attempt) &&
    typeof sha === "string" &&
    COMMIT.test(sha) &&
    typeof branch === "string" &&
    typeof owner === "string" &&
    isPositive(repositoryId);
  if (!usable || run["event"] !== "pull_request") {
    variables.problems.push(
      'GITHUB_EVENT_PATH does not hold a finished run of the event "pull_request"; only such a run is posted from "workflow_run".',
    );
    return { headSha: "", runId: "", attempt: 1, fork: true };
  }
  const url = run["html_url"];
  return {
    headSha: sha,
    runId: String(id),
    attempt,
    runUrl: linkTarget(typeof url === "string" ? url : undefined),
    fork: repositoryId !== record(event["repository"])["id"],
    origin: { owner, branch, repositoryId },
  };
}

async function payload(variables: Variables, readFile: ReadFile): Promise<Record<string, unknown>> {
  const path = variables.optional("GITHUB_EVENT_PATH");
  if (path === undefined) variables.problems.push("GITHUB_EVENT_PATH is not set: the file with the event.");
  else {
    try {
      return record(JSON.parse(await readFile(path)));
    } catch {
      variables.problems.push("GITHUB_EVENT_PATH names no file with JSON.");
    }
  }
  return {};
}

/** @see https://learn.microsoft.com/azure/devops/pipelines/build/variables */
function azureContext(variables: Variables): RunContext {
  const runId = variables.required("BUILD_BUILDID", NUMBER, "the number of the build");
  const provider = variables.optional("BUILD_REPOSITORY_PROVIDER") ?? "TfsGit";
  if (provider !== "TfsGit") {
    variables.problems.push(
      `This build's repository is not in Azure Repos (BUILD_REPOSITORY_PROVIDER is ${JSON.stringify(provider.slice(0, 40))}); for a repository on GitHub use --post github with a token of its own.`,
    );
  }
  const pull = variables.optional("SYSTEM_PULLREQUEST_PULLREQUESTID");
  const collection = linkTarget(variables.optional("SYSTEM_COLLECTIONURI"))?.replace(/\/?$/, "/");
  const project = variables.optional("SYSTEM_TEAMPROJECT");
  const isPull = pull !== undefined && NUMBER.test(pull);
  return {
    host: "azure-devops",
    repository: variables.optional("BUILD_REPOSITORY_NAME") ?? "",
    pullRequest: isPull ? Number(pull) : undefined,
    headSha: isPull
      ? variables.required("SYSTEM_PULLREQUEST_SOURCECOMMITID", COMMIT, "the head of the pull request")
      : variables.required("BUILD_SOURCEVERSION", COMMIT, "the commit of the build"),
    runId,
    attempt: azureAttempt(variables),
    runUrl:
      collection === undefined || project === undefined
        ? undefined
        : `${collection}${encodeURIComponent(project)}/_build/results?buildId=${runId}`,
    repositoryUrl: linkTarget(variables.optional("BUILD_REPOSITORY_URI")),
    fork: variables.optional("SYSTEM_PULLREQUEST_ISFORK")?.toLowerCase() === "true",
  };
}

/** Stages, phases and jobs of a build are repeated each on their own; any of them repeated is a later attempt. */
function azureAttempt(variables: Variables): number {
  const attempts = ["SYSTEM_STAGEATTEMPT", "SYSTEM_PHASEATTEMPT", "SYSTEM_JOBATTEMPT"].map((name) => {
    const value = Number(variables.optional(name) ?? "1");
    return Number.isSafeInteger(value) && value > 0 ? value : 1;
  });
  return attempts.reduce((sum, attempt) => sum + attempt - 1, 1);
}

/** @see https://docs.gitlab.com/ci/variables/predefined_variables/ */
function gitLabContext(variables: Variables): RunContext {
  const iid = variables.optional("CI_MERGE_REQUEST_IID");
  const isPull = iid !== undefined && NUMBER.test(iid);
  // In a merged-results pipeline CI_COMMIT_SHA is the merge commit; the other variable is empty in all others.
  const branchSha = isPull ? variables.optional("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") : undefined;
  const source = variables.optional("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
  const target = variables.optional("CI_MERGE_REQUEST_PROJECT_ID");
  return {
    host: "gitlab",
    repository:
      variables.optional("CI_MERGE_REQUEST_PROJECT_PATH") ?? variables.optional("CI_PROJECT_PATH") ?? "",
    pullRequest: isPull ? Number(iid) : undefined,
    headSha:
      branchSha !== undefined && COMMIT.test(branchSha)
        ? branchSha
        : variables.required("CI_COMMIT_SHA", COMMIT, "the commit of the pipeline"),
    // A retried job keeps its pipeline and gets a higher number, so the job is the run.
    runId: variables.required("CI_JOB_ID", NUMBER, "the number of the job"),
    attempt: 1,
    runUrl: linkTarget(variables.optional("CI_JOB_URL")),
    repositoryUrl: linkTarget(variables.optional("CI_PROJECT_URL")),
    fork: source !== undefined && target !== undefined && source !== target,
  };
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
