/** How a rule about one resource runs: applicability, the three verdicts, and the fourth case, a crash. */
import { ResourceValidationArgs } from "@pulumi/policy";
import { OptionSchemas, optionsReader } from "./options";
import { inspect } from "./property";
import { ResourceType } from "./resource-types";
import { Report, RuleDefinition, Subject, Surroundings } from "./rule";
import { metadataOf, notApplicable, RulePolicy, Shared, subjectsOf } from "./rule-policy";
import { remediation } from "./remediation";
import { failClosed, reporter, Send, sender } from "./verdict";

export function toPolicy<Schemas extends OptionSchemas>(
  rule: RuleDefinition<string, Schemas>,
  run: Surroundings,
): RulePolicy {
  let firstSeen: string | undefined;
  const typeOf = remembering(rule.appliesTo);
  const optionsOf = optionsReader(rule.id, rule.options);
  const checkRunFor = (urn: string) => (urn === (firstSeen ?? urn) ? rule.checkRun : undefined);
  return {
    ...metadataOf(rule),
    subjects: subjectsOf(rule),
    isAbout: ({ type, urn }) => typeOf(type) !== undefined || checkRunFor(urn) !== undefined,
    isAboutStack: () => false,
    validateResource: (args, reportViolation, shared) => {
      firstSeen ??= args.urn;
      const checkRun = checkRunFor(args.urn);
      const type = typeOf(args.type);
      // Told to Pulumi, so that a report can tell what passed from what was never asked.
      if (!checkRun && !type) notApplicable(args, `${rule.id} is about other resource types`);

      const send = sender(reportViolation);
      const judge = (title: string, to: Send, decide: (report: Report) => void): void => {
        failClosed(rule.id, `${title} (${args.type})`, to, () => {
          decide(reporter(rule.level, title, to));
        });
      };
      if (checkRun) {
        judge("This run", send, (report) => {
          checkRun(report, run);
        });
      }
      if (type) {
        const resource = { urn: args.urn, properties: subjectOf(args, shared).properties };
        const exempting = run.exemptions?.exempting(rule.id, resource, send) ?? send;
        judge(`${type.label} "${args.name}"`, exempting, (report) => {
          const options = optionsOf(args.getConfig<Record<string, unknown>>());
          rule.check?.(subjectOf(args, shared), report, options, run);
        });
      }
    },
    ...(rule.remedies && { remediateResource: remediation(rule, rule.remedies, typeOf) }),
  };
}

/** Which of the types a token is of. A stack has many resources and few tokens. */
function remembering(types: readonly ResourceType[]): (token: string) => ResourceType | undefined {
  const known = new Map<string, ResourceType | undefined>();
  return (token) => {
    if (!known.has(token))
      known.set(
        token,
        types.find((type) => type.matches(token)),
      );
    return known.get(token);
  };
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
