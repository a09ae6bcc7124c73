/**
 * Refuses a configuration as a whole, before anything is judged.
 *
 * Pulumi hands the configuration of rules that do not exist to the pack, and the SDK forgets it: a misspelt rule would
 * go on with its defaults, unseen. So the one message that carries the configuration is looked at where the SDK's own
 * stubs decode it, and a bad one makes that call fail, which stops the run with the sentence below.
 * docs/decisions/008-configuration.md says why not otherwise; a test holds on to what it needs of the SDK.
 */
import { createRequire } from "node:module";
import { EnforcementLevel } from "@pulumi/policy";
import { unknownWord } from "./nearest";
import { configurationProblems, unusable } from "./options";
import { Rule } from "./rule";

/** As much as is needed of the stubs in `@pulumi/pulumi/proto`. */
interface ConfigureRequest {
  getPolicyconfigMap(): { entries(): Iterable<[string, PolicyConfiguration]> };
}
interface PolicyConfiguration {
  getEnforcementlevel(): number;
  getProperties(): { toJavaScript(): Record<string, unknown> } | undefined;
}
interface Stubs {
  readonly AnalyzerService: { configure: { requestDeserialize: (bytes: Buffer) => ConfigureRequest } };
}

/** Levels by their number in the protocol. */
const levels: readonly EnforcementLevel[] = ["advisory", "mandatory", "disabled", "remediate"];

/** Names in a configuration that are no rules. */
const reserved = ["all"];

/** What Pulumi has configured for a rule. */
export interface RuleConfiguration {
  readonly level: EnforcementLevel;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The configuration in force, by rule; undefined as long as there has been none. */
export type ConfigurationInForce = () => ReadonlyMap<string, RuleConfiguration> | undefined;

export function watchConfiguration(rules: readonly Rule[]): ConfigurationInForce {
  let inForce: ReadonlyMap<string, RuleConfiguration> | undefined;
  // The very copy the SDK uses, wherever it is installed.
  const fromSdk = createRequire(require.resolve("@pulumi/policy"));
  const { configure } = (fromSdk("@pulumi/pulumi/proto/analyzer_grpc_pb") as Stubs).AnalyzerService;
  const decode = configure.requestDeserialize;
  configure.requestDeserialize = (bytes) => {
    const request = decode(bytes);
    const given = read(request);
    const problems = problemsOf(given, rules);
    if (problems.length === 0) {
      inForce = given;
      return request;
    }
    const refusal = unusable("The configuration of certlock-policies", problems);
    refusal.stack = refusal.message; // What the SDK passes on is the stack.
    return Object.assign(request, {
      getPolicyconfigMap: (): never => {
        throw refusal;
      },
    });
  };
  return () => inForce;
}

function read(request: ConfigureRequest): ReadonlyMap<string, RuleConfiguration> {
  const entries = [...request.getPolicyconfigMap().entries()];
  return new Map(
    entries.map(([id, configuration]) => [
      id,
      {
        // A number that is not known yet to us is not silently one of those that are weaker.
        level: levels[configuration.getEnforcementlevel()] ?? "mandatory",
        properties: configuration.getProperties()?.toJavaScript() ?? {},
      },
    ]),
  );
}

function problemsOf(given: ReadonlyMap<string, RuleConfiguration>, rules: readonly Rule[]): string[] {
  const ids = rules.map(({ id }) => id);
  return [...given]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([id, { level, properties }]) => {
      const rule = rules.find((candidate) => candidate.id === id);
      if (rule === undefined) return reserved.includes(id) ? [] : [unknownWord(id, "a rule", ids)];
      const cannotMend = level === "remediate" && !rule.canRemediate;
      const problems = configurationProblems(rule.options, properties);
      return [...problems, ...(cannotMend ? ["it cannot mend anything; use mandatory"] : [])].map(
        (problem) => `rule "${id}": ${problem}`,
      );
    });
}
