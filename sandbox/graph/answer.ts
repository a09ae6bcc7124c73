import type { GraphRequest, GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import type { Directory } from "../tenant/directory";
import { answerBatch, isBatch } from "./batch";
import { VERSIONS, type GraphCall } from "./call";
import { badQuery, GraphError, injected, segmentNotFound } from "./graph-error";
import { checkPermission } from "./permissions";
import { routesOf } from "./routes";
import { matchRoute, pathSegments } from "./routing";
import { throttle } from "./throttling";

/** Finds the noun a call is for, lets it answer, and dresses refusals as Graph does. */
export function answerGraph(tenant: Directory, request: GraphRequest): GraphResponse {
  const requestId = tenant.newId();
  const headers = { "request-id": requestId, "client-request-id": requestId };
  try {
    const fault = tenant.faults.takeInner(request);
    if (fault?.kind === "answer") throw injected(fault);
    if (fault?.when === "before") fault.change();
    try {
      const response = dispatch(tenant, request);
      return { ...response, headers: { ...response.headers, ...headers } };
    } finally {
      if (fault?.when === "after") fault.change();
    }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return {
      status: error.status,
      body: errorBody(error, tenant.clock(), requestId),
      headers: { ...error.headers, ...headers },
    };
  }
}

function dispatch(tenant: Directory, request: GraphRequest): GraphResponse {
  const queryStart = request.path.indexOf("?");
  const path = queryStart < 0 ? request.path : request.path.slice(0, queryStart);
  const [given = "", ...segments] = pathSegments(path);
  const version = VERSIONS.find((known) => known === given);
  if (!version) throw badQuery(`Invalid version: ${given}`);
  if (isBatch(request.method, segments)) {
    return answerBatch(request, version, (one) => answerGraph(tenant, one));
  }
  const match = matchRoute(routesOf(version), request.method, segments);
  if (match.kind === "unknownSegment") throw segmentNotFound(match.segment);
  const costs = throttle(tenant, request, segments);
  if (match.kind === "methodNotAllowed") {
    const message = "Specified HTTP method is not allowed for the request target.";
    throw new GraphError(405, "Request_BadRequest", message);
  }
  const call: GraphCall = {
    tenant,
    caller: request.caller,
    version,
    path: path.split("/").slice(2).join("/"),
    query: new URLSearchParams(queryStart < 0 ? "" : request.path.slice(queryStart)),
    body: request.body,
    param: (name) => match.params[name] ?? "",
    header: (name) => request.headers?.[name],
  };
  checkPermission(match.route.permission, call);
  const response = match.route.handle(call);
  return { ...response, headers: { ...costs, ...response.headers } };
}

/** Source: https://learn.microsoft.com/graph/errors */
export function errorBody(error: GraphError, now: Date, requestId: string): unknown {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details && { details: error.details }),
      innerError: {
        date: graphDateTime(now).replace("Z", ""),
        "request-id": requestId,
        "client-request-id": requestId,
      },
    },
  };
}
