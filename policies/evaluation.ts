/** How a rule about one resource runs: applicability, the three verdicts, and the fourth case, a crash. */
import {
  Policy,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
} from "@pulumi/policy";
import { configSchema, OptionSchemas, readOptions } from "./options";
import { inspect } from "./property";
import { Report, RuleDefinition, RuleMetadata, Subject, Surroundings } from "./rule";
import { Stack } from "./stack";
import { failClosed, reporter, sender } from "./verdict";

/** What the rules asked in one request share, so that the second need not do again what the first has done. */
export interface Shared {
  subject?: Subject;
  stack?: Stack;
}

export function toPolicy<Schemas extends OptionSchemas>(
  rule: RuleDefinition<string, Schemas>,
  run: Surroundings,
): ResourceValidationPolicy {
  let firstSeen: string | undefined;
  return {
    ...metadataOf(rule),
    validateResource: (args, reportViolation, shared?: Shared) => {
      firstSeen ??= args.urn;
      const checkRun = args.urn === firstSeen ? rule.checkRun : undefined;
      const type = rule.appliesTo.find((candidate) => candidate.matches(args.type));
      // Told to Pulumi, so that a report can tell what passed from what was never asked.
      if (!checkRun && !type) notApplicable(args, `${rule.id} is about other resource types`);

      const send = sender(reportViolation);
      const judge = (title: string, decide: (report: Report) => void): void => {
        failClosed(rule.id, `${title} (${args.type})`, send, () => {
          decide(reporter(rule.level, title, send));
        });
      };
      if (checkRun) {
        judge("This run", (report) => {
          checkRun(report, run);
        });
      }
      if (type) {
        judge(`${type.label} "${args.name}"`, (report) => {
          const options = readOptions(rule.id, rule.options, args.getConfig<Record<string, unknown>>());
          rule.check(subjectOf(args, shared), report, options, run);
        });
      }
    },
  };
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

function subjectOf(args: ResourceValidationArgs, shared: Shared | undefined): Subject {
  if (shared?.subject) return shared.subject;
  const { type, name, props } = args;
  const subject: Subject = {
    type,
    name,
    properties: inspect(props),
    is: (candidate) => candidate.matches(type),
  };
  if (shared) shared.subject = subject;
  return subject;
}
