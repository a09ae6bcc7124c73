/**
 * Mends a resource at level `remediate`: sets the fixed values a rule names and leaves everything else as it is.
 *
 * Secrets and unknown values stay what they are because nothing is copied or read: values are set in the object the
 * SDK gives, which is how it keeps its marks. What does not know yet whether it needs mending is left to the rule.
 */
import { ResourceValidationArgs } from "@pulumi/policy";
import { OptionSchemas, OptionValues, readOptions } from "./options";
import { inspect } from "./property";
import { ResourceType } from "./resource-types";
import { Remedy, RuleMetadata, Subject } from "./rule";
import { notApplicable } from "./rule-policy";

export function remediation<Schemas extends OptionSchemas>(
  rule: RuleMetadata<string, Schemas>,
  remedies: (subject: Subject, options: OptionValues<Schemas>) => readonly Remedy[],
  typeOf: (token: string) => ResourceType | undefined,
) {
  return (args: ResourceValidationArgs): Record<string, unknown> | undefined => {
    const { type, name, props } = args;
    if (typeOf(type) === undefined) notApplicable(args, `${rule.id} is about other resource types`);
    // What a Terraform module declares is written there, under other names, and cannot be mended here.
    if (type.includes(":tf:")) notApplicable(args, `${type} is declared in a Terraform module`);
    const options = readOptions(rule.id, rule.options, args.getConfig<Record<string, unknown>>());
    const properties = inspect(props);
    const subject: Subject = { type, name, properties, is: (candidate) => candidate.matches(type) };
    const needed = remedies(subject, options).filter(({ path, value }) => {
      const present = properties.at(...path);
      return !present.isUndecided && !present.is(value);
    });
    for (const { path, value } of needed) set(props, path, value);
    return needed.length === 0 ? undefined : props;
  };
}

function set(owner: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    owner[name] = value;
    return;
  }
  if (typeof owner[name] !== "object" || owner[name] === null) owner[name] = {};
  set(owner[name] as Record<string, unknown>, rest, value);
}
