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
import {
  Policy,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { readAssets } from "./assets";
import { ConfigurationInForce } from "./configuration-watch";
import { Rule, Surroundings } from "./rule";
import { ResourceInQuestion, RulePolicy, Shared } from "./rule-policy";
import { Finding, Send, sender } from "./verdict";

/** One walk of the SDK over the list, for one request. It begins knowing nothing. */
interface Walk {
  resource?: ResourceInQuestion;
  shared?: Shared;
  /** What the SDK is to meet in place of the policies that have been asked for it already: all of them or none. */
  asked?: readonly RulePolicy[];
}

/** A rule as the SDK meets it: it may have the SDK wait. */
type Met = Policy &
  Partial<Pick<ResourceValidationPolicy, "validateResource"> & Pick<StackValidationPolicy, "validateStack">>;

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
  const standIns = policies.map(standInsFor);
  return Object.defineProperty(policies, Symbol.iterator, {
    value: function* (): Generator<Met, void> {
      const walk: Walk = {};
      for (const [index, policy] of policies.entries()) {
        const known = standIns[index];
        if (walk.asked) yield walk.asked[index] ?? policy;
        else if (walk.shared && known) yield later(policy, walk, walk.shared, known);
        else yield first(policy, walk, { policies, standIns, index, configuration });
      }
    },
  });
}

/** Where the walk is: at the policy with this index, which is the first to be asked. */
interface Place {
  readonly policies: readonly RulePolicy[];
  readonly standIns: readonly StandIns[];
  readonly index: number;
  readonly configuration: ConfigurationInForce;
}

/** A policy that does its own work, whatever it is asked about, and then has those after it do theirs. */
function first(policy: RulePolicy, walk: Walk, place: Place): Met {
  const { validateResource, validateStack } = policy;
  return {
    ...policy,
    ...(validateResource && {
      validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
        const shared: Shared = {};
        walk.resource = { type: args.type, urn: args.urn };
        walk.shared = shared;
        return afterAssets([args.props], () => {
          try {
            validateResource(args, report, shared);
          } finally {
            askRest(place, walk, args, report, (each, its, send) => {
              each.validateResource?.(its as ResourceValidationArgs, send, shared);
            });
          }
        });
      },
    }),
    ...(validateStack && {
      validateStack: (args: StackValidationArgs, report: ReportViolation) => {
        const shared: Shared = {};
        walk.shared = shared;
        return afterAssets(propertiesOf(args), () => {
          try {
            validateStack(args, report, shared);
          } finally {
            askRest(place, walk, args, report, (each, its, send) => {
              each.validateStack?.(its as StackValidationArgs, send, shared);
            });
          }
        });
      },
    }),
  };
}

/** The SDK waits for a policy that makes it wait, and catches what such a policy throws like any other. */
function afterAssets(properties: readonly object[], judge: () => void): Promise<void> | undefined {
  const pending = readAssets(properties);
  if (pending !== undefined) return pending.then(judge);
  judge();
  return undefined;
}

function propertiesOf({ resources }: StackValidationArgs): readonly object[] {
  return resources.map(({ props }) => props as object);
}

/** Asks nobody where no configuration is in force, so that only the SDK knows the levels. */
function askRest(
  { policies, standIns, index, configuration }: Place,
  walk: Walk,
  args: Arguments,
  report: ReportViolation,
  ask: (policy: RulePolicy, args: Arguments, report: ReportViolation) => void,
): void {
  const inForce = configuration();
  if (inForce === undefined) return;
  const send = sender(report);
  const asked: RulePolicy[] = [];
  for (let at = index + 1; at < policies.length; at++) {
    const [policy, known] = [policies[at], standIns[at]];
    if (policy === undefined || known === undefined) continue;
    const isAsked = !isElsewhere(policy, walk);
    asked[at] = isAsked ? known.done : known.elsewhere;
    const { name, description, severity, enforcementLevel } = policy;
    const { level, properties } = inForce.get(name) ?? { level: enforcementLevel, properties: {} };
    if (!isAsked || level === "disabled") continue;
    // What is left after a remediation is mandatory.
    const loudness = level === "advisory" ? "advisory" : "mandatory";
    const under: Send = (finding: Finding) => {
      send({ name, description, severity, enforcementLevel: loudness, ...finding } as Finding);
    };
    const getConfig = (() => properties) as Arguments["getConfig"];
    ask(policy, { ...args, getConfig }, under as unknown as ReportViolation);
  }
  walk.asked = asked;
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

function later(policy: RulePolicy, walk: Walk, shared: Shared, standIns: StandIns): Met {
  if (isElsewhere(policy, walk)) return standIns.elsewhere;
  const { validateResource, validateStack, ...rest } = policy;
  return {
    ...rest,
    ...(validateResource && {
      validateResource: (args: ResourceValidationArgs, report: ReportViolation) =>
        afterAssets(shared.subject ? [] : [args.props], () => {
          validateResource(args, report, shared);
        }),
    }),
    ...(validateStack && {
      validateStack: (args: StackValidationArgs, report: ReportViolation) =>
        afterAssets(shared.stack ? [] : propertiesOf(args), () => {
          validateStack(args, report, shared);
        }),
    }),
  };
}
