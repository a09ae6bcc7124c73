/** How a rule runs: applicability, the three verdicts, and the fourth case, a crash. */
import { ReportViolation, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { configSchema, OptionSchemas, PolicyConfigurationError, readOptions } from "./options";
import { inspect } from "./property";
import { Report, RuleDefinition, RuleLevel, Subject, Surroundings } from "./rule";

export function toPolicy<Schemas extends OptionSchemas>(
  rule: RuleDefinition<string, Schemas>,
  run: Surroundings,
): ResourceValidationPolicy {
  let firstSeen: string | undefined;
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
    validateResource: (args, reportViolation) => {
      firstSeen ??= args.urn;
      const checkRun = args.urn === firstSeen ? rule.checkRun : undefined;
      const type = rule.appliesTo.find((candidate) => candidate.matches(args.type));
      // Told to Pulumi, so that a report can tell what passed from what was never asked.
      if (!checkRun && !type) args.notApplicable(`${rule.id} is about other resource types`);

      const judge = (title: string, decide: (report: Report) => void): void => {
        failClosed(rule.id, `${title} (${args.type})`, reportViolation, () => {
          decide(reporter(rule.level, title, reportViolation));
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
          rule.check(subjectOf(args), report, options, run);
        });
      }
    },
  };
}

function subjectOf(args: ResourceValidationArgs): Subject {
  const { type, name, props } = args;
  return { type, name, properties: inspect(props), is: (candidate) => candidate.matches(type) };
}

/** A decision that crashes is a mandatory violation, whatever level the rule has. */
function failClosed(rule: string, title: string, reportViolation: ReportViolation, decide: () => void): void {
  try {
    decide();
  } catch (error) {
    // The text of an unexpected error may quote a value, so it is not passed on.
    const message =
      error instanceof PolicyConfigurationError
        ? error.message
        : `${title} could not be evaluated by rule "${rule}", which counts as a violation; ` +
          "please report this to the maintainers of certlock.";
    send(reportViolation, { message, enforcementLevel: "mandatory" });
  }
}

function reporter(level: RuleLevel, title: string, reportViolation: ReportViolation): Report {
  return {
    violation: (predicate) => {
      send(reportViolation, { message: `${title} ${predicate}` });
    },
    undecided: (property) => {
      const reason =
        property.state === "hidden" ? "is encrypted and cannot be read here" : "is not known yet";
      const consequence = level === "mandatory" ? "the rule is enforced" : "the rule is checked again";
      const message = `${title} cannot be decided yet: "${property.path}" ${reason}; ${consequence} at update time.`;
      send(reportViolation, { message, enforcementLevel: "advisory" });
    },
  };
}

// The SDK also takes an object, which lets one finding have its own level; its typings only show the string
// (`makeReportViolationFun` in its `server.ts`; a test holds on to it).
function send(report: ReportViolation, finding: { message: string; enforcementLevel?: RuleLevel }): void {
  (report as unknown as (finding: object) => void)(finding);
}
