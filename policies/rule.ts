/**
 * How a rule is written.
 *
 * Three verdicts: a resource violates the rule, passes it (nothing is reported), or cannot be decided yet. A rule
 * that crashes counts as violated. No message ever holds the value of a property.
 */
import { PolicyComplianceFramework, ResourceValidationPolicy, Severity } from "@pulumi/policy";
import { toPolicy } from "./evaluation";
import { OptionSchemas, OptionValues } from "./options";
import { Property } from "./property";
import { ResourceType } from "./resource-types";

export type RuleLevel = "advisory" | "mandatory";

/** What a rule may know of the run beside the resource in front of it. */
export interface Surroundings {
  /** Environment of the pack's process, which is that of the command line. Never to be printed or sent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
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
  /** @param property what has to be known before the rule can decide */
  undecided(property: Property): void;
}

export interface RuleDefinition<Id extends string = string, Schemas extends OptionSchemas = OptionSchemas> {
  /** `<subject>-<requirement>`; also the name of the file, the documentation page and the test. Never reused. */
  readonly id: Id;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  /** Applies unless the configuration sets another one. */
  readonly level: RuleLevel;
  readonly framework: PolicyComplianceFramework;
  /** Subject words, and the controls the rule serves as `<framework>:<control>`. */
  readonly tags: readonly string[];
  readonly remediationSteps: readonly string[];
  /** The authority behind the rule. */
  readonly url: string;
  readonly options: Schemas;
  readonly appliesTo: readonly ResourceType[];
  /** Decides about one resource of the types above, and reports all it finds. */
  readonly check: (
    subject: Subject,
    report: Report,
    options: OptionValues<Schemas>,
    run: Surroundings,
  ) => void;
  /** Decides about what belongs to no resource; called once per run, reported with the first resource seen. */
  readonly checkRun?: (report: Report, run: Surroundings) => void;
}

export interface Rule<Id extends string = string> extends Omit<RuleDefinition<Id>, "check" | "checkRun"> {
  /** The rule as Pulumi runs it. Each call makes an independent one with its own "once per run". */
  toPolicy(run: Surroundings): ResourceValidationPolicy;
}

export function defineRule<const Id extends string, const Schemas extends OptionSchemas>(
  definition: RuleDefinition<Id, Schemas>,
): Rule<Id> {
  return { ...definition, toPolicy: (run) => toPolicy(definition, run) };
}
