/**
 * Options of a rule: described once as data, from which come the schema that Pulumi checks, the table in the
 * documentation, and the typed values a rule sees.
 */
import { PolicyConfigSchema } from "@pulumi/policy";
import { unknownWord } from "./nearest";

/** The description says what the option limits and, for a number, in which unit. */
export type OptionSchema =
  | { type: "integer"; default: number; minimum: number; maximum: number; description: string }
  | { type: "boolean"; default: boolean; description: string }
  | { type: "string"; format: "date-time"; default: string; description: string }
  | { type: "string"; enum: readonly string[]; default: string; description: string }
  | { type: "array"; items: { type: "string" }; default: readonly string[]; description: string };

export type OptionSchemas = Readonly<Record<string, OptionSchema>>;

type Widened<Value> = Value extends number
  ? number
  : Value extends boolean
    ? boolean
    : Value extends readonly unknown[]
      ? readonly string[]
      : string;

/** The values of a rule's options, defaults filled in. */
export type OptionValues<Schemas extends OptionSchemas> = {
  readonly [Name in keyof Schemas]: Widened<Schemas[Name]["default"]>;
};

/** A configuration a rule cannot work with. Its message names options and limits, never what was given. */
export class PolicyConfigurationError extends Error {
  readonly code = "POLICY_CONFIGURATION";
}

/** @param title what is not usable, to begin the sentence with */
export function unusable(title: string, problems: readonly string[]): PolicyConfigurationError {
  // A problem that asks "did you mean" ends with its question mark already.
  const text = problems.join("; ");
  return new PolicyConfigurationError(`${title} is not usable: ${text}${text.endsWith("?") ? "" : "."}`);
}

/** All options of a rule stand under `options`, the one place where Pulumi refuses a name it does not know. */
export function configSchema(schemas: OptionSchemas): PolicyConfigSchema {
  return {
    properties: {
      options: {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)]),
        ),
      },
    },
  };
}

function jsonSchema(schema: OptionSchema): PolicyConfigSchema["properties"][string] {
  if (schema.type === "array") return { ...schema, default: [...schema.default] };
  return "enum" in schema ? { ...schema, enum: [...schema.enum] } : schema;
}

/**
 * Reads what `--policy-pack-config` gives a rule. Pulumi has checked it against the schema, but accepts unknown
 * names beside `options`, and nothing at all is checked where the pack runs without Pulumi's command line.
 *
 * @throws PolicyConfigurationError with all problems at once
 */
export function readOptions<Schemas extends OptionSchemas>(
  rule: string,
  schemas: Schemas,
  config: Readonly<Record<string, unknown>>,
): OptionValues<Schemas> {
  const problems = configurationProblems(schemas, config);
  if (problems.length > 0) throw unusable(`The configuration of rule "${rule}"`, problems);
  const given = (config["options"] ?? {}) as Record<string, unknown>;
  const values = Object.entries(schemas).map(
    ([name, schema]) => [name, given[name] ?? schema.default] as const,
  );
  return Object.fromEntries(values) as OptionValues<Schemas>;
}

/** Reads the options of one rule, each configuration once: a stack has many resources and one configuration. */
export function optionsReader<Schemas extends OptionSchemas>(
  rule: string,
  schemas: Schemas,
): (config: Readonly<Record<string, unknown>>) => OptionValues<Schemas> {
  const known = new WeakMap<object, OptionValues<Schemas>>();
  return (config) => {
    const values = known.get(config) ?? readOptions(rule, schemas, config);
    known.set(config, values);
    return values;
  };
}

/**
 * The same options with other defaults.
 *
 * @throws PolicyConfigurationError with all problems at once
 */
export function withDefaults<Schemas extends OptionSchemas>(
  rule: string,
  schemas: Schemas,
  defaults: Readonly<Record<string, unknown>>,
): Schemas {
  const given = readOptions(rule, schemas, { options: defaults });
  const changed = Object.entries(schemas).map(([name, schema]) => [
    name,
    { ...schema, default: given[name] },
  ]);
  return Object.fromEntries(changed) as Schemas;
}

/** What is wrong with the configuration of one rule, one sentence for each problem and no full stop. */
export function configurationProblems(
  schemas: OptionSchemas,
  config: Readonly<Record<string, unknown>>,
): readonly string[] {
  const problems = Object.keys(config)
    .filter((key) => key !== "options")
    .map((key) =>
      Object.hasOwn(schemas, key)
        ? `"${key}" stands in the wrong place; put it under "options"`
        : unknownWord(key, "a setting of a rule", ["enforcementLevel", "options"]),
    );
  return [...problems, ...optionProblems(schemas, config["options"])];
}

/** What is wrong with the options alone; there may be none. */
export function optionProblems(schemas: OptionSchemas, given: unknown): readonly string[] {
  if (given === undefined || given === null) return [];
  if (typeof given !== "object" || Array.isArray(given)) return ['"options" is not an object'];
  return Object.entries(given).flatMap(([name, value]) => {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema === undefined) return [unknownWord(name, "an option of this rule", Object.keys(schemas))];
    return accepts(schema, value) ? [] : [`"${name}" must be ${expectation(schema)}`];
  });
}

/** What an option takes, in words: "an integer from 1 to 730". */
export function expectation(schema: OptionSchema): string {
  if (schema.type === "integer") return `an integer from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "boolean") return "true or false";
  if (schema.type === "array") return "a list of texts";
  return "enum" in schema ? `one of ${schema.enum.join(", ")}` : "a date and time as in 2026-01-31T00:00:00Z";
}

function accepts(schema: OptionSchema, value: unknown): boolean {
  if (schema.type === "boolean") return typeof value === "boolean";
  if (schema.type === "array") return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (schema.type === "integer")
    return Number.isInteger(value) && Number(value) >= schema.minimum && Number(value) <= schema.maximum;
  if (typeof value !== "string") return false;
  return "enum" in schema ? schema.enum.includes(value) : !Number.isNaN(Date.parse(value));
}
