/**
 * How a rule is written.
 *
 * Three verdicts: a resource violates the rule, passes it (nothing is reported), or cannot be decided yet. A rule
 * that crashes counts as violated. No message ever holds the value of a property.
 */
import { EnforcementLevel, PolicyComplianceFramework, Severity } from "@pulumi/policy";
import { toPolicy } from "./evaluation";
import { ExemptionLedger } from "./exemption-ledger";
import { OptionSchemas, OptionValues, PolicyConfigurationError, withDefaults } from "./options";
import { Property } from "./property";
import { ResourceType } from "./resource-types";
import { RulePolicy } from "./rule-policy";
import { Stack, StackResource } from "./stack";
import { toStackPolicy } from "./stack-evaluation";

/** How loud a finding is. */
export type FindingLevel = "advisory" | "mandatory";

/** What a rule may know of the run beside the resource in front of it. */
export interface Surroundings {
  /** Environment of the pack's process, which is that of the command line. Never to be printed or sent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Without them every violation keeps the level of its rule. */
  readonly exemptions?: ExemptionLedger;
}

/** A resource as a rule sees it. */
export interface Subject {
  readonly type: string;
  readonly name: string;
  readonly properties: Property;
  is(type: ResourceType): boolean;
}

export interface Report {
  /** @param predicate what the resource does wrong and the required state; continues the sentence that names it */
  violation(predicate: string): void;
  /**
   * Says what is wrong and cannot be mended by this run, so that nothing is gained by stopping it: advice at any level.
   *
   * @param predicate as of a violation
   */
  advice(predicate: string): void;
  /** @param property what has to be known before the rule can decide */
  undecided(property: Property): void;
}

/** What a rule says about the stack as a whole ("This stack ..."), or about one of its resources. */
export interface StackReport extends Report {
  /** The sentence then names this resource, and Pulumi shows the finding with it. */
  about(resource: StackResource): Report;
}

/** All there is to say about a rule beside its decision. */
export interface RuleMetadata<Id extends string = string, Schemas extends OptionSchemas = OptionSchemas> {
  /** `<subject>-<requirement>`; also the name of the file, the documentation page and the test. Never reused. */
  readonly id: Id;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  /** In the catalogue advisory or mandatory. Applies unless the configuration sets another one. */
  readonly level: EnforcementLevel;
  readonly framework: PolicyComplianceFramework;
  /** Subject words, and the controls the rule serves as `<framework>:<control>`. */
  readonly tags: readonly string[];
  readonly remediationSteps: readonly string[];
  /** The authority behind the rule. */
  readonly url: string;
  readonly options: Schemas;
  /** Types the rule is about; a stack rule is asked where the stack has at least one resource of them. */
  readonly appliesTo: readonly ResourceType[];
  /** What the rule protects against cannot be taken back: no exemption is accepted for it. */
  readonly exemptible?: false;
  /** It judges what the other rules have done, so it is asked after them. */
  readonly looksBack?: true;
}

/** A rule about one resource at a time: it prevents, because it is asked before the resource is made. */
export interface RuleDefinition<
  Id extends string = string,
  Schemas extends OptionSchemas = OptionSchemas,
> extends RuleMetadata<Id, Schemas> {
  /** Decides about one resource of the types above, and reports all it finds. */
  readonly check?: (
    subject: Subject,
    report: Report,
    options: OptionValues<Schemas>,
    run: Surroundings,
  ) => void;
  /** Decides about what belongs to no resource; called once per run, reported with the first resource seen. */
  readonly checkRun?: (report: Report, run: Surroundings) => void;
  /** Decides at the end about the stack as well. */
  readonly checkStack?: StackRuleDefinition<Id, Schemas>["checkStack"];
  /** What to set so that the resource passes; done only at level `remediate`. Never for a secret. */
  readonly remedies?: (subject: Subject, options: OptionValues<Schemas>) => readonly Remedy[];
}

/** A value to set, and where: names from the top of the resource. Only fixed values, nothing read from a resource. */
export interface Remedy {
  readonly path: readonly string[];
  readonly value: boolean | string;
}

/**
 * A rule about what resources are to each other, or about what is missing. It is asked once, in an update only after
 * everything has been made, and costs another look at all resources: what can be decided about one resource belongs
 * into a rule of the other kind.
 */
export interface StackRuleDefinition<
  Id extends string = string,
  Schemas extends OptionSchemas = OptionSchemas,
> extends RuleMetadata<Id, Schemas> {
  /** Decides about the stack, and reports all it finds, in the order of `stack.resources`. */
  readonly checkStack: (
    stack: Stack,
    report: StackReport,
    options: OptionValues<Schemas>,
    run: Surroundings,
  ) => void;
}

/** How somebody wants to have a rule: another level, other defaults of its options. */
export interface RuleChoice {
  readonly level?: EnforcementLevel;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Rule<
  Id extends string = string,
  Schemas extends OptionSchemas = OptionSchemas,
> extends RuleMetadata<Id, Schemas> {
  /** Whether it is asked about one resource at a time or about the whole stack. */
  readonly kind: "resource" | "stack";
  /** Whether it can mend what it finds, at level `remediate`. */
  readonly canRemediate: boolean;
  /** The rule as Pulumi runs it. Each call makes an independent one with its own "once per run". */
  toPolicy(run: Surroundings): RulePolicy;
  /**
   * The same rule with another level or other defaults, which the configuration can still change.
   *
   * @throws PolicyConfigurationError with all problems at once
   */
  configured(choice: RuleChoice): Rule<Id, Schemas>;
}

export function defineRule<const Id extends string, const Schemas extends OptionSchemas>(
  definition: RuleDefinition<Id, Schemas>,
): Rule<Id, Schemas> {
  return ruleOf(definition, "resource", definition.remedies !== undefined, (chosen, run) => {
    const { checkStack, ...rule } = { ...definition, ...chosen };
    const policy = toPolicy(rule, run);
    if (checkStack === undefined) return policy;
    const { validateStack, isAboutStack } = toStackPolicy({ ...rule, checkStack }, run);
    return { ...policy, validateStack, isAboutStack };
  });
}

export function defineStackRule<const Id extends string, const Schemas extends OptionSchemas>(
  definition: StackRuleDefinition<Id, Schemas>,
): Rule<Id, Schemas> {
  return ruleOf(definition, "stack", false, (chosen, run) =>
    toStackPolicy({ ...definition, ...chosen }, run),
  );
}

type Chosen<Schemas extends OptionSchemas> = Pick<Rule<string, Schemas>, "level" | "options">;

function ruleOf<Id extends string, Schemas extends OptionSchemas>(
  metadata: RuleMetadata<Id, Schemas>,
  kind: Rule["kind"],
  canRemediate: boolean,
  make: (chosen: Chosen<Schemas>, run: Surroundings) => RulePolicy,
): Rule<Id, Schemas> {
  const { id, level, options } = metadata;
  return {
    ...metadata,
    kind,
    canRemediate,
    toPolicy: (run) => make({ level, options }, run),
    configured: (choice) => {
      const chosen = {
        level: choice.level ?? level,
        options: withDefaults(id, options, choice.options ?? {}),
      };
      if (chosen.level === "remediate" && !canRemediate) throw new PolicyConfigurationError(noRemedy(id));
      return ruleOf({ ...metadata, ...chosen }, kind, canRemediate, make);
    },
  };
}

function noRemedy(id: string): string {
  return `The configuration of rule "${id}" is not usable: it cannot mend anything; use mandatory in place of remediate.`;
}
