import type { Directory } from "../tenant/directory";
import type { GraphRequest } from "../tenant/graph-request";
import { GraphError } from "./graph-error";

/** From this share of a limit on, Graph says how much is used. */
const NEAR = 0.8;

const DIRECTORY_ROOTS = [
  "applications",
  "servicePrincipals",
  "users",
  "directoryObjects",
  "directory",
  "organization",
];
/** Base cost of what costs more than 1. */
const READ_COSTS: Readonly<Record<string, number>> = { applications: 2, users: 2 };

/**
 * Refuses a call that is too much, when the tenant limits calls; otherwise gives the headers that tell its cost.
 * Source: https://learn.microsoft.com/graph/throttling-limits
 */
export function throttle(
  tenant: Directory,
  request: GraphRequest,
  segments: readonly string[],
): Readonly<Record<string, string>> {
  const [root = "", second = ""] = segments;
  const limits = tenant.throttling;
  if (root === "identity") {
    if (limits.conditionalAccessPerSecond !== undefined) {
      const { used } = tenant.throttlingLedger.take(
        "conditionalAccess",
        { cost: 1, limit: limits.conditionalAccessPerSecond, seconds: 1 },
        tenant.clock(),
      );
      // This service names no time to wait.
      if (used > 1) throw new GraphError(429, "TooManyRequests", "Too many requests.");
    }
    return {};
  }
  if (root === "auditLogs" || root === "reports") {
    limit(tenant, request, "reports", { cost: 1, limit: limits.reportsPer10Seconds, seconds: 10 });
    return {};
  }
  if (!DIRECTORY_ROOTS.includes(root)) return {};
  return throttleDirectory(tenant, request, { root, isList: second === "" });
}

function throttleDirectory(
  tenant: Directory,
  request: GraphRequest,
  { root, isList }: { root: string; isList: boolean },
): Readonly<Record<string, string>> {
  const limits = tenant.throttling;
  const query = new URLSearchParams(request.path.split("?", 2)[1] ?? "");
  const isRead = request.method === "GET";
  const cost = isRead ? readCost(isList ? (READ_COSTS[root] ?? 1) : 1, query) : 1;
  if (isRead && (query.get("$select") ?? "").split(",").includes("keyCredentials")) {
    limit(tenant, request, "keyCredentials", {
      cost: 1,
      limit: limits.keyCredentialReadsPerMinute,
      seconds: 60,
      wholeTenant: true,
    });
  }
  if (!isRead) {
    limit(tenant, request, "writes", { cost: 1, limit: limits.writesPer150Seconds, seconds: 150 });
  }
  const used = limit(tenant, request, "units", {
    cost,
    limit: limits.resourceUnitsPer10Seconds,
    seconds: 10,
  });
  return {
    "x-ms-resource-unit": String(cost),
    ...(used > NEAR && { "x-ms-throttle-limit-percentage": used.toFixed(2) }),
  };
}

function readCost(base: number, query: URLSearchParams): number {
  const top = query.get("$top");
  const cost =
    base -
    (query.has("$select") ? 1 : 0) +
    (query.has("$expand") ? 1 : 0) -
    (top !== null && Number(top) < 20 ? 1 : 0);
  return Math.max(1, cost);
}

interface Limit {
  readonly cost: number;
  readonly limit: number | undefined;
  readonly seconds: number;
  readonly wholeTenant?: boolean;
}

const REASONS: Readonly<Record<string, string>> = {
  writes: "WriteLimitExceeded",
  units: "ResourceUnitLimitExceeded",
};

function limit(
  tenant: Directory,
  { caller, method }: GraphRequest,
  name: string,
  { cost, limit: most, seconds, wholeTenant = false }: Limit,
): number {
  if (most === undefined) return 0;
  const key = wholeTenant ? name : `${name}/${caller.appId}`;
  const { used, waitSeconds } = tenant.throttlingLedger.take(
    key,
    { cost, limit: most, seconds },
    tenant.clock(),
  );
  if (used <= 1) return used;
  const scope = wholeTenant ? "Tenant" : "Tenant_Application";
  const kind = name === "units" ? "ReadWrite" : method === "GET" ? "Read" : "Write";
  throw new GraphError(429, "TooManyRequests", "Too many requests.", undefined, {
    "retry-after": String(waitSeconds),
    "x-ms-throttle-scope": `${scope}/${kind}/${caller.appId}/${tenant.id}`,
    "x-ms-throttle-information": REASONS[name] ?? "RequestLimitExceeded",
  });
}
