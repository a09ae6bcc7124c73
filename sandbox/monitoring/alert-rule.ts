import { resourceType } from "../vault/resource-path";
import { badRequest, listOf, minutesOf, objectOf, textOf } from "./declared";
import type { Declared } from "./monitoring-store";

const FREQUENCIES = [1, 5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440];
const WINDOWS = [...FREQUENCIES, 2880];
const RANGES = [...WINDOWS, 20];
const TWO_DAYS = 2880;
const OPERATORS = ["GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual", "Equals"];
const AGGREGATIONS = ["Average", "Count", "Maximum", "Minimum", "Total"];
const MOST_DIMENSIONS = 6;
const MOST_ACTION_GROUPS = 5;
/** All properties together: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-troubleshoot-log */
const MOST_CHARACTERS = 65_536;

/** A scheduled query rule, as Azure Monitor judges it without running the query. */
export function checkAlertRule(properties: Declared): void {
  const { severity, scopes, evaluationFrequency, windowSize, overrideQueryTimeRange } = properties;
  if (typeof severity !== "number" || ![0, 1, 2, 3, 4].includes(severity))
    throw refused("The severity must be an integer between 0 and 4.");
  const [scope, ...others] = listOf(scopes);
  if (scope === undefined || others.length > 0) throw refused("A rule has exactly one scope.");
  if (resourceType(textOf(scope)) === undefined)
    throw refused(`'${textOf(scope)}' is not the id of a resource.`);
  const every = requireDuration("evaluationFrequency", evaluationFrequency, FREQUENCIES);
  const window = requireDuration("windowSize", windowSize, WINDOWS);
  if (overrideQueryTimeRange !== undefined)
    requireDuration("overrideQueryTimeRange", overrideQueryTimeRange, RANGES);
  if (every > window) throw refused("The evaluationFrequency must not be greater than the windowSize.");
  if (properties["autoMitigate"] === true && properties["muteActionsDuration"] !== undefined)
    throw refused("A rule that resolves itself cannot mute its actions.");
  const conditions = listOf(objectOf(properties["criteria"])["allOf"]).map(objectOf);
  const [condition] = conditions;
  if (condition === undefined || conditions.length > 1) throw refused("A rule has exactly one condition.");
  checkCondition(condition, window);
  const groups = listOf(objectOf(properties["actions"])["actionGroups"]);
  if (groups.length > MOST_ACTION_GROUPS)
    throw refused(`A rule has at most ${MOST_ACTION_GROUPS} action groups.`);
  for (const id of groups) {
    if (resourceType(textOf(id)) !== "microsoft.insights/actiongroups")
      throw refused(`'${textOf(id)}' is not the id of an action group.`);
  }
  if (JSON.stringify(properties).length > MOST_CHARACTERS)
    throw refused("The combined size of the properties of the rule exceeds 64 KB.");
}

function checkCondition(condition: Declared, window: number): void {
  if (textOf(condition["query"]).trim() === "") throw refused("The query is required.");
  if (!OPERATORS.includes(textOf(condition["operator"]))) throw refused("The operator is not supported.");
  if (!AGGREGATIONS.includes(textOf(condition["timeAggregation"])))
    throw refused("The timeAggregation is not supported.");
  if (typeof condition["threshold"] !== "number") throw refused("The threshold is required.");
  const dimensions = listOf(condition["dimensions"]).map(objectOf);
  if (dimensions.length > MOST_DIMENSIONS) throw refused(`A rule splits by ${MOST_DIMENSIONS} dimensions.`);
  for (const { name, operator, values } of dimensions) {
    if (
      textOf(name) === "" ||
      !["Include", "Exclude"].includes(textOf(operator)) ||
      listOf(values).length === 0
    )
      throw refused("A dimension needs a name, an operator (Include or Exclude) and values.");
  }
  const { numberOfEvaluationPeriods = 1, minFailingPeriodsToAlert = 1 } = objectOf(
    condition["failingPeriods"],
  );
  const periods = Number(numberOfEvaluationPeriods);
  if (!(Number(minFailingPeriodsToAlert) <= periods && periods >= 1 && periods <= 6))
    throw refused("The failing periods are not valid.");
  if (periods * window > TWO_DAYS) throw refused("A rule looks back two days at most.");
}

function requireDuration(name: string, value: unknown, allowed: readonly number[]): number {
  const minutes = minutesOf(value);
  if (allowed.includes(minutes)) return minutes;
  throw refused(`The ${name} '${textOf(value)}' is not one of the supported values.`);
}

function refused(message: string) {
  return badRequest("BadRequest", message);
}
