/** How a stack rule runs: once for all resources, with the same verdicts as a rule about one of them. */
import { StackValidationArgs } from "@pulumi/policy";
import { Exemptible } from "./exemption-scope";
import { OptionSchemas, optionsReader } from "./options";
import { StackReport, StackRuleDefinition, Surroundings } from "./rule";
import { metadataOf, notApplicable, RulePolicy, Shared, subjectsOf } from "./rule-policy";
import { Stack, StackResource } from "./stack";
import { failClosed, reporter, Send, sender } from "./verdict";

export function toStackPolicy<Schemas extends OptionSchemas>(
  rule: StackRuleDefinition<string, Schemas>,
  run: Surroundings,
): RulePolicy & Required<Pick<RulePolicy, "validateStack">> {
  const optionsOf = optionsReader(rule.id, rule.options);
  const isAboutStack = (stack: Stack): boolean => stack.ofType(...rule.appliesTo).length > 0;
  return {
    ...metadataOf(rule),
    subjects: subjectsOf(rule),
    isAbout: () => false,
    isAboutStack,
    validateStack: (args, reportViolation, shared) => {
      const stack = stackOf(args, shared);
      if (!isAboutStack(stack)) notApplicable(args, `${rule.id} is about stacks with other resource types`);

      const send = sender(reportViolation);
      const titleOf = (resource: StackResource): string => {
        const type = rule.appliesTo.find((candidate) => resource.is(candidate));
        return `${type?.label ?? resource.type} "${resource.name}"`;
      };
      const exempting = (resource: Exemptible): Send =>
        run.exemptions?.exempting(rule.id, resource, send) ?? send;
      const report: StackReport = {
        ...reporter(rule.level, "This stack", exempting({ urn: stack.root?.urn ?? "" })),
        about: (resource) => {
          const sendOn = exempting(resource);
          return reporter(rule.level, titleOf(resource), (finding) => {
            sendOn({ ...finding, urn: resource.urn });
          });
        },
      };
      failClosed(rule.id, "This stack", send, () => {
        const options = optionsOf(args.getConfig<Record<string, unknown>>());
        rule.checkStack(stack, report, options, run);
      });
    },
  };
}

function stackOf(args: StackValidationArgs, shared: Shared | undefined): Stack {
  const stack = shared?.stack ?? new Stack(args.resources);
  if (shared) shared.stack = stack;
  return stack;
}
