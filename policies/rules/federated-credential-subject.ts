/** A federated credential trusts one workload of one issuer. */
import {
  federatedCredential,
  flexibleFederatedCredential,
  identityFederatedCredential,
} from "../entra-types";
import { expressionProblem, subjectProblem } from "../federation-subject";
import { Property } from "../property";
import { defineRule, Report } from "../rule";

export const federatedCredentialSubject = defineRule({
  id: "federated-credential-subject",
  name: "Narrow federated credentials",
  description: "A federated credential trusts an https issuer, one exact workload, and one audience.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Microsoft Entra Workload ID",
    version: "2026",
    reference: "Federated identity credential considerations",
    specification: "Issuer, subject and audience match the token of the workload exactly.",
  },
  tags: ["identity", "federation", "checkov:CKV_AZURE_249"],
  remediationSteps: [
    "Name the workload exactly; for GitHub a repository with an environment, a branch or a tag.",
    "Declare one credential for each workload instead of a wildcard.",
  ],
  url: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
  options: {
    allowedIssuers: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Issuers that may be trusted, exactly as in their tokens; an empty list accepts any over https.",
    },
    allowPullRequests: {
      type: "boolean",
      default: false,
      description: "Whether all pull requests of a GitHub repository may be trusted.",
    },
  },
  appliesTo: [federatedCredential, flexibleFederatedCredential, ...identityFederatedCredential],
  check(subject, report, { allowedIssuers, allowPullRequests }) {
    const { properties } = subject;
    const issuer = properties.at("issuer");
    checkIssuer(issuer, allowedIssuers, report);
    const audiences = properties.at("audiences");
    if (audiences.state === "known" && audiences.elements().length !== 1)
      report.violation(`must have exactly one audience in "${audiences.path}".`);

    const isFlexible = subject.is(flexibleFederatedCredential);
    const workload = properties.at(isFlexible ? "claimsMatchingExpression" : "subject");
    if (workload.isUndecided) {
      report.undecided(workload);
      return;
    }
    if (workload.text === undefined) {
      report.violation(`trusts no workload; set "${workload.path}".`);
      return;
    }
    const problem = isFlexible
      ? expressionProblem(issuer.text ?? "", workload.text, { allowPullRequests })
      : subjectProblem(issuer.text ?? "", workload.text, { allowPullRequests });
    if (problem !== undefined) report.violation(`${problem}; name one workload in "${workload.path}".`);
  },
});

function checkIssuer(issuer: Property, allowed: readonly string[], report: Report): void {
  if (issuer.isUndecided) report.undecided(issuer);
  else if (!issuer.text?.startsWith("https://"))
    report.violation(`trusts no https address; set "${issuer.path}".`);
  else if (allowed.length > 0 && !allowed.includes(issuer.text))
    report.violation(`trusts another issuer than those in "allowedIssuers"; see "${issuer.path}".`);
}
