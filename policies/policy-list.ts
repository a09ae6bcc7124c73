/**
 * The rules as the list that `PolicyPack` takes, made so that a rule costs next to nothing where it does not apply.
 *
 * For each request the SDK walks this list, and for each rule decodes all properties again before it asks it
 * anything, unless the rule is marked as being about another type (`__pulumiType`). Here types are patterns, which
 * that mark cannot express. So each walk hands out copies made for its one request: the first rule asked learns the
 * type, and of the rules after it those that are not about it carry the mark. What a rule has worked out is handed
 * on to the next. docs/decisions/006-one-walk-for-all-rules.md says why; tests hold on to what it needs of the SDK.
 */
import { ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { Rule, Surroundings } from "./rule";
import { ResourceInQuestion, RulePolicy, Shared } from "./rule-policy";

/** One walk of the SDK over the list, for one request. It begins knowing nothing. */
interface Walk {
  resource?: ResourceInQuestion;
  shared?: Shared;
}

export function policyList(rules: readonly Rule[], run: Surroundings): RulePolicy[] {
  const inOrder = [...rules].sort(
    (one, other) => Number(one.looksBack ?? false) - Number(other.looksBack ?? false),
  );
  const policies = inOrder.map((rule) => rule.toPolicy(run));
  return Object.defineProperty(policies, Symbol.iterator, {
    value: function* (): Generator<RulePolicy, void> {
      const walk: Walk = {};
      for (const policy of policies.values())
        yield walk.shared ? informed(policy, walk, walk.shared) : first(policy, walk);
    },
  });
}

/** A policy that does its own work, whatever it is asked about, and leaves what it learns to those after it. */
function first(policy: RulePolicy, walk: Walk): RulePolicy {
  const { validateResource, validateStack } = policy;
  return {
    ...policy,
    ...(validateResource && {
      validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
        const shared: Shared = {};
        walk.resource = { type: args.type, urn: args.urn };
        walk.shared = shared;
        validateResource(args, report, shared);
      },
    }),
    ...(validateStack && {
      validateStack: (args: StackValidationArgs, report: ReportViolation) => {
        const shared: Shared = {};
        walk.shared = shared;
        validateStack(args, report, shared);
      },
    }),
  };
}

function informed(policy: RulePolicy, { resource }: Walk, shared: Shared): RulePolicy {
  const { validateResource, validateStack } = policy;
  const isElsewhere = resource
    ? !policy.isAbout(resource)
    : shared.stack && !policy.isAboutStack(shared.stack);
  const mark = isElsewhere ? { __pulumiType: policy.subjects } : {};
  return {
    ...policy,
    ...(validateResource && {
      validateResource: Object.assign((args: ResourceValidationArgs, report: ReportViolation) => {
        validateResource(args, report, shared);
      }, mark),
    }),
    ...(validateStack && {
      validateStack: Object.assign((args: StackValidationArgs, report: ReportViolation) => {
        validateStack(args, report, shared);
      }, mark),
    }),
  };
}
