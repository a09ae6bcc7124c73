/** What is known of rules: those of the catalogue by their ids, and the review's own about what no rule is shown. */
import { rules } from "../../policies/catalogue";
import type { ReviewContext } from "./input";
import type { Severity } from "./report";
import { webAddress } from "./source";

export interface RuleFacts {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly fix: readonly string[];
  readonly tags: readonly string[];
  /** Page of the rule, else the authority behind it. */
  readonly url?: string;
}

/** Deletions and replacements are never shown to a policy pack; the review judges them by itself. */
export const OWN_RULES: readonly Omit<RuleFacts, "url">[] = [
  {
    id: "review-certificate-gap",
    title: "A certificate is replaced without overlap",
    description:
      "The key a workload signs in with becomes worthless in the moment its successor is made; until the workload has the new one it cannot sign in.",
    severity: "high",
    fix: [
      "Register the new certificate beside the old one and remove the old one in a later change, or declare the application with generations (SecretFreeApplication).",
    ],
    tags: ["certificate", "rotation"],
  },
  {
    id: "review-control-loosened",
    title: "A control is loosened",
    description: "A control that keeps others out is removed, suspended or widened.",
    severity: "high",
    fix: [
      "Keep the control, or have whoever answers for it approve the change and record that in a baseline.",
    ],
    tags: ["control"],
  },
  {
    id: "review-exemption-without-end",
    title: "An exemption never ends",
    description:
      "An exemption of the file has no date, or none that can be read, and no rule has spoken about it.",
    severity: "high",
    fix: ['Give it a date in "expires", at most 90 days ahead, and have it approved by somebody else.'],
    tags: ["exemption"],
  },
  {
    id: "review-report-only-too-long",
    title: "A policy has only reported for too long",
    description:
      "A Conditional Access policy notes sign-ins it would refuse, has not been changed for longer than a roll-out takes, and still refuses none.",
    severity: "medium",
    fix: [
      'Look at the sign-in log of that time, then set "state" to enabled; --report-only-days says how long is right.',
    ],
    tags: ["conditional-access"],
  },
  {
    id: "review-secret-added",
    title: "A client secret is added",
    description: "An application gets a client secret, and no rule of the pack has spoken about it.",
    severity: "critical",
    fix: ["Sign in with a certificate or a federated credential, and run the preview with the policy pack."],
    tags: ["client-secret"],
  },
];

export function ruleFacts(id: string, context: ReviewContext): RuleFacts | undefined {
  const own = OWN_RULES.find((rule) => rule.id === id);
  const base = webAddress(context.rulesUrl);
  const page = base === undefined ? undefined : `${base}/${id}.md`;
  if (own !== undefined) return own;
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) return undefined;
  const { name, description, severity, remediationSteps, tags, url } = rule;
  return { id, title: name, description, severity, fix: remediationSteps, tags, url: page ?? url };
}

/** Whether the pack has a rule of this id: what tells that the pack itself has run. */
export function isOfCatalogue(id: string): boolean {
  return rules.some((rule) => rule.id === id);
}
