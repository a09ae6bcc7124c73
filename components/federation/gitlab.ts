/** Jobs of GitLab CI/CD, on gitlab.com or an instance of one's own. */
import { describeGiven, type Finding } from "../problems";
import { checkChoice, checkIssuer, checkName, type Issuer } from "./claims";
import { checkRef } from "./git-ref";

/** Jobs of one project that run on a branch or on a tag. */
export interface GitLabJob {
  /**
   * Full path of the project, `group/subgroup/project`, or its numeric id. The id is never given to another
   * project, a path may be; for it the project's `ci_id_token_sub_claim_components` must be
   * `["project_id", "ref_type", "ref"]`.
   * https://docs.gitlab.com/ci/cloud_services/#use-the-project-id-as-the-subject
   */
  readonly project: string | number;
  /** Name of the branch, without `refs/heads/`; also merge requests from it. One of `branch` and `tag`. */
  readonly branch?: string;
  /** Name of the tag, without `refs/tags/`. One of `branch` and `tag`. */
  readonly tag?: string;
  /**
   * Address of the instance, without a slash at the end; Entra must reach it from the internet.
   * @default "https://gitlab.com"
   */
  readonly url?: string;
}

/** Source: https://docs.gitlab.com/ci/cloud_services/azure/ */
export const gitlab: Issuer<GitLabJob> = {
  caller: "GitLab CI/CD",
  options: { project: "checked", branch: "optional", tag: "optional", url: "optional" },
  check(at, job, problems) {
    problems.add(`${at}.project`, checkProject(job.project));
    problems.add(
      at,
      checkChoice(job, ["branch", "tag"], "for a branch and a tag declare two federated credentials"),
    );
    if (job.branch !== undefined) problems.add(`${at}.branch`, checkRef(job.branch, "refs/heads/"));
    if (job.tag !== undefined) problems.add(`${at}.tag`, checkRef(job.tag, "refs/tags/"));
    if (job.url !== undefined) problems.add(`${at}.url`, checkInstance(job.url));
  },
  claims({ project, branch, tag, url }) {
    const owner = typeof project === "number" ? `project_id:${project}` : `project_path:${project}`;
    const ref = branch === undefined ? `ref_type:tag:ref:${tag ?? ""}` : `ref_type:branch:ref:${branch}`;
    return { issuer: url ?? "https://gitlab.com", subject: `${owner}:${ref}` };
  },
};

/** https://docs.gitlab.com/user/reserved_names/ */
function checkProject(given: unknown): Finding | undefined {
  if (typeof given !== "number") {
    return checkName(given, PATH, {
      allowed: "the full path group/project, or the numeric id of the project",
      remedy: 'write "contoso/billing/service": no https://gitlab.com/, no .git',
    });
  }
  if (Number.isSafeInteger(given) && given > 0) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: "the id of the project, a whole number from 1",
    remedy: "copy it from the project's settings",
  };
}

const PATH = /^(?=.{3,255}$)(?!.*\.(?:git|atom)(?:\/|$))[A-Za-z0-9_.][\w.-]*(?:\/[A-Za-z0-9_.][\w.-]*)+$/;

function checkInstance(given: unknown): Finding | undefined {
  const finding = checkIssuer(given);
  if (finding !== undefined || !String(given).endsWith("/")) return finding;
  return {
    code: "invalid-text",
    given: describeGiven(given),
    allowed: "the address without a slash at the end, as GitLab writes it into its tokens",
    remedy: "remove the slash",
  };
}
