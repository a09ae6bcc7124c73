/** Workflows of GitHub Actions as the subject of a federated credential. */
import { describeGiven, type Finding, type Problems } from "./problems";

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
  problems.add(`${at}.repository`, checkRepository(workflow.repository));
  problems.add(at, checkIds(workflow));
  problems.add(at, checkChoice(workflow));
  if (workflow.environment !== undefined) {
    problems.add(`${at}.environment`, checkEnvironment(workflow.environment));
  }
  if (workflow.branch !== undefined) problems.add(`${at}.branch`, checkRef(workflow.branch, "refs/heads/"));
  if (workflow.tag !== undefined) problems.add(`${at}.tag`, checkRef(workflow.tag, "refs/tags/"));
}

function context(workflow: GitHubWorkflow): string {
  // GitHub writes %3A for a colon inside a name, as colons separate the parts of the claim.
  if (workflow.environment !== undefined) return `environment:${workflow.environment.replaceAll(":", "%3A")}`;
  if (workflow.branch !== undefined) return `ref:refs/heads/${workflow.branch}`;
  if (workflow.tag !== undefined) return `ref:refs/tags/${workflow.tag}`;
  return "pull_request";
}

const CHOICES = ["environment", "branch", "tag", "pullRequest"] as const;

function checkChoice(workflow: GitHubWorkflow): Finding | undefined {
  const chosen = CHOICES.filter((choice) => workflow[choice] !== undefined && workflow[choice] !== false);
  if (chosen.length === 1) return undefined;
  return {
    code: "choose-one",
    given: chosen.length === 0 ? "none of them" : chosen.join(" and "),
    allowed: `exactly one of ${CHOICES.join(", ")}`,
    remedy: "prefer environment; for two kinds of runs declare two federated credentials",
  };
}

function checkRepository(given: unknown): Finding | undefined {
  const parts = typeof given === "string" ? given.split("/") : [];
  const [owner = "", repository = ""] = parts;
  const valid =
    parts.length === 2 &&
    /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/.test(owner) &&
    /^[A-Za-z0-9._-]{1,100}$/.test(repository) &&
    !/^\.{1,2}$|\.git$/.test(repository);
  if (valid) return undefined;
  return (
    wildcard(given) ?? {
      code: "invalid-name",
      given: describeGiven(given),
      allowed: "owner/repository, letters, digits, hyphens, underscores and periods",
      remedy: 'write "contoso/platform": no https://github.com/, no .git',
    }
  );
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
  if (typeof given === "string" && /^[^\p{C}*?]{1,255}$/u.test(given) && given.trim() === given)
    return undefined;
  return (
    wildcard(given) ?? {
      code: "invalid-name",
      given: describeGiven(given),
      allowed: "the name of an environment, 1 to 255 characters",
      remedy: "copy it from the repository's settings",
    }
  );
}

/** https://git-scm.com/docs/git-check-ref-format */
function checkRef(given: unknown, prefix: string): Finding | undefined {
  if (typeof given === "string" && validRef(given) && !given.startsWith("refs/")) return undefined;
  return (
    wildcard(given) ?? {
      code: "invalid-name",
      given: describeGiven(given),
      allowed: `a name Git accepts, without ${prefix}`,
      remedy: `write "main", not "${prefix}main"`,
    }
  );
}

function validRef(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 255 &&
    !/[\p{C} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[./]$|^@$/u.test(name) &&
    name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"))
  );
}

/** Entra compares subjects exactly: a wildcard would match nothing and look as if it matched much. */
export function wildcard(given: unknown): Finding | undefined {
  if (typeof given !== "string" || !/[*?]/.test(given)) return undefined;
  return {
    code: "wildcard",
    given: describeGiven(given),
    allowed: "an exact value: federated credentials know no wildcards",
    remedy: "declare one federated credential for each exact value, at most 20 on an application",
  };
}
