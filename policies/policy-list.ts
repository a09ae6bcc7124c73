/**
 * The rules as the list that `PolicyPack` takes, made so that all of them together cost little more than one.
 *
 * For each request the SDK walks this list, and for each rule decodes all properties again before it asks it
 * anything. So each walk hands out copies made for its one request. The first rule asked is given the decoded
 * properties, and the rules after it are asked there and then, each under its own name, with its own configuration
 * and level. When the SDK comes to them it finds one marked as being about another type (`__pulumiType`), or one that
 * has nothing left to do. docs/decisions/006-one-walk-for-all-rules.md says why; tests hold on to what it needs of
 * the SDK, and without a configuration in force every rule is asked by the SDK itself.
 */
import { ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { ConfigurationInForce } from "./configuration-watch";
import { Rule, Surroundings } from "./rule";
import { ResourceInQuestion, RulePolicy, Shared } from "./rule-policy";
import { Finding, Send, sender } from "./verdict";

/** One walk of the SDK over the list, for one request. It begins knowing nothing. */
interface Walk {
  resource?: ResourceInQuestion;
  shared?: Shared;
  /** The rest of the list has been asked already. */
  isDone: boolean;
}

type Arguments = ResourceValidationArgs | StackValidationArgs;

export function policyList(
  rules: readonly Rule[],
  run: Surroundings,
  configuration: ConfigurationInForce = () => undefined,
): RulePolicy[] {
  const inOrder = [...rules].sort(
    (one, other) => Number(one.looksBack ?? false) - Number(other.looksBack ?? false),
  );
  const policies = inOrder.map((rule) => rule.toPolicy(run));
  const standInsOf = new Map(policies.map((policy) => [policy, standInsFor(policy)]));
  return Object.defineProperty(policies, Symbol.iterator, {
    value: function* (): Generator<RulePolicy, void> {
      const walk: Walk = { isDone: false };
      for (const [index, policy] of policies.entries()) {
        const standIns = standInsOf.get(policy);
        if (walk.shared && standIns) yield later(policy, walk, walk.shared, standIns);
        else yield first(policy, walk, () => policies.slice(index + 1), configuration);
      }
    },
  });
}

/** A policy that does its own work, whatever it is asked about, and then has those after it do theirs. */
function first(
  policy: RulePolicy,
  walk: Walk,
  rest: () => readonly RulePolicy[],
  configuration: ConfigurationInForce,
): RulePolicy {
  const { validateResource, validateStack } = policy;
  return {
    ...policy,
    ...(validateResource && {
      validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
        const shared: Shared = {};
        walk.resource = { type: args.type, urn: args.urn };
        walk.shared = shared;
        try {
          validateResource(args, report, shared);
        } finally {
          walk.isDone = askAll(rest(), walk, configuration, args, report, (each, its, send) => {
            each.validateResource?.(its as ResourceValidationArgs, send, shared);
          });
        }
      },
    }),
    ...(validateStack && {
      validateStack: (args: StackValidationArgs, report: ReportViolation) => {
        const shared: Shared = {};
        walk.shared = shared;
        try {
          validateStack(args, report, shared);
        } finally {
          walk.isDone = askAll(rest(), walk, configuration, args, report, (each, its, send) => {
            each.validateStack?.(its as StackValidationArgs, send, shared);
          });
        }
      },
    }),
  };
}

/** @returns false where no configuration is in force, so that only the SDK knows the levels */
function askAll(
  policies: readonly RulePolicy[],
  walk: Walk,
  configuration: ConfigurationInForce,
  args: Arguments,
  report: ReportViolation,
  ask: (policy: RulePolicy, args: Arguments, report: ReportViolation) => void,
): boolean {
  const inForce = configuration();
  if (inForce === undefined) return false;
  const send = sender(report);
  for (const policy of policies) {
    const { name, description, severity, enforcementLevel } = policy;
    const { level, properties } = inForce.get(name) ?? { level: enforcementLevel, properties: {} };
    if (level === "disabled" || isElsewhere(policy, walk)) continue;
    // What is left after a remediation is mandatory.
    const loudness = level === "advisory" ? "advisory" : "mandatory";
    const under: Send = (finding: Finding) => {
      send({ name, description, severity, enforcementLevel: loudness, ...finding } as Finding);
    };
    const getConfig = (() => properties) as Arguments["getConfig"];
    ask(policy, { ...args, getConfig }, under as unknown as ReportViolation);
  }
  return true;
}

function isElsewhere(policy: RulePolicy, { resource, shared }: Walk): boolean {
  if (resource) return !policy.isAbout(resource);
  return shared?.stack !== undefined && !policy.isAboutStack(shared.stack);
}

/** What the SDK meets when it comes to a policy after the first one. */
interface StandIns {
  /** It is about something else, and is reported as not applicable without being asked. */
  readonly elsewhere: RulePolicy;
  /** It has been asked: the SDK passes by a policy without a function. */
  readonly done: RulePolicy;
}

function standInsFor(policy: RulePolicy): StandIns {
  const { validateResource, validateStack, ...done } = policy;
  delete done.remediateResource;
  // Never called: the SDK asks nothing of a function that is marked as being about another type.
  const marked = Object.assign(() => undefined, { __pulumiType: policy.subjects });
  const elsewhere = {
    ...done,
    ...(validateResource && { validateResource: marked }),
    ...(validateStack && { validateStack: marked }),
  };
  return { elsewhere, done };
}

function later(policy: RulePolicy, walk: Walk, shared: Shared, standIns: StandIns): RulePolicy {
  if (isElsewhere(policy, walk)) return standIns.elsewhere;
  if (walk.isDone) return standIns.done;
  const { validateResource, validateStack, ...rest } = policy;
  return {
    ...rest,
    ...(validateResource && {
      validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
        validateResource(args, report, shared);
      },
    }),
    ...(validateStack && {
      validateStack: (args: StackValidationArgs, report: ReportViolation) => {
        validateStack(args, report, shared);
      },
    }),
  };
}
