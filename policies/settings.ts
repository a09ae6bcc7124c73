/**
 * The settings of the pack, written beside the stack (`certlock-policies.yaml`): profile, levels and options of rules,
 * and where the exemptions are. A setting that is not right stops the run; nothing falls back to something else.
 */
import { EnforcementLevel } from "@pulumi/policy";
import { unknownWord } from "./nearest";
import { optionProblems, unusable } from "./options";
import { Profile, profileNames } from "./profiles";
import { Rule, RuleChoice } from "./rule";

export interface Settings {
  readonly profile: Profile;
  readonly choices: ReadonlyMap<string, RuleChoice>;
  /** Path of the file of exemptions, relative to that of the settings. */
  readonly exemptions?: string;
}

const levels: readonly EnforcementLevel[] = ["advisory", "mandatory", "remediate", "disabled"];

/**
 * @param document what stands in the file
 * @param title names the file in a message
 * @throws PolicyConfigurationError with all problems at once
 */
export function readSettings(document: unknown, title: string, rules: readonly Rule[]): Settings {
  const problems: string[] = [];
  const top = objectOf(document ?? {}, "it", problems);
  for (const key of Object.keys(top)) {
    if (!["profile", "rules", "exemptions", "$schema"].includes(key))
      problems.push(unknownWord(key, "a setting", ["profile", "rules", "exemptions"]));
  }
  const profile = profileNames.find((name) => name === (top["profile"] ?? "default"));
  if (profile === undefined) problems.push(`"profile" must be one of ${profileNames.join(", ")}`);
  const exemptions = top["exemptions"];
  if (exemptions !== undefined && (typeof exemptions !== "string" || exemptions === ""))
    problems.push('"exemptions" must be the path of a file');

  const choices = readChoices(objectOf(top["rules"] ?? {}, '"rules"', problems), rules, problems);
  if (problems.length > 0 || profile === undefined) throw unusable(title, problems);
  return { profile, choices, ...(typeof exemptions === "string" && { exemptions }) };
}

/**
 * The same choices for a pack built in code, which may well be code that no compiler has looked at.
 *
 * @param profile undefined stands for the default one
 * @throws PolicyConfigurationError with all problems at once
 */
export function checkChoices(
  profile: unknown,
  choices: object,
  rules: readonly Rule[],
): ReadonlyMap<string, RuleChoice> {
  const problems: string[] = [];
  if (!profileNames.some((name) => name === profile))
    problems.push(`"profile" must be one of ${profileNames.join(", ")}`);
  const twice = new Set(rules.filter(({ id }, index) => rules.findIndex((one) => one.id === id) !== index));
  for (const { id } of twice) problems.push(`rule "${id}" is there more than once`);
  const read = readChoices(choices, rules, problems);
  if (problems.length > 0) throw unusable("What createPolicies was given", problems);
  return read;
}

function readChoices(given: object, rules: readonly Rule[], problems: string[]): Map<string, RuleChoice> {
  const choices = new Map<string, RuleChoice>();
  const ids = rules.map(({ id }) => id);
  for (const [id, choice] of Object.entries(given)) {
    const rule = rules.find((candidate) => candidate.id === id);
    if (rule) choices.set(id, readChoice(rule, choice, problems));
    else problems.push(unknownWord(id, "a rule", ids));
  }
  return choices;
}

/** @param choice a level, or an object with `level` and `options` */
function readChoice(rule: Rule, choice: unknown, problems: string[]): RuleChoice {
  const given =
    typeof choice === "string" ? { level: choice } : objectOf(choice ?? {}, `"${rule.id}"`, problems);
  const complain = (problem: string): void => {
    problems.push(`rule "${rule.id}": ${problem}`);
  };
  for (const key of Object.keys(given)) {
    if (key !== "level" && key !== "options")
      complain(unknownWord(key, "a setting of a rule", ["level", "options"]));
  }
  const level = levels.find((candidate) => candidate === given["level"]);
  if (given["level"] !== undefined && level === undefined)
    complain(`"level" must be one of ${levels.join(", ")}`);
  if (level === "remediate" && !rule.canRemediate) complain("it cannot mend anything; use mandatory");
  const wrong = optionProblems(rule.options, given["options"]);
  wrong.forEach(complain);
  return {
    ...(level && { level }),
    options: wrong.length > 0 ? {} : ((given["options"] ?? {}) as Record<string, unknown>),
  };
}

function objectOf(value: unknown, name: string, problems: string[]): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  problems.push(`${name} must be made of names and values`);
  return {};
}
