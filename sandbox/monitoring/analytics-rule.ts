import { badRequest, listOf, minutesOf, objectOf, textOf } from "./declared";
import type { Declared } from "./monitoring-store";

const QUERY_CHARACTERS = 10_000;
const FOURTEEN_DAYS = 14 * 1440;
const MOST_ENTITIES = 10;
const MOST_FIELDS = 3;
const MOST_ROWS = 10_000;
const SEVERITIES = ["High", "Medium", "Low", "Informational"];
const OPERATORS = ["GreaterThan", "LessThan", "Equal", "NotEqual"];
const TACTICS = [
  "Reconnaissance",
  "ResourceDevelopment",
  "InitialAccess",
  "Execution",
  "Persistence",
  "PrivilegeEscalation",
  "DefenseEvasion",
  "CredentialAccess",
  "Discovery",
  "LateralMovement",
  "Collection",
  "Exfiltration",
  "CommandAndControl",
  "Impact",
  "PreAttack",
  "ImpairProcessControl",
  "InhibitResponseFunction",
];

/** A scheduled rule of Sentinel: https://learn.microsoft.com/azure/sentinel/create-analytics-rules */
export function checkAnalyticsRule(properties: Declared): void {
  const query = textOf(properties["query"]);
  if (query === "" || query.length > QUERY_CHARACTERS)
    throw refused(`The query must have 1 to ${QUERY_CHARACTERS} characters.`);
  if (/\b(?:search|union)\s+\*/.test(query))
    throw refused("The query must not contain 'search *' or 'union *'.");
  requireOneOf("severity", properties["severity"], SEVERITIES);
  requireOneOf("triggerOperator", properties["triggerOperator"], OPERATORS);
  const rows = properties["triggerThreshold"];
  if (typeof rows !== "number" || rows < 0 || rows > MOST_ROWS)
    throw refused(`The triggerThreshold must be between 0 and ${MOST_ROWS}.`);
  const every = requireDuration("queryFrequency", properties["queryFrequency"]);
  const period = requireDuration("queryPeriod", properties["queryPeriod"]);
  if (every > period) throw refused("The queryFrequency must not be greater than the queryPeriod.");
  for (const tactic of listOf(properties["tactics"])) requireOneOf("tactic", tactic, TACTICS);
  for (const technique of listOf(properties["techniques"])) {
    if (!/^T\d{4}$/.test(textOf(technique))) throw refused(`'${textOf(technique)}' is not a technique.`);
  }
  const entities = listOf(properties["entityMappings"]).map(objectOf);
  if (entities.length > MOST_ENTITIES) throw refused(`A rule maps at most ${MOST_ENTITIES} entities.`);
  for (const { entityType, fieldMappings } of entities) {
    const fields = listOf(fieldMappings).map(objectOf);
    const isWhole = fields.every(
      (one) => textOf(one["identifier"]) !== "" && textOf(one["columnName"]) !== "",
    );
    if (textOf(entityType) === "" || fields.length === 0 || fields.length > MOST_FIELDS || !isWhole)
      throw refused(`An entity has a type and 1 to ${MOST_FIELDS} identifiers with their columns.`);
  }
}

function requireDuration(name: string, value: unknown): number {
  const minutes = minutesOf(value);
  if (minutes >= 5 && minutes <= FOURTEEN_DAYS) return minutes;
  throw refused(`The ${name} must be between 5 minutes and 14 days.`);
}

function requireOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(textOf(value))) throw refused(`The ${name} '${textOf(value)}' is not supported.`);
}

function refused(message: string) {
  return badRequest("BadRequest", message);
}
