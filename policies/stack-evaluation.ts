/** How a stack rule runs: once for all resources, with the same verdicts as a rule about one of them. */
import { StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { metadataOf, notApplicable, Shared } from "./evaluation";
import { OptionSchemas, readOptions } from "./options";
import { StackReport, StackRuleDefinition, Surroundings } from "./rule";
import { Stack, StackResource } from "./stack";
import { failClosed, reporter, sender } from "./verdict";

export function toStackPolicy<Schemas extends OptionSchemas>(
  rule: StackRuleDefinition<string, Schemas>,
  run: Surroundings,
): StackValidationPolicy {
  return {
    ...metadataOf(rule),
    validateStack: (args, reportViolation, shared?: Shared) => {
      const send = sender(reportViolation);
      const stack = stackOf(args, shared);
      if (stack.ofType(...rule.appliesTo).length === 0) {
        notApplicable(args, `${rule.id} is about stacks with other resource types`);
      }
      const titleOf = (resource: StackResource): string => {
        const type = rule.appliesTo.find((candidate) => resource.is(candidate));
        return `${type?.label ?? resource.type} "${resource.name}"`;
      };
      const report: StackReport = {
        ...reporter(rule.level, "This stack", send),
        about: (resource) =>
          reporter(rule.level, titleOf(resource), (finding) => {
            send({ ...finding, urn: resource.urn });
          }),
      };
      failClosed(rule.id, "This stack", send, () => {
        rule.checkStack(
          stack,
          report,
          readOptions(rule.id, rule.options, args.getConfig<Record<string, unknown>>()),
          run,
        );
      });
    },
  };
}

function stackOf(args: StackValidationArgs, shared: Shared | undefined): Stack {
  const stack = shared?.stack ?? new Stack(args.resources);
  if (shared) shared.stack = stack;
  return stack;
}
