/** A rule as Pulumi runs it, and what the pack itself wants to know of it beside. */
import { Policy, ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { configSchema } from "./options";
import { RuleMetadata, Subject } from "./rule";
import { Stack } from "./stack";

/** What the rules asked in one request share, so that the second need not do again what the first has done. */
export interface Shared {
  subject?: Subject;
  stack?: Stack;
}

export interface ResourceInQuestion {
  readonly type: string;
  readonly urn: string;
}

/** Has at least one of the two functions: the SDK takes it as a rule about resources, about stacks, or both. */
export interface RulePolicy extends Policy {
  validateResource?: (args: ResourceValidationArgs, report: ReportViolation, shared?: Shared) => void;
  validateStack?: (args: StackValidationArgs, report: ReportViolation, shared?: Shared) => void;
  remediateResource?: (args: ResourceValidationArgs) => Record<string, unknown> | undefined;
  /** Whether it has to be asked about this resource. */
  readonly isAbout: (resource: ResourceInQuestion) => boolean;
  readonly isAboutStack: (stack: Stack) => boolean;
  /** What it is about, in words: "Key vault or Certificate". */
  readonly subjects: string;
}

/** What Pulumi is told about a rule of either kind. */
export function metadataOf(rule: RuleMetadata): Policy {
  return {
    name: rule.id,
    displayName: rule.name,
    description: rule.description,
    severity: rule.severity,
    enforcementLevel: rule.level,
    framework: rule.framework,
    tags: [...rule.tags],
    remediationSteps: rule.remediationSteps.map((step, index) => `${index + 1}. ${step}`).join("\n"),
    url: rule.url,
    configSchema: configSchema(rule.options),
  };
}

export function subjectsOf(rule: RuleMetadata): string {
  return [...new Set(rule.appliesTo.map(({ label }) => label))].join(" or ");
}

/** Ends the rule. The SDK throws an error for it, which is not worth a stack trace for each rule and resource. */
export function notApplicable(args: ResourceValidationArgs | StackValidationArgs, reason: string): never {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return args.notApplicable(reason);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
