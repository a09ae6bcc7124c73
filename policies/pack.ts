/** The pack as it is published: all rules, with the settings and the exemptions that lie beside the stack. */
import { createPolicies, rules } from "./catalogue";
import { watchConfiguration } from "./configuration-watch";
import { ExemptionLedger } from "./exemption-ledger";
import { PolicyConfigurationError } from "./options";
import { findExemptions, findSettings } from "./pack-files";
import { Rule, Surroundings } from "./rule";
import { RulePolicy } from "./rule-policy";

/** Ends the process with one sentence, which Pulumi shows, when the pack cannot run as it is told to. */
export function packPolicies(environment: Surroundings["environment"], now = () => new Date()): RulePolicy[] {
  try {
    const all: readonly Rule[] = rules;
    const settings = findSettings(environment, all);
    const exemptions = new ExemptionLedger(findExemptions(environment, settings, all, now()), now);
    const configuration = watchConfiguration(all);
    return createPolicies({
      environment,
      now,
      profile: settings.profile,
      choices: Object.fromEntries(settings.choices),
      exemptions,
      configuration,
    });
  } catch (error) {
    if (!(error instanceof PolicyConfigurationError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
