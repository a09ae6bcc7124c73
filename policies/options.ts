/**
 * Options of a rule: described once as data, from which come the schema that Pulumi checks, the table in the
 * documentation, and the typed values a rule sees.
 */
import { PolicyConfigSchema } from "@pulumi/policy";

export type OptionSchema =
  | { type: "integer"; default: number; minimum: number; maximum: number; description: string }
  | { type: "boolean"; default: boolean; description: string }
  | { type: "string"; format: "date-time"; default: string; description: string }
  | { type: "array"; items: { type: "string" }; default: readonly string[]; description: string };

export type OptionSchemas = Readonly<Record<string, OptionSchema>>;

type Widened<Value> = Value extends number
  ? number
  : Value extends boolean
    ? boolean
    : Value extends readonly string[]
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

/** All options of a rule stand under `options`, the one place where Pulumi refuses a name it does not know. */
export function configSchema(schemas: OptionSchemas): PolicyConfigSchema {
  return {
    properties: {
      options: { type: "object", additionalProperties: false, properties: { ...schemas } },
    },
  };
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
  const given = config["options"] ?? {};
  const problems = Object.keys(config)
    .filter((key) => key !== "options")
    .map((key) => `"${key}" is not a setting of a rule; put options under "options"`);
  if (typeof given !== "object" || Array.isArray(given)) problems.push(`"options" is not an object`);

  const values = new Map<string, unknown>(
    Object.entries(schemas).map(([name, schema]) => [name, schema.default]),
  );
  for (const [name, value] of Object.entries(given)) {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema === undefined) problems.push(`"${name}" is not an option; ${listOf(Object.keys(schemas))}`);
    else if (!accepts(schema, value)) problems.push(`"${name}" must be ${expectation(schema)}`);
    else values.set(name, value);
  }
  if (problems.length > 0) {
    throw new PolicyConfigurationError(
      `The configuration of rule "${rule}" is not usable: ${problems.join("; ")}.`,
    );
  }
  return Object.fromEntries(values) as OptionValues<Schemas>;
}

/** What an option takes, in words: "an integer from 1 to 730". */
export function expectation(schema: OptionSchema): string {
  if (schema.type === "integer") return `an integer from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "array") return "a list of texts";
  return schema.type === "boolean" ? "true or false" : "a date and time as in 2026-01-31T00:00:00Z";
}

function accepts(schema: OptionSchema, value: unknown): boolean {
  if (schema.type === "boolean") return typeof value === "boolean";
  if (schema.type === "array") return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (schema.type === "string") return typeof value === "string" && !Number.isNaN(Date.parse(value));
  return Number.isInteger(value) && Number(value) >= schema.minimum && Number(value) <= schema.maximum;
}

function listOf(names: readonly string[]): string {
  return names.length === 0
    ? "the rule has none"
    : `the rule has ${names.map((name) => `"${name}"`).join(", ")}`;
}
