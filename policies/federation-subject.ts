/** What is wrong with the workload a federated credential trusts, by the way its issuer writes subjects. */

export interface SubjectRules {
  readonly allowPullRequests: boolean;
}

const strangers = "trusts every pull request of a repository, also those of strangers";
const anybody = "does not name one repository and what runs in it";

/** @returns what the credential does, to continue its name in a sentence, or undefined */
export function subjectProblem(issuer: string, subject: string, rules: SubjectRules): string | undefined {
  if (/[*?]/.test(subject)) return "has a wildcard in its subject, which Entra ID takes for a letter";
  if (!isGithub(issuer) && !/^repo:/i.test(subject)) return undefined;
  if (isForPullRequests(subject) && !rules.allowPullRequests) return strangers;
  // An organisation may have chosen other claims for its subjects; one of them has to be the repository.
  const namesRepository =
    /^repo:[^/:]+\/[^/:]+:./i.test(subject) ||
    (!/^repo:/i.test(subject) &&
      /(?:^|:)(?:repo|repository|repository_id|workflow_ref|job_workflow_ref):[^:]/i.test(subject));
  return namesRepository ? undefined : anybody;
}

/**
 * The same for an expression, in which wildcards do their work: what names the workload has to stand before them.
 * https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials
 */
export function expressionProblem(
  issuer: string,
  expression: string,
  rules: SubjectRules,
): string | undefined {
  const comparisons = [
    ...expression.matchAll(/claims\[\s*['"]([^'"]*)['"]\s*\]\s*(eq|matches)\s*(?:'([^']*)'|"([^"]*)")/gi),
  ].map(([, claim = "", operator = "", single, double = ""]) => ({
    claim: claim.toLowerCase(),
    isExact: operator.toLowerCase() === "eq",
    text: single ?? double,
  }));
  const subjects = comparisons.filter(({ claim }) => claim === "sub");
  // The workflow that is called names its own repository, whoever calls it; an id names one for ever.
  const isFixed = comparisons.some(
    ({ claim, text, isExact }) =>
      (claim === "job_workflow_ref" && /^[^/*?]+\/[^/*?]+\//.test(text)) ||
      (isExact && /^(?:repository|project|workspace)_id$/.test(claim)),
  );
  if (subjects.length === 0) return isFixed ? undefined : "compares no claim that names a workload";
  // All comparisons have to hold, so one that is narrow is enough.
  const problems = subjects.map(({ isExact, text }) =>
    isExact ? subjectProblem(issuer, text, rules) : patternProblem(issuer, text, rules),
  );
  return problems.includes(undefined) ? undefined : problems[0];
}

function patternProblem(issuer: string, pattern: string, rules: SubjectRules): string | undefined {
  const [start = ""] = pattern.split(/[*?]/);
  if (start === pattern) return subjectProblem(issuer, pattern, rules);
  if (isGithub(issuer) || /^repo:/i.test(start)) {
    if (!/^repo:[^/:]+\/[^/:]+:/i.test(start)) return "has a wildcard in place of a repository";
    // The part before the first wildcard must leave no room for a pull request.
    const context = start.split(":").slice(2).join(":");
    const isOpen = ["pull_request", "ref:refs/pull/"].some(
      (open) => open.startsWith(context) || context.startsWith(open),
    );
    return isOpen && !rules.allowPullRequests ? strangers : undefined;
  }
  const namesProject =
    /^project_path:[^:/]+\/[^:]+:/i.test(start) || // GitLab
    /(?:^|:)workspace:[^:]+:/i.test(start) || // Terraform Cloud
    (!/^(?:project_path|organization):/i.test(start) && start.split(":").length > 3);
  return namesProject ? undefined : "has a wildcard in place of a project or workspace";
}

/** GitHub itself, with data residency (`token.actions.<name>.ghe.com`), and GitHub Enterprise Server. */
function isGithub(issuer: string): boolean {
  return /^https:\/\/(?:token\.actions\.[^/]+|[^/]+\/_services\/token)(?:\/|$)/i.test(issuer);
}

function isForPullRequests(subject: string): boolean {
  return /(?:^|:)pull_request(?:$|:)|refs\/pull\//i.test(subject);
}
