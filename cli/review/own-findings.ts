/** What the review says by itself, where no rule of the pack has spoken or could: of deletions, of what is old. */
import { clean, SENTENCE_CHARACTERS } from "./clean-text";
import { daysLeftOf } from "./exemptions";
import { isOpen, marked, type Unmarked } from "./findings";
import type { Identities } from "./identities";
import type { ReviewInput } from "./input";
import type { CredentialChange, Finding, Severity, Source, TrustChange } from "./report";
import type { PlannedResource } from "./resources";
import { ruleFacts } from "./rule-book";
import { atLeast } from "./severity";
import { isType, nameOf, partsOf } from "./urn";
import { textAt } from "./values";

const DAY = 86_400_000;
/** Longer than the looks at the sign-in log a roll-out takes. */
const REPORT_ONLY_DAYS = 30;

/** What is looked at. */
export interface Grounds {
  /** What rules have said. */
  readonly said: readonly Finding[];
  readonly credentials: readonly CredentialChange[];
  readonly trust: readonly TrustChange[];
  readonly resources: readonly PlannedResource[];
  readonly identities: Identities;
  readonly input: ReviewInput;
  readonly sourceOf: (resource: PlannedResource) => Source | undefined;
}

interface Draft {
  readonly rule: string;
  readonly urn: string;
  readonly severity: Severity;
  readonly message: string;
  readonly identity?: string | undefined;
  readonly field?: string | undefined;
  readonly source?: Source | undefined;
}

export function ownFindings(grounds: Grounds): Finding[] {
  const spokenOf = (urn: string, severity: Severity): boolean =>
    grounds.said.some(
      (finding) =>
        finding.urn === clean(urn, 400) &&
        finding.kind === "violation" &&
        (finding.exemption !== undefined ||
          finding.level === "mandatory" ||
          atLeast(finding.severity, severity)),
    );
  const unspoken = [
    ...grounds.credentials.flatMap(aboutCredential),
    ...grounds.trust.flatMap(aboutControl),
  ].filter(({ urn, severity }) => !spokenOf(urn, severity));
  const drafts = [...unspoken, ...aboutExemptions(grounds), ...aboutReportOnly(grounds)];
  return marked(drafts.flatMap((draft) => findingOf(draft, grounds.input) ?? []));
}

function findingOf(draft: Draft, { context }: ReviewInput): Unmarked | undefined {
  const { rule, urn, severity, message, identity, field, source } = draft;
  const facts = ruleFacts(rule, context);
  return (
    facts && {
      kind: "violation",
      level: "advisory",
      severity,
      rule,
      title: facts.title,
      urn: clean(urn, 400),
      resource: nameOf(urn),
      type: clean(partsOf(urn).type, 120),
      message: clean(message, SENTENCE_CHARACTERS),
      fix: [...facts.fix],
      ...(identity !== undefined && { identity }),
      ...(field !== undefined && { field }),
      ...(source && { source }),
    }
  );
}

function aboutCredential(change: CredentialChange): Draft[] {
  const { kind, identity, overlapDays } = change;
  const gap = (message: string): Draft[] => [{ ...change, rule: "review-certificate-gap", message }];
  if (kind === "secret" && change.change === "add") {
    const message = `A client secret would be added to "${identity}".`;
    return [{ ...change, rule: "review-secret-added", severity: "critical", message }];
  }
  if (change.change === "replace ⚠ gap")
    return gap(`The certificate of "${identity}" is replaced without overlap.`);
  if (change.change === "rotate: publish" && (overlapDays ?? 1) <= 0)
    return gap(`The certificate of "${identity}" ends before its successor begins.`);
  return [];
}

function aboutControl(change: TrustChange): Draft[] {
  const { direction, severity, kind, object, field, before = "nothing", after = "nothing" } = change;
  if (direction !== "loosens" || !atLeast(severity, "high")) return [];
  const sentence = `${kind} "${object}": ${field} goes from ${before} to ${after}.`;
  const message = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return [{ ...change, rule: "review-control-loosened", message }];
}

/** Of what the file says; a rule that has judged the file has said it better. */
function aboutExemptions({ said, input }: Grounds): Draft[] {
  if (said.some((finding) => isOpen(finding) && finding.rule === "exemption-current")) return [];
  const { project, name } = input.stack;
  return (input.exemptions ?? [])
    .filter(({ expires = "" }) => daysLeftOf(expires, input.context.generatedAt) === undefined)
    .map(({ id, rule }) => ({
      rule: "review-exemption-without-end",
      urn: `urn:pulumi:${name}::${project}::pulumi:pulumi:Stack::${project}-${name}`,
      severity: "high",
      field: clean(id),
      message: `Exemption "${clean(id)}" from ${clean(rule)} never ends: "expires" is no date.`,
    }));
}

/** Known from the digest alone, which says when a resource was last changed. */
function aboutReportOnly({ said, resources, identities, input, sourceOf }: Grounds): Draft[] {
  const { generatedAt, reportOnlyDays = REPORT_ONLY_DAYS } = input.context;
  const isExcused = (urn: string): boolean =>
    said.some((finding) => finding.exemption !== undefined && finding.urn === clean(urn, 400));
  return resources.flatMap((resource): Draft[] => {
    const { urn, type, before, after, changedAt } = resource;
    if (!isType(type, "azuread", "ConditionalAccessPolicy") || changedAt === undefined || isExcused(urn))
      return [];
    const only = [before, after].every(
      (sides) => textAt(sides?.inputs, "state") === "enabledForReportingButNotEnforced",
    );
    const days = Math.floor((generatedAt.getTime() - changedAt.getTime()) / DAY);
    if (!only || days <= reportOnlyDays) return [];
    return [
      {
        rule: "review-report-only-too-long",
        urn,
        severity: "medium",
        identity: identities.of(resource)?.name,
        field: "state",
        source: sourceOf(resource),
        message: `Conditional Access policy "${nameOf(urn)}" has only reported for ${days} days; ${reportOnlyDays} are enough to look at the log.`,
      },
    ];
  });
}
