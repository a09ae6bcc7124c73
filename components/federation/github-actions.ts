/** Workflows of GitHub Actions as the subject of a federated credential. */
import { wrongType } from "../given-options";
import { describeGiven, type Finding, type Problems } from "../problems";
import { checkChoice, checkName, type Issuer } from "./claims";
import { checkRef } from "./git-ref";

/** https://docs.github.com/actions/reference/security/oidc */
export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/**
 * Runs of GitHub Actions: those of one repository that use an environment, run on a branch or tag, or are
 * started by a pull request. Exactly one of the four is given, because a token carries exactly one.
 */
export interface GitHubWorkflow {
  /** `owner/repository`, spelt exactly as on GitHub: Entra compares letter by letter, upper and lower case too. */
  readonly repository: string;
  /**
   * Numeric ids of owner and repository, both or neither. Repositories created, renamed or moved since
   * 15 July 2026, and those that opted in, carry them in their tokens so that a recycled name is worth nothing:
   * `gh api repos/<owner>/<repository> --jq '.owner.id, .id'` prints them.
   * https://docs.github.com/actions/reference/security/oidc#immutable-subject-claims
   * @default - none: the token names owner and repository only
   */
  readonly ownerId?: number;
  /** See `ownerId`. */
  readonly repositoryId?: number;
  /** Name of the environment the job uses, 1 to 255 characters. The strongest choice: it can demand approval. */
  readonly environment?: string;
  /** Name of the branch, without `refs/heads/`; jobs that use an environment do not match. */
  readonly branch?: string;
  /** Name of the tag, without `refs/tags/`; jobs that use an environment do not match. */
  readonly tag?: string;
  /** Every pull request of the repository. Whoever may open one gets this identity: think twice. */
  readonly pullRequest?: boolean;
  /**
   * Slug of the enterprise, where it has switched its tokens to an issuer of its own.
   * https://docs.github.com/enterprise-cloud@latest/actions/concepts/security/openid-connect
   * @default - none: tokens come from the issuer all of GitHub shares
   */
  readonly enterprise?: string;
  /**
   * Subdomain of an enterprise with data residency: `octo` for octo.ghe.com, which issues tokens itself.
   * https://docs.github.com/enterprise-cloud@latest/admin/data-residency/feature-overview-for-github-enterprise-cloud-with-data-residency
   * @default - none: the repository is on github.com
   */
  readonly dataResidency?: string;
}

export const githubActions: Issuer<GitHubWorkflow> = {
  caller: "GitHub Actions",
  options: {
    repository: "checked",
    ownerId: "optional",
    repositoryId: "optional",
    environment: "optional",
    branch: "optional",
    tag: "optional",
    pullRequest: "optional",
    enterprise: "optional",
    dataResidency: "optional",
  },
  check: checkGitHubWorkflow,
  claims: (workflow) => ({ issuer: githubIssuer(workflow), subject: githubSubject(workflow) }),
};

/** The exact `iss` claim of the workflow's tokens. */
function githubIssuer({ enterprise, dataResidency }: GitHubWorkflow): string {
  if (dataResidency !== undefined) return `https://token.actions.${dataResidency}.ghe.com`;
  return enterprise === undefined ? GITHUB_ISSUER : `${GITHUB_ISSUER}/${enterprise}`;
}

/** The exact `sub` claim of the workflow's tokens. */
export function githubSubject(workflow: GitHubWorkflow): string {
  const [owner = "", repository = ""] = workflow.repository.split("/");
  const path =
    workflow.ownerId === undefined || workflow.repositoryId === undefined
      ? `${owner}/${repository}`
      : `${owner}@${workflow.ownerId}/${repository}@${workflow.repositoryId}`;
  return `repo:${path}:${context(workflow)}`;
}

/** Adds what is wrong with the workflow, each at its own option. */
export function checkGitHubWorkflow(at: string, workflow: GitHubWorkflow, problems: Problems): void {
  const { environment, branch, tag, pullRequest, enterprise, dataResidency } = workflow;
  problems.add(`${at}.repository`, checkRepository(workflow.repository));
  problems.add(at, checkIds(workflow));
  problems.add(
    at,
    checkChoice(
      workflow,
      CHOICES,
      "prefer environment; for two kinds of runs declare two federated credentials",
    ),
  );
  if (environment !== undefined) problems.add(`${at}.environment`, checkEnvironment(environment));
  if (branch !== undefined) problems.add(`${at}.branch`, checkRef(branch, "refs/heads/"));
  if (tag !== undefined) problems.add(`${at}.tag`, checkRef(tag, "refs/tags/"));
  // Of "false" in quotes, too, every pull request would come to be trusted.
  if (pullRequest !== undefined && typeof pullRequest !== "boolean")
    problems.add(`${at}.pullRequest`, wrongType(pullRequest, "true or false"));
  if (enterprise !== undefined) problems.add(`${at}.enterprise`, checkSlug(enterprise));
  if (dataResidency === undefined) return;
  problems.add(`${at}.dataResidency`, checkSlug(dataResidency));
  if (enterprise === undefined) return;
  problems.add(`${at}.enterprise`, {
    code: "choose-one",
    given: "enterprise and dataResidency",
    allowed: "one of the two: an enterprise with data residency is its own issuer already",
    remedy: "remove enterprise",
  });
}

function context(workflow: GitHubWorkflow): string {
  // GitHub writes %3A for a colon inside a name, as colons separate the parts of the claim.
  if (workflow.environment !== undefined) return `environment:${workflow.environment.replaceAll(":", "%3A")}`;
  if (workflow.branch !== undefined) return `ref:refs/heads/${workflow.branch}`;
  if (workflow.tag !== undefined) return `ref:refs/tags/${workflow.tag}`;
  return "pull_request";
}

const CHOICES = ["environment", "branch", "tag", "pullRequest"] as const;

function checkRepository(given: unknown): Finding | undefined {
  return checkName(given, /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/, {
    allowed: "owner/repository, letters, digits, hyphens, underscores and periods",
    remedy: 'write "contoso/platform": no https://github.com/, no .git',
  });
}

function checkSlug(given: unknown): Finding | undefined {
  return checkName(given, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    allowed: "lower-case letters, digits and hyphens",
    remedy:
      "copy it from the address of the enterprise: github.com/enterprises/<slug>, or <subdomain>.ghe.com",
  });
}

function checkIds(workflow: GitHubWorkflow): Finding | undefined {
  const ids = [workflow.ownerId, workflow.repositoryId].filter((id) => id !== undefined);
  if (ids.length === 0) return undefined;
  if (ids.length === 2 && ids.every((id) => Number.isSafeInteger(id) && id > 0)) return undefined;
  return {
    code: "invalid-id",
    given: `ownerId ${describeGiven(workflow.ownerId)}, repositoryId ${describeGiven(workflow.repositoryId)}`,
    allowed: "both ids as whole numbers from 1, or neither",
    remedy: "run `gh api repos/<owner>/<repository> --jq '.owner.id, .id'`",
  };
}

/** https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments */
function checkEnvironment(given: unknown): Finding | undefined {
  return checkName(given, /^(?!\s)[^*?]{1,255}(?<!\s)$/u, {
    allowed: "the name of an environment, 1 to 255 characters",
    remedy: "copy it from the repository's settings",
  });
}
