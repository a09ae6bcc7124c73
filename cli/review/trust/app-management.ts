/** What the tenant lets applications have: its default app management policy, and custom ones for single applications. */
import type { PlannedResource } from "../resources";
import { flagAt, recordsAt, textAt, type Values } from "../values";
import { type Difference, inputsOf } from "./change";

const KIND = "app management policy";
const SCOPES = ["applicationRestrictions", "servicePrincipalRestrictions", "restrictions"] as const;
const COLLECTIONS = ["passwordCredentials", "keyCredentials"] as const;

interface Restriction {
  readonly enabled: boolean;
  readonly lifetime: string | undefined;
  readonly since: string | undefined;
}

export function appManagementDifferences(resource: PlannedResource): Difference[] {
  const { before, after } = inputsOf(resource);
  const [was, is] = [restrictionsIn(before), restrictionsIn(after)];
  if (resource.operation === "create") {
    const enabled = [...is.values()].filter((restriction) => restriction.enabled).length;
    return [
      policy(undefined, `${enabled} restrictions enabled`, "tightens", "low", "declared here from now on"),
    ];
  }
  if (resource.operation === "delete") {
    const keeps = textAt(before, "onDelete") === "keep";
    return [
      keeps
        ? policy("declared", "kept in the tenant", "changes", "medium", "nobody manages it any more")
        : policy("declared", "taken back", "loosens", "critical", "restrictions end with the resource"),
    ];
  }
  const found: Difference[] = [];
  const [inForce, stays] = [flagAt(before, "isEnabled") ?? true, flagAt(after, "isEnabled") ?? true];
  if (inForce !== stays) {
    found.push(
      stays
        ? policy("suspended", "in force", "tightens", "low", "restrictions are enforced again", "isEnabled")
        : policy("in force", "suspended", "loosens", "critical", "suspends every restriction", "isEnabled"),
    );
  }
  for (const field of [...new Set([...was.keys(), ...is.keys()])].sort())
    found.push(...restrictionDifferences(field, was.get(field), is.get(field)));
  return found;
}

function policy(
  before: string | undefined,
  after: string,
  direction: Difference["direction"],
  severity: Difference["severity"],
  risk: string,
  field = "policy",
): Difference {
  return { kind: KIND, field, before, after, direction, severity, risk };
}

function restrictionsIn(values: Values | undefined): Map<string, Restriction> {
  const found = new Map<string, Restriction>();
  for (const scope of SCOPES) {
    for (const collection of COLLECTIONS) {
      for (const entry of recordsAt(values, scope, collection)) {
        const type = textAt(entry, "restrictionType");
        if (type === undefined || !/^[A-Za-z]{1,60}$/.test(type)) continue;
        found.set(`${scope}.${type}`, {
          enabled: textAt(entry, "state") !== "disabled",
          lifetime: durationAt(entry, "maxLifetime"),
          since: dateAt(entry, "restrictForAppsCreatedAfterDateTime"),
        });
      }
    }
  }
  return found;
}

function restrictionDifferences(
  field: string,
  was: Restriction | undefined,
  is: Restriction | undefined,
): Difference[] {
  const [on, stays] = [was?.enabled ?? false, is?.enabled ?? false];
  if (on && !stays) {
    const severity = field.endsWith("Addition") ? "critical" : "high";
    return [
      policy(
        "enabled",
        is === undefined ? "not declared" : "disabled",
        "loosens",
        severity,
        "no longer enforced",
        field,
      ),
    ];
  }
  if (!on && stays)
    return [
      policy(
        was === undefined ? "not declared" : "disabled",
        "enabled",
        "tightens",
        "low",
        "enforced",
        field,
      ),
    ];
  if (!stays) return [];
  const found: Difference[] = [];
  if (was?.lifetime !== is?.lifetime) {
    const longer = days(is?.lifetime) > days(was?.lifetime);
    found.push(
      policy(
        was?.lifetime ?? "no limit",
        is?.lifetime ?? "no limit",
        longer ? "loosens" : "tightens",
        longer ? "high" : "low",
        longer ? "credentials may live longer" : "credentials live shorter",
        `${field}.maxLifetime`,
      ),
    );
  }
  if (was?.since !== is?.since) {
    const fewer = Date.parse(is?.since ?? "0001-01-01") > Date.parse(was?.since ?? "0001-01-01");
    found.push(
      policy(
        was?.since ?? "all applications",
        is?.since ?? "all applications",
        fewer ? "loosens" : "tightens",
        fewer ? "high" : "low",
        fewer ? "older applications are let off" : "binds older applications too",
        `${field}.restrictForAppsCreatedAfterDateTime`,
      ),
    );
  }
  return found;
}

function durationAt(values: Values, property: string): string | undefined {
  const text = textAt(values, property);
  return text !== undefined && /^P[0-9DTHMSWY.]{1,30}$/.test(text) ? text : undefined;
}

function dateAt(values: Values, property: string): string | undefined {
  const text = textAt(values, property);
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}/.test(text) || text.startsWith("0001")) return undefined;
  return text.slice(0, 10);
}

/** No limit is the longest. */
function days(duration: string | undefined): number {
  const match =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(
      duration ?? "",
    );
  if (match === null) return Infinity;
  const [years, months, weeks, whole, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number((part as string | undefined) ?? 0));
  return (
    (years ?? 0) * 365 +
    (months ?? 0) * 30 +
    (weeks ?? 0) * 7 +
    (whole ?? 0) +
    (hours ?? 0) / 24 +
    (minutes ?? 0) / 1440 +
    (seconds ?? 0) / 86_400
  );
}
