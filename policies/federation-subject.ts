/** What is wrong with the subject of a federated credential, by the way its issuer writes subjects. */

const githubIssuer = /^https:\/\/token\.actions\.githubusercontent\.com(?:\/|$)/i;

export interface SubjectRules {
  readonly allowPullRequests: boolean;
}

/** @returns what the credential does, to continue its name in a sentence, or undefined */
export function subjectProblem(issuer: string, subject: string, rules: SubjectRules): string | undefined {
  if (/[*?]/.test(subject)) return "has a wildcard in its subject, which Entra ID takes for a letter";
  if (!githubIssuer.test(issuer)) return undefined;
  // A repository may have set up claims of its own; those that begin as GitHub's do are judged.
  if (!subject.startsWith("repo:")) return undefined;
  const match = /^repo:([^/:]+)\/([^/:]+):(.+)$/.exec(subject);
  if (match === null) return "does not name one repository and what runs in it";
  if (match[3] === "pull_request" && !rules.allowPullRequests)
    return "trusts every pull request of a repository, also those of strangers";
  return undefined;
}

/** The same for an expression, in which wildcards do their work: they may only stand behind what names the workload. */
export function expressionProblem(expression: string): string | undefined {
  const patterns = [...expression.matchAll(/\bmatches\s+'([^']*)'/gi)].map(([, pattern = ""]) => pattern);
  const fixed = patterns.map((pattern) => ({ pattern, start: pattern.split(/[*?]/)[0] ?? "" }));
  const isWide = fixed.some(
    ({ pattern, start }) => start !== pattern && (start.split(":").length < 3 || start.endsWith(":")),
  );
  return isWide ? "has a wildcard in place of a repository or of what runs in it" : undefined;
}
